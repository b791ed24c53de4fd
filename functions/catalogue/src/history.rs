//! A loop's past, decided by two versions of its config.
//!
//! Each record holds input and facts, so both versions decide the very same case again. Facts that only the new version would look up are
//! not in the record: it decides without them, as it does where a provider is down.

use revloops_config::{Bundle, Levers as _, Problems};
use revloops_loopkit::run::decide_again;
use revloops_loopkit::{Failure, Loop, Outcome, Record};
use serde_json::Value;

/// One record that both versions have decided.
#[derive(Debug, Clone, PartialEq)]
pub struct DecidedTwice {
    /// What was decided about: `lead/00Q…`.
    pub subject: String,
    /// The outcomes in a word: by the active version, by the candidate.
    pub outcome: (String, String),
    /// The verdicts.
    pub verdict: (Value, Value),
}

impl DecidedTwice {
    /// Whether both versions say the same.
    #[must_use]
    pub fn same(&self) -> bool {
        self.outcome.0 == self.outcome.1 && self.verdict.0 == self.verdict.1
    }
}

/// Decides `records` by both versions. Pure.
///
/// # Errors
/// Where a version does not pass its check, or a record cannot be read any more.
pub(crate) fn decided_twice<L: Loop>(
    records: &[Record],
    active: &Bundle,
    candidate: &Bundle,
) -> Outcome<Vec<DecidedTwice>> {
    let (active, candidate) = (loaded::<L>(active)?, loaded::<L>(candidate)?);
    let both = |record: &Record| {
        let (one, other) = (decide_again::<L>(record, &active)?, decide_again::<L>(record, &candidate)?);
        Ok(DecidedTwice {
            subject: record.key.subject.clone(),
            outcome: (one.outcome, other.outcome),
            verdict: (one.verdict, other.verdict),
        })
    };
    records.iter().map(both).collect()
}

pub(crate) fn loaded<L: Loop>(bundle: &Bundle) -> Outcome<L::Config> {
    let mut problems = Problems::new();
    let levers = L::Config::check(&bundle.sources(), &mut problems);
    problems.into_result(levers).map_err(|problems| {
        Failure::new(revloops_domain::ErrorClass::ConfigInvalid, format!("the config has problems: {problems}"))
    })
}
