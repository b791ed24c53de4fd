//! One tick: each loop by itself, so that what fails for one does not keep the others waiting.

use std::collections::BTreeMap;

use jiff::Timestamp;
use revloops_catalogue::LoopEntry;
use revloops_changes::ChangeError;
use revloops_changes::rollout::Verdict;
use revloops_config::store::PointerRead;
use revloops_loopkit::{Failure, Outcome};
use serde::Serialize;

use crate::counting::count;
use crate::joining::{OfLoop, join};
use crate::proposing::propose;
use crate::trying::look;
use crate::{Within, World};

/// What one tick did.
#[derive(Debug, Default, Clone, PartialEq, Serialize)]
pub struct Ticked {
    /// By loop.
    pub loops: BTreeMap<&'static str, LoopTick>,
}

/// What one tick did for one loop.
#[derive(Debug, Default, Clone, PartialEq, Serialize)]
pub struct LoopTick {
    /// Outcomes that became known.
    pub new: usize,
    /// Outcomes that are known.
    pub known: usize,
    /// Decisions that could not be joined; the next tick tries them again.
    pub failed: usize,
    /// The proposal that the active version's outcomes led to, now or before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposal: Option<String>,
    /// Edits that could not be proposed, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<String>,
    /// How the trial stands, where a canary is under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trial: Option<Verdict>,
}

/// Joins, counts, proposes and tries, loop by loop.
///
/// # Errors
/// The first of the failures, where there were any; the other loops are through then.
pub async fn tick(world: &World<'_>, within: &Within) -> Outcome<Ticked> {
    let mut ticked = Ticked::default();
    let mut failures: Vec<Failure> = Vec::new();
    for entry in revloops_catalogue::all() {
        let name = entry.card.name;
        match one(world, &entry, within).await {
            Ok(Some(done)) => drop(ticked.loops.insert(name, done)),
            Ok(None) => {}
            Err(failure) => {
                tracing::warn!(r#loop = name, class = %failure.class(), "outcomes: {failure}");
                failures.push(failure.during(format_args!("outcomes of {name}")));
            }
        }
    }
    match failures.into_iter().next() {
        Some(failure) => Err(failure),
        None => Ok(ticked),
    }
}

async fn one(world: &World<'_>, entry: &LoopEntry, within: &Within) -> Outcome<Option<LoopTick>> {
    let (name, at) = (entry.card.name, within.began);
    // A loop that was never promoted has decided nothing.
    if world.desk.store.pointer(name).await.map_err(ChangeError::from)?.is_none() {
        return Ok(None);
    }
    let active = world.desk.active(name, at).await?;
    let of = OfLoop {
        entry,
        active: &active.read.pointer.active,
        bundle: &active.bundle,
        trial: trial(world, &active.read, at).await?,
        proposals: proposals(world, name, at).await?,
    };
    let joined = join(world, &of, within).await?;
    let mut done = LoopTick::default();
    if let Some(joined) = &joined {
        count(world, &of, joined, at).await?;
        let note = propose(world, &of, joined, at).await?;
        done.new = joined.new;
        done.known = joined.known.len();
        done.failed = joined.failed;
        done.proposal = note.proposal;
        done.refused = note.refused.into_iter().map(|refused| refused.why).collect();
    }
    done.trial = look(world, &of, joined.as_ref(), within).await?;
    Ok((joined.is_some() || of.trial.is_some()).then_some(done))
}

async fn trial(
    world: &World<'_>,
    read: &PointerRead,
    at: Timestamp,
) -> Outcome<Option<(revloops_changes::trial::Trial, revloops_config::Rollout)>> {
    let Some(rollout) = &read.pointer.rollout else { return Ok(None) };
    let trial = world.desk.trial(&rollout.id, at).await?;
    Ok(trial.map(|trial| (trial, rollout.clone())))
}

/// Proposals by the hash of the version that came of them, applied or tried.
async fn proposals(world: &World<'_>, name: &str, at: Timestamp) -> Outcome<BTreeMap<String, String>> {
    let mut by_version = BTreeMap::new();
    for proposal in world.desk.list(at).await?.into_iter().filter(|proposal| proposal.loop_name == name) {
        if let Some(stored) = proposal.stored {
            by_version.entry(stored.sha256).or_insert(proposal.id);
        }
    }
    Ok(by_version)
}
