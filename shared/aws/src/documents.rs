//! Documents, one item each: `pk` = kind, `sk` = id, `value` = JSON, `version`, and `expires_at` = epoch seconds, which
//! DynamoDB's time-to-live deletes by.

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::ReturnValue;
use jiff::Timestamp;
use serde_json::Value;

use revloops_domain::ErrorClass;
use revloops_loopkit::ports::{Documents, Stored};
use revloops_loopkit::{Failure, Outcome};

use crate::failures::failure;
use crate::item::{Item, from_json, n, number, s, text, to_json};
use crate::paging::partition;

/// [`Documents`] on DynamoDB.
#[derive(Debug, Clone)]
pub struct TableDocuments {
    client: Client,
    table: String,
}

impl TableDocuments {
    /// On `table`.
    #[must_use]
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// Puts the document where its condition holds.
    async fn put_if(&self, document: Document<'_>, expected: Option<u64>) -> Outcome<bool> {
        let mut put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("pk", s(document.kind))
            .item("sk", s(document.id))
            .item("value", s(to_json(document.value)?))
            .item("version", n(expected.unwrap_or_default() + 1));
        if let Some(ends) = document.ends {
            put = put.item("expires_at", n(ends.as_second()));
        }
        put = match expected {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(version) => put
                .condition_expression("#version = :expected")
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":expected", n(version)),
        };
        match put.send().await {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => {
                Ok(false)
            }
            Err(error) => Err(failure(format!("keeping a document of kind {}", document.kind), error)),
        }
    }
}

/// What is put.
struct Document<'a> {
    kind: &'a str,
    id: &'a str,
    value: &'a Value,
    ends: Option<Timestamp>,
}

/// Time-to-live deletes late: what has come to its end may still be there.
fn lasts(item: &Item, at: Timestamp) -> bool {
    number(item, "expires_at").is_none_or(|expires| expires > at.as_second())
}

fn stored(item: &Item) -> Outcome<Stored> {
    let lacking = || Failure::new(ErrorClass::Bug, "a stored document has no id or no version");
    Ok(Stored {
        id: text(item, "sk").ok_or_else(lacking)?.to_owned(),
        value: from_json(item, "value")?,
        version: number(item, "version").and_then(|version| version.try_into().ok()).ok_or_else(lacking)?,
    })
}

#[async_trait]
impl Documents for TableDocuments {
    async fn create(&self, kind: &str, id: &str, value: &Value, ends: Option<Timestamp>) -> Outcome<bool> {
        self.put_if(Document { kind, id, value, ends }, None).await
    }

    async fn read(&self, kind: &str, id: &str, at: Timestamp) -> Outcome<Option<Stored>> {
        let read = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", s(kind))
            .key("sk", s(id))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| failure(format!("reading a document of kind {kind}"), error))?;
        read.item.filter(|item| lasts(item, at)).as_ref().map(stored).transpose()
    }

    async fn replace(
        &self,
        kind: &str,
        id: &str,
        value: &Value,
        ends: Option<Timestamp>,
        expected: u64,
    ) -> Outcome<bool> {
        self.put_if(Document { kind, id, value, ends }, Some(expected)).await
    }

    async fn take(&self, kind: &str, id: &str, at: Timestamp) -> Outcome<Option<Value>> {
        let taken = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key("pk", s(kind))
            .key("sk", s(id))
            .return_values(ReturnValue::AllOld)
            .send()
            .await
            .map_err(|error| failure(format!("taking a document of kind {kind}"), error))?;
        taken.attributes.filter(|item| lasts(item, at)).map(|item| from_json(&item, "value")).transpose()
    }

    async fn list(&self, kind: &str, at: Timestamp) -> Outcome<Vec<Stored>> {
        let doing = format!("reading the documents of kind {kind}");
        let items = partition(&self.client, &self.table, kind, &doing).await?;
        items.iter().filter(|item| lasts(item, at)).map(stored).collect()
    }
}
