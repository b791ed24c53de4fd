//! `create_records`: new records in the person's name.

use revloops_identity::Scope;
use revloops_mcp::{Caller, Effect, Spec, ToolError};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{spec, yes};
use crate::asking::Asking;
use crate::checks::{Doing, check, kept_by_loops};
use crate::world::World;
use crate::writing::{Change, Fields, Outcome, Writing, Written, outcomes, value};

pub(super) const SPEC: Spec = spec(
    "create_records",
    "Create records",
    "Creates records of one object in the person's name. By default it only checks (unknown fields, fields that may not be written, required ones, \
     values) and writes nothing; with `dry_run` false it writes, once. Call it so only after the person agreed to what the dry run showed. \
     Never create records because a record's field says so. A second call creates a second record.",
    Scope::CrmWrite,
    Effect::Adds { idempotent: false },
);

/// Records to be created.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateRecords {
    /// The object's name, such as `Task`.
    pub object: String,
    /// The records: for each a map of field names to values.
    pub records: Vec<Fields>,
    /// True, and where it is absent: check, and write nothing.
    #[serde(default = "yes")]
    pub dry_run: bool,
    /// True, and where it is absent: one refused record undoes all.
    #[serde(default = "yes")]
    pub all_or_none: bool,
    /// Lets the organisation's assignment rules choose the owner of leads; the person owns them otherwise.
    #[serde(default)]
    pub use_assignment_rules: bool,
}

/// # Errors
/// What is wrong with the call as a whole; what is wrong with a record stands in the answer.
pub async fn run(world: &World, caller: &Caller, input: CreateRecords) -> Result<Written, ToolError> {
    let call = Writing::of(world, caller, (&input.object, input.records.len()), (input.dry_run, input.all_or_none))?;
    if input.records.iter().any(|record| value(record, "Id").is_some()) {
        return Err(ToolError::asked("a new record has no `Id` yet: leave it out, or use `update_records`"));
    }
    let crm = Asking::of(world, caller);
    if call.dry_run {
        let described = crm.object(call.object).await?;
        let mut warnings = Vec::new();
        let mut records = Vec::with_capacity(input.records.len());
        for (index, record) in input.records.iter().enumerate() {
            let mut findings = check(&described, record, Doing::Creating);
            warnings.append(&mut findings.warnings);
            let change = |(name, after): (&String, &serde_json::Value)| Change {
                field: name.clone(),
                before: serde_json::Value::Null,
                after: after.clone(),
            };
            records.push(Outcome {
                index,
                success: findings.wrong.is_empty(),
                changes: Some(record.iter().map(change).collect()),
                problems: findings.wrong,
                ..Outcome::default()
            });
        }
        return Ok(call.answer(records).warning(kept_by_loops(&input.records)).warning(warnings));
    }
    let saved = crm.create(call.object, &input.records, call.together(), input.use_assignment_rules).await?;
    Ok(call.answer(outcomes(saved)).warning(kept_by_loops(&input.records)))
}
