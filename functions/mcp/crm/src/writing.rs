//! What all writing tools share: what they take, what they answer, and how much they touch.

use revloops_crm::personal::{Problem, Saved, Together};
use revloops_domain::SalesforceId;
use revloops_mcp::{Caller, ToolError};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::world::World;

/// A record's fields by name.
pub type Fields = Map<String, Value>;

/// Something that is wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Wrong {
    /// A code: the CRM's own, or of the check before it.
    pub code: String,
    /// In words. It may quote what was sent.
    pub message: String,
    /// The fields that it is about.
    pub fields: Vec<String>,
}

impl Wrong {
    pub(crate) fn new(code: &str, message: impl Into<String>, fields: &[&str]) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            fields: fields.iter().map(|&field| field.to_owned()).collect(),
        }
    }
}

impl From<Problem> for Wrong {
    fn from(problem: Problem) -> Self {
        Self { code: problem.code, message: problem.message, fields: problem.fields }
    }
}

/// What a field would be changed from and to.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Change {
    /// The field.
    pub field: String,
    /// What stands there now: data of the CRM.
    pub before: Value,
    /// What would stand there.
    pub after: Value,
}

/// What became of one record, or would.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Outcome {
    /// Its place among the records of the call, from 0.
    pub index: usize,
    /// Its id, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What it is called now: data of the CRM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether it was written, or passed the check.
    pub success: bool,
    /// Of an upsert: whether the record was made, or would be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<bool>,
    /// Of a dry run: what would change. Empty where the record has these values already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Vec<Change>>,
    /// What is wrong with it.
    pub problems: Vec<Wrong>,
}

/// Who the CRM names as the writer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Writer {
    /// Their id in the CRM.
    pub user_id: String,
    /// Their username in the CRM.
    pub username: String,
}

/// What a write came to, or would.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Written {
    /// True: nothing was written.
    pub dry_run: bool,
    /// The object.
    pub object: String,
    /// In whose name.
    pub written_as: Writer,
    /// Whether one refused record undoes all.
    pub all_or_none: bool,
    /// Records that were written, or passed the check.
    pub succeeded: usize,
    /// Records that were not.
    pub failed: usize,
    /// One for each record, in the order of the call.
    pub records: Vec<Outcome>,
    /// What is worth a look although nothing forbids it.
    pub warnings: Vec<String>,
    /// What to do next.
    pub next: String,
}

impl Written {
    pub(crate) fn new(dry_run: bool, object: &str, caller: &Caller, all_or_none: bool, records: Vec<Outcome>) -> Self {
        let succeeded = records.iter().filter(|record| record.success).count();
        let failed = records.len() - succeeded;
        let next = match (dry_run, failed) {
            (true, 0) => {
                "Nothing was written. Show this to the person; once they agree, call again with `dry_run` false."
            }
            (true, _) => "Nothing was written. Mend the records with problems, and check again.",
            (false, 0) => "Done.",
            (false, _) if succeeded == 0 => "Nothing was written: see the problems of each record.",
            (false, _) => "Some records were written and some were not: see the problems of each record.",
        };
        let principal = &caller.principal;
        Self {
            dry_run,
            object: object.to_owned(),
            written_as: Writer { user_id: principal.user.as_str().to_owned(), username: principal.username.clone() },
            all_or_none,
            succeeded,
            failed,
            records,
            warnings: Vec::new(),
            next: next.to_owned(),
        }
    }

    pub(crate) fn warning(mut self, warnings: impl IntoIterator<Item = String>) -> Self {
        for warning in warnings {
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
        self
    }
}

/// One call that writes records, checked as far as that goes without the CRM.
pub(crate) struct Writing<'a> {
    pub(crate) object: &'a str,
    pub(crate) dry_run: bool,
    caller: &'a Caller,
    all_or_none: bool,
}

impl<'a> Writing<'a> {
    /// Records of `object`, so many of them.
    pub(crate) fn of(
        world: &World,
        caller: &'a Caller,
        (object, count): (&'a str, usize),
        (dry_run, all_or_none): (bool, bool),
    ) -> Result<Self, ToolError> {
        let object = checked_name("an object", object)?;
        checked_count(count, world.limits.records)?;
        Ok(Self { object, dry_run, caller, all_or_none })
    }

    /// How the records belong together.
    pub(crate) fn together(&self) -> Together {
        together(self.all_or_none)
    }

    /// What came of it, or would.
    pub(crate) fn answer(&self, records: Vec<Outcome>) -> Written {
        Written::new(self.dry_run, self.object, self.caller, self.all_or_none, records)
    }
}

/// The CRM's results in the order of the call.
pub(crate) fn outcomes(saved: Vec<Saved>) -> Vec<Outcome> {
    let one = |(index, saved): (usize, Saved)| Outcome {
        index,
        id: saved.id,
        success: saved.success,
        created: saved.created,
        problems: saved.errors.into_iter().map(Wrong::from).collect(),
        ..Outcome::default()
    };
    saved.into_iter().enumerate().map(one).collect()
}

pub(crate) const fn together(all_or_none: bool) -> Together {
    if all_or_none { Together::AllOrNone } else { Together::EachAlone }
}

/// An object's or field's name, as the CRM forms them.
pub(crate) fn checked_name<'a>(what: &str, name: &'a str) -> Result<&'a str, ToolError> {
    let formed = name.len() <= 80
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if formed {
        return Ok(name);
    }
    let shown: String = name.chars().take(80).collect();
    Err(ToolError::asked(format!(
        "`{shown}` is no name of {what}: names are letters, digits and `_`, such as `Lead` or `Region__c`"
    )))
}

/// A record's id with its 18 characters.
pub(crate) fn checked_id(id: &str) -> Result<String, ToolError> {
    SalesforceId::parse(id).map(|id| id.as_str().to_owned()).map_err(|error| ToolError::asked(error.to_string()))
}

/// How many records a call may name.
pub(crate) fn checked_count(count: usize, most: usize) -> Result<(), ToolError> {
    match count {
        0 => Err(ToolError::asked("`records` is empty: name one record at least")),
        _ if count > most => Err(ToolError::asked(format!(
            "{count} records are more than the {most} that one call may touch: nothing was done; use several calls"
        ))),
        _ => Ok(()),
    }
}

/// Takes the value of a field out of a record, whatever the case of its name.
pub(crate) fn take(fields: &mut Fields, name: &str) -> Option<Value> {
    let key = fields.keys().find(|key| key.eq_ignore_ascii_case(name))?.clone();
    fields.shift_remove(&key)
}

/// The value of a field, whatever the case of its name.
pub(crate) fn value<'a>(fields: &'a Fields, name: &str) -> Option<&'a Value> {
    fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}
