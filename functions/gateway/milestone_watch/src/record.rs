//! One milestone's day as a decision record, with its effects.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

use revloops_domain::{ConfigStamp, CorrelationId, Cost, ErrorClass, sha256_hex};
use revloops_loopkit::ports::DueMilestone;
use revloops_loopkit::{
    Action, Actor, Because, Decision, Effect, EffectKey, Failure, Marker, Mode, Outcome, Reason, Record, Verdict,
};

use crate::Told;

/// Which day of the task was told as missed.
const MISSED: &str = "RevLoops_Missed__c";

/// The record.
///
/// # Errors
/// `Bug` where it cannot be written as JSON.
pub(crate) fn record(one: &DueMilestone, told: &Told, config: &ConfigStamp, at: Timestamp) -> Outcome<Record> {
    let key = told.run_key();
    // The same as the gateway's for the saved deal, so that all of its way is found by one id.
    let correlation_id = CorrelationId::of(&key.subject, "created");
    let event = EffectKey::new(&key, "event");
    let mut detail = json(&told.day)?;
    if let Value::Object(detail) = &mut detail {
        detail.insert("event_id".to_owned(), json!(event));
        detail.insert("correlation_id".to_owned(), json!(correlation_id));
    }
    let mut effects = vec![Effect { key: event, action: Action::Emit { name: told.event().to_owned(), detail } }];
    if told.missed {
        // What shows in the CRM that it is told comes last.
        let day = json!(told.day.due_on.to_string());
        let fields = Map::from_iter([(MISSED.to_owned(), day.clone())]);
        let marker = Marker { field: MISSED.to_owned(), value: day };
        let (object, id) = ("Task".to_owned(), told.day.task_id.clone());
        let action = Action::UpdateRecord { object, id, fields, marker };
        effects.push(Effect { key: EffectKey::new(&key, "task"), action });
    }
    let outcome = if told.missed { "missed" } else { "due" };
    let input = json(one)?;
    let found = format!("{} business days over", told.day.business_days_over);
    let because = vec![Because::new(format!("done by {}", told.day.due_on), found, !told.missed)];
    let verdict = if told.missed { Verdict::Failed } else { Verdict::Held };
    let reasons = vec![Reason::new(format!("milestone {}", told.day.milestone), verdict, because)];
    Ok(Record {
        run_id: key.run_id(),
        correlation_id,
        loop_version: env!("CARGO_PKG_VERSION").to_owned(),
        config: config.clone(),
        input_hash: sha256_hex(input.to_string().as_bytes()),
        input,
        facts: Value::Null,
        decision: Decision::sure(outcome, json(told)?, reasons),
        reply: json!({"status": outcome, "run_id": key.run_id()}),
        metrics: vec![json(&told.day)?],
        effects,
        actor: Actor::Code,
        mode: Mode::Live,
        cost: Cost::default(),
        ai_calls: Vec::new(),
        decided_at: at,
        key,
    })
}

fn json<T: Serialize>(value: &T) -> Outcome<Value> {
    serde_json::to_value(value).map_err(|error| Failure::new(ErrorClass::Bug, "writing a record").caused_by(error))
}
