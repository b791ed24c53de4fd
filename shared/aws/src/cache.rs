//! The enrichment cache: `pk` = key, `expires_at` = epoch seconds, which DynamoDB's time-to-live deletes by.

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use jiff::Timestamp;
use serde_json::Value;

use revloops_loopkit::Outcome;
use revloops_loopkit::ports::Cache;

use crate::failures::failure;
use crate::item::{from_json, n, number, s, to_json};

/// [`Cache`] on DynamoDB.
#[derive(Debug, Clone)]
pub struct TableCache {
    client: Client,
    table: String,
}

impl TableCache {
    /// On `table`.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }
}

#[async_trait]
impl Cache for TableCache {
    async fn get(&self, key: &str, at: Timestamp) -> Outcome<Option<Value>> {
        let read = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", s(key))
            .send()
            .await
            .map_err(|error| failure("reading the cache", error))?;
        // Time-to-live deletes late: what has run out may still be there.
        match read.item.filter(|item| number(item, "expires_at").is_some_and(|expires| expires > at.as_second())) {
            Some(item) => from_json(&item, "value").map(Some),
            None => Ok(None),
        }
    }

    async fn put(&self, key: &str, value: &Value, days: u16, at: Timestamp) -> Outcome<()> {
        self.client
            .put_item()
            .table_name(&self.table)
            .item("pk", s(key))
            .item("value", s(to_json(value)?))
            .item("expires_at", n(at.as_second() + i64::from(days) * 86_400))
            .send()
            .await
            .map_err(|error| failure("writing the cache", error))?;
        Ok(())
    }
}
