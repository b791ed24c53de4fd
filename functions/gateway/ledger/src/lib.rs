//! The ledger: what is decided, what becomes of it, what is published and what the CRM holds, as rows of the lake.
//!
//! | in | rows |
//! |---|---|
//! | stream of the runs table ([`streams`]) | `decisions`, `effects`, `<loop>_facts`, `first_touches` |
//! | stream of the table of outcomes | `outcomes` |
//! | queue of all events of the bus ([`events`]) | `events` |
//! | a schedule's tick, or `{"refresh": true}` ([`crm`]) | `crm_*`: what changed since the last look |
//! | `{"rebuild": {"into": "rebuilt/…", "after": null}}` ([`rebuild`]) | all, from the archive |
//! | `{"catch_up": {"after": "2026-11-28T00:00:00Z"}}` ([`catch_up`]) | decisions that a stream has lost |
//!
//! Everything is archived before it is merged, and merging is the same whenever and however often it is done: so what fails comes
//! again as a whole. What cannot be read is parked with its reason and holds nothing up.

pub mod catch_up;
pub mod crm;
pub mod events;
pub mod keep;
pub mod rebuild;
pub mod rows;
pub mod streams;
pub mod told;

#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};
use revloops_domain::ErrorClass;
use revloops_loopkit::ports::{Clock, Objects, Past};
use revloops_loopkit::{Failure, Outcome};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

pub use keep::{Kept, Ledger};

/// How long a call may work; what it did not come to, the next one does.
#[derive(Debug, Clone, Copy)]
pub struct Within {
    /// When it began.
    pub began: Timestamp,
    /// For so long.
    pub works_for: SignedDuration,
}

impl Within {
    /// Whether its time is over.
    #[must_use]
    pub fn is_over(&self, clock: &dyn Clock) -> bool {
        clock.now().duration_since(self.began) > self.works_for
    }
}

/// What the ledger reads from.
pub struct World<'a> {
    /// Where things are kept.
    pub ledger: &'a Ledger,
    /// Records too large for an item of the runs table.
    pub large_records: &'a dyn Objects,
    /// What was decided.
    pub past: &'a dyn Past,
    /// The CRM.
    pub crm: crm::Crm<'a>,
}

/// Takes a batch of a stream or queue, a tick, or a person's call.
///
/// # Errors
/// Where a table, the bucket or the CRM does not answer: the same can be taken again. `Rejected` where a call asks for
/// nothing that there is.
pub async fn handle(payload: &Value, world: &World<'_>, within: &Within) -> Outcome<Value> {
    let ledger = world.ledger;
    if let Some(records) = payload.get("Records").and_then(Value::as_array) {
        let is_queue = records.iter().any(|record| record.get("body").is_some());
        let (source, reading) = if is_queue {
            let bodies = records.iter().filter_map(|record| record.get("body").and_then(Value::as_str));
            ("events", events::read(bodies))
        } else {
            ("streams", streams::read(records, world.large_records).await?)
        };
        let kept = ledger.keep(source, reading).await?;
        tracing::info!(source, lines = kept.lines, rows = kept.rows, parked = kept.parked, "kept");
        // A batch that fails comes again as a whole; of one that does not, nothing has to.
        return Ok(json!({ "batchItemFailures": [] }));
    }
    if let Some(asked) = payload.get("rebuild") {
        return reply(&rebuild::rebuild(ledger, &asked_for(asked)?, within).await?);
    }
    if let Some(asked) = payload.get("catch_up") {
        return reply(&catch_up::catch_up(ledger, world.past, &asked_for(asked)?, within).await?);
    }
    let refreshed = crm::refresh(ledger, world.crm, within).await?;
    for (dataset, kept) in &refreshed.datasets {
        tracing::info!(dataset, rows = kept.rows, parked = kept.parked, "refreshed");
    }
    reply(&refreshed)
}

fn asked_for<T: DeserializeOwned>(asked: &Value) -> Outcome<T> {
    T::deserialize(asked)
        .map_err(|error| Failure::unreadable(ErrorClass::Rejected, "reading what the ledger is asked", &error))
}

fn reply<T: serde::Serialize>(done: &T) -> Outcome<Value> {
    serde_json::to_value(done).map_err(|error| Failure::unreadable(ErrorClass::Bug, "writing a reply", &error))
}
