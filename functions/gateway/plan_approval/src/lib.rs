//! Asks a person about a plan of territories: keeps which plan it is and what resumes its chain, and ends what waited before.
//!
//! The planning chain invokes this with a task token and then waits, for weeks if need be. `revloops territories approve`
//! answers by the plan's hash. A newer plan makes an older one stale; a plan of a scenario that is not the active one any
//! more is stale at once.

use serde::{Deserialize, Serialize};

use revloops_config::ConfigStore;
use revloops_config::store::SCENARIO;
use revloops_domain::events::PlanningWanted;
use revloops_domain::{ErrorClass, Secret};
use revloops_loopkit::ports::{Approvals, AskedPlan, Begun, Clock};
use revloops_loopkit::{Failure, Outcome, RunKey};

/// What the chain asks for.
#[derive(Debug, Deserialize)]
pub struct Ask {
    /// What started the chain.
    pub event: PlanningWanted,
    /// What Deploy replied.
    pub planned: Planned,
    /// The execution that waits.
    pub execution: String,
    /// What resumes it.
    pub resume: Secret,
}

/// What of Deploy's reply is needed here.
#[derive(Debug, Deserialize)]
pub struct Planned {
    /// The plan's hash.
    pub plan: String,
    /// The run whose record has the plan.
    pub plan_run: RunKey,
}

/// What this replies; the chain itself goes on by its token alone.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// How it went.
    pub status: Begun,
}

/// Asks.
///
/// # Errors
/// When the table or the config store does not answer; the chain tries again.
pub async fn ask(
    wanted: Ask,
    approvals: &dyn Approvals,
    config: &dyn ConfigStore,
    clock: &dyn Clock,
) -> Outcome<Asked> {
    let active = config
        .pointer(SCENARIO)
        .await
        .map_err(|error| Failure::new(ErrorClass::Transient, "reading which scenario is active").caused_by(error))?;
    let is_active = active.is_some_and(|read| read.pointer.active == wanted.event.scenario);
    let plan = AskedPlan {
        hash: wanted.planned.plan,
        run: wanted.planned.plan_run,
        scenario_id: wanted.event.scenario_id,
        scenario: wanted.event.scenario,
        correlation_id: wanted.event.correlation_id,
        execution: wanted.execution,
        wanted_at: wanted.event.at,
    };
    let status = if is_active {
        approvals.ask(&plan, &wanted.resume, wanted.event.redriven, clock.now()).await?
    } else {
        approvals.pass_over(&wanted.resume).await?;
        Begun::Stale
    };
    tracing::info!(plan = plan.hash, scenario = plan.scenario.short(), ?status, "asked");
    Ok(Asked { status })
}
