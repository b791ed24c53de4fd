use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::failure::Outcome;

/// Which of the CRM's notifications are on the bus already.
///
/// A notification is entered only **after** its event is durably on the bus. A gateway that dies in between sends a
/// second event with the same id, which the chain makes harmless; the other order would lose the lead.
#[async_trait]
pub trait Inbox: Send + Sync {
    /// Those of these notifications whose events are on the bus already.
    async fn seen(&self, notification_ids: &BTreeSet<String>) -> Outcome<BTreeSet<String>>;

    /// Notes that the events of these notifications are on the bus. May be told more than once.
    async fn enqueued(&self, notification_ids: &BTreeSet<String>, at: Timestamp) -> Outcome<()>;
}
