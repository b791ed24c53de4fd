//! What this watch has decided about a lead before.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use revloops_domain::OwnerId;
use revloops_loopkit::ports::{StoredRun, Untouched};

use crate::NAME;
use crate::decide::{Decided, Step};

/// Who had a lead and missed it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// Clocks that ended with a miss, in their order: the clock's name and whose it was.
    pub missed: Vec<(String, OwnerId)>,
    /// Everybody whose clock has run.
    pub had: BTreeSet<OwnerId>,
}

impl History {
    /// Out of all runs about the lead. What cannot be read is none of ours.
    #[must_use]
    pub fn of(runs: &[StoredRun]) -> Self {
        let mut history = Self::default();
        for run in runs.iter().filter(|run| run.record.key.loop_name == NAME) {
            let decided = Decided::deserialize(&run.record.decision.verdict);
            let (Ok(decided), Ok(lead)) = (decided, Untouched::deserialize(&run.record.input)) else { continue };
            if matches!(decided.step, Step::Missed { .. }) {
                history.missed.push((decided.clock_name(), decided.clock.owner_id.clone()));
            }
            history.had.extend(lead.clock_of);
            history.had.insert(lead.owner_id);
        }
        history
    }
}
