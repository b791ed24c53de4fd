//! Which fields rules may ask about, and the values of one subject.

use std::borrow::Cow;
use std::fmt;

use jiff::civil::Date;

use crate::days;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// A text, compared without regard to case.
    Text,
    /// A domain: a text whose `in_list` also takes what is below an entry.
    Domain,
    /// A whole number.
    Number,
    /// A day.
    Date,
    /// Yes or no.
    Flag,
}

/// One field by its name in config.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The name.
    pub name: &'static str,
    /// What it holds.
    pub holds: FieldType,
}

impl Field {
    /// A text field.
    #[must_use]
    pub const fn text(name: &'static str) -> Self {
        Self { name, holds: FieldType::Text }
    }

    /// A field with domains.
    #[must_use]
    pub const fn domain(name: &'static str) -> Self {
        Self { name, holds: FieldType::Domain }
    }

    /// A field with days.
    #[must_use]
    pub const fn date(name: &'static str) -> Self {
        Self { name, holds: FieldType::Date }
    }

    /// A field with whole numbers.
    #[must_use]
    pub const fn number(name: &'static str) -> Self {
        Self { name, holds: FieldType::Number }
    }

    /// A yes-or-no field.
    #[must_use]
    pub const fn flag(name: &'static str) -> Self {
        Self { name, holds: FieldType::Flag }
    }
}

/// A field's place in its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldId(pub u16);

impl FieldId {
    fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// All fields that the rules of one kind of subject may ask about.
#[derive(Debug, Clone, Copy)]
pub struct FieldTable(&'static [Field]);

impl FieldTable {
    /// The table of these fields; a field's [`FieldId`] is its place.
    #[must_use]
    pub const fn new(fields: &'static [Field]) -> Self {
        Self(fields)
    }

    /// The field of this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<(FieldId, Field)> {
        let at = self.0.iter().position(|field| field.name == name)?;
        Some((FieldId(u16::try_from(at).ok()?), *self.0.get(at)?))
    }

    /// The name of a field.
    #[must_use]
    pub fn name(&self, field: FieldId) -> &'static str {
        self.0.get(field.index()).map_or("?", |field| field.name)
    }

    /// All names, in the table's order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|field| field.name)
    }

    /// Number of fields.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What a subject has in one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot<'a> {
    Absent,
    Text {
        shown: &'a str,
        folded: &'a str,
    },
    Number(i64),
    /// Days since 1970-01-01.
    Date(i64),
    Flag(bool),
}

#[derive(Debug, Clone, Copy, Default)]
enum Held {
    #[default]
    Absent,
    Text,
    Number(i64),
    Date(i64),
    Flag(bool),
}

/// A field's value; the texts' room is kept for the next subject.
#[derive(Clone, Default)]
struct Stored {
    held: Held,
    shown: String,
    folded: String,
}

impl Stored {
    fn slot(&self) -> Slot<'_> {
        match self.held {
            Held::Absent => Slot::Absent,
            Held::Text => Slot::Text { shown: &self.shown, folded: &self.folded },
            Held::Number(number) => Slot::Number(number),
            Held::Date(days) => Slot::Date(days),
            Held::Flag(flag) => Slot::Flag(flag),
        }
    }
}

/// The values of one subject. What a loop does not set is absent.
///
/// Texts are folded once, here, so that evaluating rules compares bytes and allocates nothing. For many subjects one
/// after the other, [`FieldValues::clear`] and set again: the room of earlier texts is used again.
#[derive(Clone)]
pub struct FieldValues {
    slots: Vec<Stored>,
}

impl FieldValues {
    /// A subject of which nothing is known yet.
    #[must_use]
    pub fn new(table: &FieldTable) -> Self {
        Self { slots: vec![Stored::default(); table.len()] }
    }

    /// Forgets all values and keeps their room.
    pub fn clear(&mut self) -> &mut Self {
        for slot in &mut self.slots {
            slot.held = Held::Absent;
        }
        self
    }

    /// Sets a text; a blank one is absent.
    pub fn text(&mut self, field: impl Into<FieldId>, value: Option<&str>) -> &mut Self {
        let value = value.map(str::trim).filter(|value| !value.is_empty());
        if let Some(slot) = self.slots.get_mut(field.into().index()) {
            slot.held = if value.is_some() { Held::Text } else { Held::Absent };
            if let Some(value) = value {
                slot.shown.clear();
                slot.shown.push_str(value);
                fold_into(value, &mut slot.folded);
            }
        }
        self
    }

