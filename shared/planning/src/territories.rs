//! What people say about the territories that follow from the active scenario: a plan is answered by its whole hash, and an
//! account that only a person can place is placed.

use jiff::Timestamp;
use revloops_config::ConfigStore;
use revloops_config::store::SCENARIO;
use revloops_domain::{AccountId, ErrorClass};
use revloops_loopkit::Failure;
use revloops_loopkit::ports::{Answer, Approvals, AskedPlan, Placements, PlanStatus, Resolution};
use revloops_scenario::stored;
use thiserror::Error;

/// Why it was not done.
#[derive(Debug, Error)]
pub enum TerritoryError {
    /// What the caller can mend: what is wrong, and what would be right.
    #[error("{0}")]
    Refused(String),
    /// Anything else that failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

fn refused<T>(why: impl Into<String>) -> Result<T, TerritoryError> {
    Err(TerritoryError::Refused(why.into()))
}

/// The first twelve digits of a hash.
#[must_use]
pub fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

/// The plan whose hash begins so; the one that waits, or the newest, where none is named.
///
/// # Errors
/// Where there is none, or several begin so.
pub async fn asked(approvals: &dyn Approvals, hash: Option<&str>) -> Result<(AskedPlan, PlanStatus), TerritoryError> {
    let mut plans = approvals.plans().await?;
    let Some(hash) = hash else {
        if plans.is_empty() {
            return refused("nobody was asked about a plan of territories yet: promoting a scenario makes one");
        }
        let at = plans.iter().position(|(_, status)| *status == PlanStatus::Waiting).unwrap_or(0);
        return Ok(plans.swap_remove(at));
    };
    plans.retain(|(plan, _)| plan.hash.starts_with(hash));
    match plans.len() {
        0 => refused(format!("nobody was asked about a plan {hash}")),
        1 => Ok(plans.swap_remove(0)),
        several => refused(format!("{several} plans begin with {hash}: say more of it")),
    }
}

/// Answers a plan by its whole hash, and has its chain go on: what was read is what is carried out. The same answer twice is
/// one.
///
/// # Errors
/// Where no plan has this hash, it was carried out already or answered otherwise, or its scenario is not the active one any
/// more.
pub async fn answer(
    approvals: &dyn Approvals,
    config: &dyn ConfigStore,
    hash: &str,
    answer: Answer,
    by: &str,
    at: Timestamp,
) -> Result<AskedPlan, TerritoryError> {
    let (plan, status) = asked(approvals, Some(hash)).await?;
    let told = short(&plan.hash);
    if plan.hash != hash {
        return refused("say the plan's whole hash, as it was shown: what was read is what is carried out");
    }
    match (&status, answer) {
        (PlanStatus::Waiting, _)
        | (PlanStatus::Approved { .. }, Answer::Approved)
        | (PlanStatus::Rejected { .. }, Answer::Rejected) => {}
        (PlanStatus::Applied, _) => return refused(format!("plan {told} is carried out already")),
        (PlanStatus::Approved { by, .. } | PlanStatus::Rejected { by, .. }, _) => {
            return refused(format!("plan {told} is {} already, by {by}", status.name()));
        }
        (PlanStatus::Stale | PlanStatus::RolledBack, _) => {
            return refused(format!("plan {told} is {}: have a new one made", status.name().replace('_', " ")));
        }
    }
    if answer == Answer::Approved {
        let active = config.pointer(SCENARIO).await.map_err(unread)?.map(|read| read.pointer.active);
        if active.as_ref() != Some(&plan.scenario) {
            let id = &plan.scenario_id;
            return refused(format!("{id} of plan {told} is not the active scenario any more: have a new plan made"));
        }
    }
    match approvals.answer(hash, answer, by, at).await {
        Ok(plan) => Ok(plan),
        // Somebody was faster: what they said is the caller's to know.
        Err(failure) if failure.class() == ErrorClass::Rejected => refused(failure.to_string()),
        Err(failure) => Err(failure.into()),
    }
}

/// Keeps a person's word of where an account belongs; the next plan puts it there.
///
/// # Errors
/// Where nothing is said of why, no scenario is active, or it has no such territory.
pub async fn place(
    placements: &dyn Placements,
    config: &dyn ConfigStore,
    resolution: Resolution,
) -> Result<Resolution, TerritoryError> {
    let resolution = Resolution { why: resolution.why.trim().to_owned(), ..resolution };
    if resolution.why.is_empty() {
        return refused("say why it belongs there: whoever looks at it later wants to know");
    }
    let active = stored::active(config).await;
    let active =
        active.map_err(|error| Failure::new(ErrorClass::Transient, "reading the active scenario").caused_by(error))?;
    let Some(scenario) = active.map(|active| active.resolved.scenario) else {
        return refused("no scenario is active: promote one");
    };
    if scenario.territories.named(&resolution.territory).is_none() {
        let known: Vec<&str> = scenario.territories.iter().map(|territory| territory.id.as_str()).collect();
        let wanted = &resolution.territory;
        return refused(format!("{} has no territory {wanted}; it has {}", scenario.id, known.join(", ")));
    }
    placements.resolve(&resolution).await?;
    Ok(resolution)
}

/// An account's id as somebody wrote it.
///
/// # Errors
/// Where it is none.
pub fn account(id: &str) -> Result<AccountId, TerritoryError> {
    AccountId::parse(id).map_err(|error| TerritoryError::Refused(format!("`{id}` is no account's id: {error}")))
}

fn unread(error: revloops_config::StoreError) -> Failure {
    Failure::new(ErrorClass::Transient, "reading which scenario is active").caused_by(error)
}
