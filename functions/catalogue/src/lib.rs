//! The loops that there are, so that commands, the guard of config and the servers treat them alike.
//!
//! A library beside the loops: whoever handles any loop's config needs all of them, and nothing in `shared` may know one.

mod datasets;
mod history;
mod outcomes;
mod simulation;

use std::path::Path;

use revloops_changes::ports::Checks;
use revloops_config::{Bundle, LeverFile, Levers as _, Problems, Sources};
use revloops_loopkit::change::{Candidate, check_folder, check_sources};
use revloops_loopkit::{Card, CaseFile, Loop, Outcome, Record};

pub use datasets::{datasets, fact_rows};
pub use history::DecidedTwice;
pub use outcomes::{Join, Joined, Learned, OutcomesEntry};
pub use simulation::OnHistory;

/// A loop, as others see it.
#[derive(Debug, Clone, Copy)]
pub struct LoopEntry {
    /// Name, triggers, events, levers.
    pub card: Card,
    /// The files of its config folder, without `cases.yaml`.
    pub files: &'static [LeverFile],
    /// JSON Schema of its `cases.yaml`.
    pub case_schema: fn() -> schemars::Schema,
    /// JSON Schema of one of its metrics.
    pub metric_schema: fn() -> schemars::Schema,
    /// Checks its config folder and runs its cases.
    pub check: fn(&Path) -> Result<Candidate, Problems>,
    /// Checks files that were read before and runs their cases; the problems are those found in reading.
    pub check_sources: fn(&Sources, Problems) -> Result<Candidate, Problems>,
    /// Decides past records by the active version and by a candidate.
    pub decided_twice: fn(&[Record], &Bundle, &Bundle) -> Outcome<Vec<DecidedTwice>>,
    /// What became of its decisions, and what that proposes.
    pub outcomes: OutcomesEntry,
}

/// All loops, in the order in which they chain.
#[must_use]
pub fn all() -> [LoopEntry; 7] {
    [
        entry::<revloops_design::Design>(),
        entry::<revloops_deploy::Deploy>(),
        entry::<revloops_generate::Generate>(),
        entry::<revloops_qualify::Qualify>(),
        entry::<revloops_route::Route>(),
        entry::<revloops_engage::Engage>(),
        entry::<revloops_pursue::Pursue>(),
    ]
}

fn entry<L: Loop>() -> LoopEntry {
    LoopEntry {
        card: L::CARD,
        files: L::Config::FILES,
        case_schema: || schemars::schema_for!(CaseFile<L::Case>),
        metric_schema: || schemars::schema_for!(L::Metric),
        check: check_folder::<L>,
        check_sources: check_sources::<L>,
        decided_twice: history::decided_twice::<L>,
        outcomes: OutcomesEntry::of::<L>(),
    }
}

/// The check of every loop's config, for change control.
#[derive(Debug, Clone, Copy, Default)]
pub struct AllLoops;

impl Checks for AllLoops {
    fn loops(&self) -> Vec<&'static str> {
        all().iter().map(|entry| entry.card.name).collect()
    }

    fn files(&self, loop_name: &str) -> Vec<&'static str> {
        let entry = all().into_iter().find(|entry| entry.card.name == loop_name);
        let files = entry.map(|entry| entry.files).unwrap_or_default();
        files.iter().map(|file| file.name).chain(entry.map(|_| "cases.yaml")).collect()
    }

    fn check(&self, loop_name: &str, sources: &Sources, problems: Problems) -> Option<Result<Candidate, Problems>> {
        let entry = all().into_iter().find(|entry| entry.card.name == loop_name)?;
        Some((entry.check_sources)(sources, problems))
    }
}
