//! Sends parked leads, promotions and signals again when they are due, further apart each time.
//!
//! What failed for a reason that passes by itself is tried again: after one minute, two, four, … one hour at most.
//! What was refused, has a wrong config, needs a person or is a bug waits for a person, who sends it again by
//! `revloops redrive`, which makes it due at the beginning of time.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};

use revloops_domain::ErrorClass;
use revloops_domain::events::names;
use revloops_domain::signal;
use revloops_loopkit::Outcome;
use revloops_loopkit::ports::{Bus, BusEvent, Clock, Parked, ParkedItem};
use revloops_runtime::WorkQueue;

/// So many a tick; the next tick takes the next.
const AT_ONCE: usize = 200;

/// A tick sends for so long: the function's own time is limited.
const SENDS_FOR: SignedDuration = SignedDuration::from_secs(30);

/// What one tick did.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Redriven {
    /// Sent again.
    pub sent: usize,
    /// Due, but a person's to decide.
    pub for_a_person: usize,
}

/// Where a parked chain is sent again.
#[async_trait]
pub trait Sends: Send + Sync {
    /// Sends one message.
    async fn send(&self, body: &Value) -> Outcome<()>;
}

#[async_trait]
impl Sends for WorkQueue {
    async fn send(&self, body: &Value) -> Outcome<()> {
        Self::send(self, body).await
    }
}

/// The ways back into the chains.
pub struct Ways<'a> {
    /// Leads: the demand chain's queue.
    pub demand: &'a dyn Sends,
    /// Promotions, signals and deals: the bus, whose rules start their chains.
    pub planning: &'a dyn Bus,
}

impl Ways<'_> {
    async fn send(&self, item: &ParkedItem, event: &Value) -> Outcome<()> {
        let event = again(event);
        // Chains that a rule of the bus starts park under their names (infra/chains).
        let by_bus = [
            ("planning/", names::SCENARIO_PROMOTED),
            ("signal/", signal::names::SIGNAL_DETECTED),
            ("acquisition/", names::OPPORTUNITY_SAVED),
        ];
        let of = |(chain, name): (&str, &'static str)| Some((item.parked_id.strip_prefix(chain)?, name));
        let Some((id, name)) = by_bus.into_iter().find_map(of) else { return self.demand.send(&event).await };
        let started = BusEvent { name: name.to_owned(), id: id.to_owned(), detail: event };
        self.planning.publish(std::slice::from_ref(&started)).await?.into_iter().collect()
    }
}

/// Sends what is due.
///
/// An item's next attempt is put off before it is sent: a tick that dies in between costs a wait, and two ticks at once
/// send it once.
///
/// # Errors
/// When what is parked cannot be read, or the queue or the bus takes nothing; the rest is done at the next tick.
pub async fn redrive_due(parked: &dyn Parked, ways: &Ways<'_>, clock: &dyn Clock) -> Outcome<Redriven> {
    let started = clock.now();
    let mut done = Redriven::default();
    for item in parked.due(started, AT_ONCE).await? {
        if clock.now().duration_since(started) > SENDS_FOR {
            break;
        }
        let (Some(due), Some(event)) = (item.next_attempt_at, &item.input) else {
            done.for_a_person += 1;
            continue;
        };
        if due != Timestamp::UNIX_EPOCH && !passes_by_itself(&item.class) {
            done.for_a_person += 1;
            continue;
        }
        let next = clock.now().saturating_add(wait(item.attempts)).unwrap_or(Timestamp::MAX);
        if parked.postpone(&item.parked_id, due, next).await? {
            ways.send(&item, event).await?;
            done.sent += 1;
            log(&item);
        }
    }
    Ok(done)
}

fn log(item: &ParkedItem) {
    tracing::info!(
        parked_id = item.parked_id,
        step = item.step,
        class = item.class,
        attempts = item.attempts,
        "sent again"
    );
}

/// The event, marked: the chain closes the parked item at its end.
fn again(event: &Value) -> Value {
    let mut event = event.clone();
    if let Some(fields) = event.as_object_mut() {
        fields.insert("redriven".to_owned(), json!(true));
    }
    event
}

/// Our classes by name; and what the state machine itself caught: time-outs and Lambda's own faults.
fn passes_by_itself(class: &str) -> bool {
    ErrorClass::named(class).is_some_and(ErrorClass::passes_by_itself)
        || ["States.Timeout", "Lambda.", "Runtime.", "Sandbox."].iter().any(|prefix| class.starts_with(prefix))
}

