//! The executor of plans: what a person approved, carried out or taken back, a bounded piece an invocation.
//!
//! The planning chain invokes it until it is through. It reads the plan from the record of the run that made it, and does
//! nothing unless the hash that was approved is that plan's.

use serde::Deserialize;

use revloops_deploy::Plan;
use revloops_deploy::sync::{self, Approved, Turn};
use revloops_domain::ErrorClass;
use revloops_loopkit::ports::{BatchStore, Bus, Clock, Collections, Making, Placements, RunStore, Territories};
use revloops_loopkit::{Failure, Outcome, RunKey};

/// Chunks of an invocation: of 200 records each, with their look-ups, they are through well before the function's time is.
const CHUNKS_A_TURN: usize = 10;

/// What is asked for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Carry a plan out.
    Apply(Wanted),
    /// Take it back.
    RollBack(Wanted),
}

/// Which plan.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    /// The run that made it.
    pub plan_run: RunKey,
    /// The hash that a person approved.
    pub approved: String,
    /// Who.
    pub by: String,
    /// Where the last turn ended.
    #[serde(default)]
    pub from_chunk: u32,
}

/// What it works with.
#[derive(Clone, Copy)]
pub struct Ports<'a> {
    /// Where the plan is.
    pub runs: &'a dyn RunStore,
    /// What the CRM has.
    pub territories: &'a dyn Territories,
    /// Creates and deletes.
    pub making: &'a dyn Making,
    /// Changes.
    pub collections: &'a dyn Collections,
    /// The journal.
    pub journal: &'a dyn BatchStore,
    /// What moved when, and who waits no more.
    pub placements: &'a dyn Placements,
    /// Where it is told.
    pub bus: &'a dyn Bus,
}

/// Does one piece.
///
/// # Errors
/// `Rejected` where the approved hash is not the plan's, or there is no such plan; else as [`sync::apply`].
pub async fn carry_out(
    request: Request,
    ports: Ports<'_>,
    clock: &dyn Clock,
    pause: impl AsyncFn(u32),
) -> Outcome<Turn> {
    let (wanted, back) = match request {
        Request::Apply(wanted) => (wanted, false),
        Request::RollBack(wanted) => (wanted, true),
    };
    let no_plan = || Failure::new(ErrorClass::Rejected, format!("{} made no plan", wanted.plan_run.subject));
    let record = ports.runs.one(&wanted.plan_run).await?.ok_or_else(no_plan)?.record;
    let plan: Plan = serde_json::from_value(record.decision.verdict)
        .map_err(|error| Failure::unreadable(ErrorClass::Bug, "reading a plan", &error))?;
    let hash = plan.hash();
    if hash != wanted.approved {
        let why = format!("{} was approved, and the plan of {} is {hash}", wanted.approved, wanted.plan_run.subject);
        return Err(Failure::new(ErrorClass::Rejected, why));
    }
    let approved = Approved { plan: &plan, run_id: &record.run_id, by: &wanted.by, at: clock.now() };
    let ports = sync::Ports {
        territories: ports.territories,
        making: ports.making,
        collections: ports.collections,
        journal: ports.journal,
        placements: ports.placements,
        bus: ports.bus,
    };
    let turn = if back {
        sync::roll_back(ports, approved, wanted.from_chunk, CHUNKS_A_TURN, pause).await?
    } else {
        sync::apply(ports, approved, wanted.from_chunk, CHUNKS_A_TURN, pause).await?
    };
    let (written, left, refused) = (turn.written, turn.left, turn.refused);
    tracing::info!(plan = hash, back, done = turn.done, written, left, refused, "turn ended");
    Ok(turn)
}
