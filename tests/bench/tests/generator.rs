//! The market and the rules are what they claim to be, and our two walks agree on them.

use std::collections::BTreeMap;

use revloops_bench::market::{Lead, leads};
use revloops_bench::ours::{self, Engine};
use revloops_bench::rules::{Asks, config};
use revloops_rules::FieldValues;

const SEED: u64 = 7;

#[test]
fn the_same_seed_gives_the_same_leads_and_another_gives_others() {
    let said = |seed| leads(50, seed).map(|lead| format!("{lead:?}")).collect::<Vec<_>>();
    assert_eq!(said(1), said(1));
    assert_ne!(said(1), said(2));
}

#[test]
fn the_market_is_skewed() {
    let leads: Vec<Lead> = leads(20_000, SEED).collect();
    let mut countries: BTreeMap<&str, usize> = BTreeMap::new();
    leads.iter().for_each(|lead| *countries.entry(lead.country).or_default() += 1);
    let mut counts: Vec<usize> = countries.values().copied().collect();
    counts.sort_unstable_by_key(|count| std::cmp::Reverse(*count));
    assert!(counts[0] > 20_000 / 6, "the first country has {} of 20,000", counts[0]);
    assert!(counts.len() > 55 && counts[0] > 20 * counts[50], "{counts:?}");
    let mut employees: Vec<i64> = leads.iter().filter_map(|lead| lead.employees).collect();
    employees.sort_unstable();
    let (median, mean) = (employees[employees.len() / 2], employees.iter().sum::<i64>() / employees.len() as i64);
    assert!((40..80).contains(&median) && mean > 3 * median, "median {median}, mean {mean}");
    assert!((0.8..0.9).contains(&(employees.len() as f64 / leads.len() as f64)), "some are unknown");
}

#[test]
fn rules_ask_every_field_and_the_last_takes_everybody() {
    let config = config(500, SEED);
    assert_eq!(config.rules.len(), 500);
    for field in ["country", "state", "industry", "employees", "segment", "domain", "score", "territory"] {
        let asking = config.rules.iter().filter(|rule| rule.tests.iter().any(|test| test.field == field)).count();
        assert!(asking >= 10, "{asking} rules ask {field}");
    }
    assert!(config.rules.iter().any(|rule| rule.tests.iter().any(|test| test.asks == Asks::Listed)));
    assert!(
        config.rules.last().unwrap().tests.is_empty()
            && config.rules.iter().filter(|rule| rule.tests.is_empty()).count() == 1
    );
}

#[test]
fn the_index_and_the_plain_walk_decide_the_same_and_reach_many_rules() {
    let engine = Engine::new(&config(500, SEED));
    let mut values = FieldValues::new(&ours::TABLE);
    let mut reached = BTreeMap::new();
    for lead in leads(5_000, SEED) {
        ours::fill(&mut values, &lead);
        let (verdict, owner) = engine.decide(&mut values);
        let owner = owner.to_owned();
        assert_eq!(engine.decide_plainly(&mut values), (verdict, owner.as_str()), "{lead:?}");
        *reached.entry(verdict.rule).or_insert(0) += 1;
    }
    assert!(reached.len() > 100, "{} rules are reached", reached.len());
    assert!(reached.values().max().unwrap() < &2_500, "no rule takes most leads: {reached:?}");
}
