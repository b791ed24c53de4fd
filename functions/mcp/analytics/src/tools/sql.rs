//! `run_sql`: a question in SQL.

use revloops_mcp::{Caller, Spec, ToolError};
use schemars::JsonSchema;
use serde::Deserialize;

use super::looks;
use crate::world::{Table, World};

pub(super) const SPEC: Spec = looks(
    "run_sql",
    "Ask in SQL",
    "Answers one SELECT over the datasets of `list_datasets`, by their own names (joins, WITH, subqueries, set operations, window functions). It runs on the rows that the person \
     may see and on no others. Datasets with days have a column `day` (UTC): name a range of it where you can, for only those days are read. Money is in hundredths of the organisation's \
     currency (`…_cents`) or in millionths of a US dollar (`…_microusd`). What is wrong with a question is said; a failure while it runs is said in one sentence, whatever it was.",
);

const USUAL: usize = 100;

/// The question.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sql {
    /// One SELECT.
    pub sql: String,
    /// Most rows of the answer; 100 where it is absent, 1,000 at most.
    #[serde(default)]
    pub at_most: Option<usize>,
}

/// # Errors
/// What is wrong with the question; or that it failed.
pub async fn run(world: &World, caller: &Caller, input: Sql) -> Result<Table, ToolError> {
    let view = world.view(caller).await?;
    world.answer(caller, &view, &input.sql, input.at_most.unwrap_or(USUAL)).await
}
