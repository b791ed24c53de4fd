//! Leads given to somebody else afterwards are errors of the rule that gave them: what they say about the levers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use revloops_loopkit::{Feedback, LeverEdit, Proposal, TooLittleData};

use crate::config::pools::Member;
use crate::config::{AiTerritory, Handler, RouteConfig};

/// Where a routed lead is some time later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteOutcome {
    /// The rule that gave the owner.
    pub rule: String,
    /// The territory that the lead was in.
    #[serde(default)]
    pub territory: Option<String>,
    /// Username of the owner that it was given to.
    pub routed_to: String,
    /// Username of whoever owns it now.
    pub owned_by: String,
}

/// What one lever has led to.
#[derive(Debug, Default)]
struct Tally {
    sample: usize,
    /// Reassigned leads by who has them now.
    taken: BTreeMap<String, usize>,
}

/// A lever that names people: the one to move if its leads are given away.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Lever {
    NamedOwner { rule: String },
    TerritoryOwner { territory: String, role: String },
    Pool { pool: String },
}

/// Proposes another owner (or another member of a pool) where more leads than the levers allow were given away, and
/// more than half of those to the same person. Queues are left out: leads are meant to be taken out of them.
#[must_use]
pub fn feedback(config: &RouteConfig, outcomes: &[RouteOutcome]) -> Feedback {
    let mut tallies: BTreeMap<Lever, Tally> = BTreeMap::new();
    for outcome in outcomes {
        let Some(lever) = lever_of(config, outcome) else { continue };
        let tally = tallies.entry(lever).or_default();
        tally.sample += 1;
        if !outcome.owned_by.eq_ignore_ascii_case(&outcome.routed_to) {
            *tally.taken.entry(outcome.owned_by.to_lowercase()).or_default() += 1;
        }
    }
    let needed = config.feedback.min_sample;
    let telling: Vec<(&Lever, &Tally)> = tallies.iter().filter(|(_, tally)| tally.sample >= needed).collect();
    if telling.is_empty() {
        let sample = tallies.values().map(|tally| tally.sample).max().unwrap_or(0);
        return Feedback::TooLittleData(TooLittleData { sample, needed });
    }
    let sample = telling.iter().map(|(_, tally)| tally.sample).sum();
    let mut edits = Vec::new();
    let mut evidence = Vec::new();
    for (lever, tally) in telling {
        let moved: usize = tally.taken.values().sum();
        let Some((taker, taken)) = tally.taken.iter().max_by_key(|(_, count)| **count) else { continue };
        let too_many = moved * 100 > tally.sample * usize::from(config.feedback.max_reassigned_percent);
        if !too_many || taken * 2 <= moved {
            continue;
        }
        if let Some(edit) = edit(config, lever, taker) {
            evidence.push(format!(
                "{}: {moved} of {} leads were given to somebody else ({} % allowed), {taken} of them to {taker}",
                edit.path, tally.sample, config.feedback.max_reassigned_percent
            ));
            edits.push(edit);
        }
    }
    if edits.is_empty() {
        Feedback::NoChange { sample }
    } else {
        Feedback::Proposal(Proposal { edits, sample, evidence })
    }
}

fn lever_of(config: &RouteConfig, outcome: &RouteOutcome) -> Option<Lever> {
    let rule = config.rules.rules().iter().find(|rule| rule.id == outcome.rule)?;
    match &rule.then {
        Handler::NamedOwner { .. } => Some(Lever::NamedOwner { rule: rule.id.clone() }),
        Handler::TerritoryOwner { role } | Handler::AiTerritory(AiTerritory { role, .. }) => {
            // The lever is where the role is filled: in the territory, or above it.
            let territory = config.territories.named(outcome.territory.as_ref()?)?;
            let filled = config.territories.holder(territory, role).map_or(territory, |(filled, _)| filled);
            Some(Lever::TerritoryOwner { territory: filled.id.clone(), role: role.clone() })
        }
        Handler::RoundRobin { pool } | Handler::LeastLoaded { pool } => Some(Lever::Pool { pool: pool.clone() }),
        // Who owns an account is not ours to say.
        Handler::AccountOwner { .. } | Handler::Queue { .. } => None,
    }
}

