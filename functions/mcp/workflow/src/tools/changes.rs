//! Changes of config: proposed in an operator's words, simulated, approved by hash, applied, taken back.

use revloops_catalogue::OnHistory;
use revloops_changes::moves::Move;
use revloops_changes::{
    Actor, ChangeError, FeedbackNote, Operation, Proposal, ProposalState, Proposed, VersionOutcomes, outcomes,
};
use revloops_config::store::SCENARIO;
use revloops_identity::Role;
use revloops_mcp::{Caller, Effect, Spec, Tool, ToolError};
use revloops_planning::promotion::Promotions;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{reads, writes};
use crate::world::World;

const LIST: Spec = reads(
    "list_changes",
    "List proposed changes",
    "Proposals to change config, or which scenario is active (`loop` is `scenario` then), newest first: what waits, what became of the others.",
    Role::Manager,
);

const SHOW: Spec = reads(
    "show_change",
    "Show a proposed change",
    "One proposal: its diff, why, its check, its simulation, who has approved, who has to. Its `sha256` is what an approval is bound to.",
    Role::Manager,
);

const HISTORY: Spec = reads(
    "config_history",
    "What was changed before",
    "Every move of a loop's active config, or of the active scenario (`loop` is `scenario` then): who, when, why, what changed, and what it \
     changed in outcomes; and what the active version's outcomes propose.",
    Role::Manager,
);

const PROPOSE: Spec = writes(
    "propose_change",
    "Propose a change of config",
    "Proposes a change of one loop's config as typed operations: set a threshold, move a rule before another, add a member to a pool, edit a play. Comments \
     in the files are kept. The whole config is checked and its cases run; where anything is wrong, nothing is kept and everything wrong is told. Nothing \
     becomes active by this: a proposal is simulated, approved and applied.",
    Role::Operations,
    Effect::Adds { idempotent: false },
);

const SIMULATE: Spec = writes(
    "simulate_change",
    "Simulate a proposed change",
    "Decides the last thirty days again by the active config and by the proposal, and says what would have come out differently. Changes nothing but the \
     proposal's note.",
    Role::Manager,
    Effect::Adds { idempotent: true },
);

const APPROVE: Spec = writes(
    "approve_change",
    "Approve a proposed change",
    "Says yes to exactly the proposal that `show_change` showed: `sha256` is its hash. Where config asks for two people, whoever proposed it cannot be the \
     only one. Ask the person before you call this.",
    Role::Operations,
    Effect::Adds { idempotent: true },
);

const APPLY: Spec = writes(
    "apply_change",
    "Make an approved change active",
    "The next decision is made by it; a scenario is promoted, and a plan of territories made from it. Refused where somebody else has changed the config meanwhile: you are told who.",
    Role::Operations,
    Effect::Changes { idempotent: true },
);

const REJECT: Spec = writes(
    "reject_change",
    "Reject a proposed change",
    "Says no to a proposed change, with the reason: it cannot be approved any more.",
    Role::Operations,
    Effect::Changes { idempotent: true },
);

const WITHDRAW: Spec = writes(
    "withdraw_change",
    "Withdraw a proposed change",
    "Takes one's own proposal back, with the reason.",
    Role::Operations,
    Effect::Changes { idempotent: true },
);

const ROLL_BACK: Spec = writes(
    "roll_back",
    "Go back to the version before",
    "Makes the version before the active one active again. `sha256` names the version that is taken back, as `list_loops` shows it, so that nobody takes \
     back what they have not seen.",
    Role::Operations,
    Effect::Changes { idempotent: true },
);

/// Tools about changes of config.
pub(super) fn all() -> Vec<Tool<World>> {
    vec![
        Tool::new(LIST, |world, caller, input| async move { list(&world, &caller, input).await }),
        Tool::new(SHOW, |world, caller, input| async move { show(&world, &caller, input).await }),
        Tool::new(HISTORY, |world, caller, input| async move { history(&world, &caller, input).await }),
        Tool::new(PROPOSE, |world, caller, input| async move { propose(&world, &caller, input).await }),
        Tool::new(SIMULATE, |world, caller, input| async move { simulate(&world, &caller, input).await }),
        Tool::new(APPROVE, |world, caller, input| async move { approve(&world, &caller, input).await }),
        Tool::new(APPLY, |world, caller, input| async move { apply(&world, &caller, input).await }),
        Tool::new(REJECT, |world, caller, input| async move { reject(&world, &caller, input).await }),
        Tool::new(WITHDRAW, |world, caller, input| async move { withdraw(&world, &caller, input).await }),
        Tool::new(ROLL_BACK, |world, caller, input| async move { roll_back(&world, &caller, input).await }),
    ]
}

