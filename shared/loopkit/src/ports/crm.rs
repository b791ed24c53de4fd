use std::collections::BTreeMap;

use async_trait::async_trait;
use serde_json::{Map, Value};

use revloops_domain::{Lead, LeadId, OwnerId, UserId};

use crate::failure::Outcome;

/// A CRM user, as routing sees one.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct CrmUser {
    /// The user's id.
    pub id: UserId,
    /// Username: what config names people by.
    pub login: String,
    /// Full name.
    pub name: String,
    /// Whether the user may own records.
    pub active: bool,
}

impl std::fmt::Debug for CrmUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CrmUser").field("id", &self.id).field("active", &self.active).finish_non_exhaustive()
    }
}

/// A CRM queue.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Queue {
    /// The queue's id.
    pub id: OwnerId,
    /// Developer name: what config names queues by.
    pub developer_name: String,
    /// Label.
    pub name: String,
}

/// Who can own records.
#[async_trait]
pub trait CrmDirectory: Send + Sync {
    /// The users with these usernames (without regard to case); a username that nobody has is left out.
    async fn users(&self, logins: &[String]) -> Outcome<Vec<CrmUser>>;

    /// The users with these ids; an id that nobody has is left out.
    async fn users_by_id(&self, ids: &[UserId]) -> Outcome<Vec<CrmUser>>;

    /// The queues with these developer names; a name that no queue has is left out.
    async fn queues(&self, developer_names: &[String]) -> Outcome<Vec<Queue>>;
}

/// How much people have to do.
#[async_trait]
pub trait Workload: Send + Sync {
    /// How many leads each of these users owns that are in one of these statuses and not converted; who has none is left
    /// out.
    async fn open_leads(&self, owners: &[UserId], statuses: &[String]) -> Outcome<BTreeMap<UserId, u64>>;
}

/// Reads CRM records.
#[async_trait]
pub trait CrmReader: Send + Sync {
    /// A lead, `None` where it is gone.
    async fn lead(&self, id: &LeadId) -> Outcome<Option<Lead>>;

    /// Some fields of one record, `None` where it is gone.
    async fn fields(&self, object: &str, id: &str, fields: &[&str]) -> Outcome<Option<Map<String, Value>>>;

    /// Whether there is a record whose external-id field `key_field` is `key`.
    async fn has(&self, object: &str, key_field: &str, key: &str) -> Outcome<bool>;
}

/// Writes CRM records.
#[async_trait]
pub trait CrmWriter: Send + Sync {
    /// Changes fields of one record. The org's own assignment rules are kept out.
    async fn update(&self, object: &str, id: &str, fields: &Map<String, Value>) -> Outcome<()>;

    /// Creates a record, or changes the one that has this external id already; returns whether it was created.
    async fn upsert(&self, object: &str, key_field: &str, key: &str, fields: &Map<String, Value>) -> Outcome<bool>;
}
