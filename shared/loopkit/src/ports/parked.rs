use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::failure::Outcome;

/// What becomes of a parked item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParkedStatus {
    /// It waits: for its next attempt, or, where it has none, for a person.
    Waiting,
    /// It went on after all, or a person has dealt with it.
    Done,
}

impl ParkedStatus {
    /// The name in the table.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
        }
    }
}

/// Something that could not go on, with its reason. Its `Debug` shows no input.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ParkedItem {
    /// The same for every parking of the same thing, so that repeats count up and do not pile up.
    pub parked_id: String,
    /// Where it stopped: `crm_messages`, `qualify`, …
    pub step: String,
    /// Error class; for what the state machine caught, the error's name, `States.Timeout` for one.
    pub class: String,
    /// The reason in words, without a person's data.
    pub reason: String,
    /// How often it was parked so far; 1 at the first time.
    pub attempts: u32,
    /// Whether it still waits.
    pub status: ParkedStatus,
    /// When it was parked first.
    pub parked_at: Timestamp,
    /// When to try again; `None` where trying again cannot help.
    pub next_attempt_at: Option<Timestamp>,
    /// What to send again: the detail of the event that started the chain. `None` where it could not be read.
    pub input: Option<Value>,
    /// Where the raw body is kept, if it is.
    pub body_key: Option<String>,
}

impl std::fmt::Debug for ParkedItem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ParkedItem")
            .field("parked_id", &self.parked_id)
            .field("step", &self.step)
            .field("class", &self.class)
            .field("attempts", &self.attempts)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// What could not go on: kept, visible and re-drivable.
#[async_trait]
pub trait Parked: Send + Sync {
    /// Keeps `item` as waiting. Where its id is kept already, `attempts` goes up by one, the reason, class, step, input
    /// and body are the new ones, and `parked_at` and `next_attempt_at` stay as they were.
    async fn park(&self, item: &ParkedItem) -> Outcome<()>;

    /// Items of this status, oldest attempt first, at most `limit`.
    async fn list(&self, status: ParkedStatus, limit: usize) -> Outcome<Vec<ParkedItem>>;

    /// Waiting items whose next attempt is due at `now`, oldest first, at most `limit`.
    async fn due(&self, now: Timestamp, limit: usize) -> Outcome<Vec<ParkedItem>>;

    /// Moves an item's next attempt, unless another has moved it away from `from` since.
    /// Returns whether it was moved by this call.
    async fn postpone(&self, parked_id: &str, from: Timestamp, to: Timestamp) -> Outcome<bool>;

    /// Closes an item; one that is not there or closed already is left as it is.
    async fn close(&self, parked_id: &str, at: Timestamp) -> Outcome<()>;
}

/// Raw bodies of what could not be read, kept for a person to look at, and forgotten after some months.
#[async_trait]
pub trait ParkedBodies: Send + Sync {
    /// Keeps `body` and returns its key: the same body always has the same key.
    async fn keep(&self, body: &[u8]) -> Outcome<String>;
}
