//! Records by when they last changed, those in the bin included: what the ledger copies.

use async_trait::async_trait;
use serde_json::{Map, Value};

use revloops_loopkit::Outcome;
use revloops_loopkit::ports::{Snapshot, SnapshotOf, Snapshots};

use crate::client::Salesforce;
use crate::failures::failure;
use crate::touches::soql_time;

#[async_trait]
impl Snapshots for Salesforce {
    async fn snapshot(&self, wanted: &SnapshotOf<'_>, next: Option<&str>) -> Outcome<Snapshot> {
        let page = match next {
            Some(url) => self.reads.query_more_as::<Map<String, Value>>(url).await,
            None => {
                let since = wanted.since.map(|since| format!("SystemModstamp >= {}", soql_time(since)));
                let conditions: Vec<String> = since.into_iter().chain(wanted.only.map(str::to_owned)).collect();
                let only =
                    if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
                let (fields, object) = (wanted.fields.join(", "), wanted.object);
                let query = format!("SELECT {fields} FROM {object}{only} ORDER BY SystemModstamp, Id");
                self.reads.query_all_as::<Map<String, Value>>(&query).await
            }
        };
        let page = page.map_err(|error| failure(format!("reading what changed of {}", wanted.object), &error))?;
        Ok(Snapshot { next: if page.done { None } else { page.next_records_url }, records: page.records })
    }
}
