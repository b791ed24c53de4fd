//! What a sequence may become next. Pure: a state in, a change out, to be made to exactly that version.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use revloops_domain::sequence::{SequenceAnswered, names};
use revloops_domain::sequence_state::{
    KeptSequence, OwedEvent, SequenceAnswer, SequenceState, SequenceStatus, StepStatus, StoppedBecause,
};
use revloops_domain::suppression::SuppressionKey;
use revloops_loopkit::ports::{Count, SequenceChange, TakenPlace};

use crate::policy::Policy;
use crate::words;

/// `days` times 24 hours later.
#[must_use]
pub fn days_after(at: Timestamp, days: u16) -> Timestamp {
    at.saturating_add(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(Timestamp::MAX)
}

/// Approved by `by`: takes its places, and is called off where somebody is on the list by now.
#[must_use]
pub fn approved(policy: &Policy, kept: &KeptSequence, by: &str, at: Timestamp) -> SequenceChange {
    let mut to = kept.state.clone();
    to.status = SequenceStatus::Approved;
    to.answer = Some(SequenceAnswer { by: by.to_owned(), at, content: kept.content(), reason: None });
    to.places = policy.places(&kept.drafted.recipient);
    let first = to.mails.first().map_or(0, |mail| mail.day);
    for (step, mail) in to.steps.iter_mut().zip(&to.mails) {
        step.due_at = Some(days_after(at, mail.day.saturating_sub(first)));
    }
    to.owed.push(answered(kept, names::SEQUENCE_APPROVED, by, at));
    to.plan_next(at);
    let takes = to.places.iter().map(|name| TakenPlace { name: name.clone(), at }).collect();
    let unless_suppressed = SuppressionKey::all_of(&kept.drafted.recipient);
    SequenceChange { takes, unless_suppressed, ..SequenceChange::of(kept, to) }
}

/// Turned down by `by`.
#[must_use]
pub fn rejected(kept: &KeptSequence, by: &str, reason: &str, at: Timestamp) -> SequenceChange {
    let mut to = kept.state.clone();
    to.status = SequenceStatus::Rejected;
    to.answer =
        Some(SequenceAnswer { by: by.to_owned(), at, content: kept.content(), reason: Some(reason.to_owned()) });
    for step in &mut to.steps {
        step.status = StepStatus::Stopped;
    }
    to.owed.push(answered(kept, names::SEQUENCE_REJECTED, by, at));
    to.plan_next(at);
    SequenceChange::of(kept, to)
}

/// Ended early. Steps that wait never land; tasks that landed are taken back by the clock; a landing that is under way
/// is seen to its end first.
#[must_use]
pub fn stopped(policy: &Policy, kept: &KeptSequence, code: &str, why: &str, at: Timestamp) -> SequenceChange {
    let mut to = kept.state.clone();
    to.status = SequenceStatus::Stopped;
    to.stopped = Some(StoppedBecause { code: code.to_owned(), why: why.to_owned(), at });
    for step in &mut to.steps {
        if step.status == StepStatus::Waiting {
            step.status = StepStatus::Stopped;
        }
    }
    to.owed.push(owed(kept, names::SEQUENCE_STOPPED, "stopped", json!({"reason": code})));
    let frees = freed(policy, &mut to, at);
    to.plan_next(at);
    SequenceChange { frees, ..SequenceChange::of(kept, to) }
}

/// The step `nth` passed the policy: its task is to be made, by whoever made this change, until `claimed_until`.
///
/// The one transaction of the landing: nobody on the list, both caps with room, the state as it was.
#[must_use]
pub fn landing(
    kept: &KeptSequence,
    nth: usize,
    counts: Vec<Count>,
    claimed_until: Timestamp,
    at: Timestamp,
) -> SequenceChange {
    let mut to = kept.state.clone();
    if let Some(step) = to.steps.get_mut(nth) {
        step.status = StepStatus::Landing;
        step.claimed_until = Some(claimed_until);
    }
    to.plan_next(at);
    let unless_suppressed = SuppressionKey::all_of(&kept.drafted.recipient);
    SequenceChange { unless_suppressed, counts, ..SequenceChange::of(kept, to) }
}

/// The step's work is taken over from one who died. `unless_suppressed` as when it began.
#[must_use]
pub fn taken_over(kept: &KeptSequence, nth: usize, claimed_until: Timestamp, at: Timestamp) -> SequenceChange {
    let mut to = kept.state.clone();
    if let Some(step) = to.steps.get_mut(nth) {
        step.claimed_until = Some(claimed_until);
    }
    to.plan_next(at);
    SequenceChange::of(kept, to)
}

/// The step's task is in the CRM. The next step keeps its distance to this one.
#[must_use]
pub fn landed(policy: &Policy, kept: &KeptSequence, nth: usize, task_key: &str, at: Timestamp) -> SequenceChange {
    let mut to = kept.state.clone();
    let day = |nth: usize| to.mails.get(nth).map_or(0, |mail| mail.day);
    let gap = day(nth + 1).saturating_sub(day(nth));
    if let Some(step) = to.steps.get_mut(nth) {
        step.status = StepStatus::Landed;
        step.claimed_until = None;
        step.landed_at = Some(at);
        let detail = json!({"step": step.id, "task_key": task_key});
        let event = owed(kept, names::SEQUENCE_STEP_DUE, &format!("step_due/{}", step.id), detail);
        to.owed.push(event);
    }
    if let Some(next) = to.steps.get_mut(nth + 1) {
        next.due_at = next.due_at.max(Some(days_after(at, gap)));
    }
    let over = to.steps.iter().all(|step| step.status == StepStatus::Landed);
    let frees = if over && to.status == SequenceStatus::Approved {
        to.status = SequenceStatus::Completed;
        to.owed.push(owed(kept, names::SEQUENCE_COMPLETED, "completed", json!({"steps": to.steps.len()})));
        freed(policy, &mut to, at)
    } else {
        Vec::new()
    };
    to.plan_next(at);
    SequenceChange { frees, ..SequenceChange::of(kept, to) }
}

/// The step `nth` has come to `status` and is done with.
#[must_use]
pub fn settled(kept: &KeptSequence, nth: usize, status: StepStatus, at: Timestamp) -> SequenceChange {
    let mut to = kept.state.clone();
    if let Some(step) = to.steps.get_mut(nth) {
        step.status = status;
        step.claimed_until = None;
    }
    to.plan_next(at);
    SequenceChange::of(kept, to)
}

/// The events that were owed are out.
#[must_use]
pub fn published(kept: &KeptSequence, at: Timestamp) -> SequenceChange {
    let mut to = kept.state.clone();
    to.owed.clear();
    to.plan_next(at);
    SequenceChange::of(kept, to)
}

/// Gives the sequence's places back, each with its cool-down.
fn freed(policy: &Policy, to: &mut SequenceState, at: Timestamp) -> Vec<(String, Timestamp)> {
    let places = std::mem::take(&mut to.places);
    places.into_iter().map(|name| (name.clone(), policy.free_from(&name, at))).collect()
}

fn owed(kept: &KeptSequence, name: &str, key: &str, more: serde_json::Value) -> OwedEvent {
    let drafted = &kept.drafted;
    let event_id = format!("{}/{key}", drafted.id);
    let mut detail = json!({
        "event_id": event_id,
        "correlation_id": drafted.correlation_id,
        "sequence_id": drafted.id,
        "person_id": drafted.recipient.person_id,
        "account_id": drafted.recipient.account_id,
        "template": drafted.template,
        "prompt_version": drafted.prompt_version,
    });
    if let (Some(detail), serde_json::Value::Object(more)) = (detail.as_object_mut(), more) {
        detail.extend(more);
    }
    OwedEvent { name: name.to_owned(), event_id, detail }
}

fn answered(kept: &KeptSequence, name: &str, by: &str, at: Timestamp) -> OwedEvent {
    let drafted = &kept.drafted;
    let event_id = format!("{}/answered", drafted.id);
    let (edited_words, drafted_words) = words::edited(&drafted.steps, &kept.state.mails);
    let detail = SequenceAnswered {
        event_id: event_id.clone(),
        correlation_id: drafted.correlation_id.clone(),
        sequence_id: drafted.id.clone(),
        content: kept.content(),
        by: by.to_owned(),
        at,
        template: drafted.template.clone(),
        prompt_version: drafted.prompt_version.clone(),
        seconds: u64::try_from(at.duration_since(drafted.drafted_at).as_secs()).unwrap_or(0),
        edited_words,
        drafted_words,
    };
    OwedEvent { name: name.to_owned(), event_id, detail: serde_json::to_value(detail).unwrap_or_default() }
}
