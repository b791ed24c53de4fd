//! Small documents by kind and id, with the versions that keep two writers from overwriting each other.

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;

use crate::Outcome;

/// A document as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// Its id within its kind.
    pub id: String,
    /// Its content.
    pub value: Value,
    /// Grows by one with each replacement; the first is 1.
    pub version: u64,
}

/// Registered clients, codes, grants, proposals: documents that are written under a condition.
///
/// All reads are consistent. A document that has an end is gone from then on, whenever the store really deletes it.
#[async_trait]
pub trait Documents: Send + Sync {
    /// Keeps a new document; false where this kind has the id already (whether its end has come or not).
    async fn create(&self, kind: &str, id: &str, value: &Value, ends: Option<Timestamp>) -> Outcome<bool>;

    /// The document, as of `at`.
    async fn read(&self, kind: &str, id: &str, at: Timestamp) -> Outcome<Option<Stored>>;

    /// Replaces the document, if it still has this version; false where it has another, or is not there.
    async fn replace(
        &self,
        kind: &str,
        id: &str,
        value: &Value,
        ends: Option<Timestamp>,
        expected: u64,
    ) -> Outcome<bool>;

    /// Removes the document and gives it to this one caller: nobody else takes it, or has taken it.
    async fn take(&self, kind: &str, id: &str, at: Timestamp) -> Outcome<Option<Value>>;

    /// Everything of a kind, in the order of ids, as of `at`.
    async fn list(&self, kind: &str, at: Timestamp) -> Outcome<Vec<Stored>>;
}
