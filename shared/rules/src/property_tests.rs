//! The compiled form and the index against a plain walk over the raw one.

pub(crate) mod given;

use proptest::prelude::*;

use crate::index::index_within;
use crate::rows::{necessary_rows, rows};
use crate::rule_set::{Rule, RuleSet};
use crate::trace::trace;
use given::{TABLE, compiled, condition, filled, leaf, plain_walk, subject};

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
    fn a_condition_holds_where_one_of_its_rows_does(raw in condition(), subject in subject(), at_most in 1usize..40) {
        let (_, condition) = compiled(&raw);
        let values = filled(&subject);
        let one_holds = |rows: &[Vec<crate::Literal<'_>>]| {
            let literal = |one: &crate::Literal<'_>| one.test.compare.holds(values.slot(one.test.field)) != one.negated;
            rows.iter().any(|row| row.iter().all(literal))
        };
        if let Some(rows) = rows(&condition, at_most) {
            prop_assert!(rows.len() <= at_most);
            prop_assert_eq!(one_holds(&rows), condition.holds(&values));
        }
        let (rows, exact) = necessary_rows(&condition, at_most);
        prop_assert!(rows.len() <= at_most);
        let holds = one_holds(&rows);
        prop_assert!(holds == condition.holds(&values) || (holds && !exact));
    }

    #[test]
    fn the_index_the_plain_walk_and_the_raw_walk_agree(
        raw in prop::collection::vec(condition(), 1..24),
        subjects in prop::collection::vec(subject(), 8),
    ) {
        let (raw, rules): (Vec<_>, Vec<_>) = raw.iter().map(compiled).map(|(raw, when)| (raw, rule(when))).unzip();
        let rules = RuleSet::of(rules);
        for subject in &subjects {
            let values = filled(subject);
            let found: Vec<usize> = rules.matches(&values).collect();
            let wanted: Vec<usize> = (0..raw.len()).filter(|at| plain_walk(&raw[*at], subject)).collect();
            prop_assert_eq!(&found, &wanted);
            prop_assert_eq!(rules.plain_matches(&values).collect::<Vec<_>>(), wanted);
            prop_assert_eq!(rules.first_match(&values).map(|rule| &rule.when), found.first().map(|at| &rules.rules()[*at].when));
        }
    }

    #[test]
    fn what_has_no_room_in_the_index_is_still_found(
        raw in prop::collection::vec(condition(), 1..12),
        subjects in prop::collection::vec(subject(), 8),
        (max_rows, max_axes) in (1usize..6, 0usize..4),
    ) {
        let conditions: Vec<_> = raw.iter().map(|raw| compiled(raw).1).collect();
        let index = index_within(conditions.iter(), max_rows, max_axes);
        for subject in &subjects {
            let values = filled(subject);
            let hits: Vec<_> = index.hits(&values).collect();
            for (at, condition) in conditions.iter().enumerate() {
                let mut rows = hits.iter().filter(|row| row.rule as usize == at);
                // No row may miss a rule that holds, and none may prove one that does not.
                prop_assert!(!condition.holds(&values) || rows.clone().next().is_some());
                prop_assert!(condition.holds(&values) || rows.all(|row| !row.exact));
            }
        }
    }
}

fn rule(when: crate::Condition) -> Rule<()> {
    Rule { id: String::new(), when, then: () }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_index_agrees_over_many_blocks(
        raw in prop::collection::vec(prop::collection::vec(leaf(), 1..4), 600..1800),
        subjects in prop::collection::vec(subject(), 60),
    ) {
        let all = |parts: &Vec<serde_json::Value>| rule(compiled(&serde_json::json!({"all": parts})).1);
        let rules = RuleSet::of(raw.iter().map(all).collect());
        for subject in &subjects {
            let values = filled(subject);
            prop_assert!(rules.matches(&values).eq(rules.plain_matches(&values)));
        }
    }
}
