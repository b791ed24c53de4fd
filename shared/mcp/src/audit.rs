//! Who called what, and what came of it.
//!
//! A call that writes is noted before it is made, and again when it is over: a write that was not noted is not made, and one
//! that broke off stands there as begun. Arguments are kept as their hash alone: they hold what people wrote.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use revloops_domain::{ErrorClass, sha256_hex};
use revloops_loopkit::ports::Documents;
use revloops_loopkit::{Failure, Outcome as Done};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::tool::Notes;

/// How long entries are kept.
const KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It has begun; it is still under way, or broke off.
    Begun,
    /// It did what was asked.
    Done,
    /// It refused what was asked, and said why.
    Refused,
    /// The person or their token may not.
    Forbidden,
    /// It failed on our side.
    Failed,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Names the call.
    pub call_id: String,
    /// When it came, RFC 3339 in UTC.
    pub at: Timestamp,
    /// Which server.
    pub server: String,
    /// Which tool.
    pub tool: String,
    /// SHA-256 of the arguments as JSON.
    pub arguments_sha256: String,
    /// The person's id in the CRM.
    pub user: String,
    /// Their username.
    pub username: String,
    /// What they are here.
    pub role: String,
    /// Their app.
    pub client_id: String,
    /// What came of it.
    pub outcome: Outcome,
    /// How long it took, in milliseconds.
    pub ms: u64,
    /// What the tool noted of it: lists of hashes and figures, by name.
    #[serde(default, skip_serializing_if = "Notes::is_empty")]
    pub notes: Notes,
}

impl Entry {
    /// The hash of a call's arguments.
    #[must_use]
    pub fn hash_of(arguments: &Value) -> String {
        sha256_hex(arguments.to_string().as_bytes())
    }
}

/// The audit log.
#[async_trait]
pub trait Audit: Send + Sync {
    /// Notes a call, or what became of one that was noted before.
    ///
    /// # Errors
    /// When it cannot be noted.
    async fn note(&self, entry: &Entry) -> Done<()>;
}

/// The log as documents: kind `audit/<day>`, id `<time>/<call>`; and as a line in the function's log.
pub struct DocumentAudit {
    documents: Arc<dyn Documents>,
}

impl DocumentAudit {
    /// In these documents.
    #[must_use]
    pub fn new(documents: Arc<dyn Documents>) -> Self {
        Self { documents }
    }

    /// The calls of one day (UTC, `2026-11-28`), in the order of their times.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn of_day(&self, day: &str, at: Timestamp) -> Done<Vec<Entry>> {
        let stored = self.documents.list(&format!("audit/{day}"), at).await?;
        stored.into_iter().map(|stored| serde_json::from_value(stored.value).map_err(unreadable)).collect()
    }
}

fn unreadable(error: serde_json::Error) -> Failure {
    Failure::unreadable(ErrorClass::Bug, "reading the audit log", &error)
}

#[async_trait]
impl Audit for DocumentAudit {
    async fn note(&self, entry: &Entry) -> Done<()> {
        tracing::info!(
            call = entry.call_id, server = entry.server, tool = entry.tool, arguments = entry.arguments_sha256,
            user = entry.user, client = entry.client_id, outcome = ?entry.outcome, ms = entry.ms,
            notes = ?entry.notes, "tool call"
        );
        let day = entry.at.strftime("%Y-%m-%d");
        let (kind, id) = (format!("audit/{day}"), format!("{}/{}", entry.at, entry.call_id));
        let value = serde_json::to_value(entry).map_err(unreadable)?;
        let ends = entry.at.checked_add(KEPT).ok();
        if self.documents.create(&kind, &id, &value, ends).await? {
            return Ok(());
        }
        // Noted when it began: now with what came of it.
        self.documents.replace(&kind, &id, &value, ends, 1).await.map(|_| ())
    }
}
