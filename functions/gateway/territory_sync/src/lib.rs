//! Carries out an approved plan of the CRM's territories, or takes it back: a bounded piece an invocation, until it says that
//! it is done. Where it stopped is in the journal, so that it may die anywhere and be called again with the same.

mod pending;

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use revloops_deploy::Plan;
use revloops_deploy::sync::{self, Approved, Ports, Turn};
use revloops_domain::{ErrorClass, RunId};
use revloops_loopkit::ports::RunStore;
use revloops_loopkit::{Failure, Outcome, RunKey};

pub use pending::{Made, Noted, note_pending};

/// Chunks of an invocation: a thousand records, and well within its time.
const CHUNKS_A_TURN: usize = 5;

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payload {
    /// The plan is carried out.
    Apply(Asked),
    /// What it did is taken back.
    RollBack(Asked),
}

/// Which plan, and who wants it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Asked {
    /// The run that made it.
    pub plan_run: RunKey,
    /// The hash that was approved.
    pub approved: String,
    /// Who approved it, or wants it back.
    pub by: String,
    /// Where the last turn stopped; the beginning where it is left out.
    #[serde(default)]
    pub from_chunk: u32,
}

/// What the planning chain and the command line invoke this with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Invocation {
    /// A plan is carried out.
    Apply(Asked),
    /// What it did is taken back.
    RollBack(Asked),
    /// The accounts that it leaves to a person come on their list.
    NotePending(Made),
}

/// Does what is asked for; the reply is a [`Reply`], or for the list a [`Noted`].
///
/// # Errors
/// As [`handle`] and [`note_pending`].
pub async fn invoked(invocation: Invocation, ports: Ports<'_>, runs: &dyn RunStore, at: Timestamp) -> Outcome<Value> {
    let reply = match invocation {
        Invocation::Apply(asked) => serde_json::to_value(handle(Payload::Apply(asked), ports, runs, at).await?),
        Invocation::RollBack(asked) => serde_json::to_value(handle(Payload::RollBack(asked), ports, runs, at).await?),
        Invocation::NotePending(made) => serde_json::to_value(note_pending(&made, ports.placements, runs).await?),
    };
    reply.map_err(|error| Failure::new(ErrorClass::Bug, "writing a reply").caused_by(error))
}

/// How far it came: `{"done": false, "next_chunk": 5, …}` asks to be called again with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reply {
    /// The plan.
    pub plan: String,
    /// The run that made it.
    pub run_id: RunId,
    /// How far.
    #[serde(flatten)]
    pub turn: Turn,
}

/// Does one turn.
///
/// # Errors
/// `Rejected` where there is no such plan, or another was approved; otherwise as [`sync::apply`].
pub async fn handle(payload: Payload, ports: Ports<'_>, runs: &dyn RunStore, at: Timestamp) -> Outcome<Reply> {
    let (Payload::Apply(asked) | Payload::RollBack(asked)) = &payload;
    let (run_id, plan) = planned(&asked.plan_run, runs).await?;
    let hash = plan.hash();
    if hash != asked.approved {
        let why = format!("run {run_id} planned {hash}, and {} was approved", asked.approved);
        return Err(Failure::new(ErrorClass::Rejected, why));
    }
    let approved = Approved { plan: &plan, run_id: &run_id, by: &asked.by, at };
    let turn = match &payload {
        Payload::Apply(_) => sync::apply(ports, approved, asked.from_chunk, CHUNKS_A_TURN, pause).await,
        Payload::RollBack(_) => sync::roll_back(ports, approved, asked.from_chunk, CHUNKS_A_TURN, pause).await,
    }?;
    tracing::info!(
        run_id = run_id.as_str(),
        plan = hash,
        done = turn.done,
        next_chunk = turn.next_chunk,
        written = turn.written,
        left = turn.left,
        refused = turn.refused,
        "turn ended"
    );
    Ok(Reply { plan: hash, run_id, turn })
}

async fn planned(key: &RunKey, runs: &dyn RunStore) -> Outcome<(RunId, Plan)> {
    let none = || Failure::new(ErrorClass::Rejected, format!("no run of {} made a plan for it", key.subject));
    let stored = runs.one(key).await?.ok_or_else(none)?;
    let record = stored.record;
    let plan = serde_json::from_value(record.decision.verdict).map_err(|error| {
        Failure::unreadable(ErrorClass::Bug, format_args!("reading the plan of run {}", record.run_id), &error)
    })?;
    Ok((record.run_id, plan))
}

/// Six attempts take six seconds; what is still locked then fails the turn, and the next one goes on.
async fn pause(attempt: u32) {
    tokio::time::sleep(Duration::from_millis(100 << attempt.min(5))).await;
}

#[cfg(test)]
mod tests;
