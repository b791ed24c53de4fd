//! Which fields rules may ask about, and the values of one subject.

use std::borrow::Cow;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// A text, compared without regard to case.
    Text,
    /// A whole number.
    Number,
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

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Slot {
    #[default]
    Absent,
    Text {
        shown: String,
        folded: String,
    },
    Number(i64),
    Flag(bool),
}

/// The values of one subject. What a loop does not set is absent.
///
/// Texts are folded once, here, so that evaluating rules compares bytes and allocates nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldValues {
    slots: Vec<Slot>,
}

impl FieldValues {
    /// A subject of which nothing is known yet.
    #[must_use]
    pub fn new(table: &FieldTable) -> Self {
        Self { slots: vec![Slot::Absent; table.len()] }
    }

    /// Sets a text; a blank one is absent.
    pub fn text(&mut self, field: impl Into<FieldId>, value: Option<&str>) -> &mut Self {
        let value = value.map(str::trim).filter(|value| !value.is_empty());
        self.set(field.into(), value.map(|value| Slot::Text { shown: value.to_owned(), folded: fold(value) }))
    }

    /// Sets a number.
    pub fn number(&mut self, field: impl Into<FieldId>, value: Option<i64>) -> &mut Self {
        self.set(field.into(), value.map(Slot::Number))
    }

    /// Sets a yes or no.
    pub fn flag(&mut self, field: impl Into<FieldId>, value: Option<bool>) -> &mut Self {
        self.set(field.into(), value.map(Slot::Flag))
    }

    /// The value as people read it; `nothing` where it is absent.
    #[must_use]
    pub fn shown(&self, field: FieldId) -> Cow<'_, str> {
        match self.slot(field) {
            Slot::Absent => Cow::Borrowed("nothing"),
            Slot::Text { shown, .. } => Cow::Borrowed(shown),
            Slot::Number(number) => Cow::Owned(number.to_string()),
            Slot::Flag(flag) => Cow::Borrowed(yes_no(*flag)),
        }
    }

    pub(crate) fn slot(&self, field: FieldId) -> &Slot {
        self.slots.get(field.index()).unwrap_or(&Slot::Absent)
    }

    fn set(&mut self, field: FieldId, value: Option<Slot>) -> &mut Self {
        if let Some(slot) = self.slots.get_mut(field.index()) {
            *slot = value.unwrap_or_default();
        }
        self
    }
}

/// The form in which texts are compared.
pub(crate) fn fold(text: &str) -> String {
    text.trim().to_lowercase()
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
        assert_eq!(values.slot(FieldId(9)), &Slot::Absent);
    }
}
