//! Records held against an object's description, before the CRM is asked to write them.
//!
//! The CRM has the last word: its validation rules and duplicate rules are not known here.

mod values;

use revloops_crm::personal::{Described, FieldShape};
use serde_json::Value;

use crate::writing::{Change, Fields, Wrong};

/// What is to be done with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// It does not exist yet.
    Creating,
    /// It exists.
    Updating,
}

/// What a check found.
#[derive(Debug, Default)]
pub struct Findings {
    /// What the CRM would refuse.
    pub wrong: Vec<Wrong>,
    /// What it would take, but is worth a look.
    pub warnings: Vec<String>,
}

/// Whether the person may do it with the object at all.
#[must_use]
pub fn forbidden(described: &Described, doing: Doing) -> Option<Wrong> {
    let (allowed, verb) = match doing {
        Doing::Creating => (described.object.createable, "create"),
        Doing::Updating => (described.object.updateable, "change"),
    };
    let message = || format!("you may not {verb} records of {}", described.object.name);
    (!allowed).then(|| Wrong::new("NOT_ALLOWED", message(), &[]))
}

/// Holds one record against the description of its object.
#[must_use]
pub fn check(described: &Described, record: &Fields, doing: Doing) -> Findings {
    let mut findings = Findings::default();
    findings.wrong.extend(forbidden(described, doing));
    for (name, value) in record {
        check_field(described, name, value, doing, &mut findings);
    }
    if doing == Doing::Creating {
        let given = |field: &FieldShape| {
            record.iter().any(|(name, value)| {
                let relationship = field.relationship_name.as_deref().unwrap_or(&field.name);
                (name.eq_ignore_ascii_case(&field.name) || name.eq_ignore_ascii_case(relationship)) && !value.is_null()
            })
        };
        for field in described.fields.iter().filter(|field| field.is_required() && !given(field)) {
            let message = format!("`{}` ({}) is required", field.name, field.label);
            findings.wrong.push(Wrong::new("REQUIRED_FIELD_MISSING", message, &[&field.name]));
        }
    }
    findings
}

fn check_field(described: &Described, name: &str, value: &Value, doing: Doing, findings: &mut Findings) {
    let Some(field) = described.field(name) else {
        // `"Owner": {"Username": "…"}` names the record that a field points at by one of its keys.
        let by_key = described.fields.iter().any(|field| {
            field.relationship_name.as_deref().is_some_and(|relationship| relationship.eq_ignore_ascii_case(name))
        });
        if !(by_key && value.is_object()) {
            findings.wrong.push(unknown(described, name));
        }
        return;
    };
    let writable = match doing {
        Doing::Creating => field.createable,
        Doing::Updating => field.updateable,
    };
    if !writable {
        let when = if doing == Doing::Creating { "on create" } else { "on update" };
        let message = format!("`{}` cannot be written {when}, by you at least", field.name);
        findings.wrong.push(Wrong::new("FIELD_NOT_WRITABLE", message, &[&field.name]));
    }
    if let Some(message) = values::problem(field, value, doing) {
        findings.wrong.push(Wrong::new("INVALID_VALUE", message, &[&field.name]));
    }
    findings.warnings.extend(values::warning(field, value));
}

fn unknown(described: &Described, name: &str) -> Wrong {
    let lower = name.to_lowercase();
    let nearest = described
        .fields
        .iter()
        .map(|field| (strsim::damerau_levenshtein(&field.name.to_lowercase(), &lower), field.name.as_str()))
        .min()
        .filter(|(distance, _)| *distance <= 3);
    let hint = nearest.map(|(_, nearest)| format!("; did you mean `{nearest}`?")).unwrap_or_default();
    let shown: String = name.chars().take(80).collect();
    Wrong::new("UNKNOWN_FIELD", format!("{} has no field `{shown}`{hint}", described.object.name), &[&shown])
}

/// Warnings of fields that the loops keep: a person may write them in the CRM's own pages too, and should know what comes of it.
#[must_use]
pub fn kept_by_loops(records: &[Fields]) -> Option<String> {
    // The answer to a drafted sequence is a person's to give.
    const FOR_PEOPLE: [&str; 1] = ["revloops_answer__c"];
    let mut kept: Vec<&str> = records
        .iter()
        .flat_map(Fields::keys)
        .filter(|name| {
            let lower = name.to_ascii_lowercase();
            lower.starts_with("revloops_") && lower.ends_with("__c") && !FOR_PEOPLE.contains(&lower.as_str())
        })
        .map(String::as_str)
        .collect();
    kept.sort_unstable();
    kept.dedup();
    (!kept.is_empty()).then(|| {
        format!(
            "RevLoops' loops keep {}: what a person writes there may mislead them, and be written over.",
            kept.join(", ")
        )
    })
}

/// What would change: fields whose present value is another one.
#[must_use]
pub fn changes(described: &Described, present: &Fields, wanted: &Fields) -> Vec<Change> {
    let mut changes = Vec::new();
    for (name, after) in wanted {
        let Some(field) = described.field(name) else { continue };
        let before = present.get(&field.name).unwrap_or(&Value::Null);
        if !values::same(before, after) {
            changes.push(Change { field: field.name.clone(), before: before.clone(), after: after.clone() });
        }
    }
    changes
}
