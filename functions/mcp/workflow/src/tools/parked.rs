//! `list_parked` and `redrive`: what could not go on.

use jiff::Timestamp;
use revloops_identity::Role;
use revloops_loopkit::ports::{ParkedItem, ParkedStatus};
use revloops_mcp::{Caller, Effect, Spec, ToolError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{reads, writes};
use crate::world::World;

pub(super) const LIST: Spec = reads(
    "list_parked",
    "What could not go on",
    "Work that was parked, with its step, its reason, how often it was tried, and when it is tried again by itself; without a next time it waits for a \
     person. Nothing parked is lost.",
    Role::Manager,
);

pub(super) const REDRIVE: Spec = writes(
    "redrive",
    "Send parked work again",
    "Makes these parked items due now: within a minute each is sent again from where it began. Who has done its work before does nothing twice. Items \
     that wait for a person have to be mended first, and are refused here.",
    Role::Operations,
    Effect::Adds { idempotent: true },
);

/// Items of one call.
const MOST: usize = 200;

/// Which items.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// Only of this step, such as `qualify`.
    #[serde(default)]
    pub step: Option<String>,
    /// Most items of the answer; 50 where it is absent, 200 at most.
    #[serde(default)]
    pub at_most: Option<usize>,
}

/// What waits.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Waiting {
    /// Oldest attempt first.
    pub items: Vec<Line>,
    /// Whether these are all.
    pub complete: bool,
}

/// One item.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Line {
    /// Its id.
    pub parked_id: String,
    /// Where it stopped.
    pub step: String,
    /// Class of the failure.
    pub class: String,
    /// Why, without a person's data.
    pub reason: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it stopped first, RFC 3339 in UTC.
    pub parked_at: String,
    /// When it is tried again by itself; absent where it waits for a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_attempt_at: Option<String>,
}

/// Which to send.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Chosen {
    /// Ids of `list_parked`, 200 at most.
    pub parked_ids: Vec<String>,
}

/// What was made due.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Redriven {
    /// Sent again within a minute.
    pub due: Vec<String>,
    /// Not parked any more, or moved by somebody else just now.
    pub gone: Vec<String>,
    /// They wait for a person, with the reason that has to be mended.
    pub need_a_person: Vec<Line>,
}

pub(super) fn line(item: &ParkedItem) -> Line {
    Line {
        parked_id: item.parked_id.clone(),
        step: item.step.clone(),
        class: item.class.clone(),
        reason: item.reason.clone(),
        attempts: item.attempts,
        parked_at: item.parked_at.to_string(),
        next_attempt_at: item.next_attempt_at.as_ref().map(Timestamp::to_string),
    }
}

/// # Errors
/// When what waits cannot be read.
pub async fn list(world: &World, input: Filter) -> Result<Waiting, ToolError> {
    let most = input.at_most.unwrap_or(50);
    if !(1..=MOST).contains(&most) {
        return Err(ToolError::asked(format!("`at_most` is {most}; it goes from 1 to {MOST}")));
    }
    let found = world.parked.list(ParkedStatus::Waiting, 10_000).await?;
    let mut wanted = found.iter().filter(|item| input.step.as_ref().is_none_or(|step| item.step == *step));
    let items: Vec<Line> = wanted.by_ref().take(most).map(line).collect();
    Ok(Waiting { items, complete: wanted.next().is_none() })
}

/// # Errors
/// When what waits cannot be read or moved.
pub async fn redrive(world: &World, caller: &Caller, input: Chosen) -> Result<Redriven, ToolError> {
    if input.parked_ids.is_empty() || input.parked_ids.len() > MOST {
        return Err(ToolError::asked(format!("name 1 to {MOST} parked ids; you named {}", input.parked_ids.len())));
    }
    let waiting = world.parked.list(ParkedStatus::Waiting, 10_000).await?;
    let mut redriven = Redriven { due: Vec::new(), gone: Vec::new(), need_a_person: Vec::new() };
    for id in input.parked_ids {
        let item = waiting.iter().find(|item| item.parked_id == id);
        match item.map(|item| (item, item.next_attempt_at)) {
            None => redriven.gone.push(id),
            Some((item, None)) => redriven.need_a_person.push(line(item)),
            Some((_, Some(next))) if next <= caller.at => redriven.due.push(id),
            Some((_, Some(next))) => {
                if world.parked.postpone(&id, next, caller.at).await? {
                    redriven.due.push(id);
                } else {
                    redriven.gone.push(id);
                }
            }
        }
    }
    Ok(redriven)
}