/// 1, 2, 4, … 60 minutes.
fn wait(attempts: u32) -> SignedDuration {
    SignedDuration::from_mins(i64::from(2_u32.saturating_pow(attempts.saturating_sub(1)).min(60)))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use revloops_loopkit::ports::ParkedStatus;
    use revloops_testkit::{ParkedInMemory, TestWorld};

    #[derive(Default)]
    struct Sent(Mutex<Vec<Value>>);

    #[async_trait]
    impl Sends for Sent {
        async fn send(&self, body: &Value) -> Outcome<()> {
            self.0.lock().unwrap().push(body.clone());
            Ok(())
        }
    }

    fn item(id: &str, class: &str, due: &str) -> ParkedItem {
        ParkedItem {
            parked_id: id.into(),
            step: "engage".into(),
            class: class.into(),
            reason: "…".into(),
            attempts: 1,
            status: ParkedStatus::Waiting,
            parked_at: "2026-11-22T10:00:00Z".parse().unwrap(),
            next_attempt_at: Some(due.parse().unwrap()),
            input: Some(json!({"event_id": id})),
            body_key: None,
        }
    }

    async fn redriven(items: &[ParkedItem]) -> (Redriven, Vec<Value>, ParkedInMemory) {
        let (world, parked, queue) =
            (TestWorld::new("2026-11-22T10:05:00Z".parse().unwrap()), ParkedInMemory::default(), Sent::default());
        for item in items {
            parked.park(item).await.unwrap();
        }
        let ways = Ways { demand: &queue, planning: &world };
        let done = redrive_due(&parked, &ways, &world).await.unwrap();
        let promoted = world.with(|memory| memory.events.clone());
        queue
            .0
            .lock()
            .unwrap()
            .extend(promoted.into_iter().map(|event| json!({"bus": event.name, "detail": event.detail})));
        (done, queue.0.into_inner().unwrap(), parked)
    }

    #[tokio::test]
    async fn what_passes_by_itself_and_is_due_is_sent_again_marked_and_put_off() {
        let (done, sent, parked) = redriven(&[
            item("due", "Transient", "2026-11-22T10:04:00Z"),
            item("later", "Transient", "2026-11-22T10:06:00Z"),
            item("ours", "Lambda.Unknown", "2026-11-22T10:04:30Z"),
        ])
        .await;
        assert_eq!(done, Redriven { sent: 2, for_a_person: 0 });
        assert_eq!(sent, [json!({"event_id": "due", "redriven": true}), json!({"event_id": "ours", "redriven": true})]);
        assert_eq!(parked.items()[0].next_attempt_at.unwrap().to_string(), "2026-11-22T10:06:00Z");
    }

    #[tokio::test]
    async fn what_was_refused_waits_until_a_person_sends_it() {
        let (done, sent, _) = redriven(&[
            item("refused", "Rejected", "2026-11-22T10:04:00Z"),
            item("asked-for", "Rejected", "1970-01-01T00:00:00Z"),
        ])
        .await;
        assert_eq!(done, Redriven { sent: 1, for_a_person: 1 });
        assert_eq!(sent[0]["event_id"], "asked-for");
    }

    #[tokio::test]
    async fn a_parked_promotion_goes_back_by_the_bus_and_never_to_the_leads() {
        let (done, sent, _) = redriven(&[item("planning/p1", "Transient", "2026-11-22T10:04:00Z")]).await;
        assert_eq!(done.sent, 1);
        let detail = json!({"event_id": "planning/p1", "redriven": true});
        assert_eq!(sent, [json!({"bus": "scenario.promoted", "detail": detail})]);
    }

    #[tokio::test]
    async fn parked_signals_go_back_by_the_bus_to_their_own_chain() {
        let (done, sent, _) = redriven(&[item("signal/scan-7", "Transient", "2026-11-22T10:04:00Z")]).await;
        assert_eq!(done.sent, 1);
        let detail = json!({"event_id": "signal/scan-7", "redriven": true});
        assert_eq!(sent, [json!({"bus": "signal.detected", "detail": detail})]);
    }

    #[test]
    fn attempts_are_further_apart_each_time_up_to_an_hour() {
        let minutes: Vec<i64> = [1, 2, 3, 7, 40].into_iter().map(|n| wait(n).as_mins()).collect();
        assert_eq!(minutes, [1, 2, 4, 60, 60]);
    }
}
