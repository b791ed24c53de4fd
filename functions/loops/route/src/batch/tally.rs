//! How many records ended how.

use std::fmt;

use revloops_loopkit::ports::{Ended, RecordResult};
use serde::Serialize;

/// Records by how they ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Written.
    pub written: u64,
    /// So already.
    pub already: u64,
    /// Left alone, because a person has changed them since; in an undo, those of which every field was.
    pub changed: u64,
    /// Not there any more.
    pub gone: u64,
    /// Refused by the CRM.
    pub refused: u64,
    /// Written, but for fields that a person has changed since.
    pub partly: u64,
}

/// Counts results.
#[must_use]
pub fn tally(results: &[RecordResult]) -> Tally {
    let mut tally = Tally::default();
    results.iter().for_each(|result| tally.count(result));
    tally
}

impl Tally {
    /// Counts one more.
    pub fn count(&mut self, result: &RecordResult) {
        let place = match result.ended {
            Ended::Written => &mut self.written,
            Ended::Already => &mut self.already,
            Ended::Changed => &mut self.changed,
            Ended::Gone => &mut self.gone,
            Ended::Refused => &mut self.refused,
        };
        *place += 1;
        if result.ended == Ended::Written && !result.left.is_empty() {
            self.partly += 1;
        }
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.written + self.already + self.changed + self.gone + self.refused
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { written, already, changed, gone, refused, partly } = self;
        write!(f, "{written} written")?;
        let others = [
            (partly, "of them without what a person has changed"),
            (already, "so already"),
            (changed, "changed by a person"),
            (gone, "gone"),
            (refused, "refused"),
        ];
        others.iter().filter(|(count, _)| **count > 0).try_for_each(|(count, how)| write!(f, ", {count} {how}"))
    }
}
