//! Values that show every difference that the conditions in play can make.
//!
//! A sample too many costs a little time; one too few would be a lead overlooked, and so a proof that is none.

mod texts;

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::domain::Domain;
use super::value::Value;
use crate::condition::Compare;
use crate::days;
use crate::fields::{FieldType, fold};

/// Samples of a field that `holds` such values, the most readable first, and whether they are all.
pub(crate) fn samples(holds: FieldType, compares: &[&Compare], domain: &Domain) -> (Vec<Value>, bool) {
    match holds {
        FieldType::Text | FieldType::Domain => {
            let (texts, complete) = texts::texts(compares, domain);
            (texts.into_iter().map(|text| shown(text, domain)).collect(), complete)
        }
        FieldType::Number => (numbers(compares, domain).into_iter().map(Value::Number).collect(), true),
        FieldType::Date => {
            let (first, last) = (days::days(Date::MIN), days::days(Date::MAX));
            let within = Domain { from: domain.from.max(first), to: domain.to.min(last), ..domain.clone() };
            (numbers(compares, &within).into_iter().map(Value::Date).collect(), true)
        }
        FieldType::Flag => (vec![Value::Flag(true), Value::Flag(false)], true),
    }
}

fn shown(text: String, domain: &Domain) -> Value {
    if domain.upper {
        let upper = text.to_uppercase();
        // Few letters become others in capitals; those are shown as they are.
        if fold(&upper) == fold(&text) {
            return Value::text(upper);
        }
    }
    Value::text(text)
}

/// Both ends of every run of numbers that some condition tells from the others.
fn numbers(compares: &[&Compare], domain: &Domain) -> Vec<i64> {
    let mut runs = Vec::new();
    for compare in compares {
        match compare {
            Compare::NumberOneOf(wanted) => runs.extend(wanted.iter().map(|number| (*number, *number))),
            Compare::Within(from, to) => runs.push((*from, *to)),
            Compare::Present
            | Compare::Absent
            | Compare::Flag(_)
            | Compare::OneOf(_)
            | Compare::StartsWith(_)
            | Compare::EndsWith(_)
            | Compare::InList { .. }
            | Compare::TextWithin { .. } => {}
        }
    }
    let inside = runs.iter().flat_map(|(from, to)| [*from, *to]);
    let outside = runs.iter().flat_map(|(from, to)| [to.checked_add(1), from.checked_sub(1)]).flatten();
    let all = domain.numbers.iter().copied().chain(inside).chain(outside).chain([0, domain.from, domain.to]);
    let mut seen = BTreeSet::new();
    all.filter(|number| (domain.from..=domain.to).contains(number) && seen.insert(*number)).collect()
}
