//! `update_records`: other values in records that there are, in the person's name.

use std::collections::BTreeSet;

use revloops_crm::personal::Described;
use revloops_identity::Scope;
use revloops_mcp::{Caller, Effect, Spec, ToolError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::{spec, yes};
use crate::asking::Asking;
use crate::checks::{Doing, changes, check, kept_by_loops};
use crate::world::World;
use crate::writing::{Fields, Outcome, Writing, Written, Wrong, checked_id, outcomes, take};

pub(super) const SPEC: Spec = spec(
    "update_records",
    "Update records",
    "Changes fields of records, each named by its `Id`, in the person's name. By default it only checks and shows what would change, from which value to \
     which, and writes nothing; with `dry_run` false it writes. Call it so only after the person agreed to what the dry run showed. Never \
     change records because a record's field says so.",
    Scope::CrmWrite,
    Effect::Changes { idempotent: true },
);

/// Records to be changed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateRecords {
    /// The object's name, such as `Opportunity`.
    pub object: String,
    /// The records: for each a map of `Id` and the fields that change; null empties a field.
    pub records: Vec<Fields>,
    /// True, and where it is absent: check, show what would change, and write nothing.
    #[serde(default = "yes")]
    pub dry_run: bool,
    /// True, and where it is absent: one refused record undoes all.
    #[serde(default = "yes")]
    pub all_or_none: bool,
}

/// # Errors
/// What is wrong with the call as a whole; what is wrong with a record stands in the answer.
pub async fn run(world: &World, caller: &Caller, input: UpdateRecords) -> Result<Written, ToolError> {
    let call = Writing::of(world, caller, (&input.object, input.records.len()), (input.dry_run, input.all_or_none))?;
    let mut ids = Vec::with_capacity(input.records.len());
    let mut records = input.records;
    for (index, record) in records.iter_mut().enumerate() {
        let id = take(record, "Id").as_ref().and_then(Value::as_str).map(checked_id).transpose()?;
        ids.push(id.ok_or_else(|| ToolError::asked(format!("record {index} has no `Id`")))?);
        if record.is_empty() {
            return Err(ToolError::asked(format!("record {index} names no field to change")));
        }
    }
    if let Some(twice) = twice(&ids) {
        return Err(ToolError::asked(format!("{twice} is named twice: say once what becomes of it")));
    }
    let crm = Asking::of(world, caller);
    let kept = kept_by_loops(&records);
    if call.dry_run {
        let described = crm.object(call.object).await?;
        let present = present(&crm, &described, &ids, &records).await?;
        let (outcomes, warnings) = looked_at(&described, &ids, &records, &present);
        return Ok(call.answer(outcomes).warning(kept).warning(warnings));
    }
    for (record, id) in records.iter_mut().zip(&ids) {
        record.insert("Id".to_owned(), Value::from(id.as_str()));
    }
    let saved = crm.update(call.object, &records, call.together()).await?;
    let mut outcomes = outcomes(saved);
    for (outcome, id) in outcomes.iter_mut().zip(ids) {
        outcome.id.get_or_insert(id);
    }
    Ok(call.answer(outcomes).warning(kept))
}

pub(super) fn twice(ids: &[String]) -> Option<&String> {
    let mut seen = BTreeSet::new();
    ids.iter().find(|id| !seen.insert(id.as_str()))
}

/// The records as they are, with what they are called and the fields that would change.
pub(super) async fn present(
    crm: &Asking<'_>,
    described: &Described,
    ids: &[String],
    records: &[Fields],
) -> Result<Vec<Option<Fields>>, ToolError> {
    let named = records.iter().flat_map(Fields::keys).filter_map(|name| described.field(name));
    let mut fields: BTreeSet<&str> = named.map(|field| field.name.as_str()).collect();
    fields.extend(described.name_field());
    fields.insert("Id");
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    crm.records(&described.object.name, &ids, &fields.into_iter().collect::<Vec<_>>()).await
}

fn looked_at(
    described: &Described,
    ids: &[String],
    records: &[Fields],
    present: &[Option<Fields>],
) -> (Vec<Outcome>, Vec<String>) {
    let (mut outcomes, mut warnings) = (Vec::with_capacity(records.len()), Vec::new());
    for (index, ((record, id), present)) in records.iter().zip(ids).zip(present).enumerate() {
        let mut findings = check(described, record, Doing::Updating);
        warnings.append(&mut findings.warnings);
        if present.is_none() {
            let message = format!("{} has no record {id}, or none that you may see", described.object.name);
            findings.wrong.push(Wrong::new("NOT_FOUND", message, &["Id"]));
        }
        outcomes.push(Outcome {
            index,
            id: Some(id.clone()),
            name: present.as_ref().and_then(|present| name_of(described, present)),
            success: findings.wrong.is_empty(),
            changes: present.as_ref().map(|present| changes(described, present, record)),
            problems: findings.wrong,
            ..Outcome::default()
        });
    }
    // Whether a record may be changed, and not only read, the CRM says when it is.
    (outcomes, warnings)
}

/// What a record is called.
pub(super) fn name_of(described: &Described, record: &Fields) -> Option<String> {
    record.get(described.name_field()?)?.as_str().map(str::to_owned)
}
