//! The CRM's records as they are now, by when they last changed.

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::Outcome;

/// Which records are wanted.
#[derive(Debug, Clone, Copy)]
pub struct SnapshotOf<'a> {
    /// The object: `Lead`.
    pub object: &'a str,
    /// Its fields, and those of its parents: `UserRole.Name`.
    pub fields: &'a [&'a str],
    /// Those that changed at this time or later; all of them without.
    pub since: Option<Timestamp>,
    /// A condition in the CRM's own words, written by us.
    pub only: Option<&'a str>,
}

/// Some records.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// The records, with the fields as the CRM writes them.
    pub records: Vec<Map<String, Value>>,
    /// Where the rest is; none after the last.
    pub next: Option<String>,
}

/// A CRM whose records can be read by when they last changed.
#[async_trait]
pub trait Snapshots: Send + Sync {
    /// The first page of these records, or the page at `next`: those in the bin included, what changed first at first.
    async fn snapshot(&self, wanted: &SnapshotOf<'_>, next: Option<&str>) -> Outcome<Snapshot>;
}
