//! Many records at a time, by the collections of the composite API: at most 200 made, written or deleted, or 2,000 read, in
//! one call, with a result for each.

use async_trait::async_trait;
use cirrus::reqwest::Method;
use cirrus::{CirrusError, CompositeError, SObjectCollection, SObjectCollectionResult};
use serde_json::{Map, Value, json};

use revloops_domain::ErrorClass;
use revloops_loopkit::ports::{CHUNK, Collections, Making, RecordWrite};
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
        let typed = records.iter().map(|record| {
            let mut fields = record.fields.clone();
            fields.insert("id".to_owned(), json!(record.id));
            fields
        });
        let doing = format!("writing {} of {object}", records.len());
        let sent = Sent::Records(Method::PATCH, SObjectCollection::new(object, typed));
        let results = self.collection(&doing, records.len(), sent).await?;
        let told = records.iter().zip(results);
        Ok(told.map(|(record, result)| one(&format!("writing {object} {}", record.id), &result)).collect())
    }
}

#[async_trait]
impl Making for Salesforce {
    async fn create(&self, object: &str, records: &[Map<String, Value>]) -> Outcome<Vec<Outcome<String>>> {
        let doing = format!("creating {} of {object}", records.len());
        let sent = Sent::Records(Method::POST, SObjectCollection::new(object, records.iter().cloned()));
        let results = self.collection(&doing, records.len(), sent).await?;
        let made = results.into_iter().enumerate().map(|(place, result)| {
            let doing = format!("creating {object}, record {} of {}", place + 1, records.len());
            one(&doing, &result)?;
            result.id.ok_or_else(|| Failure::new(ErrorClass::Transient, format!("{doing}: no id came")))
        });
        Ok(made.collect())
    }

    async fn delete(&self, ids: &[&str]) -> Outcome<Vec<Outcome<()>>> {
        let results = self.collection(&format!("deleting {}", ids.len()), ids.len(), Sent::Ids(ids)).await?;
        Ok(ids.iter().zip(results).map(|(id, result)| one(&format!("deleting {id}"), &result)).collect())
    }
}

/// What a call changes.
enum Sent<'a> {
    Records(Method, SObjectCollection<Map<String, Value>>),
    Ids(&'a [&'a str]),
}

impl Salesforce {
    /// Sends `count` changes once and returns their results; nothing is sent where there is nothing to change.
    async fn collection(&self, doing: &str, count: usize, sent: Sent<'_>) -> Outcome<Vec<SObjectCollectionResult>> {
        if count > CHUNK {
            return Err(Failure::new(ErrorClass::Bug, format!("{doing}: {CHUNK} at most")));
        }
        if count == 0 {
            return Ok(Vec::new());
        }
        let failed = |error: CirrusError| failure(doing, &error);
        let url = self.writes.versioned_url(&["composite", "sobjects"]).map_err(failed)?;
        let headers = [NO_ASSIGNMENT_RULES];
        let results: Vec<SObjectCollectionResult> = match sent {
            Sent::Records(method, records) => {
                self.writes.send_json_with_headers(method, &url, None, &headers, &records).await
            }
            Sent::Ids(ids) => {
                let ids = ids.join(",");
                let query = [("ids", ids.as_str()), ("allOrNone", "false")];
                self.writes.send_with_headers(Method::DELETE, &url, Some(&query), &headers).await
            }
        }
        .map_err(failed)?;
        if results.len() != count {
            return Err(Failure::new(ErrorClass::Transient, format!("{doing}: {} results came", results.len())));
        }
        Ok(results)
    }
}

/// A record's own result. A message may quote what was sent, so only codes and field names are told.
fn one(doing: &str, result: &SObjectCollectionResult) -> Outcome<()> {
    if result.success {
        return Ok(());
    }
    let codes: Vec<&str> = result.errors.iter().map(|error: &CompositeError| error.status_code.as_str()).collect();
    let fields: Vec<&str> = result.errors.iter().flat_map(|error| error.fields.iter().map(String::as_str)).collect();
    let mut why = format!("{doing}: the CRM answered {}", codes.join(", "));
    if !fields.is_empty() {
        why = format!("{why} for {}", fields.join(", "));
    }
    Err(Failure::new(class_of(400, &codes), why))
}
