//! The tools: what each takes, answers, and needs.

pub mod create;
pub mod delete;
pub mod describe;
pub mod query;
pub mod update;
pub mod upsert;

use revloops_identity::{Role, Scope};
use revloops_mcp::{Effect, Spec, Tool};

use crate::world::World;

/// All tools, in the order of their use.
#[must_use]
pub fn all() -> Vec<Tool<World>> {
    vec![
        Tool::new(
            describe::OBJECTS,
            |world, caller, input| async move { describe::objects(&world, &caller, input).await },
        ),
        Tool::new(
            describe::OBJECT,
            |world, caller, input| async move { describe::object(&world, &caller, input).await },
        ),
        Tool::new(query::QUERY, |world, caller, input| async move { query::query(&world, &caller, input).await }),
        Tool::new(query::GET, |world, caller, input| async move { query::get(&world, &caller, input).await }),
        Tool::new(create::SPEC, |world, caller, input| async move { create::run(&world, &caller, input).await }),
        Tool::new(update::SPEC, |world, caller, input| async move { update::run(&world, &caller, input).await }),
        Tool::new(upsert::SPEC, |world, caller, input| async move { upsert::run(&world, &caller, input).await }),
        Tool::new(delete::SPEC, |world, caller, input| async move { delete::run(&world, &caller, input).await }),
    ]
}

/// A tool's terms: everybody who may log in may call it, for the CRM decides about records.
const fn spec(
    name: &'static str,
    title: &'static str,
    description: &'static str,
    needs: Scope,
    effect: Effect,
) -> Spec {
    Spec { name, title, description, needs, least: Role::Rep, effect, open_world: false }
}

/// What a missing `dry_run` or `all_or_none` means.
const fn yes() -> bool {
    true
}
