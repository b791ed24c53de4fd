//! Creates, updates, upserts and deletes in a person's name: up to [`MOST_RECORDS`] a call, with a result for each.

use cirrus::reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use revloops_domain::ErrorClass;
use revloops_loopkit::Failure;

use super::{Personal, PersonalError, Personally, Problem};

/// Records of one call, by the CRM's own limit.
pub const MOST_RECORDS: usize = 200;

/// How the records of a call belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Together {
    /// One refused record undoes them all.
    AllOrNone,
    /// Each for itself.
    EachAlone,
}

/// What became of one record.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Saved {
    /// Its id, where it has one.
    #[serde(default)]
    pub id: Option<String>,
    /// Whether it was written.
    pub success: bool,
    /// Whether an upsert made it.
    #[serde(default)]
    pub created: Option<bool>,
    /// Why it was not written.
    #[serde(default)]
    pub errors: Vec<Problem>,
}

/// The code of a record that was deleted before.
const GONE: &str = "ENTITY_IS_DELETED";

impl Personal {
    /// Creates records, in this order. `by_rules` lets the organisation's assignment rules choose owners. It is sent once: where
    /// no answer comes, nobody knows whether the records are there.
    ///
    /// # Errors
    /// As [`PersonalError`] says.
    pub async fn create(
        &self,
        object: &str,
        records: &[Map<String, Value>],
        together: Together,
        by_rules: bool,
    ) -> Personally<Vec<Saved>> {
        let url = self.resource(&["composite", "sobjects"])?;
        let body = collection(object, records, together)?;
        let sent =
            Sent { doing: "creating records", method: Method::POST, url, body: Some(body), by_rules, again: false };
        self.send(&sent, records.len()).await.map(|(saved, _)| saved)
    }

    /// Updates records, each named by its `Id`.
    ///
    /// # Errors
    /// As [`PersonalError`] says.
    pub async fn update(
        &self,
        object: &str,
        records: &[Map<String, Value>],
        together: Together,
    ) -> Personally<Vec<Saved>> {
        let url = self.resource(&["composite", "sobjects"])?;
        self.patched("updating records", url, collection(object, records, together)?, records.len()).await
    }

    /// Updates the records that have the values of `key`, an external id, and creates the others.
    ///
    /// # Errors
    /// As [`PersonalError`] says.
    pub async fn upsert(
        &self,
        object: &str,
        key: &str,
        records: &[Map<String, Value>],
        together: Together,
    ) -> Personally<Vec<Saved>> {
        let url = self.resource(&["composite", "sobjects", object, key])?;
        self.patched("upserting records", url, collection(object, records, together)?, records.len()).await
    }

    async fn patched(&self, doing: &'static str, url: String, body: Value, count: usize) -> Personally<Vec<Saved>> {
        let sent = Sent { doing, method: Method::PATCH, url, body: Some(body), by_rules: false, again: true };
        self.send(&sent, count).await.map(|(saved, _)| saved)
    }

    /// Deletes records by their ids.
    ///
    /// # Errors
    /// As [`PersonalError`] says.
    pub async fn delete(&self, ids: &[&str], together: Together) -> Personally<Vec<Saved>> {
        within_limit(ids.len())?;
        let mut url = self.resource(&["composite", "sobjects"])?;
        // Ids are letters and digits, which an address holds as they are.
        let known = ids.iter().filter(|id| id.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        let list = known.copied().collect::<Vec<_>>().join(",");
        url.push_str(&format!("?ids={list}&allOrNone={}", together == Together::AllOrNone));
        let sent =
            Sent { doing: "deleting records", method: Method::DELETE, url, body: None, by_rules: false, again: true };
        let (mut saved, repeated) = self.send(&sent, ids.len()).await?;
        // What a first try deleted before its answer was lost is gone for the second one.
        for one in saved.iter_mut().filter(|one| repeated && !one.success) {
            if one.errors.iter().all(|problem| problem.code == GONE) {
                *one = Saved { id: one.id.take(), success: true, created: None, errors: Vec::new() };
            }
        }
        for (one, id) in saved.iter_mut().zip(ids) {
            one.id.get_or_insert_with(|| (*id).to_owned());
        }
        Ok(saved)
    }

    /// The results, and whether it took a second try.
    async fn send(&self, sent: &Sent, count: usize) -> Personally<(Vec<Saved>, bool)> {
        let (answer, repeated) = match self.once(sent).await {
            Err(error) if sent.again && PersonalError::leaves_open(&error) => (self.once(sent).await, true),
            answer => (answer, false),
        };
        let saved = answer.map_err(|error| PersonalError::of(sent.doing, &error))?;
        if saved.len() != count {
            let why = format!("{}: {} results came for {count}", sent.doing, saved.len());
            return Err(PersonalError::Failed(Failure::new(ErrorClass::Transient, why)));
        }
        Ok((saved, repeated))
    }

    async fn once(&self, sent: &Sent) -> Result<Vec<Saved>, cirrus::CirrusError> {
        let headers = [("Sforce-Auto-Assign", if sent.by_rules { "TRUE" } else { "FALSE" })];
        match &sent.body {
            Some(body) => {
                self.writes.send_json_with_headers(sent.method.clone(), &sent.url, None, &headers, body).await
            }
            None => self.writes.send_with_headers(sent.method.clone(), &sent.url, None, &headers).await,
        }
    }
}

/// A call that changes records.
struct Sent {
    doing: &'static str,
    method: Method,
    url: String,
    body: Option<Value>,
    by_rules: bool,
    /// Whether it does no harm to send it twice.
    again: bool,
}

fn within_limit(count: usize) -> Personally<()> {
    if (1..=MOST_RECORDS).contains(&count) {
        return Ok(());
    }
    let why = format!("{count} records for one call to the CRM, which takes 1 to {MOST_RECORDS}");
    Err(PersonalError::Failed(Failure::new(ErrorClass::Bug, why)))
}

fn collection(object: &str, records: &[Map<String, Value>], together: Together) -> Personally<Value> {
    within_limit(records.len())?;
    let typed: Vec<Value> = records
        .iter()
        .map(|record| {
            let mut typed = Map::new();
            typed.insert("attributes".to_owned(), json!({"type": object}));
            // What a record says of its own type does not count.
            typed.extend(
                record
                    .iter()
                    .filter(|(name, _)| *name != "attributes")
                    .map(|(name, value)| (name.clone(), value.clone())),
            );
            Value::Object(typed)
        })
        .collect();
    Ok(json!({"allOrNone": together == Together::AllOrNone, "records": typed}))
}
