use async_trait::async_trait;
use jiff::Timestamp;

use crate::failure::Outcome;
use crate::record::{Record, RunKey};

/// Who works on a run, and until when others keep away. A worker that dies holds it no longer than that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The invocation; nobody else has the same.
    pub owner: String,
    /// When others may take over.
    pub until: Timestamp,
}

/// What is stored of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRun {
    /// The decision record.
    pub record: Record,
    /// Indexes of the effects that are known to be applied.
    pub applied: Vec<usize>,
}

/// What asking for a run gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim {
    /// It is ours, and nothing is decided yet.
    Fresh,
    /// It is ours, and an earlier attempt decided: apply what is missing.
    Resume(Box<StoredRun>),
    /// All is done already.
    Done(Box<StoredRun>),
    /// Another invocation works on it.
    Busy {
        /// Until when at most.
        until: Timestamp,
    },
}

/// Where runs and their records are kept. Every write holds only for the lease's owner; another's fails with `Busy`.
#[async_trait]
pub trait RunStore: Send + Sync {
    /// Takes the run, unless it is done or another's lease still holds at `now`.
    async fn claim(&self, key: &RunKey, lease: &Lease, now: Timestamp) -> Outcome<Claim>;

    /// Stores the decision, before any effect.
    async fn decided(&self, key: &RunKey, owner: &str, record: &Record) -> Outcome<()>;

    /// Notes that an effect is in; with `last`, that the whole run is done.
    async fn applied(&self, key: &RunKey, owner: &str, effect: usize, last: bool, at: Timestamp) -> Outcome<()>;

    /// Gives the run back after a failure, so that a retry need not wait for the lease to run out.
    async fn release(&self, key: &RunKey, owner: &str) -> Outcome<()>;

    /// One run, where it is decided.
    async fn one(&self, key: &RunKey) -> Outcome<Option<StoredRun>> {
        Ok(self.about(&key.subject).await?.into_iter().find(|run| run.record.key == *key))
    }

    /// All decided runs about a subject, in the order of their decisions.
    async fn about(&self, subject: &str) -> Outcome<Vec<StoredRun>>;
}
