//! Conditions → index.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::axis::{Axis, Look};
use super::classes::{Classes, Stored, Tests, small};
use super::lines::{ending_span, number_spans, spans, steps, text_span};
use super::text_table::TextTable;
use super::{Index, MAX_AXES, Row};
use crate::condition::{Compare, Condition};
use crate::fields::FieldId;
use crate::known::domain_and_above;
use crate::rows::necessary_rows;

/// A rule that would need more rows is found by what it surely needs, and its condition is then asked.
const MAX_ROWS: usize = 32;

/// The kinds of look-up, by what a comparison compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Texts,
    Domains,
    Order,
    Backwards,
    Numbers,
    Flags,
}

/// `None` for comparisons that every kind of look-up can tell apart.
fn kind(compare: &Compare) -> Option<Kind> {
    match compare {
        Compare::Present | Compare::Absent => None,
        Compare::Flag(_) => Some(Kind::Flags),
        Compare::OneOf(_) | Compare::InList { below: false, .. } => Some(Kind::Texts),
        Compare::InList { below: true, .. } => Some(Kind::Domains),
        Compare::StartsWith(_) | Compare::TextWithin { .. } => Some(Kind::Order),
        Compare::EndsWith(_) => Some(Kind::Backwards),
        Compare::NumberOneOf(_) | Compare::Within(..) => Some(Kind::Numbers),
    }
}

/// The index of these conditions, in the order in which they are tried.
pub(crate) fn index<'a>(conditions: impl Iterator<Item = &'a Condition>) -> Index {
    index_within(conditions, MAX_ROWS, MAX_AXES)
}

/// As [`index`], within limits of rows per rule and of axes, at most [`MAX_AXES`].
pub(crate) fn index_within<'a>(
    conditions: impl Iterator<Item = &'a Condition>,
    max_rows: usize,
    max_axes: usize,
) -> Index {
    let mut rows = Vec::new();
    let mut tests: BTreeMap<(FieldId, Kind), Tests<'a>> = BTreeMap::new();
    let mut presence = Vec::new();
    for (rule, condition) in conditions.enumerate() {
        let (literals, exact) = necessary_rows(condition, max_rows);
        for literals in literals {
            for literal in literals {
                let (test, row) = (literal.test, rows.len());
                match kind(&test.compare) {
                    Some(kind) => {
                        tests.entry((test.field, kind)).or_default().add(&test.compare, row, literal.negated);
                    }
                    None => presence.push((test, row, literal.negated)),
                }
            }
            rows.push(Row { rule: small(rule), exact });
        }
    }
    for (test, row, negated) in presence {
        // Any look-up of the field tells values from none.
        let kind = tests.keys().find(|(field, _)| *field == test.field).map_or(Kind::Flags, |(_, kind)| *kind);
        tests.entry((test.field, kind)).or_default().add(&test.compare, row, negated);
    }
    let mut axes: Vec<((FieldId, Kind), Tests<'a>)> = tests.into_iter().collect();
    // Stable, so that equal ones keep the order of the fields.
    axes.sort_by_key(|(_, tests)| Reverse(tests.asked));
    for (_, left_out) in axes.drain(max_axes.min(axes.len())..) {
        for row in left_out.all_rows() {
            if let Some(row) = rows.get_mut(row) {
                row.exact = false;
            }
        }
    }
    let mut stored = Stored::default();
    let axes = axes.iter().map(|((field, kind), tests)| axis(*field, *kind, tests, rows.len(), &mut stored)).collect();
    Index { axes, table: stored.table.into(), blocks: stored.blocks.into(), rows: rows.into() }
}

fn axis(field: FieldId, kind: Kind, tests: &Tests<'_>, rows: usize, stored: &mut Stored) -> Axis {
    let mut classes = Classes::new(tests, rows, stored);
    let that_are = |wanted: Compare| tests.compares.iter().position(|compare| **compare == wanted);
    let absent = classes.class_with(that_are(Compare::Absent).into_iter());
    // From here on there is a value.
    if let Some(present) = that_are(Compare::Present) {
        classes.turn(present, true);
    }
    let other = classes.class();
    let look = match kind {
        Kind::Texts => Look::Texts(texts(tests, &mut classes, false)),
        Kind::Domains => Look::Domains(texts(tests, &mut classes, true)),
        Kind::Order => Look::Order(steps(&spans(tests, text_span), [].into(), &mut classes)),
        Kind::Backwards => Look::Backwards(steps(&spans(tests, ending_span), [].into(), &mut classes)),
        Kind::Numbers => Look::Numbers(steps(&spans(tests, number_spans), i64::MIN, &mut classes)),
        Kind::Flags => {
            let mut class = |flag| classes.class_with(that_are(Compare::Flag(flag)).into_iter());
            Look::Flags { yes: class(true), no: class(false) }
        }
    };
    Axis { field, absent, other, look }
}

/// The class of every text that a comparison names.
fn texts(tests: &Tests<'_>, classes: &mut Classes<'_, '_>, domains: bool) -> TextTable {
    let mut named: Vec<(&str, usize)> = Vec::new();
    for (test, compare) in tests.compares.iter().enumerate() {
        named.extend(listed(compare).iter().map(|text| (&**text, test)));
    }
    named.sort_unstable();
    let groups: Vec<&[(&str, usize)]> = named.chunk_by(|(one, _), (other, _)| one == other).collect();
    let text_of = |group: &[(&'_ str, usize)]| group.first().map_or("", |(text, _)| *text).to_owned();
    let group_of = |text: &str| {
        let at = groups.partition_point(|group| group.first().is_some_and(|(named, _)| *named < text));
        groups.get(at).copied().filter(|group| group.first().is_some_and(|(named, _)| *named == text))
    };
    // Most texts of a list are in the same class.
    let mut known: HashMap<Vec<usize>, u32> = HashMap::new();
    let mut found: Vec<(String, u32)> = Vec::with_capacity(groups.len());
    for group in &groups {
        let text = text_of(group);
        let above = domain_and_above(&text).skip(1).filter(|_| domains).filter_map(group_of);
        let mut holding: Vec<usize> =
            above.chain([*group]).flat_map(|group| group.iter().map(|(_, test)| *test)).collect();
        holding.sort_unstable();
        holding.dedup();
        let class = match known.get(&holding) {
            Some(class) => *class,
            None => {
                let class = classes.class_with(holding.iter().copied());
                known.insert(holding, class);
                class
            }
        };
        found.push((text, class));
    }
    TextTable::new(found.iter().map(|(text, class)| (text.as_str(), *class)))
}

fn listed(compare: &Compare) -> &[Box<str>] {
    match compare {
        Compare::OneOf(texts) => texts,
        Compare::InList { list, .. } => list.entries(),
        Compare::Present
        | Compare::Absent
        | Compare::Flag(_)
        | Compare::StartsWith(_)
        | Compare::EndsWith(_)
        | Compare::TextWithin { .. }
        | Compare::NumberOneOf(_)
        | Compare::Within(..) => &[],
    }
}
