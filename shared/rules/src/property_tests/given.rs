//! Random conditions and subjects of every kind, and the reference: a walk over the raw condition.

use std::sync::Arc;

use proptest::prelude::*;
use revloops_config::{Document, Problems};
use serde_json::{Value, json};

use crate::compile::compile_knowing;
use crate::condition::Condition;
use crate::fields::{Field, FieldId, FieldTable, FieldValues};
use crate::known::{Known, NameTree, NamedList};
use crate::raw::RawCondition;

pub(crate) const TABLE: FieldTable = FieldTable::new(&[
    Field::text("country"),
    Field::domain("domain"),
    Field::number("employees"),
    Field::flag("customer"),
    Field::date("created"),
    Field::text("territory"),
]);

/// The lists that `in_list` may name.
const LISTS: [(&str, &[&str]); 3] =
    [("partners", &["DE", "at.example", "ärzte"]), ("rivals", &["example", "x.at.example"]), ("few", &["D"])];

/// Territories with their parents.
const TREE: [(&str, Option<&str>); 4] =
    [("emea", None), ("dach", Some("emea")), ("Berlin", Some("DACH")), ("us", None)];

/// One subject, as the reference sees it: plain JSON values by name.
pub(crate) type Subject = [(&'static str, Value); 6];

/// What the documentation says, word by word, without compiling anything.
pub(crate) fn plain_walk(raw: &RawCondition, subject: &Subject) -> bool {
    if let Some(inner) = &raw.all {
        return inner.iter().all(|one| plain_walk(one, subject));
    }
    if let Some(inner) = &raw.any {
        return inner.iter().any(|one| plain_walk(one, subject));
    }
    if let Some(inner) = &raw.not {
        return !plain_walk(inner, subject);
    }
    if let Some(always) = raw.always {
        return always;
    }
    let name = raw.field.as_deref().unwrap();
    let found = &subject.iter().find(|(field, _)| *field == name).unwrap().1;
    let lower = |value: &Value| value.as_str().map(|text| text.trim().to_lowercase());
    let text = lower(found).filter(|text| !text.is_empty());
    let number = found.as_i64();
    if let Some(present) = raw.present {
        return present == (text.is_some() || number.is_some() || found.is_boolean());
    }
    let same = |wanted: &Value| match lower(wanted) {
        Some(wanted) => text.as_deref() == Some(wanted.as_str()),
        None => wanted == found,
    };
    let from = |from: &Value| match lower(from) {
        // Days as texts have their order in time.
        Some(from) => text.as_ref().is_some_and(|text| *text >= from),
        None => number.is_some_and(|number| number >= from.as_i64().unwrap()),
    };
    let to = |to: &Value| match lower(to) {
        Some(to) => text.as_ref().is_some_and(|text| *text <= to || text.starts_with(&to)),
        None => number.is_some_and(|number| number <= to.as_i64().unwrap()),
    };
    if let Some(wanted) = &raw.is {
        same(wanted)
    } else if let Some(wanted) = &raw.one_of {
        wanted.iter().any(same)
    } else if let Some(start) = &raw.starts_with {
        text.is_some_and(|text| text.starts_with(&start.to_lowercase()))
    } else if let Some(end) = &raw.ends_with {
        text.is_some_and(|text| text.ends_with(&end.to_lowercase()))
    } else if let Some(list) = &raw.in_list {
        let entries = LISTS.iter().find(|(name, _)| name == list).unwrap().1;
        let below = |text: &str, entry: &str| name == "domain" && text.ends_with(&format!(".{entry}"));
        text.is_some_and(|text| {
            entries.iter().map(|one| one.to_lowercase()).any(|one| text == one || below(&text, &one))
        })
    } else if let Some(top) = &raw.under {
        let mut at = text;
        while let Some(name) = &at {
            if *name == top.to_lowercase() {
                return true;
            }
            let parent = TREE.iter().find(|(one, _)| one.to_lowercase() == *name).and_then(|(_, parent)| *parent);
            at = parent.map(str::to_lowercase);
        }
        false
    } else if let Some(low) = &raw.at_least {
        from(low)
    } else if let Some(high) = &raw.at_most {
        to(high)
    } else {
        let ends = raw.between.as_ref().unwrap();
        from(&ends[0]) && to(&ends[1])
    }
}

pub(crate) fn filled(subject: &Subject) -> FieldValues {
    let mut values = FieldValues::new(&TABLE);
    values
        .text(FieldId(0), subject[0].1.as_str())
        .text(FieldId(1), subject[1].1.as_str())
        .number(FieldId(2), subject[2].1.as_i64())
        .flag(FieldId(3), subject[3].1.as_bool())
        .date(FieldId(4), subject[4].1.as_str().map(|date| date.parse().unwrap()))
        .text(FieldId(5), subject[5].1.as_str());
    values
}

pub(crate) fn compiled(raw: &Value) -> (RawCondition, Condition) {
    let raw_condition: RawCondition = serde_json::from_value(raw.clone()).unwrap();
    let document = Document::from_value("rules.yaml", raw.clone());
    let known = Known {
        names: Vec::new(),
        lists: LISTS.iter().map(|(name, entries)| Arc::new(NamedList::new(name, *entries))).collect(),
        trees: vec![(FieldId(5), NameTree::new(TREE))],
    };
    let mut problems = Problems::new();
    let condition = compile_knowing(&known, &raw_condition, &TABLE, &document, "", &mut problems);
    (raw_condition, condition.unwrap_or_else(|| panic!("{raw}: {problems}")))
}

/// Few values, so that conditions and subjects meet often.
fn text() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "DE",
        "de",
        "AT",
        "at.example",
        "x.AT.example",
        "x.AT",
        "ÄRZTE",
        "ärzte",
        "D",
        "example",
        "ΟΔΟΣ",
        "ζ",
        "\u{10ffff}",
    ])
}

