//! Territories: the plan that follows from the active scenario, and accounts that only a person can place.

use revloops_deploy::{Plan, words};
use revloops_domain::{ErrorClass, SalesforceId};
use revloops_identity::Role;
use revloops_loopkit::Failure;
use revloops_loopkit::ports::{Answer, AskedPlan, PendingAccount, PlanStatus, Resolution};
use revloops_mcp::{Caller, Effect, Spec, Tool, ToolError};
use revloops_planning::territories::{self, TerritoryError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{reads, writes};
use crate::world::World;

const SHOW: Spec = reads(
    "show_territory_plan",
    "Show a plan of territories",
    "What has to change in the CRM so that its territories are those of the active scenario: territories, people, accounts, what is held back and why. The \
     plan that waits for an answer, or the newest; with `hash`, that one. An answer is bound to its whole `hash`.",
    Role::Operations,
);

const APPROVE: Spec = writes(
    "approve_territory_plan",
    "Approve a plan of territories",
    "Has exactly the plan that `show_territory_plan` showed carried out in the CRM: `hash` is its whole hash. Refused where its scenario is not the active \
     one any more. Ask the person before you call this.",
    Role::Operations,
    Effect::Changes { idempotent: true },
);

const REJECT: Spec = writes(
    "reject_territory_plan",
    "Reject a plan of territories",
    "Turns a plan down by its whole hash; nothing changes in the CRM, and a new plan has to be made.",
    Role::Operations,
    Effect::Changes { idempotent: true },
);

const PENDING: Spec = reads(
    "list_pending_accounts",
    "Accounts without a place",
    "Accounts of which only a person can say where they belong, why, and what an agent proposed with how much confidence; those that the caller sees in the CRM.",
    Role::Operations,
);

const RESOLVE: Spec = writes(
    "resolve_pending_account",
    "Say where an account belongs",
    "Keeps the person's word of which of the active scenario's territories an account belongs to, and why; the next plan puts it there. A later word takes \
     the place of an earlier one.",
    Role::Operations,
    Effect::Changes { idempotent: true },
);

/// Records of a kind that are named in words.
const NAMED: usize = 25;

/// Tools about territories.
pub(super) fn all() -> Vec<Tool<World>> {
    vec![
        Tool::new(SHOW, |world, _caller, input| async move { show(&world, input).await }),
        Tool::new(PENDING, |world, caller, input| async move { pending(&world, &caller, input).await }),
        Tool::new(
            APPROVE,
            |world, caller, input| async move { answer(&world, &caller, input, Answer::Approved).await },
        ),
        Tool::new(REJECT, |world, caller, input| async move { answer(&world, &caller, input, Answer::Rejected).await }),
        Tool::new(RESOLVE, |world, caller, input| async move { resolve(&world, &caller, input).await }),
    ]
}

/// Which plan.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Which {
    /// The beginning of its hash; the one that waits, or the newest, where it is absent.
    #[serde(default)]
    hash: Option<String>,
}

/// A plan.
#[derive(Debug, Serialize, JsonSchema)]
struct Shown {
    /// In short.
    plan: Line,
    /// How many records change.
    steps: usize,
    /// In words; of each kind, the first records are named.
    in_words: String,
}

/// A plan in a line.
#[derive(Debug, Serialize, JsonSchema)]
struct Line {
    /// Its hash: an answer names it.
    hash: String,
    /// `waiting`, `approved`, `rejected`, `stale`, `applied` or `rolled_back`.
    status: &'static str,
    /// Who answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_by: Option<String>,
    /// The scenario that it follows from.
    scenario: String,
    /// When it was wanted, RFC 3339 in UTC.
    wanted_at: String,
}

/// Exactly one plan.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Exactly {
    /// The whole hash that `show_territory_plan` showed.
    hash: String,
}

/// A plan that was answered.
#[derive(Debug, Serialize, JsonSchema)]
struct Answered {
    /// The plan as it is now.
    plan: Line,
}

/// Nothing to say.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// Accounts that wait.
#[derive(Debug, Serialize, JsonSchema)]
struct Pending {
    /// By id.
    accounts: Vec<PendingLine>,
}

/// An account that waits.
#[derive(Debug, Serialize, JsonSchema)]
struct PendingLine {
    /// Its id in the CRM.
    account: String,
    /// Its name: data of the CRM.
    name: String,
    /// Why nobody but a person can say.
    why: String,
    /// What an agent proposed.
    #[serde(skip_serializing_if = "Option::is_none")]
    proposed: Option<Proposed>,
    /// Since when it waits, RFC 3339 in UTC.
    since: String,
}

