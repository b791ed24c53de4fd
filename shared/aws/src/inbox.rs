//! Which notifications are on the bus already: `notification_id`, `expires_at` = epoch seconds.
//!
//! An envelope brings up to 100 notifications, so both ways go in batches.

use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::KeysAndAttributes;
use jiff::Timestamp;

use revloops_domain::ErrorClass;
use revloops_loopkit::ports::Inbox;
use revloops_loopkit::{Failure, Outcome};

use crate::failures::failure;
use crate::item::{Item, n, s, text};
use crate::writes::{put, write_all};

/// Salesforce sends again for 24 hours; what comes later is caught by the run's own record.
const KEPT_DAYS: i64 = 7;

/// What DynamoDB takes in one call.
const KEYS_A_READ: usize = 100;

/// What DynamoDB leaves undone of a batch, it has throttled; a few more calls bring it home.
const CALLS_A_BATCH: usize = 4;

const ID: &str = "notification_id";

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

    async fn read(&self, ids: &[&String], found: &mut BTreeSet<String>) -> Outcome<()> {
        let keys = ids.iter().map(|id| Item::from([(ID.to_owned(), s(id.as_str()))])).collect();
        let request = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).projection_expression(ID);
        let mut undone = HashMap::from([(self.table.clone(), request.build().map_err(not_built)?)]);
        for _call in 0..CALLS_A_BATCH {
            let read = self
                .client
                .batch_get_item()
                .set_request_items(Some(undone))
                .send()
                .await
                .map_err(|error| failure("reading the inbox", error))?;
            let items = read.responses.unwrap_or_default().remove(&self.table).unwrap_or_default();
            found.extend(items.iter().filter_map(|item| text(item, ID)).map(ToOwned::to_owned));
            undone = read.unprocessed_keys.unwrap_or_default();
            if undone.is_empty() {
                return Ok(());
            }
        }
        Err(Failure::new(ErrorClass::Throttled, "reading the inbox: not all of it was read"))
    }

    async fn write(&self, ids: &[&String], at: Timestamp) -> Outcome<()> {
        let row = |id: &&String| {
            put(Item::from([
                (ID.to_owned(), s(id.as_str())),
                ("enqueued_at".to_owned(), s(at.to_string())),
                ("expires_at".to_owned(), n(at.as_second() + KEPT_DAYS * 86_400)),
            ]))
        };
        let puts = ids.iter().map(row).collect::<Outcome<_>>()?;
        write_all(&self.client, &self.table, puts, "writing the inbox").await
    }
}

fn not_built(error: BuildError) -> Failure {
    Failure::new(ErrorClass::Bug, "building a batch for the inbox").caused_by(error)
}

#[async_trait]
impl Inbox for TableInbox {
    async fn seen(&self, notification_ids: &BTreeSet<String>) -> Outcome<BTreeSet<String>> {
        let ids: Vec<&String> = notification_ids.iter().collect();
        let mut found = BTreeSet::new();
        for some in ids.chunks(KEYS_A_READ) {
            self.read(some, &mut found).await?;
        }
        Ok(found)
    }

    async fn enqueued(&self, notification_ids: &BTreeSet<String>, at: Timestamp) -> Outcome<()> {
        let ids: Vec<&String> = notification_ids.iter().collect();
        self.write(&ids, at).await
    }
}
