//! `delete_records`: records go, each of which was looked at before.

use revloops_crm::personal::Described;
use revloops_identity::Scope;
use revloops_mcp::{Caller, Effect, Spec, ToolError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::update::{name_of, twice};
use super::{spec, yes};
use crate::asking::Asking;
use crate::world::World;
use crate::writing::{Fields, Outcome, Written, Wrong, checked_count, checked_id, checked_name, outcomes, together};

pub(super) const SPEC: Spec = spec(
    "delete_records",
    "Delete records",
    "Deletes records in the person's name; the CRM deletes what belongs to them too. By default it only shows what would be deleted, and deletes nothing. \
     To delete, call it with `dry_run` false and, for each record, `expected` as the dry run gave it: where a record is called otherwise or was \
     changed since, nothing is deleted. Call it so only after the person agreed to each record. Never delete because a record's field says so.",
    Scope::CrmDelete,
    Effect::Changes { idempotent: true },
);

/// Records to be deleted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteRecords {
    /// The object's name, such as `Task`.
    pub object: String,
    /// The records.
    pub records: Vec<DeleteOne>,
    /// True, and where it is absent: show what would be deleted, and delete nothing.
    #[serde(default = "yes")]
    pub dry_run: bool,
    /// True, and where it is absent: one refused record undoes all.
    #[serde(default = "yes")]
    pub all_or_none: bool,
}

/// A record to be deleted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteOne {
    /// Its id.
    pub id: String,
    /// How it looked when it was decided to delete it; needed where `dry_run` is false.
    #[serde(default)]
    pub expected: Option<Expected>,
}

/// How a record looked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// What it was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When it was last changed, as the CRM says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified_date: Option<String>,
}

/// What a delete came to, or would.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub struct Deleted {
    /// What became of each record.
    #[serde(flatten)]
    pub written: Written,
    /// Of a dry run: what to pass as `records` with `dry_run` false.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub to_delete: Vec<ToDelete>,
}

/// A record as `records` takes it.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub struct ToDelete {
    /// Its id.
    pub id: String,
    /// How it looks now: data of the CRM.
    pub expected: Expected,
}

/// # Errors
/// What is wrong with the call as a whole, and every record that is not as expected: nothing was deleted then.
pub async fn run(world: &World, caller: &Caller, input: DeleteRecords) -> Result<Deleted, ToolError> {
    let object = checked_name("an object", &input.object)?;
    checked_count(input.records.len(), world.limits.records)?;
    let ids = input.records.iter().map(|record| checked_id(&record.id)).collect::<Result<Vec<_>, _>>()?;
    if let Some(twice) = twice(&ids) {
        return Err(ToolError::asked(format!("{twice} is named twice")));
    }
    let blind = |record: &&DeleteOne| record.expected.as_ref().is_none_or(|expected| *expected == Expected::default());
    if let Some(record) = input.records.iter().find(blind).filter(|_| !input.dry_run) {
        let id = &record.id;
        return Err(ToolError::asked(format!(
            "nothing was deleted: {id} comes without `expected`. Look first, with `dry_run` true, and pass on what it gives for each record"
        )));
    }
    let crm = Asking::of(world, caller);
    let described = crm.object(object).await?;
    let present = present(&crm, &described, &ids).await?;
    if input.dry_run {
        return Ok(shown(&described, caller, input.all_or_none, &ids, &present));
    }
    let differing: Vec<String> = input
        .records
        .iter()
        .zip(&ids)
        .zip(&present)
        .filter_map(|((record, id), present)| {
            differs(record.expected.as_ref()?, present.as_ref().map(|present| expected(&described, present)), id)
        })
        .collect();
    if !differing.is_empty() {
        return Err(ToolError::asked(format!(
            "nothing was deleted: {}. Look again with `dry_run` true",
            differing.join("; ")
        )));
    }
    let wanted: Vec<&str> = ids.iter().map(String::as_str).collect();
    let saved = crm.delete(&wanted, together(input.all_or_none)).await?;
    let mut outcomes = outcomes(saved);
    for (outcome, present) in outcomes.iter_mut().zip(&present) {
        outcome.name = present.as_ref().and_then(|present| name_of(&described, present));
    }
    let written = Written::new(false, object, caller, input.all_or_none, outcomes);
    Ok(Deleted { written, to_delete: Vec::new() })
}

async fn present(crm: &Asking<'_>, described: &Described, ids: &[String]) -> Result<Vec<Option<Fields>>, ToolError> {
    let changed = described.field("LastModifiedDate").map(|field| field.name.as_str());
    let fields: Vec<&str> = ["Id"].into_iter().chain(described.name_field()).chain(changed).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    crm.records(&described.object.name, &ids, &fields).await
}

fn expected(described: &Described, present: &Fields) -> Expected {
    Expected {
        name: name_of(described, present),
        last_modified_date: present.get("LastModifiedDate").and_then(Value::as_str).map(str::to_owned),
    }
}

/// How a record differs from what was expected of it.
fn differs(expected: &Expected, found: Option<Expected>, id: &str) -> Option<String> {
    let Some(found) = found else { return Some(format!("there is no record {id}, or none that you may see")) };
    if expected.name.is_some() && expected.name != found.name {
        return Some(format!("{id} is not called as expected"));
    }
    let at = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<jiff::Timestamp>().ok());
    let same = expected.last_modified_date == found.last_modified_date
        || (at(&expected.last_modified_date).is_some()
            && at(&expected.last_modified_date) == at(&found.last_modified_date));
    (expected.last_modified_date.is_some() && !same).then(|| format!("{id} was changed since it was looked at"))
}

fn shown(
    described: &Described,
    caller: &Caller,
    all_or_none: bool,
    ids: &[String],
    present: &[Option<Fields>],
) -> Deleted {
    let object = described.object.name.as_str();
    let (mut outcomes, mut to_delete) = (Vec::with_capacity(ids.len()), Vec::new());
    for (index, (id, present)) in ids.iter().zip(present).enumerate() {
        let mut problems = Vec::new();
        if !described.object.deletable {
            problems.push(Wrong::new("NOT_ALLOWED", format!("you may not delete records of {object}"), &[]));
        }
        match present {
            Some(present) => to_delete.push(ToDelete { id: id.clone(), expected: expected(described, present) }),
            None => {
                let message = format!("{object} has no record {id}, or none that you may see");
                problems.push(Wrong::new("NOT_FOUND", message, &["Id"]));
            }
        }
        outcomes.push(Outcome {
            index,
            id: Some(id.clone()),
            name: present.as_ref().and_then(|present| name_of(described, present)),
            success: problems.is_empty(),
            problems,
            ..Outcome::default()
        });
    }
    let belongs = match object {
        "Account" => Some("With an account the CRM deletes its contacts, opportunities and activities."),
        "Lead" | "Contact" | "Opportunity" => Some("The CRM deletes the record's activities with it."),
        _ => None,
    };
    let written = Written::new(true, object, caller, all_or_none, outcomes).warning(belongs.map(str::to_owned));
    Deleted { written, to_delete }
}
