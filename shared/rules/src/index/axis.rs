//! One field by one kind of look-up: a value → its class.

use std::cmp::Ordering;

use super::text_table::TextTable;
use crate::fields::{FieldId, Slot};
use crate::known::domain_and_above;

/// How values of one field are sorted into classes. A class is where its blocks begin in the index's table.
#[derive(Debug)]
pub(super) struct Axis {
    pub(super) field: FieldId,
    /// The class of no value.
    pub(super) absent: u32,
    /// The class of values that no comparison of this axis names, and of those of another type than it compares.
    pub(super) other: u32,
    pub(super) look: Look,
}

/// The kinds of look-up.
#[derive(Debug)]
pub(super) enum Look {
    /// The text itself.
    Texts(TextTable),
    /// The domain, or else the nearest one above it.
    Domains(TextTable),
    /// Where the text stands in the order of bytes: prefixes and spans.
    Order(Steps<Box<[u8]>>),
    /// Where the text read backwards stands in the order of bytes: endings.
    Backwards(Steps<Box<[u8]>>),
    /// Where the number or day stands.
    Numbers(Steps<i64>),
    /// Yes and no.
    Flags { yes: u32, no: u32 },
}

/// An ordered line in steps: `classes` has one entry more than `bounds`, and the entry at `n` is for values from the bound
/// before it up to, and without, the bound at `n`.
#[derive(Debug)]
pub(super) struct Steps<B> {
    pub(super) bounds: Box<[B]>,
    pub(super) classes: Box<[u32]>,
}

impl<B> Steps<B> {
    fn class(&self, not_above: impl Fn(&B) -> bool) -> Option<u32> {
        self.classes.get(self.bounds.partition_point(not_above)).copied()
    }
}

impl Axis {
    /// The class of what the subject has in the field.
    pub(super) fn class(&self, slot: Slot<'_>) -> u32 {
        let known = match (&self.look, slot) {
            (_, Slot::Absent) => return self.absent,
            (Look::Texts(table), Slot::Text { folded, .. }) => table.get(folded),
            (Look::Domains(table), Slot::Text { folded, .. }) => {
                domain_and_above(folded).find_map(|domain| table.get(domain))
            }
            (Look::Order(steps), Slot::Text { folded, .. }) => steps.class(|bound| **bound <= *folded.as_bytes()),
            (Look::Backwards(steps), Slot::Text { folded, .. }) => {
                steps.class(|bound| bound.iter().cmp(folded.as_bytes().iter().rev()) != Ordering::Greater)
            }
            (Look::Numbers(steps), Slot::Number(number) | Slot::Date(number)) => steps.class(|bound| *bound <= number),
            (Look::Flags { yes, no }, Slot::Flag(flag)) => Some(if flag { *yes } else { *no }),
            (Look::Texts(_) | Look::Domains(_) | Look::Order(_) | Look::Backwards(_), _)
            | (Look::Numbers(_) | Look::Flags { .. }, _) => None,
        };
        known.unwrap_or(self.other)
    }

    pub(super) fn bytes(&self) -> usize {
        match &self.look {
            Look::Texts(table) | Look::Domains(table) => table.bytes(),
            Look::Order(steps) | Look::Backwards(steps) => {
                size_of_val(&*steps.bounds)
                    + steps.bounds.iter().map(|bound| bound.len()).sum::<usize>()
                    + size_of_val(&*steps.classes)
            }
            Look::Numbers(steps) => size_of_val(&*steps.bounds) + size_of_val(&*steps.classes),
            Look::Flags { .. } => 0,
        }
    }
}
