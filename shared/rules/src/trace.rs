//! Why a condition holds or does not, on request: the same verdict as evaluation, with what was found.

use crate::condition::Condition;
use crate::fields::{FieldId, FieldTable, FieldValues};

/// One condition that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// In words: `country is one of DE, AT, CH`.
    pub condition: String,
    /// The value that was found: `FR`, or `nothing`; for a composed condition `country: FR, state: nothing`.
    pub found: String,
    /// Whether it held.
    pub holds: bool,
}

/// What was looked at: one line for each part that must hold. The condition holds where all lines do.
#[must_use]
pub fn trace(condition: &Condition, values: &FieldValues, table: &FieldTable) -> Vec<Tried> {
    match condition {
        Condition::All(inner) => inner.iter().map(|one| line(one, values, table)).collect(),
        Condition::Always | Condition::Any(_) | Condition::Not(_) | Condition::Test(_) => {
            vec![line(condition, values, table)]
        }
    }
}

/// The condition in words.
#[must_use]
pub fn in_words(condition: &Condition) -> String {
    match condition {
        Condition::Always => "always".to_owned(),
        Condition::All(inner) => joined(inner, " and "),
        Condition::Any(inner) => joined(inner, " or "),
        Condition::Not(inner) => format!("not ({})", in_words(inner)),
        Condition::Test(test) => test.words.to_string(),
    }
}

fn joined(inner: &[Condition], with: &str) -> String {
    let word = |one: &Condition| match one {
        Condition::All(_) | Condition::Any(_) => format!("({})", in_words(one)),
        Condition::Always | Condition::Not(_) | Condition::Test(_) => in_words(one),
    };
    inner.iter().map(word).collect::<Vec<_>>().join(with)
}

fn line(condition: &Condition, values: &FieldValues, table: &FieldTable) -> Tried {
    let found = match condition {
        Condition::Always => "anything".to_owned(),
        Condition::Test(test) => values.shown(test.field).into_owned(),
        Condition::All(_) | Condition::Any(_) | Condition::Not(_) => {
            let mut fields = Vec::new();
            fields_of(condition, &mut fields);
            let said = |field: &FieldId| format!("{}: {}", table.name(*field), values.shown(*field));
            fields.iter().map(said).collect::<Vec<_>>().join(", ")
        }
    };
    Tried { condition: in_words(condition), found, holds: condition.holds(values) }
}

/// The fields that a condition asks about, each once, in the order in which they stand.
fn fields_of(condition: &Condition, fields: &mut Vec<FieldId>) {
    match condition {
        Condition::Always => {}
        Condition::All(inner) | Condition::Any(inner) => inner.iter().for_each(|one| fields_of(one, fields)),
        Condition::Not(inner) => fields_of(inner, fields),
        Condition::Test(test) if fields.contains(&test.field) => {}
        Condition::Test(test) => fields.push(test.field),
    }
}
