//! What config has to pass before it can become active: its check and its cases. How it becomes active, with the record of it, is
//! `shared/changes`.

use std::path::Path;

use revloops_config::levers::read_sources;
use revloops_config::{Bundle, Problem, Problems, Sources};
use revloops_domain::sha256_hex;

use crate::cases::run_cases;
use crate::the_loop::Loop;

/// A config that passed its check and its cases: the only thing that can be promoted, and only checking makes one.
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
