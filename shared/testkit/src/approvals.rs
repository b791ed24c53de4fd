//! Plans that wait for a person, in memory.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;

use revloops_domain::ErrorClass;
use revloops_loopkit::ports::{Answer, Approvals, AskedPlan, Begun, PlanStatus, ResumeToken};
use revloops_loopkit::{Failure, Outcome};

/// [`Approvals`] in memory; chains are resumed by being counted.
#[derive(Default)]
pub struct ApprovalsInMemory(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// The oldest first.
    plans: Vec<(AskedPlan, PlanStatus)>,
    resumed: usize,
}

impl ApprovalsInMemory {
    fn locked(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often a chain was sent on.
    #[must_use]
    pub fn resumed(&self) -> usize {
        self.locked().resumed
    }
}

#[async_trait]
impl Approvals for ApprovalsInMemory {
    async fn ask(&self, plan: &AskedPlan, _: &ResumeToken, _redriven: bool, _at: Timestamp) -> Outcome<Begun> {
        let mut kept = self.locked();
        if kept.plans.iter().any(|(other, _)| other.hash == plan.hash) {
            return Ok(Begun::Repeated);
        }
        for (_, status) in kept.plans.iter_mut().filter(|(_, status)| *status == PlanStatus::Waiting) {
            *status = PlanStatus::Stale;
        }
        kept.plans.push((plan.clone(), PlanStatus::Waiting));
        Ok(Begun::Waits)
    }

    async fn pass_over(&self, _: &ResumeToken) -> Outcome<()> {
        self.locked().resumed += 1;
        Ok(())
    }

    async fn answer(&self, hash: &str, answer: Answer, by: &str, at: Timestamp) -> Outcome<AskedPlan> {
        let mut kept = self.locked();
        let by = by.to_owned();
        let to = match answer {
            Answer::Approved => PlanStatus::Approved { by, at },
            Answer::Rejected => PlanStatus::Rejected { by, at },
        };
        let Some((plan, status)) = kept.plans.iter_mut().find(|(plan, _)| plan.hash == hash) else {
            return Err(Failure::new(ErrorClass::Rejected, format!("nobody was asked about a plan {hash}")));
        };
        if *status == PlanStatus::Waiting {
            *status = to;
        } else if status.name() != to.name() {
            return Err(Failure::new(ErrorClass::Rejected, format!("plan {hash} is {}", status.name())));
        }
        let plan = plan.clone();
        kept.resumed += 1;
        Ok(plan)
    }

    async fn note(&self, hash: &str, to: &PlanStatus) -> Outcome<()> {
        for (_, status) in self.locked().plans.iter_mut().filter(|(plan, _)| plan.hash == hash) {
            *status = to.clone();
        }
        Ok(())
    }

    async fn plans(&self) -> Outcome<Vec<(AskedPlan, PlanStatus)>> {
        Ok(self.locked().plans.iter().rev().cloned().collect())
    }
}
