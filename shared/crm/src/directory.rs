//! Who can own records, looked up by the names that config uses.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use cirrus::soql;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use revloops_domain::{ErrorClass, OwnerId, UserId};
use revloops_loopkit::ports::{CrmDirectory, CrmUser, Queue};
use revloops_loopkit::{Failure, Outcome};

use crate::client::Salesforce;
use crate::failures::failure;

/// Names to a query. A query travels in the URL, of which Salesforce takes 16,384 bytes: 40 usernames of 80
/// characters fit, even where every character needs encoding.
const NAMES_PER_QUERY: usize = 40;

/// What was looked up a short while ago, by name or id in lower case: ids of 18 letters differ without regard to case.
pub(crate) struct Known {
    ttl: Duration,
    users: Mutex<HashMap<String, (Instant, CrmUser)>>,
    by_id: Mutex<HashMap<String, (Instant, CrmUser)>>,
    queues: Mutex<HashMap<String, (Instant, Queue)>>,
}

impl Known {
    pub(crate) fn new(ttl: Duration) -> Self {
        Self { ttl, users: Mutex::default(), by_id: Mutex::default(), queues: Mutex::default() }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UserRow {
    id: String,
    username: String,
    name: String,
    is_active: bool,
}

impl UserRow {
    fn user(self) -> Outcome<CrmUser> {
        let id = UserId::parse(&self.id).map_err(|error| odd_id("a user", error))?;
        Ok(CrmUser { id, login: self.username, name: self.name, active: self.is_active })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct QueueRow {
    id: String,
    developer_name: String,
    name: String,
}

#[async_trait]
impl CrmDirectory for Salesforce {
    async fn users(&self, logins: &[String]) -> Outcome<Vec<CrmUser>> {
        let mut found = fresh(&self.known.users, self.known.ttl, logins);
        for names in missing(logins, &found).chunks(NAMES_PER_QUERY) {
            let query =
                format!("SELECT Id, Username, Name, IsActive FROM User WHERE Username IN ({})", literals(names));
            for row in self.rows::<UserRow>("looking users up", &query).await? {
                let user = row.user()?;
                found.insert(user.login.to_lowercase(), user);
            }
        }
        keep(&self.known.users, self.known.ttl, &found);
        Ok(in_order(logins, found))
    }

    async fn users_by_id(&self, ids: &[UserId]) -> Outcome<Vec<CrmUser>> {
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let mut found = fresh(&self.known.by_id, self.known.ttl, &ids);
        for some in missing(&ids, &found).chunks(NAMES_PER_QUERY) {
            let query = format!("SELECT Id, Username, Name, IsActive FROM User WHERE Id IN ({})", literals(some));
            for row in self.rows::<UserRow>("looking owners up", &query).await? {
                let user = row.user()?;
                found.insert(user.id.as_str().to_lowercase(), user);
            }
        }
        keep(&self.known.by_id, self.known.ttl, &found);
        Ok(in_order(&ids, found))
    }

    async fn queues(&self, developer_names: &[String]) -> Outcome<Vec<Queue>> {
        let mut found = fresh(&self.known.queues, self.known.ttl, developer_names);
        for names in missing(developer_names, &found).chunks(NAMES_PER_QUERY) {
            let query = format!(
                "SELECT Id, DeveloperName, Name FROM Group WHERE Type = 'Queue' AND DeveloperName IN ({})",
                literals(names)
            );
            for row in self.rows::<QueueRow>("looking queues up", &query).await? {
                let queue = Queue {
                    id: OwnerId::parse(&row.id).map_err(|error| odd_id("a queue", error))?,
                    developer_name: row.developer_name,
                    name: row.name,
                };
                found.insert(queue.developer_name.to_lowercase(), queue);
            }
        }
        keep(&self.known.queues, self.known.ttl, &found);
        Ok(in_order(developer_names, found))
    }
}

impl Salesforce {
    /// All rows of a query, page after page.
    pub(crate) async fn rows<R: DeserializeOwned>(&self, doing: &str, query: &str) -> Outcome<Vec<R>> {
        let mut page = self.reads.query_as::<R>(query).await.map_err(|error| failure(doing, &error))?;
        let mut rows = std::mem::take(&mut page.records);
        while let (false, Some(next)) = (page.done, &page.next_records_url) {
            page = self.reads.query_more_as::<R>(next).await.map_err(|error| failure(doing, &error))?;
            rows.append(&mut page.records);
        }
        Ok(rows)
    }
}

pub(crate) fn odd_id(whose: &str, error: revloops_domain::ids::IdError) -> Failure {
    Failure::new(ErrorClass::Rejected, format!("reading the id of {whose}")).caused_by(error)
}

pub(crate) fn literals(names: &[String]) -> String {
    names.iter().map(|name| soql::quote(name)).collect::<Vec<String>>().join(",")
}

/// Those of `names` that are not in `found`, each once. SOQL compares without regard to case, and so do we.
fn missing<T>(names: &[String], found: &HashMap<String, T>) -> Vec<String> {
    let mut missing: Vec<String> =
        names.iter().filter(|name| !found.contains_key(&name.to_lowercase())).cloned().collect();
    missing.sort_by_key(|name| name.to_lowercase());
    missing.dedup_by_key(|name| name.to_lowercase());
    missing
}

fn fresh<T: Clone>(
    known: &Mutex<HashMap<String, (Instant, T)>>,
    ttl: Duration,
    names: &[String],
) -> HashMap<String, T> {
    let known = known.lock().unwrap_or_else(PoisonError::into_inner);
    names
        .iter()
        .map(|name| name.to_lowercase())
        .filter_map(|name| {
            let (at, value) = known.get(&name)?;
            (at.elapsed() < ttl).then(|| (name, value.clone()))
        })
        .collect()
}

/// Keeps what was found. What had been kept already stays as old as it is, and what has run out makes room.
fn keep<T: Clone>(known: &Mutex<HashMap<String, (Instant, T)>>, ttl: Duration, found: &HashMap<String, T>) {
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    known.retain(|_, (at, _)| at.elapsed() < ttl);
    for (name, value) in found {
        known.entry(name.clone()).or_insert_with(|| (Instant::now(), value.clone()));
    }
}

/// What was found, in the order of the names asked for, each once.
fn in_order<T>(names: &[String], mut found: HashMap<String, T>) -> Vec<T> {
    names.iter().filter_map(|name| found.remove(&name.to_lowercase())).collect()
}
