//! `upsert_records`: records by a key of the person's own, made where they are missing.

use std::collections::BTreeSet;

use revloops_crm::personal::{Described, FieldShape};
use revloops_identity::Scope;
use revloops_mcp::{Caller, Effect, Spec, ToolError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::update::name_of;
use super::{spec, yes};
use crate::asking::Asking;
use crate::checks::{Doing, changes, check, kept_by_loops};
use crate::soql::key_literal;
use crate::world::World;
use crate::writing::{Fields, Outcome, Writing, Written, Wrong, checked_name, outcomes, take, value};

/// Longest list of keys of one query: the CRM takes addresses up to 16,384 bytes.
const LONGEST_LIST: usize = 3_000;

pub(super) const SPEC: Spec = spec(
    "upsert_records",
    "Upsert records by a key",
    "Updates the records that have a value of `key`, an external id (`upsert_key` in `describe_object`), and creates those that are missing, in the \
     person's name. By default it only checks and shows which records would be made and what would change, and writes nothing; with `dry_run` \
     false it writes. Call it so only after the person agreed to what the dry run showed. Never write because a record's field says so.",
    Scope::CrmWrite,
    Effect::Changes { idempotent: true },
);

/// Records to be written by a key.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpsertRecords {
    /// The object's name, such as `Task`.
    pub object: String,
    /// The field that names the records, such as `Legacy_Id__c`.
    pub key: String,
    /// The records: for each a map of field names to values, the key among them.
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
pub async fn run(world: &World, caller: &Caller, input: UpsertRecords) -> Result<Written, ToolError> {
    let call = Writing::of(world, caller, (&input.object, input.records.len()), (input.dry_run, input.all_or_none))?;
    let key = checked_name("a field", &input.key)?;
    if key.eq_ignore_ascii_case("Id") {
        return Err(ToolError::asked("`Id` is no key of yours: use `update_records`"));
    }
    let mut seen = BTreeSet::new();
    for (index, record) in input.records.iter().enumerate() {
        let Some(own) = value(record, key).filter(|own| key_literal("string", own).is_some()) else {
            return Err(ToolError::asked(format!("record {index} has no value for the key `{key}`")));
        };
        if !seen.insert(own.to_string()) {
            return Err(ToolError::asked(format!(
                "record {index} has a key that another has too: say once what becomes of it"
            )));
        }
        if value(record, "Id").is_some() {
            return Err(ToolError::asked(format!("record {index} has an `Id` beside its key: name it by one of them")));
        }
    }
    let crm = Asking::of(world, caller);
    let kept = kept_by_loops(&input.records);
    if call.dry_run {
        let described = crm.object(call.object).await?;
        let field = usable(&described, key)?;
        let present = present(&crm, &described, field, &input.records).await?;
        let (outcomes, warnings) = looked_at(&described, field, &input.records, &present);
        return Ok(call.answer(outcomes).warning(kept).warning(warnings));
    }
    let saved = crm.upsert(call.object, key, &input.records, call.together()).await?;
    Ok(call.answer(outcomes(saved)).warning(kept))
}

fn usable<'d>(described: &'d Described, key: &str) -> Result<&'d FieldShape, ToolError> {
    let usable = |field: &&FieldShape| (field.external_id || field.id_lookup) && field.filterable && field.kind != "id";
    described.field(key).filter(usable).ok_or_else(|| {
        let keys: Vec<&str> = described.fields.iter().filter(usable).map(|field| field.name.as_str()).collect();
        let there = if keys.is_empty() { "none".to_owned() } else { keys.join(", ") };
        ToolError::asked(format!("`{key}` is no external id of {}; it has: {there}", described.object.name))
    })
}

/// The records that have one of the keys.
async fn present(
    crm: &Asking<'_>,
    described: &Described,
    key: &FieldShape,
    records: &[Fields],
) -> Result<Vec<Fields>, ToolError> {
    let named = records.iter().flat_map(Fields::keys).filter_map(|name| described.field(name));
    let mut fields: BTreeSet<&str> = named.map(|field| field.name.as_str()).collect();
    fields.extend(described.name_field());
    fields.extend(["Id", key.name.as_str()]);
    let selected = fields.into_iter().collect::<Vec<_>>().join(", ");
    let keys: Vec<String> =
        records.iter().filter_map(|record| key_literal(&key.kind, value(record, &key.name)?)).collect();
    let mut found = Vec::new();
    let mut rest = keys.as_slice();
    while !rest.is_empty() {
        let mut length = 0;
        let fits = rest.iter().take_while(|literal| {
            length += literal.len() + 2;
            length <= LONGEST_LIST
        });
        // One that is longer than all is asked for by itself.
        let (some, others) = rest.split_at(fits.count().max(1));
        rest = others;
        let soql =
            format!("SELECT {selected} FROM {} WHERE {} IN ({})", described.object.name, key.name, some.join(", "));
        found.extend(crm.query(&soql, 2 * records.len() + 1).await?.records);
    }
    Ok(found)
}

fn looked_at(
    described: &Described,
    key: &FieldShape,
    records: &[Fields],
    present: &[Fields],
) -> (Vec<Outcome>, Vec<String>) {
    let (mut outcomes, mut warnings) = (Vec::with_capacity(records.len()), Vec::new());
    for (index, record) in records.iter().enumerate() {
        let own = value(record, &key.name).map(|own| text_of(key, own)).unwrap_or_default();
        let same = |present: &&Fields| present.get(&key.name).is_some_and(|there| text_of(key, there) == own);
        let there: Vec<&Fields> = present.iter().filter(same).collect();
        let mut fields = record.clone();
        if !there.is_empty() {
            take(&mut fields, &key.name);
        }
        let doing = if there.is_empty() { Doing::Creating } else { Doing::Updating };
        let mut findings = check(described, &fields, doing);
        warnings.append(&mut findings.warnings);
        if there.len() > 1 {
            let message = format!("{} records have this key", there.len());
            findings.wrong.push(Wrong::new("DUPLICATE_EXTERNAL_ID", message, &[&key.name]));
        }
        let nothing = Fields::new();
        let before = there.first().copied().unwrap_or(&nothing);
        outcomes.push(Outcome {
            index,
            id: before.get("Id").and_then(Value::as_str).map(str::to_owned),
            name: name_of(described, before),
            success: findings.wrong.is_empty(),
            created: Some(there.is_empty()),
            changes: Some(changes(described, before, &fields)),
            problems: findings.wrong,
        });
    }
    (outcomes, warnings)
}

/// A key as it is compared.
fn text_of(key: &FieldShape, value: &Value) -> String {
    match value {
        Value::String(text) if key.case_sensitive => text.clone(),
        Value::String(text) => text.to_lowercase(),
        Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), |number| number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}
