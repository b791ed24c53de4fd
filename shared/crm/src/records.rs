//! Reading and writing single records.

use async_trait::async_trait;
use cirrus::{CirrusError, SObjectCreateResult, soql};
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use revloops_domain::{ErrorClass, Lead, LeadId};
use revloops_loopkit::ports::{CrmReader, CrmWriter};
use revloops_loopkit::{Failure, Outcome};

use crate::client::Salesforce;
use crate::failures::{failure, is_gone};
use crate::lead_fields::LeadWire;

/// The header defaults to TRUE, by which the org's own assignment rules would undo the owner that we set.
pub(crate) const NO_ASSIGNMENT_RULES: (&str, &str) = ("Sforce-Auto-Assign", "FALSE");

#[async_trait]
impl CrmReader for Salesforce {
    async fn lead(&self, id: &LeadId) -> Outcome<Option<Lead>> {
        let names: Vec<&str> = LeadWire::names().collect();
        let Some(record) = self.fields("Lead", id.as_str(), &names).await? else {
            return Ok(None);
        };
        let lead = LeadWire::from_json(&record)
            .and_then(LeadWire::read)
            .map_err(|problem| Failure::new(ErrorClass::Rejected, format!("reading Lead {id}")).caused_by(problem))?;
        Ok(Some(lead))
    }

    async fn fields(&self, object: &str, id: &str, fields: &[&str]) -> Outcome<Option<Map<String, Value>>> {
        match self.reads.sobject(object).retrieve_with_fields_as::<Map<String, Value>>(id, fields).await {
            Ok(mut record) => {
                record.remove("attributes");
                Ok(Some(record))
            }
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(failure(format!("reading {object} {id}"), &error)),
        }
    }

    /// By a query and not by the key's own address: there, a key field that the org does not have looks like a record
    /// that is not there.
    async fn has(&self, object: &str, key_field: &str, key: &str) -> Outcome<bool> {
        let doing = format!("looking for {object} {key}");
        if ![object, key_field].into_iter().all(is_api_name) {
            return Err(Failure::new(ErrorClass::Bug, format!("{doing}: that is no object and field")));
        }
        let query = format!("SELECT Id FROM {object} WHERE {key_field} = {} LIMIT 1", soql::quote(key));
        let found = self.reads.query_as::<IgnoredAny>(&query).await.map_err(|error| failure(doing, &error))?;
        Ok(!found.records.is_empty())
    }
}

#[async_trait]
impl CrmWriter for Salesforce {
    async fn update(&self, object: &str, id: &str, fields: &Map<String, Value>) -> Outcome<()> {
        self.writes
            .sobject(object)
            .update_with_headers(id, fields, &[NO_ASSIGNMENT_RULES])
            .await
            .map_err(|error| failure(format!("updating {object} {id}"), &error))
    }

    async fn upsert(&self, object: &str, key_field: &str, key: &str, fields: &Map<String, Value>) -> Outcome<bool> {
        let failed = |error: CirrusError| failure(format!("upserting {object} {key}"), &error);
        let url = self.writes.versioned_url(&["sobjects", object, key_field, key]).map_err(failed)?;
        let result: SObjectCreateResult = self
            .writes
            .send_json_with_headers(cirrus::reqwest::Method::PATCH, &url, None, &[NO_ASSIGNMENT_RULES], fields)
            .await
            .map_err(failed)?;
        Ok(result.created.unwrap_or(false))
    }
}

/// Names of objects and fields go into a query as they are, so they must be names.
fn is_api_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
