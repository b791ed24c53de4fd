//! The compiled form against a plain walk over the raw one, and the proof of dead rules against evaluation.

use proptest::prelude::*;
use revloops_config::{Document, Problems};
use serde_json::{Value, json};

use crate::compile::compile;
use crate::condition::Condition;
use crate::fields::{Field, FieldId, FieldTable, FieldValues};
use crate::implies::{implies, never_holds};
use crate::raw::RawCondition;
use crate::trace::trace;

const TABLE: FieldTable = FieldTable::new(&[
    Field::text("country"),
    Field::text("domain"),
    Field::number("employees"),
    Field::flag("customer"),
]);

/// One subject, as the reference sees it: plain JSON values by name.
type Subject = [(&'static str, Value); 4];

/// What the documentation says, word by word, without compiling anything.
fn plain_walk(raw: &RawCondition, subject: &Subject) -> bool {
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
    let found = if found.as_str().is_some_and(|text| text.trim().is_empty()) { &Value::Null } else { found };
    if let Some(present) = raw.present {
        return present != found.is_null();
    }
    let same = |wanted: &Value| match (wanted.as_str(), found.as_str()) {
        (Some(wanted), Some(found)) => wanted.trim().to_lowercase() == found.trim().to_lowercase(),
        _ => wanted == found,
    };
    if let Some(wanted) = &raw.is {
        return same(wanted);
    }
    if let Some(wanted) = &raw.one_of {
        return wanted.iter().any(same);
    }
    let text = found.as_str().map(|text| text.trim().to_lowercase());
    if let Some(start) = &raw.starts_with {
        return text.is_some_and(|text| text.starts_with(&start.to_lowercase()));
    }
    if let Some(end) = &raw.ends_with {
        return text.is_some_and(|text| text.ends_with(&end.to_lowercase()));
    }
    let number = found.as_i64();
    if let Some(from) = &raw.at_least {
        return number.is_some_and(|number| number >= from.as_i64().unwrap());
    }
    if let Some(to) = &raw.at_most {
        return number.is_some_and(|number| number <= to.as_i64().unwrap());
    }
    let ends = raw.between.as_ref().unwrap();
    number.is_some_and(|number| ends[0].as_i64().unwrap() <= number && number <= ends[1].as_i64().unwrap())
}

fn filled(subject: &Subject) -> FieldValues {
    let mut values = FieldValues::new(&TABLE);
    values
        .text(FieldId(0), subject[0].1.as_str())
        .text(FieldId(1), subject[1].1.as_str())
        .number(FieldId(2), subject[2].1.as_i64())
        .flag(FieldId(3), subject[3].1.as_bool());
    values
}

fn compiled(raw: &Value) -> (RawCondition, Condition) {
    let raw_condition: RawCondition = serde_json::from_value(raw.clone()).unwrap();
    let document = Document::from_value("rules.yaml", raw.clone());
    let mut problems = Problems::new();
    let condition = compile(&raw_condition, &TABLE, &document, "", &mut problems);
    (raw_condition, condition.unwrap_or_else(|| panic!("{raw}: {problems}")))
}

/// Few values, so that conditions and subjects meet often.
fn text() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["DE", "de", "AT", "at.example", "x.AT", "ÄRZTE", "ärzte", "D"])
}

fn number() -> impl Strategy<Value = i64> {
    prop_oneof![-1i64..6, Just(i64::MAX), Just(i64::MIN)]
}

fn leaf() -> impl Strategy<Value = Value> {
    let text_field = || prop::sample::select(vec!["country", "domain"]);
    prop_oneof![
        Just(json!({"always": true})),
        (text_field(), text()).prop_map(|(field, value)| json!({"field": field, "is": value})),
        (text_field(), prop::collection::vec(text(), 1..4))
            .prop_map(|(field, values)| json!({"field": field, "in": values})),
        (text_field(), text()).prop_map(|(field, value)| json!({"field": field, "starts_with": value})),
        (text_field(), text()).prop_map(|(field, value)| json!({"field": field, "ends_with": value})),
        number().prop_map(|value| json!({"field": "employees", "is": value})),
        prop::collection::vec(number(), 1..4).prop_map(|values| json!({"field": "employees", "in": values})),
        number().prop_map(|value| json!({"field": "employees", "at_least": value})),
        number().prop_map(|value| json!({"field": "employees", "at_most": value})),
        (number(), number()).prop_map(|(a, b)| json!({"field": "employees", "between": [a.min(b), a.max(b)]})),
        any::<bool>().prop_map(|value| json!({"field": "customer", "is": value})),
        (prop::sample::select(vec!["country", "domain", "employees", "customer"]), any::<bool>())
            .prop_map(|(field, value)| json!({"field": field, "present": value})),
    ]
}

fn condition() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| json!({"all": parts})),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| json!({"any": parts})),
            inner.prop_map(|part| json!({"not": part})),
        ]
    })
}

fn subject() -> impl Strategy<Value = Subject> {
    let maybe_text =
        || prop_oneof![Just(Value::Null), Just(json!(" ")), text().prop_map(|text| json!(format!(" {text}")))];
    let maybe_number = prop_oneof![Just(Value::Null), number().prop_map(|number| json!(number))];
    let maybe_flag = prop_oneof![Just(Value::Null), any::<bool>().prop_map(|flag| json!(flag))];
    (maybe_text(), maybe_text(), maybe_number, maybe_flag).prop_map(|(country, domain, employees, customer)| {
        [("country", country), ("domain", domain), ("employees", employees), ("customer", customer)]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_compiled_form_and_the_plain_walk_agree(raw in condition(), subject in subject()) {
        let (raw, condition) = compiled(&raw);
        prop_assert_eq!(condition.holds(&filled(&subject)), plain_walk(&raw, &subject));
    }

    #[test]
    fn the_trace_gives_the_verdict_of_the_evaluation(raw in condition(), subject in subject()) {
        let (_, condition) = compiled(&raw);
        let values = filled(&subject);
        let lines = trace(&condition, &values, &TABLE);
        prop_assert!(!lines.is_empty());
        prop_assert_eq!(lines.iter().all(|line| line.holds), condition.holds(&values));
    }

    #[test]
    fn a_proved_implication_is_never_contradicted(narrow in condition(), wide in condition(), subjects in prop::collection::vec(subject(), 40)) {
        let ((_, narrow), (_, wide)) = (compiled(&narrow), compiled(&wide));
        if implies(&narrow, &wide) {
            for subject in subjects {
                let values = filled(&subject);
                prop_assert!(!narrow.holds(&values) || wide.holds(&values), "{narrow:?} ⇒ {wide:?} fails on {subject:?}");
            }
        }
    }

    #[test]
    fn what_is_proved_to_hold_for_nobody_holds_for_nobody(raw in condition(), subjects in prop::collection::vec(subject(), 40)) {
        let (_, condition) = compiled(&raw);
        if never_holds(&condition) {
            for subject in subjects {
                prop_assert!(!condition.holds(&filled(&subject)), "{condition:?} holds for {subject:?}");
            }
        }
    }
}
