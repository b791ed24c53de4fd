use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use revloops_domain::{AccountId, MailDomain};

use crate::failure::Outcome;
use crate::ports::Lease;

/// An account that is scanned for signals. Its `Debug` shows no name.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The account.
    pub account: AccountId,
    /// Its name in the CRM.
    pub name: String,
    /// The domain of its website.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<MailDomain>,
    /// Two-letter code of its country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The tier, whose cadence is in the levers.
    pub tier: String,
    /// Since when it is on the list: with the scan's number, this names a scan.
    pub listed: Timestamp,
    /// From when on it is to be scanned; how overdue it is, is counted from here.
    pub due: Timestamp,
    /// Scans that were completed; the next one's number.
    pub scans: u64,
    /// Failed scans since the last one that was completed.
    pub failures: u32,
    /// When a scan was last completed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scanned: Option<Timestamp>,
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Target")
            .field("account", &self.account)
            .field("tier", &self.tier)
            .field("due", &self.due)
            .field("scans", &self.scans)
            .field("failures", &self.failures)
            .finish_non_exhaustive()
    }
}

/// What a scan leaves of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// When it is due next.
    pub due: Timestamp,
    /// Scans that were completed.
    pub scans: u64,
    /// Failed scans since.
    pub failures: u32,
    /// When a scan was last completed.
    pub scanned: Option<Timestamp>,
}

/// The accounts that are scanned, in the order in which they are due.
#[async_trait]
pub trait Targets: Send + Sync {
    /// Adds a target, or brings name, domain, country and tier of one that is there up to date and leaves its times alone;
    /// whether it is new.
    async fn put(&self, target: &Target) -> Outcome<bool>;

    /// Takes a target off the list; whether it was there.
    async fn remove(&self, account: &AccountId) -> Outcome<bool>;

    /// Makes a target due at `at`, where it is there and not due before; whether it is there.
    async fn hasten(&self, account: &AccountId, at: Timestamp) -> Outcome<bool>;

    /// All of them, the most overdue first.
    async fn all(&self) -> Outcome<Vec<Target>>;

    /// Claims the one target that is the most overdue at `at`, for nobody else until the lease is over; `None` where none is
    /// due. Who died with a claim leaves its target to the next one after the lease.
    async fn claim(&self, lease: &Lease, at: Timestamp) -> Outcome<Option<Target>>;

    /// Ends the claim of `lease` and says when the target is due next; whether the claim still held.
    async fn settle(&self, account: &AccountId, lease: &Lease, settled: &Settled) -> Outcome<bool>;
}
