//! What was told → rows of the lake. The same line gives the same rows, today and when the lake is made anew.

use std::collections::BTreeMap;

use revloops_lake::{BadRow, Dataset, Row};
use serde_json::{Map, Value, json};

use crate::told::{BecameOf, Decided, Line, Published, Told};

/// Rows by their dataset's place in the list of datasets.
pub type Rows = BTreeMap<usize, Vec<Row>>;

/// Adds the rows of a line; those that are none are told with their reason, and keep no other back.
pub fn add(datasets: &[Dataset], line: &Line, rows: &mut Rows) -> Vec<BadRow> {
    let mut bad = Vec::new();
    for (name, mut members) in members(datasets, &line.told) {
        let Some((place, dataset)) = datasets.iter().enumerate().find(|(_, dataset)| dataset.name == name) else {
            continue;
        };
        members.insert("seen_at".to_owned(), json!(line.seen_at));
        // A column that an old line still has is gone.
        members.retain(|name, _| dataset.column(name).is_some());
        match Row::of(dataset, &members) {
            Ok(row) => rows.entry(place).or_default().push(row),
            Err(problem) => bad.push(problem),
        }
    }
    bad
}

/// What happened happened once: there is one state of it.
const ONLY: i64 = 1;

fn members(datasets: &[Dataset], told: &Told) -> Vec<(String, Map<String, Value>)> {
    match told {
        Told::Decision(decided) => of_decision(datasets, decided),
        Told::Outcome(became) => of_outcome(became),
        Told::Event(event) => of_event(event),
        Told::Crm(state) => vec![(state.dataset.clone(), state.members.clone())],
    }
}

fn of_decision(datasets: &[Dataset], decided: &Decided) -> Vec<(String, Map<String, Value>)> {
    let record_id = record_id(&decided.subject);
    let cost = &decided.cost;
    let row = json!({
        "row_version": ONLY, "run_id": decided.run_id, "loop": decided.loop_name, "subject": decided.subject,
        "record_id": record_id, "correlation_id": decided.correlation_id, "trigger": decided.trigger,
        "outcome": decided.outcome, "loop_version": decided.loop_version, "config_key": decided.config.key,
        "config_version": decided.config.version_id, "config_hash": decided.config.sha256, "rule": decided.rule,
        "owner_id": decided.owner_id, "actor": actor(decided), "reasons": decided.reasons,
        "effects": decided.effects.len(), "compute_ms": cost.compute_ms, "data_microusd": cost.data_microusd,
        "ai_microusd": cost.ai_microusd, "ai_calls": decided.ai_calls, "ai_input_tokens": cost.ai_input_tokens,
        "ai_output_tokens": cost.ai_output_tokens, "decided_at": decided.decided_at,
    });
    let mut rows = vec![("decisions".to_owned(), object(row))];
    for (position, effect) in decided.effects.iter().enumerate() {
        let row = json!({
            "row_version": ONLY, "run_id": decided.run_id, "position": position, "loop": decided.loop_name,
            "record_id": record_id, "kind": effect.kind, "target": effect.target, "decided_at": decided.decided_at,
        });
        rows.push(("effects".to_owned(), object(row)));
    }
    if decided.loop_name == FIRST_TOUCH {
        rows.extend(decided.metrics.iter().map(|metric| ("first_touches".to_owned(), first_touch(decided, metric))));
    }
    let mut positions: BTreeMap<String, usize> = BTreeMap::new();
    for metric in &decided.metrics {
        for (dataset, facts) in revloops_catalogue::fact_rows(&decided.loop_name, datasets, metric) {
            let position = positions.entry(dataset.clone()).or_default();
            let mut row = facts;
            row.extend(object(json!({
                "row_version": ONLY, "run_id": decided.run_id, "position": *position, "record_id": record_id,
                "decided_at": decided.decided_at,
            })));
            *position += 1;
            rows.push((dataset, row));
        }
    }
    rows
}

/// The first-touch watch's name, as its records have it.
pub const FIRST_TOUCH: &str = "first_touch";

fn first_touch(decided: &Decided, metric: &Value) -> Map<String, Value> {
    let of = |name: &str| metric.get(name).cloned().unwrap_or_default();
    let in_time = metric.get("in_time").and_then(Value::as_bool).unwrap_or(false);
    object(json!({
        "row_version": ONLY, "run_id": decided.run_id, "record_id": record_id(&decided.subject),
        "owner_id": of("owner_id"), "outcome": decided.outcome, "in_time": in_time,
        "working_minutes": of("working_minutes"), "allotted_minutes": of("allotted_minutes"), "since": of("since"),
        "decided_at": decided.decided_at,
    }))
}

fn of_outcome(became: &BecameOf) -> Vec<(String, Map<String, Value>)> {
    let row = |observed: &revloops_loopkit::Observed| {
        object(json!({
            "row_version": ONLY, "run_id": became.run_id, "outcome": observed.metric, "loop": became.loop_name,
            "record_id": record_id(&became.subject), "config_version": became.config.version_id,
            "bad": observed.bad, "at": observed.at, "decided_at": became.decided_at,
        }))
    };
    became.observed.iter().map(|observed| ("outcomes".to_owned(), row(observed))).collect()
}

fn of_event(event: &Published) -> Vec<(String, Map<String, Value>)> {
    let row = json!({
        "row_version": ONLY, "event_id": event.event_id, "name": event.name, "source": event.source,
        "record_id": event.record_id, "correlation_id": event.correlation_id, "at": event.at,
    });
    vec![("events".to_owned(), object(row))]
}

fn actor(decided: &Decided) -> String {
    match &decided.actor {
        revloops_loopkit::Actor::Code => "code".to_owned(),
        revloops_loopkit::Actor::Agent(name) | revloops_loopkit::Actor::Person(name) => name.clone(),
    }
}

/// The CRM's id in a subject; none where it is no record: `plan/…`.
fn record_id(subject: &str) -> Option<&str> {
    let (kind, id) = subject.split_once('/')?;
    ["lead", "account", "contact", "opportunity", "task"].contains(&kind).then_some(id)
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    }
}
