//! What change control needs of the loops, which nothing shared may know.

use async_trait::async_trait;
use revloops_config::{Bundle, Problems, Sources};
use revloops_loopkit::Outcome;
use revloops_loopkit::change::Candidate;

use crate::proposal::Simulation;

/// The check of each loop's config.
pub trait Checks: Send + Sync {
    /// The loops that there are.
    fn loops(&self) -> Vec<&'static str>;

    /// The files of a loop's config folder, `cases.yaml` among them; none where there is no such loop.
    fn files(&self, loop_name: &str) -> Vec<&'static str>;

    /// Checks a loop's files and runs their cases; `problems` are those found in reading. `None` where there is no such loop.
    fn check(&self, loop_name: &str, sources: &Sources, problems: Problems) -> Option<Result<Candidate, Problems>>;
}

/// What a change would have done to the past.
#[async_trait]
pub trait Simulator: Send + Sync {
    /// Decides the loop's history by both versions and says what differs. Writes nothing.
    async fn simulate(&self, active: &Bundle, candidate: &Bundle) -> Outcome<Simulation>;
}
