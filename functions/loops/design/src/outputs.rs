//! The decision as an event and as the reply for the chain: years of the whole plan, no months.

use serde_json::Value;

use revloops_domain::events::{ComputedYear, ScenarioComputed, names};
use revloops_loopkit::the_loop::RunFacts;
use revloops_loopkit::{Action, Decision, Effect, EffectKey, Outputs};

use crate::inputs::DesignInput;
use crate::logic::DesignVerdict;

pub(crate) fn outputs(input: &DesignInput, decision: &Decision<DesignVerdict>, run: &RunFacts) -> Outputs {
    let verdict = &decision.verdict;
    let years = verdict.total.iter().map(|year| ComputedYear {
        starts: year.starts.to_string(),
        capacity: year.capacity,
        target: year.target,
        quota: year.quota,
    });
    let computed = ScenarioComputed {
        status: decision.outcome.clone(),
        run_id: run.run_id.clone(),
        correlation_id: run.correlation_id.clone(),
        scenario_id: input.scenario_id.clone(),
        scenario: input.scenario.clone(),
        currency: verdict.currency.clone(),
        years: years.collect(),
        short: verdict.short.iter().map(|short| (short.segment.clone(), short.year.to_string())).collect(),
    };
    let reply = serde_json::to_value(&computed).unwrap_or(Value::Null);
    let key = EffectKey::new(&run.key, "computed");
    let mut detail = reply.clone();
    if let Some(fields) = detail.as_object_mut() {
        fields.insert("event_id".to_owned(), Value::String(key.to_string()));
    }
    let action = Action::Emit { name: names::SCENARIO_COMPUTED.to_owned(), detail };
    Outputs { effects: vec![Effect { key, action }], reply }
}
