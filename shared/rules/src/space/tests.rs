//! Proofs, witnesses and smallest changes against brute force over every lead of a small world.

use proptest::prelude::*;
use revloops_config::{Document, Problems};
use serde_json::{Value, json};

use super::*;
use crate::compile::compile;
use crate::raw::RawCondition;

mod large;
mod open;

const TABLE: FieldTable = FieldTable::new(&[
    Field::text("country"),
    Field::domain("domain"),
    Field::number("employees"),
    Field::flag("customer"),
    Field::text("territory"),
]);
const TERRITORY: FieldId = FieldId(4);
const BASE: [FieldId; 4] = [FieldId(0), FieldId(1), FieldId(2), FieldId(3)];

const COUNTRIES: [&str; 4] = ["DE", "AT", "FR", "DK"];
const DOMAINS: [&str; 3] = ["at.example", "x.at", "example"];
const EMPLOYEES: std::ops::RangeInclusive<i64> = 0..=4;

/// A world so small that every lead of it can be looked at.
fn small() -> Vec<Domain> {
    vec![
        Domain::any().only(COUNTRIES),
        Domain::any().only(DOMAINS),
        Domain::any().between(*EMPLOYEES.start(), *EMPLOYEES.end()),
        Domain::any(),
    ]
}

fn everybody(territories: &[(&str, &Condition)]) -> Vec<FieldValues> {
    let some = |texts: &[&'static str]| texts.iter().map(|text| Some(*text)).chain([None]).collect::<Vec<_>>();
    let mut all = Vec::new();
    for country in some(&COUNTRIES) {
        for domain in some(&DOMAINS) {
            for employees in EMPLOYEES.map(Some).chain([None]) {
                for customer in [Some(true), Some(false), None] {
                    let mut lead = FieldValues::new(&TABLE);
                    lead.text(FieldId(0), country).text(FieldId(1), domain);
                    lead.number(FieldId(2), employees).flag(FieldId(3), customer);
                    place(&mut lead, territories);
                    all.push(lead);
                }
            }
        }
    }
    all
}

/// Sets the territory as a loop does.
fn place(lead: &mut FieldValues, territories: &[(&str, &Condition)]) {
    let found = territories.iter().find(|(_, condition)| condition.holds(lead));
    lead.text(TERRITORY, found.map(|(name, _)| *name));
}

fn compiled(raw: &Value) -> Condition {
    let condition: RawCondition = serde_json::from_value(raw.clone()).unwrap();
    let document = Document::from_value("rules.yaml", raw.clone());
    let mut problems = Problems::new();
    compile(&condition, &TABLE, &document, "", &mut problems).unwrap_or_else(|| panic!("{raw}: {problems}"))
}

fn leaf(territory: bool) -> BoxedStrategy<Value> {
    let country = || prop::sample::select(COUNTRIES.to_vec());
    let base = prop_oneof![
        country().prop_map(|value| json!({"field": "country", "is": value})),
        prop::collection::vec(country(), 1..3).prop_map(|values| json!({"field": "country", "in": values})),
        prop::sample::select(vec!["D", "DE", "F"]).prop_map(|value| json!({"field": "country", "starts_with": value})),
        Just(json!({"field": "country", "between": ["D", "DE"]})),
        prop::sample::select(vec!["e", ".at", "ple"]).prop_map(|value| json!({"field": "domain", "ends_with": value})),
        EMPLOYEES.prop_map(|value| json!({"field": "employees", "at_least": value})),
        EMPLOYEES.prop_map(|value| json!({"field": "employees", "at_most": value})),
        prop::collection::vec(EMPLOYEES, 1..3).prop_map(|values| json!({"field": "employees", "in": values})),
        any::<bool>().prop_map(|value| json!({"field": "customer", "is": value})),
        (prop::sample::select(vec!["country", "domain", "employees", "customer"]), any::<bool>())
            .prop_map(|(field, value)| json!({"field": field, "present": value})),
    ];
    if territory {
        prop_oneof![
            3 => base,
            1 => prop::sample::select(vec!["north", "south"])
                .prop_map(|value| json!({"field": "territory", "is": value})),
            1 => any::<bool>().prop_map(|value| json!({"field": "territory", "present": value})),
        ]
        .boxed()
    } else {
        base.boxed()
    }
}

fn condition(territory: bool) -> impl Strategy<Value = Condition> {
    let nested = leaf(territory).prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| json!({"all": parts})),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| json!({"any": parts})),
            inner.prop_map(|part| json!({"not": part})),
        ]
    });
    nested.prop_map(|raw| compiled(&raw))
}

fn conditions(territory: bool, most: usize) -> impl Strategy<Value = Vec<Condition>> {
    prop::collection::vec(condition(territory), 1..most)
}

