use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::failure::Outcome;
use crate::record::{Record, RunKey};

/// A decision that was made, without its record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastDecision {
    /// Which.
    pub key: RunKey,
    /// When.
    pub at: Timestamp,
    /// SHA-256 of the config that decided; empty where that is only in the record.
    pub version: String,
}

/// What was decided before, loop by loop.
#[async_trait]
pub trait Past: Send + Sync {
    /// The loop's decisions from `since` on and before `until`, the newest first, at most so many. May lag behind what was
    /// decided a moment ago.
    async fn decided(
        &self,
        loop_name: &str,
        since: Timestamp,
        until: Timestamp,
        most: usize,
    ) -> Outcome<Vec<PastDecision>>;

    /// The records of these; one that is not there any more is left out.
    async fn records(&self, keys: &[RunKey]) -> Outcome<Vec<Record>>;

    /// The loop's newest records since then, at most so many.
    async fn decisions(&self, loop_name: &str, since: Timestamp, most: usize) -> Outcome<Vec<Record>> {
        let decided = self.decided(loop_name, since, Timestamp::MAX, most).await?;
        let keys: Vec<RunKey> = decided.into_iter().map(|one| one.key).collect();
        self.records(&keys).await
    }
}
