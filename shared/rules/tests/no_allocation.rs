//! Deciding allocates nothing, and neither does filling in the next subject's values.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "the helpers of tests are tests")]

use std::sync::Arc;

use revloops_config::{Document, Problems};
use revloops_rules::{
    Field, FieldId, FieldTable, FieldValues, Known, NamedList, RawCondition, Rule, RuleSet, compile_knowing,
};
use serde_json::{Value, json};

const TABLE: FieldTable = FieldTable::new(&[
    Field::text("country"),
    Field::domain("domain"),
    Field::number("employees"),
    Field::flag("customer"),
    Field::text("postal_code"),
]);

/// Rules of every kind of look-up, one of them too large for the index.
fn rules() -> RuleSet<usize> {
    let known = Known {
        lists: vec![Arc::new(NamedList::new("rivals", (0..10_000).map(|at| format!("rival-{at}.example"))))],
        ..Known::default()
    };
    let compiled = |raw: Value| {
        let document = Document::from_value("rules.yaml", raw.clone());
        let raw: RawCondition = serde_json::from_value(raw).unwrap();
        compile_knowing(&known, &raw, &TABLE, &document, "", &mut Problems::new()).unwrap()
    };
    let either = |from: i64| json!({"any": (from..from + 9).map(|n| json!({"field": "employees", "is": n})).collect::<Vec<_>>()});
    let raw = (0..600).map(|at| match at % 6 {
        0 => json!({"all": [{"field": "country", "is": format!("C{at}")}, {"field": "employees", "at_least": at}]}),
        1 => json!({"all": [{"field": "domain", "in_list": "rivals"}, {"field": "employees", "is": at}]}),
        2 => json!({"field": "domain", "ends_with": format!("{at}.example")}),
        3 => json!({"field": "postal_code", "between": [format!("{at}"), format!("{at}5")]}),
        4 => json!({"all": [either(at), either(at + 3), {"not": {"field": "customer", "is": true}}]}),
        _ => json!({"all": [{"field": "customer", "is": true}, {"field": "postal_code", "present": false}, {"field": "employees", "is": at}]}),
    });
    let rules = raw.enumerate().map(|(at, raw)| Rule { id: at.to_string(), when: compiled(raw), then: at });
    RuleSet::of(rules.collect())
}

fn fill(values: &mut FieldValues, at: usize) {
    let domains = ["shop.Rival-77.example", "acme-2.example", "ACME.example", ""];
    values
        .clear()
        .text(FieldId(0), Some(["C0", " c300 ", "FR"][at % 3]))
        .text(FieldId(1), Some(domains[at % 4]))
        .number(FieldId(2), (!at.is_multiple_of(7)).then_some(at as i64))
        .flag(FieldId(3), at.is_multiple_of(2).then_some(at.is_multiple_of(4)))
        .text(FieldId(4), Some(["10115", "3455", "Łódź"][at % 3]).filter(|_| !at.is_multiple_of(5)));
}

#[test]
fn deciding_allocates_nothing() {
    let rules = rules();
    let mut values = FieldValues::new(&TABLE);
    // The first subjects make room.
    (0..60).for_each(|at| fill(&mut values, at));
    let mut found = 0;
    let counted = allocation_counter::measure(|| {
        for at in 0..1_000 {
            fill(&mut values, at);
            found += rules.matches(&values).count();
            found += usize::from(rules.first_match(&values).is_some());
        }
    });
    assert!(found > 1_000, "{found} matches: the subjects must meet the rules");
    assert_eq!(counted.count_total, 0, "{counted:?}");
}

#[test]
fn the_counter_counts() {
    let counted = allocation_counter::measure(|| drop(FieldValues::new(&TABLE)));
    assert!(counted.count_total > 0);
}
