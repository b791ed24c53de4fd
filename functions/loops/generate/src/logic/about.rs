//! Whether a signal is about the account that was scanned, or about somebody who is called alike.

use revloops_domain::signal::Signal;
use revloops_domain::{Account, MailDomain, MatchedBy};
use revloops_matching::{Company, MatchRules, decide};

use super::text::{Token, fold, tokens};

/// The company that a signal names. Where the article gives no domain and stands on the account's own site, that is its
/// domain, if the names have a word in common: a company writes about its partners, too.
pub(crate) fn company(signal: &Signal, account: &Account) -> Company {
    let told = signal.domain.as_deref().and_then(MailDomain::of_website);
    let own_site = || {
        let own = account.domain.as_ref()?;
        let on_it = signal.sources.iter().any(|source| {
            let host = MailDomain::of_website(&source.url);
            host.is_some_and(|host| host == *own || host.as_str().ends_with(&format!(".{}", own.as_str())))
        });
        (on_it && share_a_word(&signal.company, &account.name)).then(|| own.clone())
    };
    Company {
        name: signal.company.clone(),
        domains: told.or_else(own_site).into_iter().filter(|domain| !domain.is_free_mail()).collect(),
        country_code: signal.country_code.clone(),
        city: signal.city.clone(),
        ..Company::default()
    }
}

/// Words of a name, but for short ones: legal forms and initials.
fn words(name: &str) -> Vec<String> {
    let words = tokens(name).into_iter().filter_map(|token| match token {
        Token::Word(word) => Some(fold(&word)),
        Token::Number(_) | Token::Sign(_) | Token::Stop => None,
    });
    words.filter(|word| word.chars().count() >= 3).collect()
}

fn share_a_word(one: &str, other: &str) -> bool {
    let known = words(other);
    words(one).iter().any(|word| known.contains(word))
}

/// Whether the article gives no other domain, and its country is the account's.
fn same_country(signal: &Signal, account: &Account) -> bool {
    signal.domain.is_none() && signal.country_code.is_some() && signal.country_code == account.country_code
}

/// Whether a name has two words or more, all of them the account's.
fn names_it(name: &str, account: &str) -> bool {
    let (said, known) = (words(name), words(account));
    said.len() >= 2 && said.iter().all(|word| known.contains(word))
}

/// Whether another account has all words of the name, too, and may be in the same country: one that tells no country may.
fn fits_as_well(signal: &Signal, other: &Account) -> bool {
    let abroad = other.country_code.is_some() && other.country_code != signal.country_code;
    !abroad && names_it(&signal.company, &other.name)
}

/// How the signal was found to be about `account`; or about whom else, or why nothing proves it.
pub(crate) fn about(
    rules: &MatchRules,
    signal: &Signal,
    account: &Account,
    candidates: &[Account],
) -> Result<(MatchedBy, u8), String> {
    let others = candidates.iter().filter(|other| other.id != account.id);
    let verdict = decide(rules, &company(signal, account), std::iter::once(account).chain(others));
    match verdict.matched {
        Some(matched) if matched.account.id == account.id => Ok((matched.matched_by, matched.confidence)),
        Some(other) => Err(format!("it is about another account, {}", other.account.id)),
        // The scan asked for this company: all words of the name, and the country, are enough where nobody else is called so.
        None if same_country(signal, account) && names_it(&signal.company, &account.name) => {
            let other = candidates.iter().find(|other| other.id != account.id && fits_as_well(signal, other));
            match other {
                None => Ok((MatchedBy::Name, 70)),
                Some(other) => {
                    Err(format!("account {} has all words of the name, too, and nothing tells which it is", other.id))
                }
            }
        }
        None => {
            let near = verdict.runners_up.into_iter().find(|one| one.account_id == account.id);
            Err(near.map_or_else(|| "nothing agrees".to_owned(), |one| one.why))
        }
    }
}
