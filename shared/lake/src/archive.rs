//! The archive: what reached the ledger, as it came, so that the lake can be made anew.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use revloops_domain::{ErrorClass, sha256_hex};
use revloops_loopkit::ports::Objects;
use revloops_loopkit::{Failure, Outcome};

/// The archive's folder.
pub const ARCHIVE: &str = "archive";

/// JSON lines, an object for each batch that came: `archive/<day>/<source>-<time>-<hash>.jsonl`.
#[derive(Clone)]
pub struct Archive {
    objects: Arc<dyn Objects>,
}

impl std::fmt::Debug for Archive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Archive").finish_non_exhaustive()
    }
}

impl Archive {
    /// In this bucket, below [`ARCHIVE`].
    #[must_use]
    pub fn new(objects: Arc<dyn Objects>) -> Self {
        Self { objects }
    }

    /// Keeps a batch; the same batch, seen at the same time, is one object.
    ///
    /// # Errors
    /// What writing gives.
    pub async fn keep(&self, source: &str, seen_at: Timestamp, lines: &[Value]) -> Outcome<()> {
        if lines.is_empty() {
            return Ok(());
        }
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let hash: String = sha256_hex(text.as_bytes()).chars().take(16).collect();
        let at = seen_at.to_zoned(TimeZone::UTC);
        let key = format!("{ARCHIVE}/{}/{}-{source}-{hash}.jsonl", at.date(), at.strftime("%H%M%S%6f"));
        self.objects.put(&key, text.into_bytes(), "application/jsonl").await
    }

    /// The keys of all batches, the oldest first, or those after a key.
    ///
    /// # Errors
    /// What listing gives.
    pub async fn keys(&self, after: Option<&str>) -> Outcome<Vec<String>> {
        Ok(self.objects.list(ARCHIVE, after).await?.into_iter().map(|one| one.key).collect())
    }

    /// The lines of a batch.
    ///
    /// # Errors
    /// `Bug` where it is gone or is no JSON lines.
    pub async fn lines(&self, key: &str) -> Outcome<Vec<Value>> {
        let gone = || Failure::new(ErrorClass::Bug, format!("{key} was listed and is gone"));
        let bytes = self.objects.read(key).await?.ok_or_else(gone)?.bytes;
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let lines = lines.map(serde_json::from_slice).collect::<Result<Vec<_>, _>>();
        lines.map_err(|error| Failure::unreadable(ErrorClass::Bug, format_args!("reading {key}"), &error))
    }
}
