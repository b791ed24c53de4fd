//! Compiled conditions and their evaluation.

use std::sync::Arc;

use crate::fields::{FieldId, FieldValues, Slot};
use crate::known::NamedList;

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
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Compare {
    Present,
    Absent,
    Flag(bool),
    /// Sorted, not empty.
    OneOf(Box<[Box<str>]>),
    StartsWith(Box<str>),
    EndsWith(Box<str>),
    /// An entry of the list; with `below`, also a domain below one.
    InList {
        list: Arc<NamedList>,
        below: bool,
    },
    /// Texts from `from` in the order of their bytes up to `to` and what begins with it; without `to`, all after.
    TextWithin {
        from: Box<str>,
        to: Option<Box<str>>,
    },
    /// Numbers, or days. Sorted, not empty.
    NumberOneOf(Box<[i64]>),
    /// Numbers, or days. Both ends included.
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

    /// Whether the condition holds for `values`, where nobody knows what the fields in `unknown` have: `None` where it
    /// depends on them. Each comparison is taken by itself, so that `None` may also come of two that contradict each other.
    #[must_use]
    pub fn holds_not_knowing(&self, values: &FieldValues, unknown: &[FieldId]) -> Option<bool> {
        let every = |inner: &[Self], wanted: bool| {
            let mut known = true;
            for one in inner {
                match one.holds_not_knowing(values, unknown) {
                    Some(holds) if holds != wanted => return Some(!wanted),
                    Some(_) => {}
                    None => known = false,
                }
            }
            known.then_some(wanted)
        };
        match self {
            Self::Always => Some(true),
            Self::All(inner) => every(inner, true),
            Self::Any(inner) => every(inner, false),
            Self::Not(inner) => inner.holds_not_knowing(values, unknown).map(|holds| !holds),
            Self::Test(test) if unknown.contains(&test.field) => None,
            Self::Test(test) => Some(test.compare.holds(values.slot(test.field))),
        }
    }
}

impl Compare {
    pub(crate) fn holds(&self, slot: Slot<'_>) -> bool {
        match slot {
            Slot::Absent => matches!(self, Self::Absent),
            Slot::Text { folded, .. } => self.holds_text(folded),
            Slot::Number(number) | Slot::Date(number) => self.holds_number(number),
            Slot::Flag(flag) => matches!(self, Self::Present) || matches!(self, Self::Flag(wanted) if *wanted == flag),
        }
    }

    /// Whether it holds for this folded text.
    pub(crate) fn holds_text(&self, folded: &str) -> bool {
        match self {
            Self::Present => true,
            Self::OneOf(wanted) => wanted.binary_search_by(|one| (**one).cmp(folded)).is_ok(),
            Self::StartsWith(start) => folded.starts_with(&**start),
            Self::EndsWith(end) => folded.ends_with(&**end),
            Self::InList { list, below: false } => list.has(folded),
            Self::InList { list, below: true } => list.has_domain(folded),
            Self::TextWithin { from, to } => {
                **from <= *folded && to.as_deref().is_none_or(|to| folded <= to || folded.starts_with(to))
            }
            Self::Absent | Self::Flag(_) | Self::NumberOneOf(_) | Self::Within(..) => false,
        }
    }

    /// Whether it holds for this number or day.
    pub(crate) fn holds_number(&self, number: i64) -> bool {
        match self {
            Self::Present => true,
            Self::NumberOneOf(wanted) => wanted.binary_search(&number).is_ok(),
            Self::Within(from, to) => (*from..=*to).contains(&number),
            Self::Absent
            | Self::Flag(_)
            | Self::OneOf(_)
            | Self::StartsWith(_)
            | Self::EndsWith(_)
            | Self::InList { .. }
            | Self::TextWithin { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use revloops_config::{Document, Problems};

    use super::*;
    use crate::compile::compile;
    use crate::fields::{Field, FieldTable};

    const TABLE: FieldTable = FieldTable::new(&[Field::text("country"), Field::text("state")]);
    const STATE: FieldId = FieldId(1);

    fn condition(text: &str) -> Condition {
        let mut problems = Problems::new();
        let document = Document::parse_yaml("c.yaml", text, &mut problems).unwrap();
        let raw = serde_json::from_value(document.value().clone()).unwrap();
        compile(&raw, &TABLE, &document, "", &mut problems).unwrap_or_else(|| panic!("{problems}"))
    }

    #[test]
    fn a_condition_over_an_unknown_field_is_open_only_where_the_known_ones_leave_it_so() {
        let west = "{all: [{field: country, is: US}, {field: state, in: [CA, OR]}]}";
        let either = "{any: [{field: country, is: US}, {field: state, in: [CA, OR]}]}";
        let not = "{not: {field: state, present: true}}";
        let mut values = FieldValues::new(&TABLE);
        for (country, text, wanted) in [
            ("US", west, None),
            ("FR", west, Some(false)),
            ("US", either, Some(true)),
            ("FR", either, None),
            ("FR", not, None),
            ("FR", "{always: true}", Some(true)),
        ] {
            values.clear().text(FieldId(0), Some(country));
            assert_eq!(condition(text).holds_not_knowing(&values, &[STATE]), wanted, "{country} {text}");
        }
    }

    #[test]
    fn with_nothing_unknown_it_is_what_holds() {
        let mut values = FieldValues::new(&TABLE);
        values.text(FieldId(0), Some("US")).text(STATE, Some("NY"));
        for text in ["{field: state, is: NY}", "{not: {field: country, is: US}}", "{field: state, present: false}"] {
            let condition = condition(text);
            assert_eq!(condition.holds_not_knowing(&values, &[]), Some(condition.holds(&values)), "{text}");
        }
    }
}
