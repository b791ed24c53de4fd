//! What people's answers say about territories: many alike are a condition that is missing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use revloops_loopkit::{Feedback, LeverEdit, Proposal, TooLittleData};

use crate::config::DeployConfig;

/// A pending account that a person has placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolved {
    /// The territory that the person gave, by our id.
    pub territory: String,
    /// The account's country code, where it has one.
    #[serde(default)]
    pub country: Option<String>,
    /// Its state's code.
    #[serde(default)]
    pub state: Option<String>,
    /// The scenario in which the territory is.
    pub scenario: String,
}

/// The part of an address that answers are told apart by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Address {
    scenario: String,
    country: String,
    state: Option<String>,
}

impl Address {
    /// `None` where there is no country: such an account has to be looked at each time.
    fn of(resolved: &Resolved) -> Option<Self> {
        let filled = |text: &Option<String>| {
            let text = text.as_deref().map(str::trim).filter(|text| !text.is_empty());
            text.map(str::to_uppercase)
        };
        Some(Self {
            scenario: resolved.scenario.clone(),
            country: filled(&resolved.country)?,
            state: filled(&resolved.state),
        })
    }

    fn condition(&self) -> serde_json::Value {
        let country = json!({"field": "country", "is": self.country});
        let state = match &self.state {
            Some(state) => json!({"field": "state", "is": state}),
            None => json!({"field": "state", "present": false}),
        };
        json!({"all": [country, state]})
    }

    fn in_words(&self) -> String {
        match &self.state {
            Some(state) => format!("{} {state}", self.country),
            None => format!("{} without a state", self.country),
        }
    }
}

/// Proposes a condition for a territory where people gave it enough accounts of one kind of address, and nearly always it.
#[must_use]
pub fn feedback(config: &DeployConfig, outcomes: &[Resolved]) -> Feedback {
    let levers = config.feedback;
    let mut tallies: BTreeMap<Address, BTreeMap<&str, usize>> = BTreeMap::new();
    for outcome in outcomes {
        let Some(address) = Address::of(outcome) else { continue };
        *tallies.entry(address).or_default().entry(&outcome.territory).or_default() += 1;
    }
    let sizes = tallies.into_iter().map(|(address, given)| (given.values().sum::<usize>(), address, given));
    let (telling, few): (Vec<_>, Vec<_>) = sizes.partition(|(sample, ..)| *sample >= levers.min_sample);
    if telling.is_empty() {
        let sample = few.iter().map(|(sample, ..)| *sample).max().unwrap_or(0);
        return Feedback::TooLittleData(TooLittleData { sample, needed: levers.min_sample });
    }
    let looked_at = telling.iter().map(|(sample, ..)| *sample).sum();
    let (mut edits, mut evidence) = (Vec::new(), Vec::new());
    for (sample, address, given) in telling {
        let Some((territory, count)) = given.iter().max_by_key(|(_, count)| **count) else { continue };
        if count * 100 < sample * usize::from(levers.min_agreement_percent) {
            continue;
        }
        let path = format!("territories[id={territory}].when.any");
        evidence.push(format!(
            "{path}: people gave {count} of {sample} accounts in {} to {territory} ({} % needed)",
            address.in_words(),
            levers.min_agreement_percent
        ));
        let file = format!("scenarios/{}.yaml", address.scenario);
        edits.push(LeverEdit { file, path, from: serde_json::Value::Null, to: address.condition() });
    }
    if edits.is_empty() {
        Feedback::NoChange { sample: looked_at }
    } else {
        Feedback::Proposal(Proposal { edits, sample: looked_at, evidence })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::config;

    fn said(count: usize, territory: &str, country: Option<&str>, state: Option<&str>) -> Vec<Resolved> {
        let text = |text: Option<&str>| text.map(str::to_owned);
        let one = Resolved {
            territory: territory.to_owned(),
            country: text(country),
            state: text(state),
            scenario: "fy27".to_owned(),
        };
        vec![one; count]
    }

    #[test]
    fn too_few_answers_of_one_kind_of_address_propose_nothing_however_many_there_are() {
        let mut answers = said(4, "emea", Some("PL"), None);
        answers.extend(said(4, "emea", Some("CZ"), None));
        answers.extend(said(9, "emea", None, None));
        assert_eq!(feedback(&config(), &answers), Feedback::TooLittleData(TooLittleData { sample: 4, needed: 5 }));
    }

    #[test]
    fn what_people_answer_alike_becomes_a_condition_of_the_territory_with_its_evidence() {
        let mut answers = said(9, "us-east", Some("us"), None);
        answers.extend(said(1, "us-west", Some("US"), Some(" ")));
        let Feedback::Proposal(proposal) = feedback(&config(), &answers) else { panic!("no proposal") };
        assert_eq!(proposal.sample, 10);
        assert_eq!(
            proposal.edits,
            [LeverEdit {
                file: "scenarios/fy27.yaml".to_owned(),
                path: "territories[id=us-east].when.any".to_owned(),
                from: json!(null),
                to: json!({"all": [{"field": "country", "is": "US"}, {"field": "state", "present": false}]}),
            }]
        );
        assert_eq!(
            proposal.evidence,
            [
                "territories[id=us-east].when.any: people gave 9 of 10 accounts in US without a state to us-east (80 % needed)"
            ]
        );
    }

    #[test]
    fn people_who_do_not_agree_change_nothing() {
        let mut answers = said(3, "us-east", Some("US"), Some("TX"));
        answers.extend(said(3, "us-west", Some("US"), Some("TX")));
        assert_eq!(feedback(&config(), &answers), Feedback::NoChange { sample: 6 });
    }
}