fn territory() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["emea", "DACH", "dach", "berlin", "us"])
}

fn number() -> impl Strategy<Value = i64> {
    prop_oneof![-1i64..6, Just(i64::MAX), Just(i64::MIN)]
}

fn date() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["1969-12-31", "2026-02-28", "2026-03-01", "2026-11-22", "9999-12-31"])
}

/// Comparisons of what has an order: numbers, days and texts.
fn ordered(fields: &'static [&'static str], value: BoxedStrategy<Value>) -> impl Strategy<Value = Value> {
    let lower = |value: &Value| value.as_str().map(str::to_lowercase);
    let not_above = move |a: &Value, b: &Value| (a.as_i64(), lower(a)) <= (b.as_i64(), lower(b));
    let field = || prop::sample::select(fields);
    prop_oneof![
        (field(), value.clone()).prop_map(|(field, value)| json!({"field": field, "is": value})),
        (field(), prop::collection::vec(value.clone(), 1..4))
            .prop_map(|(field, values)| json!({"field": field, "in": values})),
        (field(), value.clone()).prop_map(|(field, value)| json!({"field": field, "at_least": value})),
        (field(), value.clone()).prop_map(|(field, value)| json!({"field": field, "at_most": value})),
        (field(), value.clone(), value).prop_map(move |(field, a, b)| {
            let ends = if not_above(&a, &b) { [a, b] } else { [b, a] };
            json!({"field": field, "between": ends})
        }),
    ]
}

/// One comparison.
pub(crate) fn leaf() -> impl Strategy<Value = Value> {
    const TEXTS: [&str; 2] = ["country", "domain"];
    let text_field = || prop::sample::select(TEXTS.as_slice());
    let any_field = prop::sample::select(vec!["country", "domain", "employees", "customer", "created", "territory"]);
    let lists = prop::sample::select(LISTS.map(|(name, _)| name).to_vec());
    prop_oneof![
        1 => Just(json!({"always": true})),
        4 => ordered(&TEXTS, text().prop_map(Value::from).boxed()),
        4 => ordered(&["employees"], number().prop_map(Value::from).boxed()),
        2 => ordered(&["created"], date().prop_map(Value::from).boxed()),
        2 => (text_field(), text()).prop_map(|(field, value)| json!({"field": field, "starts_with": value})),
        2 => (text_field(), text()).prop_map(|(field, value)| json!({"field": field, "ends_with": value})),
        3 => (text_field(), lists).prop_map(|(field, list)| json!({"field": field, "in_list": list})),
        1 => territory().prop_map(|top| json!({"field": "territory", "under": top})),
        1 => territory().prop_map(|name| json!({"field": "territory", "is": name})),
        1 => any::<bool>().prop_map(|value| json!({"field": "customer", "is": value})),
        2 => (any_field, any::<bool>()).prop_map(|(field, value)| json!({"field": field, "present": value})),
    ]
}

/// Any condition.
pub(crate) fn condition() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| json!({"all": parts})),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| json!({"any": parts})),
            inner.prop_map(|part| json!({"not": part})),
        ]
    })
}

/// Any subject, blank texts and missing values included.
pub(crate) fn subject() -> impl Strategy<Value = Subject> {
    fn maybe<S: Strategy + 'static>(value: S) -> impl Strategy<Value = Value>
    where
        Value: From<S::Value>,
    {
        prop_oneof![1 => Just(Value::Null), 4 => value.prop_map(Value::from)]
    }
    let blank_or_text = || prop_oneof![1 => Just(" ".to_owned()), 6 => text().prop_map(|text| format!(" {text}"))];
    let values = (
        maybe(blank_or_text()),
        maybe(blank_or_text()),
        maybe(number()),
        maybe(any::<bool>()),
        maybe(date()),
        maybe(territory()),
    );
    values.prop_map(|(country, domain, employees, customer, created, territory)| {
        [
            ("country", country),
            ("domain", domain),
            ("employees", employees),
            ("customer", customer),
            ("created", created),
            ("territory", territory),
        ]
    })
}
