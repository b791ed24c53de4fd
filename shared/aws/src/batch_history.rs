//! The past decisions of a loop, out of the runs table: for exports and simulations.

use aws_sdk_dynamodb::Client;
use jiff::Timestamp;

use revloops_loopkit::{Outcome, Record};

use crate::failures::failure;
use crate::item::{from_json, n};

/// Hands every decision of `loop_name` since `since` on, in no order. Reads the whole table: for people, not for functions.
///
/// # Errors
/// When the table cannot be read.
pub async fn decisions_since(
    client: &Client,
    table: &str,
    loop_name: &str,
    since: Timestamp,
    mut each: impl FnMut(Record),
) -> Outcome<()> {
    let mut pages = client
        .scan()
        .table_name(table)
        .filter_expression("attribute_exists(#record) AND decided_at >= :since")
        .expression_attribute_names("#record", "record")
        .expression_attribute_values(":since", n(since.as_millisecond()))
        .into_paginator()
        .items()
        .send();
    while let Some(item) = pages.next().await {
        let item = item.map_err(|error| failure("reading past decisions", error))?;
        let record: Record = from_json(&item, "record")?;
        if record.key.loop_name == loop_name {
            each(record);
        }
    }
    Ok(())
}