    /// Sets a number.
    pub fn number(&mut self, field: impl Into<FieldId>, value: Option<i64>) -> &mut Self {
        self.set(field.into(), value.map(Held::Number))
    }

    /// Sets a day.
    pub fn date(&mut self, field: impl Into<FieldId>, value: Option<Date>) -> &mut Self {
        self.set(field.into(), value.map(|date| Held::Date(days::days(date))))
    }

    /// Sets a yes or no.
    pub fn flag(&mut self, field: impl Into<FieldId>, value: Option<bool>) -> &mut Self {
        self.set(field.into(), value.map(Held::Flag))
    }

    /// The value as people read it; `nothing` where it is absent.
    #[must_use]
    pub fn shown(&self, field: FieldId) -> Cow<'_, str> {
        match self.slot(field) {
            Slot::Absent => Cow::Borrowed("nothing"),
            Slot::Text { shown, .. } => Cow::Borrowed(shown),
            Slot::Number(number) => Cow::Owned(number.to_string()),
            Slot::Date(days) => Cow::Owned(days::shown(days)),
            Slot::Flag(flag) => Cow::Borrowed(yes_no(flag)),
        }
    }

    /// Whether the field has a value.
    #[must_use]
    pub fn has(&self, field: FieldId) -> bool {
        !matches!(self.slot(field), Slot::Absent)
    }

    pub(crate) fn slot(&self, field: FieldId) -> Slot<'_> {
        self.slots.get(field.index()).map_or(Slot::Absent, Stored::slot)
    }

    fn set(&mut self, field: FieldId, value: Option<Held>) -> &mut Self {
        if let Some(slot) = self.slots.get_mut(field.index()) {
            slot.held = value.unwrap_or_default();
        }
        self
    }
}

/// By what the fields hold; room that is kept is no difference.
impl PartialEq for FieldValues {
    fn eq(&self, other: &Self) -> bool {
        self.slots.len() == other.slots.len()
            && self.slots.iter().zip(&other.slots).all(|(one, other)| one.slot() == other.slot())
    }
}

impl Eq for FieldValues {}

impl fmt::Debug for FieldValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.slots.iter().map(Stored::slot)).finish()
    }
}

/// The form in which texts are compared.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::new();
    fold_into(text.trim(), &mut folded);
    folded
}

/// [`fold`] of a trimmed text, into room that is there already.
fn fold_into(text: &str, folded: &mut String) {
    folded.clear();
    if text.is_ascii() {
        folded.push_str(text);
        folded.make_ascii_lowercase();
    } else {
        // Letter by letter and not `str::to_lowercase`, which allocates; they differ in a final Σ alone, which becomes
        // the same σ as any other here.
        folded.extend(text.chars().flat_map(char::to_lowercase));
    }
}

pub(crate) fn yes_no(flag: bool) -> &'static str {
    if flag { "true" } else { "false" }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: FieldTable = FieldTable::new(&[Field::text("country"), Field::number("employees")]);

    #[test]
    fn a_blank_text_is_absent_and_numbers_read_as_typed() {
        let mut values = FieldValues::new(&TABLE);
        values.text(FieldId(0), Some("  ")).number(FieldId(1), Some(40));
        assert_eq!((values.shown(FieldId(0)), values.shown(FieldId(1))), ("nothing".into(), "40".into()));
    }

    #[test]
    fn a_field_outside_the_table_is_absent() {
        let mut values = FieldValues::new(&TABLE);
        values.text(FieldId(9), Some("x"));
        assert_eq!(values.slot(FieldId(9)), Slot::Absent);
    }

    #[test]
    fn values_that_are_used_again_hold_nothing_of_the_subject_before() {
        let mut used = FieldValues::new(&TABLE);
        used.text(FieldId(0), Some("Deutschland")).number(FieldId(1), Some(40)).clear().text(FieldId(0), Some("ÖL"));
        let mut fresh = FieldValues::new(&TABLE);
        fresh.text(FieldId(0), Some("ÖL"));
        assert_eq!(used, fresh);
        assert_eq!(used.slot(FieldId(0)), Slot::Text { shown: "ÖL", folded: "öl" });
        used.clear();
        assert_eq!(used.shown(FieldId(0)), "nothing");
    }

    #[test]
    fn letters_beyond_ascii_are_folded_too() {
        for (text, folded) in [("ÄRZTE", "ärzte"), (" Łódź ", "łódź"), ("ΟΔΟΣ", "οδοσ"), ("İ", "i̇")]
        {
            assert_eq!(fold(text), folded);
        }
    }
}
