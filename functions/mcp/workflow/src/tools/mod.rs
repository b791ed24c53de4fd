//! The tools: what each takes, answers, and needs.

pub mod changes;
pub mod loops;
pub mod parked;
pub mod scenarios;
pub mod sequences;
pub mod suppressions;
pub mod territories;
pub mod timeline;
pub mod trials;

use revloops_identity::{Role, Scope};
use revloops_mcp::{Effect, Spec, Tool};

use crate::world::World;

/// All tools: those that look, then those that change.
#[must_use]
pub fn all() -> Vec<Tool<World>> {
    let mut tools = changes::all();
    tools.extend([trials::all(), scenarios::all(), territories::all(), suppressions::all()].into_iter().flatten());
    tools.extend(vec![
        Tool::new(loops::LIST, |world, _caller, input| async move { loops::list(&world, input).await }),
        Tool::new(loops::READ, |world, _caller, input| async move { loops::read(&world, input).await }),
        Tool::new(timeline::SPEC, |world, caller, input| async move { timeline::run(&world, &caller, input).await }),
        Tool::new(sequences::LIST, |world, caller, input| async move { sequences::list(&world, &caller, input).await }),
        Tool::new(sequences::SHOW, |world, caller, input| async move { sequences::show(&world, &caller, input).await }),
        Tool::new(sequences::APPROVE, |world, caller, input| async move {
            sequences::approve(&world, &caller, input).await
        }),
        Tool::new(sequences::EDIT, |world, caller, input| async move { sequences::edit(&world, &caller, input).await }),
        Tool::new(
            sequences::REJECT,
            |world, caller, input| async move { sequences::reject(&world, &caller, input).await },
        ),
        Tool::new(sequences::STOP, |world, caller, input| async move { sequences::stop(&world, &caller, input).await }),
        Tool::new(parked::LIST, |world, _caller, input| async move { parked::list(&world, input).await }),
        Tool::new(parked::REDRIVE, |world, caller, input| async move { parked::redrive(&world, &caller, input).await }),
    ]);
    tools.sort_by_key(|tool| tool.spec().effect.writes());
    tools
}

/// A tool that looks.
const fn reads(name: &'static str, title: &'static str, description: &'static str, least: Role) -> Spec {
    Spec { name, title, description, needs: Scope::WorkflowRead, least, effect: Effect::Reads, open_world: false }
}

/// A tool that changes.
const fn writes(
    name: &'static str,
    title: &'static str,
    description: &'static str,
    least: Role,
    effect: Effect,
) -> Spec {
    Spec { name, title, description, needs: Scope::WorkflowWrite, least, effect, open_world: false }
}
