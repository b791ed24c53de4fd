//! The list of accounts that wait for a person, brought up to date by a plan: it has looked at all accounts, so whoever it does
//! not leave to a person waits for none.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use revloops_domain::AccountId;
use revloops_loopkit::ports::{PendingAccount, Placements, RunStore};
use revloops_loopkit::{Outcome, RunKey};

/// A plan that nobody was asked about yet.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Made {
    /// The run that made it.
    pub plan_run: RunKey,
}

/// What became of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Noted {
    /// Accounts that wait now.
    pub pending: usize,
    /// Accounts that waited before and do not any more.
    pub settled: usize,
}

/// Brings the list up to date.
///
/// # Errors
/// `Rejected` where there is no such plan; when the tables do not answer.
pub async fn note_pending(made: &Made, placements: &dyn Placements, runs: &dyn RunStore) -> Outcome<Noted> {
    let (_, plan) = crate::planned(&made.plan_run, runs).await?;
    let now: BTreeSet<&AccountId> = plan.pending.iter().map(|one| &one.account).collect();
    let before = placements.pending().await?;
    let settled: Vec<AccountId> =
        before.into_iter().map(|one| one.account).filter(|account| !now.contains(account)).collect();
    let waiting: Vec<PendingAccount> = plan.pending.iter().map(PendingAccount::from).collect();
    placements.wait(&waiting).await?;
    placements.settle(&settled).await?;
    Ok(Noted { pending: waiting.len(), settled: settled.len() })
}
