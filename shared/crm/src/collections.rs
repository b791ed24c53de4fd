//! Many records at a time, by the collections of the composite API: at most 200 written or 2,000 read in one call, with a
//! result for each.

use async_trait::async_trait;
use cirrus::{CirrusError, CompositeError, SObjectCollection, SObjectCollectionResult};
use serde_json::{Map, Value, json};

use revloops_domain::ErrorClass;
use revloops_loopkit::ports::{CHUNK, Collections, RecordWrite};
use revloops_loopkit::{Failure, Outcome};

use crate::client::Salesforce;
use crate::failures::{class_of, failure};
use crate::records::NO_ASSIGNMENT_RULES;

/// Records that are read in one call.
const MOST_READ: usize = 2_000;

#[async_trait]
impl Collections for Salesforce {
    async fn read(&self, object: &str, ids: &[&str], fields: &[&str]) -> Outcome<Vec<Option<Map<String, Value>>>> {
        let doing = || format!("reading {} of {object}", ids.len());
        let mut records = Vec::with_capacity(ids.len());
        for some in ids.chunks(MOST_READ) {
            let mut read: Vec<Option<Map<String, Value>>> = self
                .reads
                .composite()
                .sobjects()
                .retrieve_with_body_as(object, some, fields)
                .await
                .map_err(|error| failure(doing(), &error))?;
            if read.len() != some.len() {
                return Err(Failure::new(ErrorClass::Transient, format!("{}: {} came", doing(), read.len())));
            }
            read.iter_mut().flatten().for_each(|record| drop(record.remove("attributes")));
            records.append(&mut read);
        }
        Ok(records)
    }

    async fn write(&self, object: &str, records: &[RecordWrite<'_>]) -> Outcome<Vec<Outcome<()>>> {
        let doing = || format!("writing {} of {object}", records.len());
        if records.len() > CHUNK {
            return Err(Failure::new(ErrorClass::Bug, format!("{}: {CHUNK} at most", doing())));
        }
        if records.is_empty() {
            return Ok(Vec::new());
        }
        let failed = |error: CirrusError| failure(doing(), &error);
        let typed = records.iter().map(|record| {
            let mut fields = record.fields.clone();
            fields.insert("id".to_owned(), json!(record.id));
            fields
        });
        let url = self.writes.versioned_url(&["composite", "sobjects"]).map_err(failed)?;
        let results: Vec<SObjectCollectionResult> = self
            .writes
            .send_json_with_headers(
                cirrus::reqwest::Method::PATCH,
                &url,
                None,
                &[NO_ASSIGNMENT_RULES],
                &SObjectCollection::new(object, typed),
            )
            .await
            .map_err(failed)?;
        if results.len() != records.len() {
            let why = format!("{}: {} results came", doing(), results.len());
            return Err(Failure::new(ErrorClass::Transient, why));
        }
        Ok(records.iter().zip(results).map(|(record, result)| one(object, record.id, &result)).collect())
    }
}

/// A record's own result. A message may quote what was sent, so only codes and field names are told.
fn one(object: &str, id: &str, result: &SObjectCollectionResult) -> Outcome<()> {
    if result.success {
        return Ok(());
    }
    let codes: Vec<&str> = result.errors.iter().map(|error: &CompositeError| error.status_code.as_str()).collect();
    let fields: Vec<&str> = result.errors.iter().flat_map(|error| error.fields.iter().map(String::as_str)).collect();
    let mut why = format!("writing {object} {id}: the CRM answered {}", codes.join(", "));
    if !fields.is_empty() {
        why = format!("{why} for {}", fields.join(", "));
    }
    Err(Failure::new(class_of(400, &codes), why))
}
