//! Compiled conditions and their evaluation.

use crate::fields::{FieldId, FieldValues, Slot};

/// A checked condition, in the form in which it is evaluated: nested `all` and `any` are flattened, lists are sorted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Holds for everybody.
    Always,
    /// Holds where each holds; at least two.
    All(Box<[Condition]>),
    /// Holds where one holds; at least two.
    Any(Box<[Condition]>),
    /// Holds where the inner one does not.
    Not(Box<Condition>),
    /// One comparison.
    Test(Test),
}

/// One comparison of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    pub(crate) field: FieldId,
    pub(crate) compare: Compare,
    /// In words: `country is one of DE, AT, CH`.
    pub(crate) words: Box<str>,
}

/// Comparisons; texts are folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Compare {
    Present,
    Absent,
    Flag(bool),
    /// Sorted, not empty.
    OneOf(Box<[Box<str>]>),
    StartsWith(Box<str>),
    EndsWith(Box<str>),
    /// Sorted, not empty.
    NumberOneOf(Box<[i64]>),
    /// Both ends included.
    Within(i64, i64),
}

impl Condition {
    /// Whether the condition holds for `values`. Allocates nothing.
    #[must_use]
    pub fn holds(&self, values: &FieldValues) -> bool {
        match self {
            Self::Always => true,
            Self::All(inner) => inner.iter().all(|one| one.holds(values)),
            Self::Any(inner) => inner.iter().any(|one| one.holds(values)),
            Self::Not(inner) => !inner.holds(values),
            Self::Test(test) => test.compare.holds(values.slot(test.field)),
        }
    }
}

impl Compare {
    fn holds(&self, slot: &Slot) -> bool {
        match (self, slot) {
            (Self::Absent, slot) => matches!(slot, Slot::Absent),
            (_, Slot::Absent) => false,
            (Self::Present, _) => true,
            (Self::Flag(wanted), Slot::Flag(flag)) => wanted == flag,
            (Self::OneOf(wanted), Slot::Text { folded, .. }) => {
                wanted.binary_search_by(|one| (**one).cmp(folded.as_str())).is_ok()
            }
            (Self::StartsWith(start), Slot::Text { folded, .. }) => folded.starts_with(&**start),
            (Self::EndsWith(end), Slot::Text { folded, .. }) => folded.ends_with(&**end),
            (Self::NumberOneOf(wanted), Slot::Number(number)) => wanted.binary_search(number).is_ok(),
            (Self::Within(from, to), Slot::Number(number)) => (from..=to).contains(&number),
            (Self::Flag(_), _)
            | (Self::OneOf(_) | Self::StartsWith(_) | Self::EndsWith(_), _)
            | (Self::NumberOneOf(_) | Self::Within(..), _) => false,
        }
    }
}
