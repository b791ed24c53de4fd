use async_trait::async_trait;
use serde_json::Value;

use crate::failure::Outcome;

/// One event for the bus.
#[derive(Clone, PartialEq)]
pub struct BusEvent {
    /// Detail type: `lead.saved`, …
    pub name: String,
    /// The event's own id; the detail carries the same as `event_id`, by which consumers tell a repeat.
    pub id: String,
    /// The detail, a JSON object.
    pub detail: Value,
}

impl std::fmt::Debug for BusEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BusEvent").field("name", &self.name).field("id", &self.id).finish_non_exhaustive()
    }
}

/// The event bus.
#[async_trait]
pub trait Bus: Send + Sync {
    /// Publishes `events`, however many, in calls of as many as the bus takes at once.
    ///
    /// Replies with one outcome an event, in their order. The outer failure says that nothing is known of any of them:
    /// some may be on the bus.
    async fn publish(&self, events: &[BusEvent]) -> Outcome<Vec<Outcome<()>>>;
}
