//! What people's answers say about territories: many alike are a condition that is missing.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use revloops_loopkit::{Feedback, LeverEdit, Proposal, TooLittleData};

use crate::config::DeployConfig;

/// A pending account that a person has placed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
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
