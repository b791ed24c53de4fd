//! Runs and their records, in the runs table: `pk` = subject, `sk` = `run/<trigger>/<loop>`. A record that is too large for
//! an item is in a bucket (see [`crate::records`]). `decided_by` = loop and `decided_at` are the index of what each loop has
//! decided (see [`crate::past`]).

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use jiff::Timestamp;
use object_store::aws::AmazonS3;

use revloops_domain::ErrorClass;
use revloops_loopkit::ports::{Claim, Lease, RunStore, StoredRun};
use revloops_loopkit::{Failure, Outcome, Record, RunKey};

use crate::conditional::update_if;
use crate::failures::failure;
use crate::item::{Item, n, number, s, text};
use crate::records::{Kept, RECORD, RECORD_KEY, RECORD_SHA256, Records};

/// [`RunStore`] on DynamoDB.
#[derive(Debug, Clone)]
pub struct TableRuns {
    client: Client,
    table: String,
    records: Records,
}

impl TableRuns {
    /// On `table`.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into(), records: Records::default() }
    }

    /// The same, with the bucket that holds what is too large for an item.
    #[must_use]
    pub fn with_large_records(self, bucket: AmazonS3) -> Self {
        Self { records: Records::within(bucket), ..self }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn table(&self) -> &str {
        &self.table
    }

    pub(crate) fn large_records(&self) -> &Records {
        &self.records
    }

    async fn stored(&self, item: &Item) -> Outcome<StoredRun> {
        let record = self.records.of(item).await?;
        let applied = item
            .get("applied")
            .and_then(|set| set.as_ns().ok())
            .map(|numbers| numbers.iter().filter_map(|digits| digits.parse().ok()).collect())
            .unwrap_or_default();
        Ok(StoredRun { record, applied })
    }

    /// An update of the run's item.
    fn update(&self, key: &RunKey) -> UpdateItemFluentBuilder {
        let update = self.client.update_item().table_name(&self.table);
        update.key("pk", s(&key.subject)).key("sk", s(sort_key(key)))
    }
}

pub(crate) fn sort_key(key: &RunKey) -> String {
    format!("run/{}/{}", key.trigger, key.loop_name)
}

fn not_ours(key: &RunKey) -> Failure {
    Failure::new(ErrorClass::Busy, format!("{} of {} was taken over by another invocation", key.loop_name, key.subject))
}

#[async_trait]
impl RunStore for TableRuns {
    async fn claim(&self, key: &RunKey, lease: &Lease, now: Timestamp) -> Outcome<Claim> {
        let asked = self
            .update(key)
            .update_expression(
                "SET lease_owner = :owner, lease_until = :until, #status = if_not_exists(#status, :claimed)",
            )
            .condition_expression("attribute_not_exists(pk) OR (#status <> :done AND lease_until <= :now)")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":owner", s(&lease.owner))
            .expression_attribute_values(":until", n(lease.until.as_millisecond()))
            .expression_attribute_values(":now", n(now.as_millisecond()))
            .expression_attribute_values(":claimed", s("claimed"))
            .expression_attribute_values(":done", s("done"))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match asked {
            Ok(taken) => {
                let item = taken.attributes.unwrap_or_default();
                if Records::has_one(&item) {
                    Ok(Claim::Resume(Box::new(self.stored(&item).await?)))
                } else {
                    Ok(Claim::Fresh)
                }
            }
            Err(error) => match error.as_service_error() {
                Some(aws_sdk_dynamodb::operation::update_item::UpdateItemError::ConditionalCheckFailedException(
                    no,
                )) => {
                    let item = no.item().cloned().unwrap_or_default();
                    if text(&item, "status") == Some("done") {
                        Ok(Claim::Done(Box::new(self.stored(&item).await?)))
                    } else {
                        let until = number(&item, "lease_until").and_then(|ms| Timestamp::from_millisecond(ms).ok());
                        Ok(Claim::Busy { until: until.unwrap_or(now) })
                    }
                }
                Some(_) | None => Err(failure("claiming a run", error)),
            },
        }
    }

    async fn decided(&self, key: &RunKey, owner: &str, record: &Record) -> Outcome<()> {
        let update = self
            .update(key)
            .condition_expression(
                "lease_owner = :owner AND attribute_not_exists(#record) AND attribute_not_exists(record_key)",
            )
            .expression_attribute_names("#record", RECORD)
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":decided", s("decided"))
            .expression_attribute_values(":at", n(record.decided_at.as_millisecond()))
            .expression_attribute_values(":correlation", s(record.correlation_id.as_str()))
            .expression_attribute_values(":owner", s(owner))
            .expression_attribute_values(":loop", s(&key.loop_name))
            .expression_attribute_values(":version", s(&record.config.sha256));
        let rest = "#status = :decided, decided_at = :at, correlation_id = :correlation, decided_by = :loop, \
                    config_sha256 = :version";
        let update = match self.records.keep(record).await? {
            Kept::Inside(json) => update
                .update_expression(format!("SET #record = :record, {rest}"))
                .expression_attribute_values(":record", s(json)),
            Kept::Outside { key, sha256 } => update
                .update_expression(format!("SET {RECORD_KEY} = :key, {RECORD_SHA256} = :sha256, {rest}"))
                .expression_attribute_values(":key", s(key))
                .expression_attribute_values(":sha256", s(sha256)),
        };
        if update_if(update, "storing a decision").await? { Ok(()) } else { Err(not_ours(key)) }
    }

    async fn applied(&self, key: &RunKey, owner: &str, effect: usize, last: bool, at: Timestamp) -> Outcome<()> {
        let set = if last {
            "SET #status = :status, done_at = :at ADD applied :effect"
        } else {
            "SET #status = :status, applied_at = :at ADD applied :effect"
        };
        let update = self
            .update(key)
            .update_expression(set)
            .condition_expression("lease_owner = :owner")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":status", s(if last { "done" } else { "decided" }))
            .expression_attribute_values(":at", n(at.as_millisecond()))
            .expression_attribute_values(":effect", AttributeValue::Ns(vec![effect.to_string()]))
            .expression_attribute_values(":owner", s(owner));
        if update_if(update, "noting an effect").await? { Ok(()) } else { Err(not_ours(key)) }
    }

    async fn release(&self, key: &RunKey, owner: &str) -> Outcome<()> {
        let update = self
            .update(key)
            .update_expression("SET lease_until = :past")
            .condition_expression("lease_owner = :owner AND #status <> :done")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":past", n(0))
            .expression_attribute_values(":owner", s(owner))
            .expression_attribute_values(":done", s("done"));
        // Where another has it, or it is done, there is nothing to give back.
        update_if(update, "giving a run back").await?;
        Ok(())
    }

    async fn one(&self, key: &RunKey) -> Outcome<Option<StoredRun>> {
        let read = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", s(&key.subject))
            .key("sk", s(sort_key(key)))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| failure("reading a run", error))?;
        match read.item {
            Some(item) if Records::has_one(&item) => Ok(Some(self.stored(&item).await?)),
            Some(_) | None => Ok(None),
        }
    }

    async fn about(&self, subject: &str) -> Outcome<Vec<StoredRun>> {
        let mut runs = Vec::new();
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :run)")
            .expression_attribute_values(":pk", s(subject))
            .expression_attribute_values(":run", s("run/"))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        while let Some(item) = pages.next().await {
            let item = item.map_err(|error| failure("reading runs", error))?;
            if Records::has_one(&item) {
                runs.push(self.stored(&item).await?);
            }
        }
        runs.sort_by_key(|run| run.record.decided_at);
        Ok(runs)
    }
}
