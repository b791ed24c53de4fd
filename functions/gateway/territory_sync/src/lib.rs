//! The executor of plans: what a person approved, carried out or taken back, a bounded piece an invocation; and before that,
//! the list of accounts that a plan leaves to a person.
//!
//! The planning chain invokes it until it is through. It reads the plan from the record of the run that made it, and does
//! nothing unless the hash that was approved is that plan's.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use revloops_deploy::Plan;
use revloops_deploy::sync::{self, Approved, Turn};
use revloops_domain::{AccountId, ErrorClass, RunId};
use revloops_loopkit::ports::{
    BatchStore, Bus, Clock, Collections, Making, PendingAccount, Placements, RunStore, Territories,
};
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
    /// Note which accounts it leaves to a person.
    NotePending(Made),
}

/// A plan that nobody was asked about yet.
#[derive(Debug, Deserialize)]
pub struct Made {
    /// The run that made it.
    pub plan_run: RunKey,
}

/// What was done.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Reply {
    /// A piece of a plan.
    Turn(Turn),
    /// The list was brought up to date.
    Noted {
        /// Accounts that wait now.
        pending: usize,
        /// Accounts that waited before and do not any more.
        settled: usize,
    },
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
) -> Outcome<Reply> {
    let (wanted, back) = match request {
        Request::Apply(wanted) => (wanted, false),
        Request::RollBack(wanted) => (wanted, true),
        Request::NotePending(made) => return note_pending(&made.plan_run, ports).await,
    };
    let (run_id, plan) = plan_of(&wanted.plan_run, ports.runs).await?;
    let hash = plan.hash();
    if hash != wanted.approved {
        let why = format!("{} was approved, and the plan of {} is {hash}", wanted.approved, wanted.plan_run.subject);
        return Err(Failure::new(ErrorClass::Rejected, why));
    }
    let approved = Approved { plan: &plan, run_id: &run_id, by: &wanted.by, at: clock.now() };
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
    Ok(Reply::Turn(turn))
}

async fn plan_of(run: &RunKey, runs: &dyn RunStore) -> Outcome<(RunId, Plan)> {
    let no_plan = || Failure::new(ErrorClass::Rejected, format!("{} made no plan", run.subject));
    let record = runs.one(run).await?.ok_or_else(no_plan)?.record;
    let plan = serde_json::from_value(record.decision.verdict)
        .map_err(|error| Failure::unreadable(ErrorClass::Bug, "reading a plan", &error))?;
    Ok((record.run_id, plan))
}

/// The plan has looked at all accounts, so whoever it does not leave to a person waits for none.
async fn note_pending(run: &RunKey, ports: Ports<'_>) -> Outcome<Reply> {
    let (_, plan) = plan_of(run, ports.runs).await?;
    let now: BTreeSet<&AccountId> = plan.pending.iter().map(|one| &one.account).collect();
    let before = ports.placements.pending().await?;
    let settled: Vec<AccountId> =
        before.into_iter().map(|one| one.account).filter(|account| !now.contains(account)).collect();
    let waiting: Vec<PendingAccount> = plan
        .pending
        .iter()
        .map(|one| PendingAccount {
            account: one.account.clone(),
            name: one.name.clone(),
            why: one.why.clone(),
            proposed: one.proposed.clone(),
            since: one.since,
        })
        .collect();
    ports.placements.wait(&waiting).await?;
    ports.placements.settle(&settled).await?;
    Ok(Reply::Noted { pending: waiting.len(), settled: settled.len() })
}
