//! A partition is read as a whole.

use aws_sdk_dynamodb::Client;

use revloops_loopkit::Outcome;

use crate::failures::failure;
use crate::item::{Item, s};

/// Every item whose `pk` is this one, in the order of `sk`, as the table has them now; `doing` is what a failure says.
pub(crate) async fn partition(client: &Client, table: &str, pk: &str, doing: &str) -> Outcome<Vec<Item>> {
    let mut found = Vec::new();
    let mut pages = client
        .query()
        .table_name(table)
        .key_condition_expression("pk = :pk")
        .expression_attribute_values(":pk", s(pk))
        .consistent_read(true)
        .into_paginator()
        .items()
        .send();
    while let Some(item) = pages.next().await {
        found.push(item.map_err(|error| failure(doing, error))?);
    }
    Ok(found)
}
