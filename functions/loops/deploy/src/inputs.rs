//! What triggers planning: a promoted scenario, the nightly look for drift, accounts that were saved, or a person who wants
//! to see a plan.

mod look_up;
mod request;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use revloops_domain::{AccountId, ConfigStamp, CorrelationId, ErrorClass};
use revloops_loopkit::{Failure, LoopInput, Outcome};

pub(crate) use look_up::{Ports, look_up, scenario_of};

/// The name of the pointer to the active scenario in the config store.
pub const ACTIVE_SCENARIO: &str = "scenario";

/// Why a plan is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// A scenario was promoted.
    Promoted,
    /// To see what differs from the active scenario; nothing is carried out.
    Drift,
    /// Accounts were created or changed.
    Accounts,
    /// A person wants to see it.
    Plan,
}

impl Why {
    const fn name(self) -> &'static str {
        match self {
            Self::Promoted => "promoted",
            Self::Drift => "drift",
            Self::Accounts => "accounts",
            Self::Plan => "plan",
        }
    }
}

/// The payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeployTrigger {
    /// The same for every delivery of the same event, and no other's: a plan is made once for it.
    pub event_id: String,
    /// Why.
    pub why: Why,
    /// The scenario's version; the active one where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<ConfigStamp>,
    /// With `accounts`: these alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<AccountId>,
    /// One for the whole chain; made from the event's id where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<CorrelationId>,
}

/// A plan that is to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeployInput {
    /// What it is made for.
    pub event_id: String,
    /// Why.
    pub why: Why,
    /// The scenario's version; the active one where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<ConfigStamp>,
    /// These accounts alone; `None` for the whole scenario.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accounts: Option<Vec<AccountId>>,
    /// One for the whole chain.
    pub correlation_id: CorrelationId,
}

impl LoopInput for DeployInput {
    fn subject(&self) -> String {
        format!("plan/{}", self.event_id)
    }

    fn trigger(&self) -> &str {
        self.why.name()
    }

    fn correlation_id(&self) -> &CorrelationId {
        &self.correlation_id
    }
}

/// The payload as checked input.
///
/// # Errors
/// `Rejected` where accounts are named and not asked for, or the other way round.
pub(crate) fn checked(trigger: DeployTrigger) -> Outcome<DeployInput> {
    let refused = |why: String| Err(Failure::new(ErrorClass::Rejected, why));
    if trigger.event_id.trim().is_empty() {
        return refused("the event has no id".to_owned());
    }
    let mut accounts = trigger.accounts;
    accounts.sort();
    accounts.dedup();
    let accounts = match (trigger.why, accounts.is_empty()) {
        (Why::Accounts, false) => Some(accounts),
        (Why::Promoted | Why::Drift | Why::Plan, true) => None,
        (Why::Accounts, true) => return refused(format!("event {} names no accounts", trigger.event_id)),
        (Why::Promoted | Why::Drift | Why::Plan, false) => {
            return refused(format!("event {} is about a whole scenario and names accounts", trigger.event_id));
        }
    };
    let derived = || CorrelationId::of(&format!("plan/{}", trigger.event_id), trigger.why.name());
    Ok(DeployInput {
        correlation_id: trigger.correlation_id.clone().unwrap_or_else(derived),
        event_id: trigger.event_id,
        why: trigger.why,
        scenario: trigger.scenario,
        accounts,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(payload: Value) -> Outcome<DeployInput> {
        checked(serde_json::from_value(payload).unwrap())
    }

    #[test]
    fn a_promoted_scenario_is_planned_once_an_event() {
        let stamp = json!({"key": "scenarios/fy27.json", "version_id": "v", "sha256": "s"});
        let input = read(json!({"event_id": "e-1", "why": "promoted", "scenario": stamp})).unwrap();
        assert_eq!((input.subject().as_str(), input.trigger()), ("plan/e-1", "promoted"));
        assert_eq!(input.correlation_id, CorrelationId::of("plan/e-1", "promoted"));
        assert_eq!(input.accounts, None);
    }

    #[test]
    fn accounts_are_named_where_they_are_asked_for_and_nowhere_else() {
        let account = "001xx0000000001AAA";
        let input = read(json!({"event_id": "e", "why": "accounts", "accounts": [account, account]})).unwrap();
        assert_eq!(input.accounts.unwrap().len(), 1);
        for payload in [
            json!({"event_id": "e", "why": "accounts"}),
            json!({"event_id": "e", "why": "drift", "accounts": [account]}),
            json!({"event_id": " ", "why": "drift"}),
        ] {
            assert_eq!(read(payload.clone()).unwrap_err().class(), ErrorClass::Rejected, "{payload}");
        }
    }
}