/// What an agent proposed.
#[derive(Debug, Serialize, JsonSchema)]
struct Proposed {
    /// The territory.
    territory: String,
    /// How sure it was, in percent.
    confidence: u8,
}

/// A person's word.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Word {
    /// The account's id in the CRM.
    account: String,
    /// The territory's id in the active scenario.
    territory: String,
    /// Why: the answers of many become a proposed condition.
    why: String,
}

/// What was kept.
#[derive(Debug, Serialize, JsonSchema)]
struct Placed {
    /// The account.
    account: String,
    /// Where the next plan puts it.
    territory: String,
    /// Who said so.
    by: String,
}

fn told(error: TerritoryError) -> ToolError {
    match error {
        TerritoryError::Refused(why) => ToolError::Asked(why),
        TerritoryError::Failure(failure) => ToolError::Failed(failure),
    }
}

fn line(plan: &AskedPlan, status: &PlanStatus) -> Line {
    let answered_by = match status {
        PlanStatus::Approved { by, .. } | PlanStatus::Rejected { by, .. } => Some(by.clone()),
        PlanStatus::Waiting | PlanStatus::Stale | PlanStatus::Applied | PlanStatus::RolledBack => None,
    };
    Line {
        hash: plan.hash.clone(),
        status: status.name(),
        answered_by,
        scenario: plan.scenario_id.clone(),
        wanted_at: plan.wanted_at.to_string(),
    }
}

async fn show(world: &World, input: Which) -> Result<Shown, ToolError> {
    let (asked, status) = territories::asked(world.approvals.as_ref(), input.hash.as_deref()).await.map_err(told)?;
    let run = world.runs.one(&asked.run).await?;
    let lost = || Failure::new(ErrorClass::Bug, format!("the record of plan {} is not there", asked.hash));
    let plan: Plan = run.ok_or_else(lost)?.record.verdict_as()?;
    Ok(Shown { plan: line(&asked, &status), steps: plan.steps.len(), in_words: words(&plan, NAMED) })
}

async fn answer(world: &World, caller: &Caller, input: Exactly, answer: Answer) -> Result<Answered, ToolError> {
    let (approvals, by) = (world.approvals.as_ref(), caller.principal.username.as_str());
    territories::answer(approvals, world.config.as_ref(), &input.hash, answer, by, caller.at).await.map_err(told)?;
    let (plan, status) = territories::asked(approvals, Some(&input.hash)).await.map_err(told)?;
    Ok(Answered { plan: line(&plan, &status) })
}

async fn pending(world: &World, caller: &Caller, _input: Nothing) -> Result<Pending, ToolError> {
    let found = world.placements.pending().await?;
    let ids = found.iter().filter_map(|one| id_of(one.account.as_str())).collect();
    let seen = world.records.seen_of(&caller.principal.grant, &ids).await?;
    let theirs = found.iter().filter(|one| id_of(one.account.as_str()).is_some_and(|id| seen.contains(&id)));
    let line = |one: &PendingAccount| PendingLine {
        account: one.account.to_string(),
        name: one.name.clone(),
        why: one.why.clone(),
        proposed: one
            .proposed
            .as_ref()
            .map(|other| Proposed { territory: other.territory.clone(), confidence: other.confidence }),
        since: one.since.to_string(),
    };
    Ok(Pending { accounts: theirs.map(line).collect() })
}

async fn resolve(world: &World, caller: &Caller, input: Word) -> Result<Placed, ToolError> {
    let account = territories::account(&input.account).map_err(told)?;
    let unseen = || ToolError::asked(format!("there is no account `{}` that you see in the CRM", input.account));
    let id = id_of(account.as_str()).ok_or_else(unseen)?;
    world.records.seen(&caller.principal.grant, &id).await?.ok_or_else(unseen)?;
    let Word { territory, why, .. } = input;
    let by = caller.principal.username.clone();
    let word = Resolution { account, territory, by, why, at: caller.at };
    let kept = territories::place(world.placements.as_ref(), world.config.as_ref(), word).await.map_err(told)?;
    Ok(Placed { account: kept.account.to_string(), territory: kept.territory, by: kept.by })
}

fn id_of(account: &str) -> Option<SalesforceId> {
    SalesforceId::parse(account).ok()
}
