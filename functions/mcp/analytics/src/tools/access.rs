//! `my_access`: whose rows the person sees.

use revloops_mcp::{Caller, Spec, ToolError};
use revloops_query::Visibility;
use schemars::JsonSchema;
use serde::Serialize;

use super::looks;
use crate::metrics::literal;
use crate::world::{Table, World};

pub(super) const SPEC: Spec = looks(
    "my_access",
    "Whose rows I see",
    "Whose rows the person sees, and by what: everything, or their own and those of people below them in the CRM. Use it when a number looks too small.",
);

/// Names that are told.
const MOST: usize = 200;

/// Whose rows.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Access {
    /// The person's username in the CRM.
    pub username: String,
    /// `rep`, `manager`, `operations` or `administrator`.
    pub role: &'static str,
    /// Whose rows, in words.
    pub seen: String,
    /// How many people are below; nothing where everything is seen.
    pub people_below: Option<usize>,
    /// How many queues they or these people are members of; nothing where everything is seen.
    pub queues: Option<usize>,
    /// The people's names; nothing where everything is seen.
    pub people: Option<Table>,
}

/// # Errors
/// Where the CRM or the lake does not answer.
pub async fn run(world: &World, caller: &Caller) -> Result<Access, ToolError> {
    let view = world.view(caller).await?;
    let (username, role, seen) = (caller.principal.username.clone(), caller.principal.role.as_str(), view.in_words());
    let Visibility::Owners(owners) = &view.visibility else {
        return Ok(Access { username, role, seen, people_below: None, queues: None, people: None });
    };
    let ids: Vec<String> = owners.iter().map(|id| literal(id)).take(MOST).collect();
    let sql = format!("SELECT name, role, id FROM crm_users WHERE id IN ({}) ORDER BY name, id", ids.join(", "));
    let people = world.answer(caller, &view, &sql, MOST).await?;
    Ok(Access { username, role, seen, people_below: Some(view.below), queues: Some(view.queues), people: Some(people) })
}
