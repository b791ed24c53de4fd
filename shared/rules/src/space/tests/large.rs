//! A team's whole rule book, proved rule by rule, with planted rules that can never fire.

use std::sync::Arc;

use super::*;
use crate::known::{Known, NamedList};

const FIELDS: FieldTable = FieldTable::new(&[
    Field::text("country"),
    Field::text("state"),
    Field::text("industry"),
    Field::number("employees"),
    Field::text("segment"),
    Field::domain("domain"),
    Field::number("score"),
]);

/// `count` rules, the last for everybody. Every tenth is planted: the two before it take, together, all of its leads.
fn rule_book(count: usize) -> Vec<Condition> {
    let list = Arc::new(NamedList::new("rivals", (0..10_000).map(|at| format!("company-{at}.example"))));
    let known = Known { lists: vec![list], ..Known::default() };
    let mut rules = Vec::new();
    for at in 0..count - 1 {
        let (country, industry) = (format!("C{}", at % 83), format!("industry {}", at / 10 % 37));
        let from = (at * 37) % 4_000;
        let both = |employees: Value| json!({"all": [{"field": "country", "is": country}, {"field": "industry", "is": industry}, employees]});
        // The tens share their country and industry with the planted rule at their end.
        let ten = at / 10;
        let planted = |employees: Value| {
            json!({"all": [
                {"field": "country", "is": format!("P{}", ten % 90)},
                {"field": "segment", "is": format!("segment {ten}")},
                employees
            ]})
        };
        let raw = match at % 10 {
            0 => both(json!({"field": "employees", "between": [from, from + 500]})),
            1 => {
                json!({"all": [{"field": "state", "in": [format!("S{at}"), "CA"]}, {"field": "score", "at_least": 20 + at % 60}]})
            }
            2 => {
                json!({"all": [{"not": {"field": "country", "in": [country, "DE"]}}, {"field": "segment", "is": format!("s{at}")}]})
            }
            3 => json!({"any": [
                {"all": [{"field": "domain", "in_list": "rivals"}, {"field": "score", "between": [at % 90, at % 90]}, {"field": "industry", "is": industry}]},
                {"field": "domain", "ends_with": format!(".x{at}.example")}
            ]}),
            4 => {
                json!({"all": [{"field": "industry", "starts_with": format!("industry {}x{at}-", at % 9)}, {"field": "employees", "at_most": from}]})
            }
            5 => both(json!({"field": "score", "at_least": 50 + at % 50})),
            6 => json!({"all": [{"field": "country", "is": country}, {"field": "state", "is": format!("T{at}")}]}),
            7 => planted(json!({"field": "employees", "at_most": 100})),
            8 => planted(json!({"field": "employees", "at_least": 80})),
            _ => planted(json!({"field": "employees", "between": [40, 400]})),
        };
        rules.push(compiled(&raw, &known));
    }
    rules.push(Condition::Always);
    rules
}

fn compiled(raw: &Value, known: &Known<'_>) -> Condition {
    let condition: RawCondition = serde_json::from_value(raw.clone()).unwrap();
    let document = Document::from_value("rules.yaml", raw.clone());
    let mut problems = Problems::new();
    crate::compile::compile_knowing(known, &condition, &FIELDS, &document, "", &mut problems)
        .unwrap_or_else(|| panic!("{raw}: {problems}"))
}

/// The places of the rules that can never get a lead. What is said of each rule is held against the rules themselves.
fn dead(rules: &[Condition]) -> Vec<usize> {
    let space = Space::new(Ground { table: &FIELDS, domains: &[], derived: None, never: &[] }, rules);
    let book = Book::new(&space, rules);
    let mut dead = Vec::new();
    for at in 0..rules.len() {
        let first = |lead: &FieldValues| rules.iter().position(|rule| rule.holds(lead));
        match book.fate(at, &(0..at).collect::<Vec<_>>()) {
            Fate::Reached(witness) => assert_eq!(first(&witness.values), Some(at), "{witness}"),
            Fate::Taken { by, example, taker } => {
                assert_eq!(by, [at - 2, at - 1], "rule {at}");
                assert!(rules[at].holds(&example.values) && first(&example.values) == Some(taker), "{example}");
                dead.push(at);
            }
            Fate::Contradiction | Fate::Undecided => panic!("rule {at}"),
        }
    }
    dead
}

#[test]
fn of_500_rules_just_the_planted_ones_are_proved_dead_each_by_the_two_that_take_all() {
    let planted: Vec<usize> = (9..499).step_by(10).collect();
    assert_eq!(dead(&rule_book(500)), planted);
}
