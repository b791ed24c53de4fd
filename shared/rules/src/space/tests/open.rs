//! Fields that can hold anything: what is proved holds for leads that nobody thought of.

use super::*;
use crate::known::{Known, NamedList};

const FIELDS: FieldTable = FieldTable::new(&[
    Field::text("postal_code"),
    Field::domain("domain"),
    Field::number("employees"),
    Field::date("created"),
]);

fn compiled(raw: &Value, lists: &[std::sync::Arc<NamedList>]) -> Condition {
    let condition: RawCondition = serde_json::from_value(raw.clone()).unwrap();
    let document = Document::from_value("rules.yaml", raw.clone());
    let mut problems = Problems::new();
    let known = Known { lists: lists.to_vec(), ..Known::default() };
    crate::compile::compile_knowing(&known, &condition, &FIELDS, &document, "", &mut problems)
        .unwrap_or_else(|| panic!("{raw}: {problems}"))
}

fn lists() -> Vec<std::sync::Arc<NamedList>> {
    vec![
        NamedList::new("rivals", ["acme.com", "b.io", "io"]).into(),
        NamedList::new("friends", ["b.io", "shop.acme.com"]).into(),
    ]
}

/// Texts that are made of the same pieces as the conditions, so that they meet at their edges.
fn piece() -> impl Strategy<Value = String> {
    let pieces =
        prop::sample::select(vec!["1", "10", "101", "9", "b", "io", "com", "acme", "shop", ".", "z", "é", "-"]);
    prop::collection::vec(pieces, 1..4).prop_map(|pieces| pieces.concat())
}

fn leaf() -> impl Strategy<Value = Value> {
    let field = || prop::sample::select(vec!["postal_code", "domain"]);
    prop_oneof![
        (field(), piece()).prop_map(|(field, value)| json!({"field": field, "is": value})),
        (field(), piece()).prop_map(|(field, value)| json!({"field": field, "starts_with": value})),
        (field(), piece()).prop_map(|(field, value)| json!({"field": field, "ends_with": value})),
        (field(), piece()).prop_map(|(field, value)| json!({"field": field, "at_least": value})),
        (field(), piece()).prop_map(|(field, value)| json!({"field": field, "at_most": value})),
        prop::sample::select(vec!["rivals", "friends"]).prop_map(|list| json!({"field": "domain", "in_list": list})),
        (field(), any::<bool>()).prop_map(|(field, value)| json!({"field": field, "present": value})),
        (prop::sample::select(vec!["employees", "created"]), any::<bool>())
            .prop_map(|(field, value)| json!({"field": field, "present": value})),
        any::<i64>().prop_map(|value| json!({"field": "employees", "at_least": value})),
        (0_i64..9).prop_map(|value| json!({"field": "employees", "at_most": value})),
        prop::sample::select(vec!["2026-01-01", "2026-12-31"])
            .prop_map(|value| json!({"field": "created", "at_least": value})),
    ]
}

fn condition() -> impl Strategy<Value = Condition> {
    let nested = leaf().prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| json!({"all": parts})),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| json!({"any": parts})),
            inner.prop_map(|part| json!({"not": part})),
        ]
    });
    nested.prop_map(|raw| compiled(&raw, &lists()))
}

fn lead() -> impl Strategy<Value = FieldValues> {
    let day = prop::sample::select(vec!["2025-12-31", "2026-01-01", "2026-12-31", "2027-01-01"]);
    let employees = prop_oneof![0_i64..10, any::<i64>()];
    (prop::option::of(piece()), prop::option::of(piece()), prop::option::of(employees), prop::option::of(day)).prop_map(
        |(postal_code, domain, employees, day)| {
            let mut lead = FieldValues::new(&FIELDS);
            lead.text(FieldId(0), postal_code.as_deref()).text(FieldId(1), domain.as_deref());
            lead.number(FieldId(2), employees).date(FieldId(3), day.map(|day| day.parse().unwrap()));
            lead
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_proved_holds_for_leads_that_nobody_thought_of(
        rules in prop::collection::vec(condition(), 1..5),
        leads in prop::collection::vec(lead(), 60),
    ) {
        let ground = Ground { table: &FIELDS, domains: &[], derived: None, never: &[] };
        let space = Space::new(ground, &rules);
        let regions: Vec<Region> = rules.iter().map(|rule| space.region(rule).unwrap()).collect();
        let (last, earlier) = regions.split_last().unwrap();
        let (rule, before) = rules.split_last().unwrap();
        let there = |lead: &FieldValues| rule.holds(lead) && !before.iter().any(|one| one.holds(lead));
        match space.find(last, &earlier.iter().collect::<Vec<_>>()) {
            Found::Lead(witness) => prop_assert!(there(&witness.values), "{witness}"),
            Found::Nothing { .. } => {
                if let Some(lead) = leads.iter().find(|lead| there(lead)) {
                    prop_assert!(false, "proved to be none, and here is one: {lead:?}\n{rules:?}");
                }
            }
            Found::Undecided => prop_assert!(false, "so few rules are decided"),
        }
    }
}
