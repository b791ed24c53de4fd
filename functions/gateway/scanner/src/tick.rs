//! One tick: one account is claimed, scanned, and due again.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use revloops_domain::{AccountId, ErrorClass};
use revloops_loopkit::ports::{Lease, Model, OverBudget, Settled, Target, Targets};
use revloops_loopkit::{Loaded, Outcome, Record, RunContext, metered, record_once};
use revloops_signals::TargetLevers;

use crate::record::{record, run_key};
use crate::request::request;

/// What a tick works with.
pub struct Scanner<'a> {
    /// The accounts that are scanned.
    pub targets: &'a dyn Targets,
    /// The AI, within its budgets.
    pub model: &'a dyn Model,
    /// What records and applies; its lease is the claim's as well.
    pub context: RunContext<'a>,
}

/// What one tick did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "ticked")]
pub enum Ticked {
    /// No account was due.
    NothingDue,
    /// One was scanned.
    Scanned {
        /// Which.
        account: AccountId,
        /// Signals that count.
        signals: u64,
        /// Signals that were dropped.
        dropped: u64,
    },
    /// The day's budget did not allow it; the account keeps its place.
    OverBudget {
        /// Which.
        account: AccountId,
    },
    /// The scan failed; the account is due again later.
    Failed {
        /// Which.
        account: AccountId,
        /// The class of the failure.
        class: ErrorClass,
        /// How often in a row.
        failures: u32,
    },
}

/// Scans the one account that is the most overdue.
///
/// # Errors
/// When the list cannot be asked or written. A failed scan is no error: it is told, and tried again later.
pub async fn tick(scanner: &Scanner<'_>, levers: &Loaded<TargetLevers>) -> Outcome<Ticked> {
    let now = scanner.context.clock.now();
    let lease = Lease {
        owner: scanner.context.ids.fresh(),
        until: now.saturating_add(scanner.context.lease).unwrap_or(Timestamp::MAX),
    };
    let Some(target) = scanner.targets.claim(&lease, now).await? else { return Ok(Ticked::NothingDue) };
    let scanned = record_once(&run_key(&target), &scanner.context, scan(scanner.model, levers, &target, now)).await;
    let at = scanner.context.clock.now();
    let later = |duration| at.saturating_add(duration).unwrap_or(Timestamp::MAX);
    let account = target.account.clone();
    let kept = Settled { due: target.due, scans: target.scans, failures: target.failures, scanned: target.scanned };
    let (settled, ticked) = match scanned {
        Ok(run) => {
            let count = |name: &str| run.reply.get(name).and_then(serde_json::Value::as_u64).unwrap_or(0);
            let due = later(levers.config.cadence(&target.tier));
            let ticked = Ticked::Scanned { account, signals: count("signals"), dropped: count("dropped") };
            (Settled { due, scans: target.scans + 1, failures: 0, scanned: Some(at) }, ticked)
        }
        Err(failure) if failure.comes_from::<OverBudget>() => {
            tracing::warn!(account_id = %target.account, "not scanned: {failure}");
            (kept, Ticked::OverBudget { account })
        }
        Err(failure) => {
            let failures = target.failures.saturating_add(1);
            tracing::warn!(account_id = %target.account, class = %failure.class(), failures, "scan failed: {failure}");
            let due = later(levers.config.backoff.after(failures));
            (Settled { due, failures, ..kept }, Ticked::Failed { account, class: failure.class(), failures })
        }
    };
    if !scanner.targets.settle(&target.account, &lease, &settled).await? {
        // Taken off the list meanwhile, or the lease ran out and another has it: what they say of it holds.
        tracing::warn!(account_id = %target.account, "the claim was over before the scan was");
    }
    Ok(ticked)
}

/// Asks, and makes the record of it.
async fn scan(model: &dyn Model, levers: &Loaded<TargetLevers>, target: &Target, at: Timestamp) -> Outcome<Record> {
    let today = at.to_zoned(TimeZone::UTC).date();
    let request = request(&levers.config, target, today);
    let (answer, calls) = metered(&run_key(target), model.answer(&request)).await;
    record(levers, target, answer?, calls, at)
}
