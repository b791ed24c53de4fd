//! Which notifications are on the bus already: `notification_id`, `expires_at` = epoch seconds.

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use jiff::Timestamp;

use revloops_loopkit::Outcome;
use revloops_loopkit::ports::Inbox;

use crate::failures::failure;
use crate::item::{n, s};

/// Salesforce sends again for 24 hours; what comes later is caught by the run's own record.
const KEPT_DAYS: i64 = 7;

/// [`Inbox`] on DynamoDB.
#[derive(Debug, Clone)]
pub struct TableInbox {
    client: Client,
    table: String,
}

impl TableInbox {
    /// On `table`.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }
}

#[async_trait]
impl Inbox for TableInbox {
    async fn seen(&self, notification_id: &str) -> Outcome<bool> {
        let read = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("notification_id", s(notification_id))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| failure("reading the inbox", error))?;
        Ok(read.item.is_some())
    }

    async fn enqueued(&self, notification_id: &str, at: Timestamp) -> Outcome<()> {
        self.client
            .put_item()
            .table_name(&self.table)
            .item("notification_id", s(notification_id))
            .item("enqueued_at", s(at.to_string()))
            .item("expires_at", n(at.as_second() + KEPT_DAYS * 86_400))
            .send()
            .await
            .map_err(|error| failure("writing the inbox", error))?;
        Ok(())
    }
}
