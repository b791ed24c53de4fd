//! What the planning chain brings, and the scenario that it names.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use revloops_config::{ConfigStore, StoreError};
use revloops_domain::events::PlanningWhy;
use revloops_domain::{ConfigStamp, CorrelationId, Cost, ErrorClass, sha256_hex};
use revloops_loopkit::the_loop::{LookedUp, LoopInput};
use revloops_loopkit::{Actor, Failure, Outcome};
use revloops_scenario::{Resolved, ResolvedError, Scenario};

/// What the chain calls Design with.
#[derive(Debug, Clone, Deserialize)]
pub struct DesignTrigger {
    /// Which version of which scenario.
    pub scenario: ConfigStamp,
    /// Why.
    pub why: PlanningWhy,
    /// The event that started the chain: Design runs once for it.
    pub event_id: String,
    /// The chain's id.
    pub correlation_id: CorrelationId,
}

/// The same, checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DesignInput {
    /// The scenario's id.
    pub scenario_id: String,
    /// Which version of it.
    pub scenario: ConfigStamp,
    /// Why.
    pub why: PlanningWhy,
    /// The event that started the chain.
    pub event_id: String,
    /// The chain's id.
    pub correlation_id: CorrelationId,
}

/// What was looked up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DesignFacts {
    /// The scenario with its hash, as it was stored.
    pub stored: Value,
}

impl LoopInput for DesignInput {
    fn subject(&self) -> String {
        format!("scenario/{}", self.scenario_id)
    }

    fn trigger(&self) -> &str {
        &self.event_id
    }

    fn correlation_id(&self) -> &CorrelationId {
        &self.correlation_id
    }
}

pub(crate) fn checked(trigger: DesignTrigger) -> Outcome<DesignInput> {
    let id = trigger.scenario.key.strip_prefix("scenarios/").and_then(|rest| rest.strip_suffix(".json"));
    let Some(id) = id.filter(|id| !id.is_empty()) else {
        return Err(Failure::new(ErrorClass::Rejected, format!("{} is no scenario", trigger.scenario.key)));
    };
    Ok(DesignInput {
        scenario_id: id.to_owned(),
        scenario: trigger.scenario,
        why: trigger.why,
        event_id: trigger.event_id,
        correlation_id: trigger.correlation_id,
    })
}

pub(crate) async fn look_up(store: &dyn ConfigStore, input: &DesignInput) -> Outcome<LookedUp<DesignFacts>> {
    let stamp = &input.scenario;
    let bytes = store.get(&stamp.key, &stamp.version_id).await.map_err(|error| {
        let class = match &error {
            StoreError::Missing(_) => ErrorClass::ConfigInvalid,
            StoreError::Conflict(_) | StoreError::Unavailable { .. } => ErrorClass::Transient,
        };
        Failure::new(class, "reading the scenario").caused_by(error)
    })?;
    if sha256_hex(&bytes) != stamp.sha256 {
        return Err(Failure::new(ErrorClass::ConfigInvalid, format!("{} is not what was promoted", stamp.key)));
    }
    let stored: Value = serde_json::from_slice(&bytes)
        .map_err(|error| Failure::unreadable(ErrorClass::ConfigInvalid, "reading the scenario", &error))?;
    let facts = DesignFacts { stored };
    // What cannot be computed with is refused here, so that deciding is total.
    let read = scenario(&facts)
        .map_err(|error| Failure::new(ErrorClass::ConfigInvalid, "reading the scenario").caused_by(error))?;
    if read.id != input.scenario_id {
        return Err(Failure::new(ErrorClass::ConfigInvalid, format!("{} holds the scenario {}", stamp.key, read.id)));
    }
    Ok(LookedUp { facts, cost: Cost::default(), actor: Actor::Code })
}

/// The checked scenario in what was stored.
pub(crate) fn scenario(facts: &DesignFacts) -> Result<Scenario, ResolvedError> {
    let bytes = serde_json::to_vec(&facts.stored).map_err(ResolvedError::NotExported)?;
    Ok(Resolved::from_json(&bytes)?.scenario)
}