/// Which proposals.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// Only of this loop.
    #[serde(default, rename = "loop")]
    loop_name: Option<String>,
    /// Also those that are over.
    #[serde(default)]
    all: bool,
}

/// Proposals.
#[derive(Debug, Serialize, JsonSchema)]
struct Proposals {
    /// Newest first.
    proposals: Vec<Line>,
}

/// A proposal in a line.
#[derive(Debug, Serialize, JsonSchema)]
struct Line {
    /// Its id.
    id: String,
    /// The loop.
    #[serde(rename = "loop")]
    loop_name: String,
    /// How far it is.
    state: &'static str,
    /// What an approval is bound to.
    sha256: String,
    /// Who proposed it.
    proposed_by: String,
    /// When, RFC 3339 in UTC.
    at: String,
    /// Why.
    why: String,
    /// Who has approved.
    approved_by: Vec<String>,
    /// Why it needs a second person; empty where it needs none.
    needs_two: Vec<String>,
}

/// A proposal with everything.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Shown {
    /// In short.
    proposal: Line,
    /// What changes in the files.
    diff: String,
    /// Cases that it passed.
    cases: usize,
    /// What is odd and may be meant.
    warnings: Vec<String>,
    /// What outcomes say for it, where it was made of them, in words with numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<Vec<String>>,
    /// Outcomes that this rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    sample: Option<u64>,
    /// What it would have done to the past, in words with numbers; absent where it was not simulated.
    #[serde(skip_serializing_if = "Option::is_none")]
    simulation: Option<Vec<String>>,
    /// The end of it: who and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<String>,
}

/// A proposal.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Which {
    /// Its id.
    id: String,
}

/// A change in an operator's words.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Change {
    /// In this order; all of one loop.
    operations: Vec<Operation>,
    /// Why: whoever approves it reads this.
    why: String,
}

/// A yes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Yes {
    /// The proposal.
    id: String,
    /// The hash that `show_change` showed.
    sha256: String,
}

/// A no.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct No {
    /// The proposal.
    id: String,
    /// Why.
    why: String,
}

/// A loop.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OfLoop {
    /// Its name.
    #[serde(rename = "loop")]
    loop_name: String,
}

/// Moves of a loop's config.
#[derive(Debug, Serialize, JsonSchema)]
struct Moves {
    /// Newest first.
    #[schemars(with = "Vec<Value>")]
    moves: Vec<Move>,
    /// What the active version's outcomes say, in words with numbers; empty where nothing was joined yet.
    feedback: Vec<String>,
}

/// The way back.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Back {
    /// The loop.
    #[serde(rename = "loop")]
    loop_name: String,
    /// Hash of the version that is taken back.
    sha256: String,
    /// Why.
    why: String,
}

/// A move that was made.
#[derive(Debug, Serialize, JsonSchema)]
struct Moved {
    /// The move.
    #[schemars(with = "Value")]
    moved: Move,
}

pub(super) fn actor(caller: &Caller) -> Actor {
    Actor::person(&caller.principal.username, caller.principal.role)
}

/// What the desk refuses is the person's to know, in its words; what failed on the way is not.
pub(super) fn told(error: ChangeError) -> ToolError {
    match error {
        ChangeError::Failure(failure) => ToolError::Failed(failure),
        ChangeError::Store(_) => ToolError::Failed(error.into()),
        ChangeError::Unknown { .. }
        | ChangeError::Refused(_)
        | ChangeError::Edit { .. }
        | ChangeError::Problems { .. }
        | ChangeError::NotAllowed { .. }
        | ChangeError::OtherHash { .. }
        | ChangeError::WrongState { .. }
        | ChangeError::Overtaken { .. } => ToolError::Asked(error.to_string()),
    }
}

