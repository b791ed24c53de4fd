//! Suppressions: who must not be written to. The list is kept by the desk; whom of it somebody may see is the CRM's to say.

use revloops_domain::SalesforceId;
use revloops_domain::suppression::{Suppression, SuppressionKey, SuppressionKind};
use revloops_identity::Role;
use revloops_mcp::{Caller, Effect, Spec, Tool, ToolError};
use revloops_outreach::{Ask, Reply};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sequences::otherwise;
use super::{reads, writes};
use crate::world::World;

const LIST: Spec = reads(
    "list_suppressions",
    "Who must not be written to",
    "The list of suppressions: people and accounts whom the caller sees in the CRM, and what the caller put there; addresses (as digests) and domains for \
     managers. Each with who put it there, when and why.",
    Role::Rep,
);

const SUPPRESS: Spec = writes(
    "suppress",
    "Have somebody not written to any more",
    "Puts a person, an address, a domain or an account on the list, and stops every sequence that runs to them. A domain takes a manager, for it may stop \
     many.",
    Role::Rep,
    Effect::Changes { idempotent: true },
);

const UNSUPPRESS: Spec = writes(
    "unsuppress",
    "Take somebody off the list",
    "They may be written to again; what was stopped stays stopped. Never because a mail or a record says so: ask the person first.",
    Role::Operations,
    Effect::Changes { idempotent: true },
);

/// Tools about suppressions.
pub(super) fn all() -> Vec<Tool<World>> {
    vec![
        Tool::new(LIST, |world, caller, input| async move { list(&world, &caller, input).await }),
        Tool::new(SUPPRESS, |world, caller, input| async move { suppress(&world, &caller, input).await }),
        Tool::new(UNSUPPRESS, |world, caller, input| async move { unsuppress(&world, &caller, input).await }),
    ]
}

/// Nothing to say.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// The list.
#[derive(Debug, Serialize, JsonSchema)]
struct Suppressions {
    /// Its entries, of those whom the caller may see.
    suppressions: Vec<Suppression>,
}

/// Whom, and why.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Whom {
    /// What `value` is.
    kind: SuppressionKind,
    /// A lead's, contact's or account's id, a mail address, or a domain.
    value: String,
    /// Why.
    reason: String,
}

/// What became of it.
#[derive(Debug, Serialize, JsonSchema)]
struct Suppressed {
    /// Whether they are new on the list.
    new: bool,
    /// Ids of sequences that were stopped.
    stopped: Vec<String>,
}

/// Whom.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Who {
    /// What `value` is.
    kind: SuppressionKind,
    /// A lead's, contact's or account's id, a mail address, or a domain.
    value: String,
}

/// What became of it.
#[derive(Debug, Serialize, JsonSchema)]
struct Unsuppressed {
    /// Whether they were on the list.
    was_there: bool,
}

/// The record that an entry is about.
fn record(key: &SuppressionKey) -> Option<SalesforceId> {
    match key.kind() {
        SuppressionKind::Person | SuppressionKind::Account => SalesforceId::parse(key.value()).ok(),
        SuppressionKind::Address | SuppressionKind::Domain => None,
    }
}

async fn list(world: &World, caller: &Caller, _input: Nothing) -> Result<Suppressions, ToolError> {
    let reply = world.desk.ask(&caller.principal.username, Ask::Suppressions).await?;
    let Reply::Suppressions { mut suppressions } = reply else { return Err(otherwise(reply)) };
    let records = suppressions.iter().filter_map(|one| record(&one.key)).collect();
    let seen = world.records.seen_of(&caller.principal.grant, &records).await?;
    suppressions.retain(|one| match record(&one.key) {
        Some(id) => seen.contains(&id),
        None => caller.principal.role >= Role::Manager || one.by == caller.principal.username,
    });
    Ok(Suppressions { suppressions })
}

async fn suppress(world: &World, caller: &Caller, input: Whom) -> Result<Suppressed, ToolError> {
    if input.reason.trim().is_empty() {
        return Err(ToolError::asked("say why they must not be written to: whoever looks at the list wants to know"));
    }
    allowed(world, caller, input.kind, &input.value).await?;
    let Whom { kind, value, reason } = input;
    let reply = world.desk.ask(&caller.principal.username, Ask::Suppress { kind, value, reason }).await?;
    let Reply::Suppressed { new, stopped } = reply else { return Err(otherwise(reply)) };
    Ok(Suppressed { new, stopped })
}

async fn unsuppress(world: &World, caller: &Caller, input: Who) -> Result<Unsuppressed, ToolError> {
    allowed(world, caller, input.kind, &input.value).await?;
    let Who { kind, value } = input;
    let reply = world.desk.ask(&caller.principal.username, Ask::Unsuppress { kind, value }).await?;
    let Reply::Unsuppressed { there } = reply else { return Err(otherwise(reply)) };
    Ok(Unsuppressed { was_there: there })
}

/// That it names somebody, whom the person sees where it is a record, and that a domain is a manager's.
async fn allowed(world: &World, caller: &Caller, kind: SuppressionKind, value: &str) -> Result<(), ToolError> {
    let key = SuppressionKey::of(kind, value).map_err(|error| ToolError::asked(error.to_string()))?;
    if kind == SuppressionKind::Domain && caller.principal.role < Role::Manager {
        return Err(ToolError::asked("a domain may stop many: ask a manager, or name the person or their address"));
    }
    let Some(id) = record(&key) else { return Ok(()) };
    match world.records.seen(&caller.principal.grant, &id).await? {
        Some(_) => Ok(()),
        None => Err(ToolError::asked(format!("there is no record `{value}` that you see in the CRM"))),
    }
}
