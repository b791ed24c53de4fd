//! Keeping what was told: archived first, then merged; what is no row is parked and holds nothing up.

use std::sync::Arc;

use jiff::Timestamp;
use revloops_domain::{ErrorClass, sha256_hex};
use revloops_lake::{Archive, Dataset, Lake};
use revloops_loopkit::ports::{Clock, Objects, Parked, ParkedItem, ParkedStatus};
use revloops_loopkit::{Failure, Outcome};
use serde::Serialize;
use serde_json::Value;

use crate::rows::{self, Rows};
use crate::told::{Line, Told};

/// The step that parked items name.
const STEP: &str = "ledger";

/// Where things are kept.
#[derive(Clone)]
pub struct Ledger {
    /// The bucket.
    pub objects: Arc<dyn Objects>,
    /// Every dataset.
    pub datasets: Arc<[Dataset]>,
    /// What could not be read.
    pub parked: Arc<dyn Parked>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// What was kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// Lines that are in the archive now.
    pub lines: usize,
    /// Rows that are new or newer.
    pub rows: usize,
    /// Objects that were written.
    pub objects: usize,
    /// What was parked.
    pub parked: usize,
}

impl Kept {
    /// With another's.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            lines: self.lines + other.lines,
            rows: self.rows + other.rows,
            objects: self.objects + other.objects,
            parked: self.parked + other.parked,
        }
    }
}

/// What cannot be read, by the name of what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// What it is about: `run/…`.
    pub name: String,
    /// Why, without a person's data.
    pub reason: String,
}

/// What was read of a batch.
#[derive(Debug, Default)]
pub struct Reading {
    /// What it tells.
    pub told: Vec<Told>,
    /// What cannot be read.
    pub unread: Vec<Unread>,
}

impl Ledger {
    /// The lake.
    #[must_use]
    pub fn lake(&self) -> Lake {
        Lake::new(Arc::clone(&self.objects))
    }

    /// The archive.
    #[must_use]
    pub fn archive(&self) -> Archive {
        Archive::new(Arc::clone(&self.objects))
    }

    /// The dataset of this name.
    ///
    /// # Errors
    /// `Bug` where there is none.
    pub fn dataset(&self, name: &str) -> Outcome<&Dataset> {
        let none = || Failure::new(ErrorClass::Bug, format!("there is no dataset {name}"));
        self.datasets.iter().find(|dataset| dataset.name == name).ok_or_else(none)
    }

    /// Keeps what was read of a batch.
    ///
    /// # Errors
    /// Where the bucket or the parked table does not answer. Keeping it again is the same.
    pub async fn keep(&self, source: &str, reading: Reading) -> Outcome<Kept> {
        let seen_at = self.clock.now();
        let lines: Vec<Line> = reading.told.into_iter().map(|told| Line { seen_at, told }).collect();
        let (mut rows, mut unread) = (Rows::new(), reading.unread);
        for line in &lines {
            let bad = rows::add(&self.datasets, line, &mut rows);
            unread
                .extend(bad.into_iter().map(|problem| Unread { name: line.told.name(), reason: problem.to_string() }));
        }
        for one in &unread {
            self.park(one, seen_at).await?;
        }
        let as_json = |line: &Line| {
            serde_json::to_value(line)
                .map_err(|error| Failure::unreadable(ErrorClass::Bug, "writing a line of the archive", &error))
        };
        let archived = lines.iter().map(as_json).collect::<Outcome<Vec<Value>>>()?;
        self.archive().keep(source, seen_at, &archived).await?;
        let kept = self.merge(&self.lake(), rows).await?;
        Ok(Kept { lines: lines.len(), parked: unread.len(), ..kept })
    }

    /// Merges rows into a lake.
    ///
    /// # Errors
    /// Where the bucket does not answer.
    pub async fn merge(&self, lake: &Lake, rows: Rows) -> Outcome<Kept> {
        let mut kept = Kept::default();
        for (place, rows) in rows {
            let Some(dataset) = self.datasets.get(place) else { continue };
            let merged = lake.merge(dataset, rows).await?;
            kept.rows += merged.rows;
            kept.objects += merged.objects;
        }
        Ok(kept)
    }

    async fn park(&self, unread: &Unread, at: Timestamp) -> Outcome<()> {
        tracing::warn!(name = unread.name, "parked: {}", unread.reason);
        // One item a thing and reason, so that its repeats count up.
        let hash: String = sha256_hex(unread.reason.as_bytes()).chars().take(8).collect();
        let item = ParkedItem {
            parked_id: format!("{STEP}/{}/{hash}", unread.name),
            step: STEP.to_owned(),
            class: ErrorClass::Rejected.name().to_owned(),
            reason: unread.reason.clone(),
            attempts: 1,
            status: ParkedStatus::Waiting,
            parked_at: at,
            next_attempt_at: None,
            input: None,
            body_key: None,
        };
        self.parked.park(&item).await
    }
}