fn line(proposal: &Proposal) -> Line {
    Line {
        id: proposal.id.clone(),
        loop_name: proposal.loop_name.clone(),
        state: proposal.state.in_words(),
        sha256: proposal.candidate.sha256.clone(),
        proposed_by: proposal.proposed_by.username.clone(),
        at: proposal.at.to_string(),
        why: proposal.why.clone(),
        approved_by: proposal.approvals.iter().map(|approval| approval.by.clone()).collect(),
        needs_two: proposal.needs_two.clone(),
    }
}

pub(super) fn shown(proposal: Proposal) -> Shown {
    Shown {
        proposal: line(&proposal),
        diff: proposal.diff,
        cases: proposal.cases,
        warnings: proposal.warnings,
        sample: proposal.evidence.as_ref().map(|evidence| evidence.sample),
        evidence: proposal.evidence.map(|evidence| evidence.lines),
        simulation: proposal.simulation.map(|simulation| simulation.summary),
        ended: proposal.ended.map(|ended| format!("{} by {}: {}", ended.at, ended.by, ended.why)),
    }
}

async fn list(world: &World, caller: &Caller, input: Filter) -> Result<Proposals, ToolError> {
    let all = world.changes.list(caller.at).await?;
    let waits = |state: ProposalState| matches!(state, ProposalState::Open | ProposalState::Approved);
    let wanted = all.iter().filter(|proposal| {
        (input.all || waits(proposal.state)) && input.loop_name.as_ref().is_none_or(|name| proposal.loop_name == *name)
    });
    Ok(Proposals { proposals: wanted.map(line).collect() })
}

async fn show(world: &World, caller: &Caller, input: Which) -> Result<Shown, ToolError> {
    world.changes.show(&input.id, caller.at).await.map(shown).map_err(told)
}

async fn history(world: &World, caller: &Caller, input: OfLoop) -> Result<Moves, ToolError> {
    let (name, outcomes) = (input.loop_name.as_str(), world.outcomes.as_ref());
    let mut moves = world.changes.history(name, caller.at).await.map_err(told)?;
    outcomes::beside(&mut moves, &VersionOutcomes::all(outcomes, name, caller.at).await?);
    let note = FeedbackNote::latest(outcomes, name, caller.at).await?;
    Ok(Moves { moves, feedback: note.map(|note| note.in_words()).unwrap_or_default() })
}

async fn propose(world: &World, caller: &Caller, input: Change) -> Result<Shown, ToolError> {
    let proposed = Proposed { operations: input.operations, why: input.why };
    world.changes.propose(proposed, &actor(caller), caller.at).await.map(shown).map_err(told)
}

async fn simulate(world: &World, caller: &Caller, input: Which) -> Result<Shown, ToolError> {
    let simulator = OnHistory { past: world.past.as_ref(), at: caller.at };
    world.changes.simulate(&input.id, &simulator, caller.at).await.map(shown).map_err(told)
}

async fn approve(world: &World, caller: &Caller, input: Yes) -> Result<Shown, ToolError> {
    world.changes.approve(&input.id, &input.sha256, &actor(caller), caller.at).await.map(shown).map_err(told)
}

async fn apply(world: &World, caller: &Caller, input: Which) -> Result<Shown, ToolError> {
    let (id, by, at) = (input.id.as_str(), actor(caller), caller.at);
    let proposal = world.changes.show(id, at).await.map_err(told)?;
    let applied = if proposal.loop_name == SCENARIO {
        Promotions { desk: &world.changes, bus: world.bus.as_ref() }.apply(id, &by, at).await
    } else {
        world.changes.apply(id, &by, at).await
    };
    applied.map(shown).map_err(told)
}

async fn reject(world: &World, caller: &Caller, input: No) -> Result<Shown, ToolError> {
    world.changes.reject(&input.id, &actor(caller), &input.why, caller.at).await.map(shown).map_err(told)
}

async fn withdraw(world: &World, caller: &Caller, input: No) -> Result<Shown, ToolError> {
    world.changes.withdraw(&input.id, &actor(caller), &input.why, caller.at).await.map(shown).map_err(told)
}

async fn roll_back(world: &World, caller: &Caller, input: Back) -> Result<Moved, ToolError> {
    let Back { loop_name, sha256, why } = input;
    let moved = world.changes.roll_back(&loop_name, &sha256, &actor(caller), &why, caller.at).await.map_err(told)?;
    Ok(Moved { moved })
}
