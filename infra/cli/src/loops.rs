//! The loops that there are, so that commands can treat them alike.

use std::path::Path;

use revloops_config::{LeverFile, Levers as _, Problems};
use revloops_loopkit::change::{Candidate, check_folder};
use revloops_loopkit::{Card, CaseFile, Loop};

/// A loop, as commands see it.
#[derive(Debug, Clone, Copy)]
pub struct LoopEntry {
    /// Name, triggers, events, levers.
    pub card: Card,
    /// The files of its config folder, without `cases.yaml`.
    pub files: &'static [LeverFile],
    /// JSON Schema of its `cases.yaml`.
    pub case_schema: fn() -> schemars::Schema,
    /// Checks its config folder and runs its cases.
    pub check: fn(&Path) -> Result<Candidate, Problems>,
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
        check: check_folder::<L>,
    }
}
