//! What a query finds within a cap, and records by id.

use cirrus::Replay;
use cirrus::reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use revloops_domain::ErrorClass;
use revloops_loopkit::Failure;

use super::{Personal, PersonalError, Personally};

/// Records that one call reads by their ids.
const MOST_READ: usize = 2_000;

/// What a query found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The records, without what the API adds; children stand under their relationship as `{totalSize, done, records}`.
    pub records: Vec<Map<String, Value>>,
    /// How many there are in all.
    pub total: u64,
    /// Whether `records` are all of them.
    pub complete: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    total_size: u64,
    done: bool,
    #[serde(default)]
    next_records_url: Option<String>,
    records: Vec<Map<String, Value>>,
}

impl Personal {
    /// Runs a query as it is written and reads page after page, up to `most` records.
    ///
    /// # Errors
    /// As [`PersonalError`] says; what is wrong with the query is refused with `MALFORMED_QUERY`, `INVALID_FIELD`, ….
    pub async fn query(&self, soql: &str, most: usize) -> Personally<Found> {
        let failed = |error| PersonalError::of("running a query", &error);
        let url = self.resource(&["query"])?;
        // The CRM gives between 200 and 2,000 records a page.
        let options = format!("batchSize={}", most.clamp(200, 2_000));
        let headers = [("Sforce-Query-Options", options.as_str())];
        let first = self.reads.send_with_headers(Method::GET, &url, Some(&[("q", soql)]), &headers).await;
        let mut page: Page = first.map_err(failed)?;
        let total = page.total_size;
        let mut records = Vec::new();
        loop {
            records.append(&mut page.records);
            let next = match page.next_records_url {
                Some(next) if !page.done && records.len() < most => next,
                Some(_) | None => break,
            };
            // Relative to the organisation: a token goes nowhere else.
            if !next.starts_with("/services/data/") {
                let why = "the CRM named a next page that is not its own";
                return Err(PersonalError::Failed(Failure::new(ErrorClass::Transient, why)));
            }
            page = self.reads.get(&next).await.map_err(failed)?;
        }
        let complete = page.done && records.len() <= most;
        records.truncate(most);
        records.iter_mut().for_each(plain);
        Ok(Found { records, total, complete })
    }

    /// One record, with these fields or with all.
    ///
    /// # Errors
    /// As [`PersonalError`] says; one that is not there, or not for them, is refused with `NOT_FOUND`.
    pub async fn record(&self, object: &str, id: &str, fields: &[&str]) -> Personally<Map<String, Value>> {
        let url = self.resource(&["sobjects", object, id])?;
        let list = fields.join(",");
        let asked = [("fields", list.as_str())];
        let asked = if fields.is_empty() { None } else { Some(asked.as_slice()) };
        let mut record: Map<String, Value> = self
            .reads
            .send_with_headers(Method::GET, &url, asked, &[])
            .await
            .map_err(|error| PersonalError::of("reading a record", &error))?;
        plain(&mut record);
        Ok(record)
    }

    /// Many records with these fields, in the order of `ids`; `None` where one is not there or not for them.
    ///
    /// # Errors
    /// As [`PersonalError`] says.
    pub async fn records(
        &self,
        object: &str,
        ids: &[&str],
        fields: &[&str],
    ) -> Personally<Vec<Option<Map<String, Value>>>> {
        let url = self.resource(&["composite", "sobjects", object])?;
        let mut records = Vec::with_capacity(ids.len());
        for some in ids.chunks(MOST_READ) {
            let body = json!({"ids": some, "fields": fields});
            // A POST that reads, and so may be sent again.
            let answer = self.reads.send_json_with_replay(Method::POST, &url, None, &[], &body, Replay::Always).await;
            let mut read: Vec<Option<Map<String, Value>>> =
                answer.map_err(|error| PersonalError::of("reading records", &error))?;
            if read.len() != some.len() {
                let why = format!("reading {} records: {} came", some.len(), read.len());
                return Err(PersonalError::Failed(Failure::new(ErrorClass::Transient, why)));
            }
            read.iter_mut().flatten().for_each(plain);
            records.append(&mut read);
        }
        Ok(records)
    }
}

/// Takes off what the API adds to each record, at every depth.
fn plain(record: &mut Map<String, Value>) {
    record.remove("attributes");
    record.values_mut().for_each(plain_value);
}

fn plain_value(value: &mut Value) {
    match value {
        Value::Object(inner) => plain(inner),
        Value::Array(items) => items.iter_mut().for_each(plain_value),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
