//! Trials: a version is tried beside the active one, and returned where it makes things worse.

use jiff::Timestamp;
use revloops_changes::moves::Move;
use revloops_changes::rollout::{Guard, Spec as HowTried, USUAL_FALSE_ALARM_BASIS_POINTS, Verdict};
use revloops_changes::shadow;
use revloops_changes::trial::Trial;
use revloops_config::RolloutMode;
use revloops_identity::Role;
use revloops_mcp::{Caller, Effect, Spec, Tool, ToolError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::changes::{actor, told};
use super::{reads, writes};
use crate::world::World;

const SHOW: Spec = reads(
    "show_trial",
    "How a trial stands",
    "The trial that a loop has under way: which proposal, how, since when; the verdict with each guard's standing when it was last looked at; and of a \
     shadow, how many records it would have decided differently, with examples. A trial that has ended is in `config_history`.",
    Role::Manager,
);

const BEGIN: Spec = writes(
    "begin_trial",
    "Try a proposed version",
    "Tries a proposal's version beside the active one. `shadow`: both decide and the active one acts, so any proposal that waits can be tried. `canary`: a \
     share of the subjects is decided by an approved proposal, with guards that must not become worse; a regression that is sure is returned by itself.",
    Role::Operations,
    Effect::Changes { idempotent: true },
);

const END: Spec = writes(
    "end_trial",
    "End a trial",
    "Ends the trial that a loop has under way; the active version stays for everybody. Where none is under way, nothing is done.",
    Role::Operations,
    Effect::Changes { idempotent: true },
);

/// Tools about trials.
pub(super) fn all() -> Vec<Tool<World>> {
    vec![
        Tool::new(SHOW, |world, caller, input| async move { show(&world, &caller, input).await }),
        Tool::new(BEGIN, |world, caller, input| async move { begin(&world, &caller, input).await }),
        Tool::new(END, |world, caller, input| async move { end(&world, &caller, input).await }),
    ]
}

/// What to try, and how.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Try {
    /// The proposal's id.
    id: String,
    /// `shadow` or `canary`.
    mode: RolloutMode,
    /// Share of the subjects in percent; 10 where it is absent.
    #[serde(default = "a_tenth")]
    share_percent: u16,
    /// What must not become worse; a canary names one at least.
    #[serde(default)]
    guards: Vec<Guard>,
    /// Subjects of the new version before it may be returned; 20 where it is absent.
    #[serde(default = "least")]
    least_sample: u32,
    /// Subjects of the new version after which it has passed; 500 where it is absent.
    #[serde(default = "most")]
    most_sample: u32,
}

const fn a_tenth() -> u16 {
    10
}

const fn least() -> u32 {
    20
}

const fn most() -> u32 {
    500
}

/// A loop.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OfLoop {
    /// Its name.
    #[serde(rename = "loop")]
    loop_name: String,
}

/// The end of a trial.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct End {
    /// The loop.
    #[serde(rename = "loop")]
    loop_name: String,
    /// Why.
    why: String,
}

/// How a trial stands.
#[derive(Debug, Serialize, JsonSchema)]
struct Standing {
    /// The trial; absent where none is under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    trial: Option<Line>,
    /// The verdict when it was last looked at, with each guard's standing; absent before that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Value>")]
    verdict: Option<Verdict>,
    /// What the version would have decided, where both have.
    #[serde(skip_serializing_if = "Option::is_none")]
    compared: Option<Compared>,
}

/// A trial.
#[derive(Debug, Serialize, JsonSchema)]
struct Line {
    /// Its id.
    id: String,
    /// The loop.
    #[serde(rename = "loop")]
    loop_name: String,
    /// The proposal whose version is tried.
    proposal: String,
    /// How.
    how: HowTried,
    /// Who began it.
    by: String,
    /// When, RFC 3339 in UTC.
    at: String,
}

/// Records that both versions have decided.
#[derive(Debug, Serialize, JsonSchema)]
struct Compared {
    /// How many.
    records: usize,
    /// How many of them differently.
    different: usize,
    /// Some of these.
    examples: Vec<Example>,
}

/// A record that came out differently.
#[derive(Debug, Serialize, JsonSchema)]
struct Example {
    /// What was decided about: `lead/00Q…`.
    subject: String,
    /// What the active version decided.
    active: String,
    /// What the tried one would have.
    tried: String,
}

/// The end of a trial.
#[derive(Debug, Serialize, JsonSchema)]
struct Ended {
    /// The move that ended it; absent where none was under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Value>")]
    moved: Option<Move>,
}

fn line(trial: Trial) -> Line {
    let Trial { id, loop_name, proposal, spec, by, at, .. } = trial;
    Line { id, loop_name, proposal, how: spec, by, at: at.to_string() }
}

async fn begin(world: &World, caller: &Caller, input: Try) -> Result<Line, ToolError> {
    let spec = HowTried {
        mode: input.mode,
        share_basis_points: input.share_percent.saturating_mul(100),
        guards: input.guards,
        least_sample: input.least_sample,
        most_sample: input.most_sample,
        false_alarm_basis_points: USUAL_FALSE_ALARM_BASIS_POINTS,
    };
    world.changes.begin_trial(&input.id, spec, &actor(caller), caller.at).await.map(line).map_err(told)
}

async fn show(world: &World, caller: &Caller, input: OfLoop) -> Result<Standing, ToolError> {
    let Some(trial) = world.changes.under_way(&input.loop_name, caller.at).await.map_err(told)? else {
        return Ok(Standing { trial: None, verdict: None, compared: None });
    };
    let compared = compared(world, &trial.id, caller.at).await?;
    Ok(Standing { verdict: trial.verdict.clone(), trial: Some(line(trial)), compared: Some(compared) })
}

async fn compared(world: &World, trial: &str, at: Timestamp) -> Result<Compared, ToolError> {
    let summary = shadow::summary(world.changes.documents.as_ref(), trial, at).await?;
    let examples = summary.examples.into_iter().map(|one| {
        let (active, tried) = one.outcome;
        Example { subject: one.subject, active, tried }
    });
    Ok(Compared { records: summary.compared, different: summary.different, examples: examples.collect() })
}

async fn end(world: &World, caller: &Caller, input: End) -> Result<Ended, ToolError> {
    if input.why.trim().is_empty() {
        return Err(ToolError::asked("say why it ends, in a sentence: the history keeps it"));
    }
    let ended = world.changes.end_trial(&input.loop_name, &actor(caller), &input.why, caller.at).await;
    ended.map(|moved| Ended { moved }).map_err(told)
}