/// The edit that makes `taker` get these leads; `None` where the config says so already.
fn edit(config: &RouteConfig, lever: &Lever, taker: &str) -> Option<LeverEdit> {
    let (file, path, from, to): (&str, String, Value, Value) = match lever {
        Lever::NamedOwner { rule } => {
            let now = config.rules.rules().iter().find(|one| one.id == *rule).and_then(|one| match &one.then {
                Handler::NamedOwner { login } => Some(login),
                Handler::AccountOwner { .. }
                | Handler::TerritoryOwner { .. }
                | Handler::RoundRobin { .. }
                | Handler::LeastLoaded { .. }
                | Handler::AiTerritory(_)
                | Handler::Queue { .. } => None,
            })?;
            ("rules.yaml", format!("rules[id={rule}].assign.owner"), json!(now), json!(taker))
        }
        Lever::TerritoryOwner { territory, role } => {
            let now = config.territories.named(territory)?.owners.get(role);
            let path = format!("territories[id={territory}].owners.{role}");
            ("territories.yaml", path, json!(now), json!(taker))
        }
        Lever::Pool { pool } => {
            let members = &config.pools.get(pool)?.members;
            if members.iter().any(|member| member.login == taker) {
                return None;
            }
            let now: Vec<Value> = members.iter().map(written).collect();
            // With the smallest share: who reads the proposal may give more.
            let with: Vec<Value> = now.iter().cloned().chain([json!({"login": taker, "weight": 1})]).collect();
            ("pools.yaml", format!("pools[id={pool}].members"), json!(now), json!(with))
        }
    };
    (from != to).then(|| LeverEdit { file: file.to_owned(), path, from, to })
}

/// A pool's member as the file writes it.
fn written(member: &Member) -> Value {
    match member.per_day {
        Some(per_day) => json!({"login": member.login, "weight": member.weight, "per_day": per_day}),
        None => json!({"login": member.login, "weight": member.weight}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logic::tests::minimal;

    fn leads(count: usize, rule: &str, routed_to: &str, owned_by: &str) -> Vec<RouteOutcome> {
        let outcome = RouteOutcome {
            rule: rule.to_owned(),
            territory: Some("germany".to_owned()),
            routed_to: routed_to.to_owned(),
            owned_by: owned_by.to_owned(),
        };
        vec![outcome; count]
    }

    #[test]
    fn too_few_outcomes_give_no_proposal() {
        let outcomes = leads(19, "owners", "anna@acme.example", "ben@acme.example");
        assert_eq!(feedback(&minimal(), &outcomes), Feedback::TooLittleData(TooLittleData { sample: 19, needed: 20 }));
    }

    #[test]
    fn a_territory_whose_leads_go_to_another_person_gets_that_owner_proposed() {
        let mut outcomes = leads(14, "owners", "anna@acme.example", "anna@acme.example");
        outcomes.extend(leads(6, "owners", "anna@acme.example", "Ben@acme.example"));
        let Feedback::Proposal(proposal) = feedback(&minimal(), &outcomes) else { panic!("no proposal") };
        assert_eq!(proposal.sample, 20);
        assert_eq!(
            proposal.edits,
            [LeverEdit {
                file: "territories.yaml".to_owned(),
                path: "territories[id=germany].owners.account_executive".to_owned(),
                from: json!("anna@acme.example"),
                to: json!("ben@acme.example"),
            }]
        );
        assert_eq!(
            proposal.evidence,
            [
                "territories[id=germany].owners.account_executive: 6 of 20 leads were given to somebody else (25 % allowed), 6 of them to ben@acme.example"
            ]
        );
    }

    #[test]
    fn a_pool_is_proposed_a_member_only_where_it_has_not_got_them() {
        let mut outcomes = leads(20, "turns", "ben@acme.example", "cleo@acme.example");
        assert_eq!(feedback(&minimal(), &outcomes), Feedback::NoChange { sample: 20 });
        outcomes.extend(leads(30, "turns", "ben@acme.example", "dora@acme.example"));
        let Feedback::Proposal(proposal) = feedback(&minimal(), &outcomes) else { panic!("no proposal") };
        assert_eq!(proposal.edits[0].path, "pools[id=team].members");
        let (from, to) = (&proposal.edits[0].from, &proposal.edits[0].to);
        assert_eq!(to.as_array().unwrap()[..2], from.as_array().unwrap()[..], "who is there keeps their share");
        assert_eq!(to[2], json!({"login": "dora@acme.example", "weight": 1}));
    }

    #[test]
    fn reassignments_all_over_the_place_and_within_the_allowance_change_nothing() {
        let mut outcomes = leads(10, "owners", "anna@acme.example", "anna@acme.example");
        for taker in ["ben@acme.example", "cleo@acme.example"] {
            outcomes.extend(leads(5, "owners", "anna@acme.example", taker));
        }
        assert_eq!(feedback(&minimal(), &outcomes), Feedback::NoChange { sample: 20 });
        let mut outcomes = leads(15, "owners", "anna@acme.example", "anna@acme.example");
        outcomes.extend(leads(5, "owners", "anna@acme.example", "ben@acme.example"));
        assert_eq!(feedback(&minimal(), &outcomes), Feedback::NoChange { sample: 20 });
    }

    #[test]
    fn leads_taken_out_of_a_queue_say_nothing_against_it() {
        let outcomes = leads(50, "rest", "Triage", "ben@acme.example");
        assert_eq!(feedback(&minimal(), &outcomes), Feedback::TooLittleData(TooLittleData { sample: 0, needed: 20 }));
    }
}
