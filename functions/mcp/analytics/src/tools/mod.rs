//! The tools: what each takes, answers, and needs.

pub mod access;
pub mod datasets;
pub mod metrics;
pub mod sql;

use revloops_identity::{Role, Scope};
use revloops_mcp::{Effect, Spec, Tool};

use crate::world::World;

/// All tools.
#[must_use]
pub fn all() -> Vec<Tool<World>> {
    vec![
        Tool::new(metrics::LIST, |_world, _caller, input| async move { metrics::list(&input) }),
        Tool::new(metrics::RUN, |world, caller, input| async move { metrics::run(&world, &caller, input).await }),
        Tool::new(
            metrics::EXPLAIN,
            |world, caller, input| async move { metrics::explain(&world, &caller, input).await },
        ),
        Tool::new(datasets::LIST, |world, _caller, _input: Nothing| async move { Ok(datasets::list(&world)) }),
        Tool::new(datasets::DESCRIBE, |world, _caller, input| async move { datasets::describe(&world, input).await }),
        Tool::new(
            datasets::SAMPLE,
            |world, caller, input| async move { datasets::sample(&world, &caller, input).await },
        ),
        Tool::new(sql::SPEC, |world, caller, input| async move { sql::run(&world, &caller, input).await }),
        Tool::new(access::SPEC, |world, caller, _input: Nothing| async move { access::run(&world, &caller).await }),
    ]
}

/// No arguments.
#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// A tool: each of them looks, and is for everybody.
const fn looks(name: &'static str, title: &'static str, description: &'static str) -> Spec {
    Spec {
        name,
        title,
        description,
        needs: Scope::AnalyticsRead,
        least: Role::Rep,
        effect: Effect::Reads,
        open_world: false,
    }
}
