//! Where config lives: versioned objects, and one pointer a loop that says which version is active.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use revloops_domain::ConfigStamp;

use crate::rollout::Rollout;

/// Which version of a loop's config is active. Promotion and rollback are both a move of this pointer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pointer {
    /// The active version.
    pub active: ConfigStamp,
    /// The version before; `None` for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<ConfigStamp>,
    /// Who moved it.
    pub moved_by: String,
    /// When, as RFC 3339 in UTC.
    pub moved_at: String,
    /// The record of this move: `route.00000007`. A pointer that names none was not moved by change control.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
    /// A version that is tried beside the active one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<Rollout>,
}

impl Pointer {
    /// A pointer to `active` without a rollout, of which no record is kept.
    #[must_use]
    pub fn new(active: ConfigStamp, previous: Option<ConfigStamp>, moved_by: &str, moved_at: impl ToString) -> Self {
        let (moved_by, moved_at) = (moved_by.to_owned(), moved_at.to_string());
        Self { active, previous, moved_by, moved_at, change: None, rollout: None }
    }
}

/// Why the store could not serve.
#[derive(Debug, Error)]
pub enum StoreError {
    /// There is no such object or version.
    #[error("config object {0} does not exist")]
    Missing(String),
    /// Somebody else moved the pointer, or replaced the object, in between.
    #[error("{0} was changed by somebody else in between; look at it and try again")]
    Conflict(String),
    /// The store did not answer as it should.
    #[error("config store: {context}")]
    Unavailable {
        /// What was tried.
        context: String,
        /// Why it failed.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// The name of the pointer to the active scenario, which stands beside those of the loops.
pub const SCENARIO: &str = "scenario";

/// A pointer together with the token that a conditional move needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PointerRead {
    /// The pointer.
    pub pointer: Pointer,
    /// Entity tag of the pointer's object.
    pub etag: String,
}

/// Versioned objects with conditional writes; S3 in the cloud and on the local cloud.
#[async_trait]
pub trait ConfigStore: Send + Sync {
    /// Stores `bytes` as a new version of `key` and returns the version id.
    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<String, StoreError>;

    /// The bytes of one version.
    async fn get(&self, key: &str, version_id: &str) -> Result<Vec<u8>, StoreError>;

    /// The bytes of the newest version, `None` where there is no such object.
    async fn newest(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// The pointer of a loop, `None` where nothing is active yet.
    async fn pointer(&self, loop_name: &str) -> Result<Option<PointerRead>, StoreError>;

    /// Moves the pointer, if it is still the one that `expected` names (`None`: if there is none).
    async fn move_pointer(&self, loop_name: &str, to: &Pointer, expected: Option<&str>) -> Result<(), StoreError>;
}

/// What a store has under a prefix.
#[async_trait]
pub trait ConfigKeys: Send + Sync {
    /// The keys that begin with `prefix`, which ends with a slash; in order.
    async fn keys(&self, prefix: &str) -> Result<Vec<String>, StoreError>;
}

/// One object of a kind that is read as a whole and replaced as a whole, like what is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectRead {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its entity tag, which a conditional write needs.
    pub etag: String,
}

/// Objects that are replaced only by who has seen what is there.
#[async_trait]
pub trait ReplaceableObjects: Send + Sync {
    /// The object, `None` where there is none.
    async fn read(&self, key: &str) -> Result<Option<ObjectRead>, StoreError>;

    /// Replaces it, if it is still the one that `expected` names (`None`: if there is none); else `Conflict`.
    async fn replace(&self, key: &str, bytes: Vec<u8>, expected: Option<&str>) -> Result<(), StoreError>;
}

/// The key of a loop's pointer.
#[must_use]
pub fn pointer_key(loop_name: &str) -> String {
    format!("active/{loop_name}.json")
}
