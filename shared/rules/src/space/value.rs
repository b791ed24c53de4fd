//! One value of a field, kept.

use crate::days;
use crate::fields::{FieldId, FieldValues, Slot, fold};

/// What a field can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Absent,
    Text { shown: String, folded: String },
    Number(i64),
    Date(i64),
    Flag(bool),
}

impl Value {
    pub(crate) fn text(shown: String) -> Self {
        Self::Text { folded: fold(&shown), shown }
    }

    pub(crate) fn of(slot: Slot<'_>) -> Self {
        match slot {
            Slot::Absent => Self::Absent,
            Slot::Text { shown, folded } => Self::Text { shown: shown.to_owned(), folded: folded.to_owned() },
            Slot::Number(number) => Self::Number(number),
            Slot::Date(days) => Self::Date(days),
            Slot::Flag(flag) => Self::Flag(flag),
        }
    }

    pub(crate) fn slot(&self) -> Slot<'_> {
        match self {
            Self::Absent => Slot::Absent,
            Self::Text { shown, folded } => Slot::Text { shown, folded },
            Self::Number(number) => Slot::Number(*number),
            Self::Date(days) => Slot::Date(*days),
            Self::Flag(flag) => Slot::Flag(*flag),
        }
    }

    /// Whole numbers, and days as such.
    pub(crate) fn number(&self) -> Option<i64> {
        match self {
            Self::Number(number) | Self::Date(number) => Some(*number),
            Self::Absent | Self::Text { .. } | Self::Flag(_) => None,
        }
    }

    /// The same kind of value with another number.
    pub(crate) fn with_number(&self, number: i64) -> Self {
        match self {
            Self::Number(_) => Self::Number(number),
            Self::Date(_) => Self::Date(number),
            Self::Absent | Self::Text { .. } | Self::Flag(_) => self.clone(),
        }
    }

    pub(crate) fn set(&self, values: &mut FieldValues, field: FieldId) {
        match self {
            Self::Absent => values.text(field, None),
            Self::Text { shown, .. } => values.text(field, Some(shown)),
            Self::Number(number) => values.number(field, Some(*number)),
            Self::Date(number) => values.date(field, days::date(*number)),
            Self::Flag(flag) => values.flag(field, Some(*flag)),
        };
    }
}
