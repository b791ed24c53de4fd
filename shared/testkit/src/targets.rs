//! Targets in memory that several scanners claim at once, and that answer as a table of another machine does: whoever read
//! before somebody else wrote has to start again.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;

use revloops_domain::AccountId;
use revloops_loopkit::Outcome;
use revloops_loopkit::ports::{Lease, Settled, Target, Targets};

/// [`Targets`] in memory.
#[derive(Debug, Default)]
pub struct TargetsInMemory {
    kept: Mutex<BTreeMap<AccountId, Kept>>,
    claimed: Mutex<Vec<(Timestamp, AccountId, Timestamp)>>,
}

#[derive(Debug, Clone)]
struct Kept {
    target: Target,
    /// When it is to be looked at: when it is due, or when the claim on it is over.
    order: Timestamp,
    owner: Option<String>,
}

impl TargetsInMemory {
    /// These targets.
    #[must_use]
    pub fn of(targets: Vec<Target>) -> Self {
        let kept = |target: Target| (target.account.clone(), Kept { order: target.due, target, owner: None });
        Self { kept: Mutex::new(targets.into_iter().map(kept).collect()), claimed: Mutex::default() }
    }

    /// Every claim in order: when it was made, of which account, and since when that was due.
    #[must_use]
    pub fn claims(&self) -> Vec<(Timestamp, AccountId, Timestamp)> {
        self.claimed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn kept(&self) -> MutexGuard<'_, BTreeMap<AccountId, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn first(&self, at: Timestamp) -> Option<(AccountId, Timestamp)> {
        let kept = self.kept();
        let first = kept.values().filter(|one| one.order <= at).min_by_key(|one| (one.order, &one.target.account))?;
        Some((first.target.account.clone(), first.order))
    }
}

#[async_trait]
impl Targets for TargetsInMemory {
    async fn put(&self, target: &Target) -> Outcome<bool> {
        let mut kept = self.kept();
        let new = !kept.contains_key(&target.account);
        let one = kept.entry(target.account.clone());
        let one = one.or_insert_with(|| Kept { target: target.clone(), order: target.due, owner: None });
        one.target.name.clone_from(&target.name);
        one.target.domain.clone_from(&target.domain);
        one.target.country.clone_from(&target.country);
        one.target.tier.clone_from(&target.tier);
        Ok(new)
    }

    async fn remove(&self, account: &AccountId) -> Outcome<bool> {
        Ok(self.kept().remove(account).is_some())
    }

    async fn hasten(&self, account: &AccountId, at: Timestamp) -> Outcome<bool> {
        let mut kept = self.kept();
        let Some(one) = kept.get_mut(account) else { return Ok(false) };
        if one.target.due > at && one.owner.is_none() {
            (one.target.due, one.order) = (at, at);
        }
        Ok(true)
    }

    async fn all(&self) -> Outcome<Vec<Target>> {
        let mut all: Vec<Target> = self.kept().values().map(|one| one.target.clone()).collect();
        all.sort_by(|one, other| (one.due, &one.account).cmp(&(other.due, &other.account)));
        Ok(all)
    }

    async fn claim(&self, lease: &Lease, at: Timestamp) -> Outcome<Option<Target>> {
        loop {
            let Some((account, seen)) = self.first(at) else { return Ok(None) };
            // Between reading and writing, others get their turn: as on the way to a table and back.
            tokio::task::yield_now().await;
            let mut kept = self.kept();
            let Some(one) = kept.get_mut(&account).filter(|one| one.order == seen) else { continue };
            one.order = lease.until;
            one.owner = Some(lease.owner.clone());
            let mut claimed = self.claimed.lock().unwrap_or_else(PoisonError::into_inner);
            claimed.push((at, account, one.target.due));
            return Ok(Some(one.target.clone()));
        }
    }

    async fn settle(&self, account: &AccountId, lease: &Lease, settled: &Settled) -> Outcome<bool> {
        let mut kept = self.kept();
        let ours = kept.get_mut(account).filter(|one| one.owner.as_ref() == Some(&lease.owner));
        let Some(one) = ours else { return Ok(false) };
        let Settled { due, scans, failures, scanned } = settled.clone();
        one.target = Target { due, scans, failures, scanned, ..one.target.clone() };
        (one.order, one.owner) = (due, None);
        Ok(true)
    }
}
