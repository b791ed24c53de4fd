//! How config becomes active: check, cases, a new version, and a conditional move of the pointer.

use std::path::Path;

use jiff::Timestamp;

use revloops_config::levers::read_sources;
use revloops_config::{Bundle, ConfigStore, Pointer, Problem, Problems, Sources, StoreError};
use revloops_domain::{ConfigStamp, sha256_hex};

use crate::cases::run_cases;
use crate::the_loop::Loop;

/// A config that passed its check and its cases: the only thing that can be promoted.
#[derive(Debug, Clone)]
pub struct Candidate {
    bundle: Bundle,
    cases: usize,
    warnings: Vec<Problem>,
}

impl Candidate {
    /// Number of cases that passed.
    #[must_use]
    pub fn cases(&self) -> usize {
        self.cases
    }

    /// What is odd and may be meant, in the order of file and line.
    #[must_use]
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }

    /// What would be stored.
    #[must_use]
    pub fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    /// SHA-256 of the bundle's bytes.
    #[must_use]
    pub fn sha256(&self) -> String {
        sha256_hex(&self.bundle.to_bytes())
    }
}

/// What a promotion did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Promotion {
    /// The pointer now names this version.
    Moved(ConfigStamp),
    /// The active version has the same content already.
    Unchanged(ConfigStamp),
}

/// Checks a loop's config folder and runs its cases.
///
/// # Errors
/// Everything that is wrong, at once.
pub fn check_folder<L: Loop>(config_root: &Path) -> Result<Candidate, Problems> {
    let mut problems = Problems::new();
    let sources = read_sources::<L::Config>(config_root, &mut problems);
    check_sources::<L>(&sources, problems)
}

/// Checks sources that were read before; `problems` are those found in reading.
///
/// # Errors
/// Everything that is wrong, at once.
pub fn check_sources<L: Loop>(sources: &Sources, mut problems: Problems) -> Result<Candidate, Problems> {
    use revloops_config::Levers as _;
    let mut cases = 0;
    if let Some(config) = L::Config::check(sources, &mut problems) {
        cases = run_cases::<L>(&config, sources, &mut problems);
    }
    let warnings = problems.warnings();
    problems.into_result(Some(Candidate { bundle: Bundle::of(L::CARD.name, sources), cases, warnings }))
}

/// Stores a candidate as a new version and moves the pointer to it. Only a [`Candidate`] can be promoted, and only
/// checking makes one.
///
/// # Errors
/// When the store does not answer, or somebody else moved the pointer in between.
pub async fn promote(
    store: &dyn ConfigStore,
    candidate: &Candidate,
    by: &str,
    at: Timestamp,
) -> Result<Promotion, StoreError> {
    let loop_name = &candidate.bundle.loop_name;
    let bytes = candidate.bundle.to_bytes();
    let sha256 = sha256_hex(&bytes);
    let now = store.pointer(loop_name).await?;
    if let Some(read) = &now
        && read.pointer.active.sha256 == sha256
    {
        return Ok(Promotion::Unchanged(read.pointer.active.clone()));
    }
    let key = Bundle::key(loop_name);
    let version_id = store.put(&key, bytes).await?;
    let stamp = ConfigStamp { key, version_id, sha256 };
    let (previous, etag) = match now {
        Some(read) => (Some(read.pointer.active), Some(read.etag)),
        None => (None, None),
    };
    let pointer = Pointer::new(stamp.clone(), previous, by, at);
    store.move_pointer(loop_name, &pointer, etag.as_deref()).await?;
    Ok(Promotion::Moved(stamp))
}

/// Moves the pointer back to the version before.
///
/// # Errors
/// When there is none, the store does not answer, or somebody else moved the pointer in between.
pub async fn roll_back(
    store: &dyn ConfigStore,
    loop_name: &str,
    by: &str,
    at: Timestamp,
) -> Result<ConfigStamp, StoreError> {
    let Some(read) = store.pointer(loop_name).await? else {
        return Err(StoreError::Missing(format!("pointer of {loop_name}")));
    };
    let Some(back_to) = read.pointer.previous else {
        return Err(StoreError::Missing(format!("version before {} of {loop_name}", read.pointer.active.short())));
    };
    let pointer = Pointer::new(back_to.clone(), Some(read.pointer.active), by, at);
    store.move_pointer(loop_name, &pointer, Some(&read.etag)).await?;
    Ok(back_to)
}
