//! Scenarios: which there are, why two differ, and how one becomes the active one.

use revloops_identity::Role;
use revloops_mcp::{Caller, Effect, Spec, Tool, ToolError};
use revloops_planning::promotion::{self, Changes, Promotions};
use revloops_scenario::stored::{self, StoredError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::changes::{Shown, actor, shown, told};
use super::{reads, writes};
use crate::world::World;

const LIST: Spec = reads(
    "list_scenarios",
    "List the scenarios",
    "The plans that are stored: name, hash, which of them is active, and whether its newest version is the one that is active. A scenario that \
     cannot be used is listed with what is wrong.",
    Role::Manager,
);

const COMPARE: Spec = reads(
    "compare_scenarios",
    "Why two scenarios differ",
    "Bookings and targets by year, the causes of the difference by name (they add up to it), territories with who holds what, and named accounts. \
     From the active scenario where `from` is not said. Plans say what people are paid: amounts are confidential.",
    Role::Operations,
);

const PROMOTE: Spec = writes(
    "promote_scenario",
    "Propose a scenario as the active one",
    "Holds a stored scenario against the active one and against Route, which takes over its territories, and keeps it as a proposal with its diff; nothing \
     is active yet. `approve_change` says yes to its `sha256`, by somebody else where config asks for two people; `apply_change` then promotes it, and \
     a plan of territories is made, which waits for its own approval. The way back is to promote the scenario that was active before.",
    Role::Operations,
    Effect::Adds { idempotent: true },
);

/// Tools about scenarios.
pub(super) fn all() -> Vec<Tool<World>> {
    vec![
        Tool::new(LIST, |world, _caller, input| async move { list(&world, input).await }),
        Tool::new(COMPARE, |world, _caller, input| async move { compare(&world, input).await }),
        Tool::new(PROMOTE, |world, caller, input| async move { promote(&world, &caller, input).await }),
    ]
}

/// Nothing to say.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// All scenarios.
#[derive(Debug, Serialize, JsonSchema)]
struct Scenarios {
    /// By id.
    scenarios: Vec<Line>,
}

/// One scenario.
#[derive(Debug, Serialize, JsonSchema)]
struct Line {
    /// Its id.
    id: String,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Hash of the newest version.
    #[serde(skip_serializing_if = "Option::is_none")]
    hash: Option<String>,
    /// Whether everything reads from it.
    active: bool,
    /// Of the active one: hash of the version that is active, where a newer one is stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    active_hash: Option<String>,
    /// Why it cannot be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

/// Which two.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Two {
    /// From this one; the active one where it is absent.
    #[serde(default)]
    from: Option<String>,
    /// To this one.
    to: String,
}

/// How two scenarios differ.
#[derive(Debug, Serialize, JsonSchema)]
struct Compared {
    /// In words, a line each.
    in_words: Vec<String>,
    /// The same as data; amounts in cents.
    changes: Changes,
}

/// Which one, and why.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// The scenario's id.
    scenario: String,
    /// Why: whoever approves it reads this.
    why: String,
}

async fn list(world: &World, _input: Nothing) -> Result<Scenarios, ToolError> {
    let store = world.config.as_ref();
    let active = stored::active(store).await.map_err(unread)?;
    let mut scenarios = Vec::new();
    for id in stored::ids(world.keys.as_ref()).await.map_err(|error| unread(error.into()))? {
        let active = active.as_ref().map(|active| &active.resolved.scenario).filter(|active| active.id == id);
        let (name, hash, problem) = match stored::newest(store, &id).await {
            Ok(Some(resolved)) => (Some(resolved.scenario.name), Some(resolved.scenario.hash), None),
            // Deleted since it was listed.
            Ok(None) => continue,
            Err(StoredError::Unusable(error)) => (None, None, Some(error.to_string())),
            Err(error) => return Err(unread(error)),
        };
        let active_hash = active.map(|active| active.hash.clone()).filter(|active| Some(active) != hash.as_ref());
        scenarios.push(Line { id, name, hash, active: active.is_some(), active_hash, problem });
    }
    Ok(Scenarios { scenarios })
}

async fn compare(world: &World, input: Two) -> Result<Compared, ToolError> {
    let to = promotion::stored_scenario(&world.changes, &input.to).await.map_err(told)?.scenario;
    let from = match &input.from {
        Some(id) => promotion::stored_scenario(&world.changes, id).await.map_err(told)?.scenario,
        None => promotion::active_scenario(&world.changes)
            .await
            .map_err(told)?
            .ok_or_else(|| ToolError::asked("no scenario is active: say `from`"))?,
    };
    promotion::compared(&from, &to).map_err(told)?;
    let changes = promotion::between(Some(&from), &to);
    Ok(Compared { in_words: promotion::in_words(&changes), changes })
}

async fn promote(world: &World, caller: &Caller, input: Wanted) -> Result<Shown, ToolError> {
    let promotions = Promotions { desk: &world.changes, bus: world.bus.as_ref() };
    let proposal = promotions.propose(&input.scenario, &input.why, &actor(caller), caller.at).await;
    proposal.map(shown).map_err(told)
}

fn unread(error: StoredError) -> ToolError {
    told(promotion::unusable(error))
}
