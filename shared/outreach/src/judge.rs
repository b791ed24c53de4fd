//! The policy gate: may this be written to this person now? Pure; every rule is tried, and says what it found.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use revloops_domain::sequence_state::PolicyRule;

use crate::facts::{PolicyFacts, Subject, counts};
use crate::life::days_after;
use crate::policy::Policy;

/// At which moment of its life a sequence is held against the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Before it is drafted.
    Drafting,
    /// When a person approves it.
    Approving,
    /// When a step is due.
    Due,
}

/// What the policy says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "verdict")]
pub enum Verdict {
    /// Go on.
    Pass,
    /// Not now.
    Hold {
        /// The rule.
        rule: String,
        /// When to ask again.
        until: Timestamp,
    },
    /// Not at all.
    Stop {
        /// The first rule that says so.
        rule: String,
        /// In words, without names and addresses.
        why: String,
    },
}

/// A verdict with all that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// What the policy says.
    pub verdict: Verdict,
    /// Every rule, in order.
    pub trace: Vec<PolicyRule>,
}

/// How one rule went.
enum Rule {
    Passes(String),
    Holds(Timestamp, String),
    Stops(String),
}

/// A rule's name, and how it went.
type Tried = (&'static str, Rule);

/// Holds a sequence against the policy. A stop is stronger than a hold, and of several holds the longest counts.
#[must_use]
pub fn judge(policy: &Policy, subject: Subject<'_>, facts: &PolicyFacts, moment: Moment, at: Timestamp) -> Judged {
    let mut rules: Vec<Tried> = vec![
        ("suppressed", suppressed(facts)),
        ("opt_out", opt_out(facts)),
        ("converted", converted(facts)),
        ("reply", reply(facts, subject)),
        ("open_opportunity", open_opportunity(policy, facts)),
        ("exclusive", exclusive(policy, subject, facts, at)),
    ];
    match moment {
        Moment::Drafting => {}
        Moment::Approving => rules.push(("disclosure", disclosure(policy, subject))),
        Moment::Due => {
            rules.push(("disclosure", disclosure(policy, subject)));
            rules.push(("owner", owner(facts, at)));
            rules.push(("send_window", send_window(policy, subject, at)));
            rules.push(("caps", caps(policy, facts, at)));
        }
    }
    let verdict = verdict(&rules);
    let trace = rules.into_iter().map(|(rule, went)| {
        let (passes, because) = match went {
            Rule::Passes(because) => (true, because),
            Rule::Holds(until, because) => (false, format!("{because}; again at {until}")),
            Rule::Stops(because) => (false, because),
        };
        PolicyRule { rule: rule.to_owned(), passes, because }
    });
    Judged { verdict, trace: trace.collect() }
}

fn verdict(rules: &[Tried]) -> Verdict {
    let mut held: Option<(&str, Timestamp)> = None;
    for (rule, went) in rules {
        match went {
            Rule::Passes(_) => {}
            Rule::Stops(why) => return Verdict::Stop { rule: (*rule).to_owned(), why: why.clone() },
            Rule::Holds(until, _) => {
                if held.is_none_or(|(_, longest)| *until > longest) {
                    held = Some((rule, *until));
                }
            }
        }
    }
    held.map_or(Verdict::Pass, |(rule, until)| Verdict::Hold { rule: rule.to_owned(), until })
}

fn suppressed(facts: &PolicyFacts) -> Rule {
    let kinds: Vec<&str> = facts.suppressed.iter().map(|key| key.kind().name()).collect();
    if kinds.is_empty() {
        return Rule::Passes("no entry of the list holds for them".to_owned());
    }
    Rule::Stops(format!("on the list of suppressions by {}", kinds.join(" and ")))
}

fn opt_out(facts: &PolicyFacts) -> Rule {
    match &facts.standing {
        None => Rule::Stops("their record is gone from the CRM".to_owned()),
        Some(standing) if standing.opted_out => Rule::Stops("the CRM says that they want no mail".to_owned()),
        Some(_) => Rule::Passes("the CRM has no opt-out".to_owned()),
    }
}

fn converted(facts: &PolicyFacts) -> Rule {
    if facts.standing.as_ref().is_some_and(|standing| standing.converted) {
        return Rule::Stops("the lead has been converted".to_owned());
    }
    Rule::Passes("not converted".to_owned())
}

fn reply(facts: &PolicyFacts, subject: Subject<'_>) -> Rule {
    let own = facts.standing.as_ref().and_then(|standing| standing.answered_at);
    match (own, facts.colleague_answered_at) {
        (Some(at), _) => Rule::Stops(format!("they answered at {at}")),
        (None, Some(at)) => Rule::Stops(format!("somebody else at the account answered at {at}")),
        (None, None) => Rule::Passes(format!("no answer since {}", subject.since)),
    }
}

fn open_opportunity(policy: &Policy, facts: &PolicyFacts) -> Rule {
    let open = facts.standing.as_ref().and_then(|standing| standing.open_opportunity.as_deref());
    match open {
        Some(id) if policy.stops_for_open_opportunity => Rule::Stops(format!("opportunity {id} is open")),
        Some(id) => Rule::Passes(format!("opportunity {id} is open, and the policy lets it be")),
        None => Rule::Passes("no open opportunity".to_owned()),
    }
}

fn exclusive(policy: &Policy, subject: Subject<'_>, facts: &PolicyFacts, at: Timestamp) -> Rule {
    let needed = policy.places(subject.recipient);
    for name in &needed {
        let Some(place) = facts.places.get(name) else { continue };
        if place.is_free_for(subject.sequence_id, at) {
            continue;
        }
        return Rule::Stops(match (&place.holder, place.free_from) {
            (Some(holder), _) => format!("{name} has sequence {holder} already"),
            (None, Some(from)) => format!("{name} has its cool-down until {from}"),
            (None, None) => format!("{name} is taken"),
        });
    }
    Rule::Passes(format!(
        "free: {}",
        if needed.is_empty() { "nothing is exclusive".to_owned() } else { needed.join(", ") }
    ))
}

/// The disclosure is a part of the first mail that nobody edits; without it, nothing lands.
fn disclosure(policy: &Policy, subject: Subject<'_>) -> Rule {
    let said =
        subject.mails.first().and_then(|mail| mail.disclosure.as_deref()).is_some_and(|said| !said.trim().is_empty());
    match (policy.disclosure_required, said) {
        (true, false) => Rule::Stops("the first mail does not say where we know them from".to_owned()),
        (_, true) => Rule::Passes("the first mail says where we know them from".to_owned()),
        (false, false) => Rule::Passes("not required".to_owned()),
    }
}

/// A task needs a person to do it.
fn owner(facts: &PolicyFacts, at: Timestamp) -> Rule {
    match &facts.standing {
        Some(standing) if standing.owner_id.is_queue() => {
            Rule::Holds(days_after(at, 1), "a queue owns the record".to_owned())
        }
        Some(_) => Rule::Passes("a person owns the record".to_owned()),
        None => Rule::Passes("no record, see opt_out".to_owned()),
    }
}

fn send_window(policy: &Policy, subject: Subject<'_>, at: Timestamp) -> Rule {
    let zone = policy.windows.zone(subject.recipient);
    let local = zone.to_datetime(at).strftime("%a %H:%M").to_string();
    let name = zone.iana_name().unwrap_or("their zone");
    match policy.windows.next_open(subject.recipient, at) {
        Some(open) if open <= at => Rule::Passes(format!("it is {local} in {name}")),
        Some(open) => Rule::Holds(open, format!("it is {local} in {name}")),
        None => Rule::Stops("the send window never opens".to_owned()),
    }
}

fn caps(policy: &Policy, facts: &PolicyFacts, at: Timestamp) -> Rule {
    let Some(standing) = &facts.standing else { return Rule::Passes("no record, see opt_out".to_owned()) };
    let (rep, all) = counts(policy, &standing.owner_id, at);
    let of = |name: &String| facts.counted.get(name).copied().unwrap_or(0);
    let found =
        format!("{} of {} for the rep, {} of {} in all", of(&rep), policy.caps.per_rep, of(&all), policy.caps.in_all);
    if of(&rep) >= policy.caps.per_rep || of(&all) >= policy.caps.in_all {
        return Rule::Holds(policy.caps.next_day(at), found);
    }
    Rule::Passes(found)
}
