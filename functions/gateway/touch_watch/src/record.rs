//! A step as a decision record: what was decided and why, and its effects.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use revloops_domain::first_touch::{AfterMiss, MissedBecause, TouchedBy};
use revloops_domain::{ConfigStamp, CorrelationId, Cost, ErrorClass, OrganizationId, sha256_hex};
use revloops_loopkit::ports::Untouched;
use revloops_loopkit::{Actor, Because, Decision, Failure, Mode, Outcome, Reason, Record, Verdict};

use crate::decide::{Decided, Step, run_key, subject};
use crate::effects::{effects, event};
use crate::history::History;

/// What a step's record needs besides the lead.
#[derive(Clone, Copy)]
pub(crate) struct Given<'a> {
    /// The organisation that leads come from.
    pub(crate) organization_id: &'a OrganizationId,
    /// The config that decides.
    pub(crate) config: &'a ConfigStamp,
    /// What was decided before.
    pub(crate) history: &'a History,
}

/// The record of one step.
///
/// # Errors
/// `Bug` where it cannot be written as JSON.
pub(crate) fn record(lead: &Untouched, decided: &Decided, given: &Given<'_>, at: Timestamp) -> Outcome<Record> {
    let key = run_key(lead, decided);
    // The same as the gateway's for the saved lead, so that all of a lead's way is found by one id.
    let correlation_id = CorrelationId::of(&subject(lead), "created");
    let effects = effects(lead, decided, given.organization_id, &key, &correlation_id, at)?;
    let input = json(lead)?;
    let outcome = outcome(&decided.step);
    Ok(Record {
        run_id: key.run_id(),
        correlation_id,
        loop_version: env!("CARGO_PKG_VERSION").to_owned(),
        config: given.config.clone(),
        input_hash: sha256_hex(input.to_string().as_bytes()),
        input,
        facts: json(given.history)?,
        decision: Decision::sure(outcome, json(decided)?, reasons(decided)),
        reply: json!({"status": outcome, "run_id": key.run_id()}),
        metrics: metrics(decided)?,
        effects,
        actor: Actor::Code,
        mode: Mode::Live,
        cost: Cost::default(),
        ai_calls: Vec::new(),
        decided_at: at,
        key,
    })
}

/// A word for the step, as `explain` and BI show it.
pub(crate) fn outcome(step: &Step) -> &'static str {
    match step {
        Step::Touched { .. } => "touched",
        Step::GivenAway { .. } => "given_away",
        Step::TaskMoved { .. } => "task_moved",
        Step::Postponed { .. } => "postponed",
        Step::Reminded { .. } => "reminded",
        Step::Missed { .. } => "missed",
    }
}

/// One row for each clock that ended.
fn metrics(decided: &Decided) -> Outcome<Vec<Value>> {
    let Some((_, detail)) = event(decided)? else { return Ok(Vec::new()) };
    if matches!(decided.step, Step::Reminded { .. }) {
        return Ok(Vec::new());
    }
    let mut row = detail;
    row.insert("outcome".to_owned(), json!(outcome(&decided.step)));
    Ok(vec![Value::Object(row)])
}

fn reasons(decided: &Decided) -> Vec<Reason> {
    let clock = &decided.clock;
    let passed = format!("{} since {}", clock.working_minutes, clock.since.strftime("%Y-%m-%d %H:%M UTC"));
    let within = |holds| {
        Because::new(format!("in touch within {} working minutes", clock.allotted_minutes), passed.clone(), holds)
    };
    let (verdict, because) = match &decided.step {
        Step::Touched { by, in_time, .. } => {
            let how = match by {
                TouchedBy::Task => "a task was completed",
                TouchedBy::Meeting => "a meeting took place",
                TouchedBy::Status => "the status was moved on",
                TouchedBy::Conversion => "the lead was converted",
            };
            (Verdict::Held, vec![Because::new("somebody was in touch", how, true), within(*in_time)])
        }
        Step::GivenAway { before, .. } => {
            let before = before.as_ref().map_or_else(|| "nobody".to_owned(), |(owner, _)| owner.to_string());
            (Verdict::Held, vec![Because::new(format!("owned by {}", clock.owner_id), before, false)])
        }
        Step::TaskMoved { task } => {
            (Verdict::Held, vec![Because::new("our task belongs to the owner", task.clone(), false)])
        }
        Step::Postponed { due } => {
            let due = due.strftime("%Y-%m-%d %H:%M UTC").to_string();
            (Verdict::FellThrough, vec![within(false), Because::new("the minutes end as promised", due, false)])
        }
        Step::Reminded { .. } => (Verdict::FellThrough, vec![within(false)]),
        Step::Missed { because, misses, then, .. } => {
            let mut all = vec![within(false)];
            if *because == MissedBecause::OnLeave {
                all.push(Because::new("at work at the time promised", "on leave", false));
            }
            let what = match then {
                AfterMiss::RoutedAgain => "routed again, past whoever missed it",
                AfterMiss::Stays => "stays with its owner",
            };
            all.push(Because::new(format!("miss {misses}"), what, true));
            (Verdict::Failed, all)
        }
    };
    vec![Reason::new("first touch", verdict, because)]
}

pub(crate) fn json<T: Serialize>(value: &T) -> Outcome<Value> {
    serde_json::to_value(value).map_err(|error| Failure::new(ErrorClass::Bug, "writing a record").caused_by(error))
}