/// Runs `check` in a world with two territories and these rules.
fn with_ground<T>(territories: &[Condition], check: impl FnOnce(Ground<'_>, &[(&str, &Condition)]) -> T) -> T {
    let names: Vec<(&str, &Condition)> = ["north", "south"].into_iter().zip(territories).collect();
    let derived = Some(Derived { field: TERRITORY, names: &names });
    check(Ground { table: &TABLE, domains: &small(), derived, never: &[] }, &names)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_lead_is_found_where_there_is_one_and_else_it_is_proved_that_there_is_none(
        territories in prop::collection::vec(condition(false), 2),
        rules in conditions(true, 6),
    ) {
        with_ground(&territories, |ground, names| {
            let space = Space::new(ground, &rules);
            let regions: Vec<Region> = rules.iter().map(|rule| space.region(rule).unwrap()).collect();
            let (last, earlier) = regions.split_last().unwrap();
            let (rule, before) = rules.split_last().unwrap();
            let there = |lead: &FieldValues, before: &[&Condition]| {
                rule.holds(lead) && !before.iter().any(|one| one.holds(lead))
            };
            let all_before: Vec<&Condition> = before.iter().collect();
            let everybody = everybody(names);
            let any = everybody.iter().any(|lead| there(lead, &all_before));
            match space.find(last, &earlier.iter().collect::<Vec<_>>()) {
                Found::Lead(witness) => {
                    prop_assert!(there(&witness.values, &all_before), "{witness} does not reach the rule");
                    let mut placed = witness.values.clone();
                    place(&mut placed, names);
                    prop_assert_eq!(&placed, &witness.values, "the witness is not where its values put it");
                }
                Found::Nothing { because } => {
                    prop_assert!(!any, "proved, and yet there is a lead");
                    // What is said to take the leads takes them all, and none of it is said needlessly.
                    let some = |places: &[usize]| places.iter().map(|at| &before[*at]).collect::<Vec<_>>();
                    prop_assert!(!everybody.iter().any(|lead| there(lead, &some(&because))));
                    for without in 0..because.len() {
                        let mut fewer = because.clone();
                        fewer.remove(without);
                        prop_assert!(everybody.iter().any(|lead| there(lead, &some(&fewer))));
                    }
                }
                Found::Undecided => prop_assert!(false, "so small a world is decided"),
            }
            Ok(())
        })?;
    }

    #[test]
    fn the_smallest_change_is_the_smallest_of_all_and_lands(
        territories in prop::collection::vec(condition(false), 2),
        rules in conditions(true, 4),
        from in any::<prop::sample::Index>(),
        fixed in prop::option::of(0..BASE.len()),
    ) {
        with_ground(&territories, |ground, names| {
            let everybody = everybody(names);
            let lead = &everybody[from.index(everybody.len())];
            let space = Space::around(ground, &rules, lead);
            let regions: Vec<Region> = rules.iter().map(|rule| space.region(rule).unwrap()).collect();
            let (last, earlier) = regions.split_last().unwrap();
            let (rule, before) = rules.split_last().unwrap();
            let lands = |lead: &FieldValues| {
                let mut placed = lead.clone();
                place(&mut placed, names);
                rule.holds(&placed) && !before.iter().any(|one| one.holds(&placed))
            };
            let changeable: Vec<FieldId> =
                BASE.into_iter().enumerate().filter(|(at, _)| Some(*at) != fixed).map(|(_, field)| field).collect();
            let differs = |other: &FieldValues, field: FieldId| other.slot(field) != lead.slot(field);
            let fewest = everybody
                .iter()
                .filter(|other| lands(other))
                .filter(|other| !BASE.iter().any(|field| !changeable.contains(field) && differs(other, *field)))
                .map(|other| BASE.iter().filter(|field| differs(other, **field)).count())
                .min();
            let aims = [Aim { inside: last, outside: earlier.iter().collect() }];
            match space.nearest(lead, &changeable, &aims, BASE.len(), &lands) {
                Nearest::There => prop_assert_eq!(fewest, Some(0)),
                Nearest::Nothing => prop_assert_eq!(fewest, None),
                Nearest::Changes { changes, smallest } => {
                    prop_assert!(smallest);
                    for change in &changes {
                        prop_assert!(lands(&change.values));
                        prop_assert_eq!(Some(change.changed.len()), fewest);
                        let changed = BASE.iter().filter(|field| differs(&change.values, **field)).count();
                        prop_assert_eq!(changed, change.changed.len());
                    }
                    // Where one number alone is changed, no nearer one would do.
                    for change in changes.iter().filter(|change| change.changed.len() == 1) {
                        let [Changed { field: FieldId(2), from, to, .. }] = change.changed.as_slice() else { continue };
                        let (Ok(from), Ok(to)) = (from.parse::<i64>(), to.parse::<i64>()) else { continue };
                        for nearer in EMPLOYEES.filter(|nearer| ratio_of(from, *nearer) < ratio_of(from, to)) {
                            let mut other = lead.clone();
                            other.number(FieldId(2), Some(nearer));
                            prop_assert!(!lands(&other), "{from} to {to}, and {nearer} is nearer");
                        }
                    }
                }
                Nearest::Beyond(_) | Nearest::Undecided => prop_assert!(false, "so small a world is decided"),
            }
            Ok(())
        })?;
    }
}

fn ratio_of(from: i64, to: i64) -> f64 {
    (((from + 1) as f64) / ((to + 1) as f64)).ln().abs()
}
