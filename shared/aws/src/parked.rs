//! What could not go on, in the parked table: `parked_id`; `by_status` finds by status and next attempt.
//!
//! The state machines write the same items, without a function in between (`infra/chains`).

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use jiff::Timestamp;
use object_store::aws::AmazonS3;
use object_store::path::Path;
use object_store::{ObjectStore, PutMode, PutOptions};
use serde_json::Value;

use revloops_domain::{ErrorClass, sha256_hex};
use revloops_loopkit::ports::{Parked, ParkedBodies, ParkedItem, ParkedStatus};
use revloops_loopkit::{Failure, Outcome};

use crate::conditional::update_if;
use crate::failures::{failure, object_failure};
use crate::item::{Item, n, number, s, text};

/// An index needs a number: what is never tried again by itself sorts last, at the end of the year 9999.
const NEVER: i64 = 253_402_300_799;

/// [`Parked`] on DynamoDB.
#[derive(Debug, Clone)]
pub struct TableParked {
    client: Client,
    table: String,
}

impl TableParked {
    /// On `table`.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// Makes an item due at the beginning of time, whatever its class: a person wants it sent again. Whether it was there
    /// and not done.
    ///
    /// # Errors
    /// When the table does not take it.
    pub async fn make_due(&self, parked_id: &str) -> Outcome<bool> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("parked_id", s(parked_id))
            .update_expression("SET next_attempt_at = :beginning, #status = :waiting")
            .condition_expression("attribute_exists(parked_id) AND #status <> :done")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":beginning", n(Timestamp::UNIX_EPOCH.as_second()))
            .expression_attribute_values(":waiting", s(ParkedStatus::Waiting.name()))
            .expression_attribute_values(":done", s(ParkedStatus::Done.name()));
        update_if(update, format!("making {parked_id} due")).await
    }

    /// Items of `status` whose next attempt is not after `until`, in epoch seconds.
    async fn by_status(&self, status: ParkedStatus, until: i64, limit: usize) -> Outcome<Vec<ParkedItem>> {
        let mut found = Vec::new();
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("by_status")
            .key_condition_expression("#status = :status AND next_attempt_at <= :until")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":status", s(status.name()))
            .expression_attribute_values(":until", n(until))
            .into_paginator()
            .items()
            .send();
        while found.len() < limit {
            let Some(item) = pages.next().await else { break };
            found.push(parked(&item.map_err(|error| failure("reading what is parked", error))?)?);
        }
        Ok(found)
    }
}

fn parked(item: &Item) -> Outcome<ParkedItem> {
    let parked_id = text(item, "parked_id").unwrap_or_default().to_owned();
    let unreadable =
        |what: &str| Failure::new(ErrorClass::Bug, format!("parked item {parked_id} has no readable `{what}`"));
    let parked_at = text(item, "parked_at").and_then(|at| at.parse().ok()).ok_or_else(|| unreadable("parked_at"))?;
    let next = number(item, "next_attempt_at").filter(|seconds| *seconds < NEVER);
    let input = match text(item, "event") {
        Some(json) => Some(serde_json::from_str::<Value>(json).map_err(|_withheld| unreadable("event"))?),
        None => None,
    };
    Ok(ParkedItem {
        step: text(item, "step").unwrap_or_default().to_owned(),
        class: text(item, "error_class").unwrap_or_default().to_owned(),
        reason: text(item, "cause").unwrap_or_default().to_owned(),
        attempts: number(item, "attempts").and_then(|count| u32::try_from(count).ok()).unwrap_or(0),
        status: if text(item, "status") == Some("done") { ParkedStatus::Done } else { ParkedStatus::Waiting },
        parked_at,
        next_attempt_at: next.and_then(|seconds| Timestamp::from_second(seconds).ok()),
        input,
        body_key: text(item, "body_key").map(ToOwned::to_owned),
        parked_id,
    })
}

#[async_trait]
impl Parked for TableParked {
    async fn park(&self, item: &ParkedItem) -> Outcome<()> {
        let mut set = "SET #status = :status, #step = :step, error_class = :class, cause = :cause, \
                       parked_at = if_not_exists(parked_at, :at), last_parked_at = :at, \
                       next_attempt_at = if_not_exists(next_attempt_at, :next)"
            .to_owned();
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("parked_id", s(&item.parked_id))
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#step", "step")
            .expression_attribute_values(":status", s(item.status.name()))
            .expression_attribute_values(":step", s(&item.step))
            .expression_attribute_values(":class", s(&item.class))
            .expression_attribute_values(":cause", s(&item.reason))
            .expression_attribute_values(":at", s(item.parked_at.to_string()))
            .expression_attribute_values(":next", n(item.next_attempt_at.map_or(NEVER, Timestamp::as_second)))
            .expression_attribute_values(":one", n(1));
        if let Some(input) = &item.input {
            set.push_str(", event = :event");
            update = update.expression_attribute_values(":event", s(input.to_string()));
        }
        if let Some(key) = &item.body_key {
            set.push_str(", body_key = :body");
            update = update.expression_attribute_values(":body", s(key));
        }
        update
            .update_expression(format!("{set} ADD attempts :one"))
            .send()
            .await
            .map_err(|error| failure(format!("parking {}", item.parked_id), error))?;
        Ok(())
    }

    async fn list(&self, status: ParkedStatus, limit: usize) -> Outcome<Vec<ParkedItem>> {
        self.by_status(status, NEVER, limit).await
    }

    async fn due(&self, now: Timestamp, limit: usize) -> Outcome<Vec<ParkedItem>> {
        self.by_status(ParkedStatus::Waiting, now.as_second(), limit).await
    }

    async fn postpone(&self, parked_id: &str, from: Timestamp, to: Timestamp) -> Outcome<bool> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("parked_id", s(parked_id))
            .update_expression("SET next_attempt_at = :to")
            .condition_expression("#status = :waiting AND next_attempt_at = :from")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":waiting", s(ParkedStatus::Waiting.name()))
            .expression_attribute_values(":from", n(from.as_second()))
            .expression_attribute_values(":to", n(to.as_second()));
        update_if(update, format!("postponing {parked_id}")).await
    }

    async fn close(&self, parked_id: &str, at: Timestamp) -> Outcome<()> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("parked_id", s(parked_id))
            .update_expression("SET #status = :done, done_at = :at")
            .condition_expression("#status = :waiting")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":waiting", s(ParkedStatus::Waiting.name()))
            .expression_attribute_values(":done", s(ParkedStatus::Done.name()))
            .expression_attribute_values(":at", s(at.to_string()));
        // What is closed already stays as it is.
        update_if(update, format!("closing {parked_id}")).await?;
        Ok(())
    }
}

/// [`ParkedBodies`] in a bucket whose lifecycle forgets them.
#[derive(Debug)]
pub struct BucketBodies {
    bucket: AmazonS3,
}

impl BucketBodies {
    /// In `bucket`.
    #[must_use]
    pub fn new(bucket: AmazonS3) -> Self {
        Self { bucket }
    }
}

#[async_trait]
impl ParkedBodies for BucketBodies {
    async fn keep(&self, body: &[u8]) -> Outcome<String> {
        let key = format!("bodies/{}", sha256_hex(body));
        let options = PutOptions::from(PutMode::Overwrite);
        self.bucket
            .put_opts(&Path::from(key.as_str()), body.to_vec().into(), options)
            .await
            .map_err(|error| object_failure("keeping a parked body", error))?;
        Ok(key)
    }
}
