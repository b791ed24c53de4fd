//! Whom to write to: somebody whom an article names and the CRM knows, else the contact with the best title.

use revloops_domain::signal::{NamedPerson, Signal, SignalKind, SignalPerson};
use revloops_loopkit::ports::CrmPerson;
use revloops_loopkit::{Because, Reason, Verdict};

use super::text::{Token, fold, tokens};
use crate::config::GenerateConfig;

/// The person, and everybody who was looked at.
pub(crate) fn person(
    config: &GenerateConfig,
    counted: &[&Signal],
    people: &[CrmPerson],
) -> (Option<SignalPerson>, Reason) {
    let mut because = Vec::new();
    let reachable: Vec<&CrmPerson> = people
        .iter()
        .filter(|one| {
            let has_address = one.email.is_some();
            if !has_address || one.opted_out {
                let found = if has_address { "wants no mail" } else { "has no mail address" };
                because.push(Because::new(format!("{} may be written to", one.id), found, false));
            }
            has_address && !one.opted_out
        })
        .collect();
    let named = counted.iter().flat_map(|signal| signal.people.iter().map(|person| (*signal, person)));
    for (signal, person) in named {
        if signal.negative && signal.kind == SignalKind::LeadershipMove {
            continue;
        }
        match named_in(person, &reachable) {
            Some((one, by)) => {
                because.push(Because::new(format!("named by {}", signal.id), format!("{} by {by}", one.id), true));
                return (Some(known(one, by)), Reason::new("person", Verdict::Held, because));
            }
            None => {
                because.push(Because::new(format!("somebody named by {} is known", signal.id), "not in the CRM", false))
            }
        }
    }
    for title in &config.titles {
        let wanted = words(title);
        let fits = |one: &&&CrmPerson| one.title.as_deref().is_some_and(|title| contains(&words(title), &wanted));
        if let Some(one) = reachable.iter().find(fits) {
            because.push(Because::new(format!("title has `{title}`"), one.id.to_string(), true));
            return (Some(known(one, "account")), Reason::new("person", Verdict::Held, because));
        }
        because.push(Because::new(format!("title has `{title}`"), "nobody", false));
    }
    (None, Reason::new("person", Verdict::Failed, because))
}

fn known(one: &CrmPerson, by: &str) -> SignalPerson {
    SignalPerson {
        id: one.id.clone(),
        first_name: one.first_name.clone(),
        last_name: one.last_name.clone(),
        title: one.title.clone(),
        email: one.email.clone(),
        matched_by: by.to_owned(),
    }
}

/// By mail address, by profile, then by a name that one alone there has.
fn named_in<'a>(person: &NamedPerson, people: &[&'a CrmPerson]) -> Option<(&'a CrmPerson, &'static str)> {
    let same = |one: Option<&str>, other: Option<&str>| {
        let plain = |text: &str| text.trim().to_lowercase();
        one.zip(other).is_some_and(|(one, other)| !one.trim().is_empty() && plain(one) == plain(other))
    };
    if let Some(one) = people.iter().find(|one| same(one.email.as_deref(), person.email.as_deref())) {
        return Some((one, "email"));
    }
    let theirs = person.linkedin.as_deref().and_then(profile);
    if let Some(one) = people.iter().find(|one| theirs.is_some() && one.linkedin.as_deref().and_then(profile) == theirs)
    {
        return Some((one, "linkedin"));
    }
    let name = words(&person.name);
    let called = |one: &&&CrmPerson| {
        let first = one.first_name.as_deref().map(words).unwrap_or_default();
        let full: Vec<String> = first.iter().cloned().chain(words(&one.last_name)).collect();
        !first.is_empty() && full == name
    };
    let mut called = people.iter().filter(called);
    match (called.next(), called.next()) {
        // A lead is there by its domain alone, a contact by its account.
        (Some(one), None) => Some((one, if one.id.key_prefix() == "00Q" { "domain" } else { "name" })),
        (_, _) => None,
    }
}

/// `https://www.linkedin.com/in/ida-holm/?trk=x` → `in/ida-holm`.
fn profile(address: &str) -> Option<String> {
    let address = address.trim().to_lowercase();
    let (_, path) = address.split_once("linkedin.com/")?;
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    (!path.is_empty()).then(|| path.to_owned())
}

fn words(text: &str) -> Vec<String> {
    let words = tokens(text).into_iter().filter_map(|token| match token {
        Token::Word(word) => Some(fold(&word)),
        Token::Number(_) | Token::Sign(_) | Token::Stop => None,
    });
    words.collect()
}

/// Whether the words stand in the title one after the other.
fn contains(title: &[String], wanted: &[String]) -> bool {
    !wanted.is_empty() && title.windows(wanted.len()).any(|window| window == wanted)
}
