//! Many items at a time, without conditions.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{DeleteRequest, PutRequest, WriteRequest};

use revloops_domain::ErrorClass;
use revloops_loopkit::{Failure, Outcome};

use crate::failures::failure;
use crate::item::{Item, s};

/// What DynamoDB takes in one call.
const ITEMS_A_WRITE: usize = 25;

/// What DynamoDB leaves undone of a batch, it has throttled; a few more calls bring it home.
const CALLS_A_BATCH: usize = 4;

/// Puts or deletes all of these, in as many calls as it takes; `doing` is said where it fails. The same key twice in one call is
/// refused by the service, so the caller has each key once.
pub(crate) async fn write_all(client: &Client, table: &str, requests: Vec<WriteRequest>, doing: &str) -> Outcome<()> {
    for some in requests.chunks(ITEMS_A_WRITE) {
        write(client, table, some.to_vec(), doing).await?;
    }
    Ok(())
}

async fn write(client: &Client, table: &str, requests: Vec<WriteRequest>, doing: &str) -> Outcome<()> {
    let mut undone = HashMap::from([(table.to_owned(), requests)]);
    for _call in 0..CALLS_A_BATCH {
        let sent = client.batch_write_item().set_request_items(Some(undone)).send().await;
        undone = sent.map_err(|error| failure(doing, error))?.unprocessed_items.unwrap_or_default();
        if undone.is_empty() {
            return Ok(());
        }
    }
    Err(Failure::new(ErrorClass::Throttled, format!("{doing}: not all was written")))
}

/// A request to put `item`.
pub(crate) fn put(item: Item) -> Outcome<WriteRequest> {
    let put = PutRequest::builder().set_item(Some(item)).build().map_err(not_built)?;
    Ok(WriteRequest::builder().put_request(put).build())
}

/// A request to delete the item under `pk` and `sk`.
pub(crate) fn delete(pk: &str, sk: &str) -> Outcome<WriteRequest> {
    let delete = DeleteRequest::builder().key("pk", s(pk)).key("sk", s(sk)).build().map_err(not_built)?;
    Ok(WriteRequest::builder().delete_request(delete).build())
}

fn not_built(error: BuildError) -> Failure {
    Failure::new(ErrorClass::Bug, "building a batch of writes").caused_by(error)
}
