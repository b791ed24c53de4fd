//! What each loop has decided, by time: the index `by_loop` of the runs table (`decided_by`, `decided_at`). It holds keys and
//! the hash of the config; records are read from the table, those alone that are wanted.
//!
//! Decisions from before the index are not in it; `decisions_since` finds them by reading the whole table.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use jiff::Timestamp;

use revloops_domain::ErrorClass;
use revloops_loopkit::ports::{Past, PastDecision};
use revloops_loopkit::{Failure, Outcome, Record, RunKey};

use crate::failures::failure;
use crate::item::{Item, n, number, s, text};
use crate::records::Records;
use crate::runs::{TableRuns, sort_key};

/// The index's name.
const INDEX: &str = "by_loop";
/// Items that are read in one call.
const AT_ONCE: usize = 100;
/// So often a call is made again for what the table had no capacity for.
const ATTEMPTS: usize = 8;

#[async_trait]
impl Past for TableRuns {
    async fn decided(
        &self,
        loop_name: &str,
        since: Timestamp,
        until: Timestamp,
        most: usize,
    ) -> Outcome<Vec<PastDecision>> {
        let last = until.as_millisecond().saturating_sub(1);
        let mut pages = self
            .client()
            .query()
            .table_name(self.table())
            .index_name(INDEX)
            .key_condition_expression("decided_by = :loop AND decided_at BETWEEN :since AND :until")
            .expression_attribute_values(":loop", s(loop_name))
            .expression_attribute_values(":since", n(since.as_millisecond()))
            .expression_attribute_values(":until", n(last.max(since.as_millisecond())))
            .scan_index_forward(false)
            .into_paginator()
            .items()
            .send();
        let mut found = Vec::new();
        while let Some(item) = pages.next().await {
            let item = item.map_err(|error| failure(format!("reading what {loop_name} has decided"), error))?;
            found.push(past_decision(&item)?);
            if found.len() == most {
                break;
            }
        }
        Ok(found)
    }

    async fn records(&self, keys: &[RunKey]) -> Outcome<Vec<Record>> {
        let mut records = Vec::new();
        for some in keys.chunks(AT_ONCE) {
            let mut wanted: Vec<Item> = some
                .iter()
                .map(|key| {
                    Item::from([
                        ("pk".to_owned(), s(&key.subject)),
                        ("sk".to_owned(), AttributeValue::S(sort_key(key))),
                    ])
                })
                .collect();
            for _ in 0..ATTEMPTS {
                if wanted.is_empty() {
                    break;
                }
                let asked = KeysAndAttributes::builder().set_keys(Some(std::mem::take(&mut wanted))).build();
                let asked = asked.map_err(|error| Failure::new(ErrorClass::Bug, "asking for runs").caused_by(error))?;
                let read = self.client().batch_get_item().request_items(self.table(), asked).send().await;
                let read = read.map_err(|error| failure("reading past decisions", error))?;
                for item in read.responses.unwrap_or_default().into_values().flatten() {
                    if Records::has_one(&item) {
                        records.push(self.large_records().of(&item).await?);
                    }
                }
                let left = read.unprocessed_keys.unwrap_or_default().into_values();
                wanted = left.flat_map(|left| left.keys).collect();
            }
            if !wanted.is_empty() {
                return Err(Failure::new(ErrorClass::Throttled, "reading past decisions: the table has no capacity"));
            }
        }
        Ok(records)
    }
}

fn past_decision(item: &Item) -> Outcome<PastDecision> {
    let lacking = || Failure::new(ErrorClass::Bug, "an entry of the index of decisions cannot be read");
    let rest = text(item, "sk").and_then(|sk| sk.strip_prefix("run/")).ok_or_else(lacking)?;
    let (trigger, loop_name) = rest.rsplit_once('/').ok_or_else(lacking)?;
    let at = number(item, "decided_at").and_then(|ms| Timestamp::from_millisecond(ms).ok()).ok_or_else(lacking)?;
    Ok(PastDecision {
        key: RunKey {
            subject: text(item, "pk").ok_or_else(lacking)?.to_owned(),
            loop_name: loop_name.to_owned(),
            trigger: trigger.to_owned(),
        },
        at,
        version: text(item, "config_sha256").unwrap_or_default().to_owned(),
    })
}
