//! The rules in our engine.

use std::sync::Arc;
use std::time::{Duration, Instant};

use revloops_config::{Document, Problems};
use revloops_rules::{
    Condition, Draft, Field, FieldId, FieldTable, FieldValues, Known, NamedList, RawCondition, Rule, RuleSet,
    compile_knowing, trace,
};
use serde_json::{Value, json};

use crate::market::Lead;
use crate::rules::{self, Asks, Config, LIST};

pub const TABLE: FieldTable = FieldTable::new(&[
    Field::text("country"),
    Field::text("state"),
    Field::text("industry"),
    Field::number("employees"),
    Field::text("segment"),
    Field::domain("domain"),
    Field::number("score"),
    Field::text("territory"),
]);
const TERRITORY: FieldId = FieldId(7);

/// Places of the rule and the territory that a lead came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    pub rule: usize,
    pub territory: usize,
}

/// Territories, rules, owners; compiled once.
pub struct Engine {
    pub territories: RuleSet<usize>,
    pub rules: RuleSet<usize>,
    names: Vec<String>,
    territory_owners: Vec<String>,
    owners: Vec<Option<String>>,
}

impl Engine {
    pub fn new(config: &Config) -> Self {
        let known = known();
        Self {
            territories: compiled(&config.territories, &known),
            rules: compiled(&config.rules, &known),
            names: config.territories.iter().map(|one| one.id.clone()).collect(),
            territory_owners: config.territories.iter().filter_map(|one| one.owner.clone()).collect(),
            owners: config.rules.iter().map(|one| one.owner.clone()).collect(),
        }
    }

    /// First match → territory → rule → owner.
    pub fn decide(&self, values: &mut FieldValues) -> (Verdict, &str) {
        let territory = self.territories.first_match(values).map_or(0, |territory| territory.then);
        values.text(TERRITORY, Some(&self.names[territory]));
        let rule = self.rules.first_match(values).map_or(0, |rule| rule.then);
        (Verdict { rule, territory }, self.owner(rule, territory))
    }

    /// The same rule by rule.
    pub fn decide_plainly(&self, values: &mut FieldValues) -> (Verdict, &str) {
        let territory = self.territories.plain_matches(values).next().unwrap_or(0);
        values.text(TERRITORY, Some(&self.names[territory]));
        let rule = self.rules.plain_matches(values).next().unwrap_or(0);
        (Verdict { rule, territory }, self.owner(rule, territory))
    }

    /// The verdict, and for every rule tried what was looked at: texts for people. The number of lines is returned, so
    /// that nothing is left out as unused.
    pub fn decide_with_trace(&self, values: &mut FieldValues) -> (Verdict, usize) {
        let (verdict, _) = self.decide(values);
        let tried = self.rules.rules().iter().take(verdict.rule + 1);
        (verdict, tried.map(|rule| trace(&rule.when, values, &TABLE).len()).sum())
    }

    fn owner(&self, rule: usize, territory: usize) -> &str {
        self.owners[rule].as_deref().unwrap_or(&self.territory_owners[territory])
    }
}

/// A lead's values, in room that is used again.
pub fn fill(values: &mut FieldValues, lead: &Lead) {
    values
        .clear()
        .text(FieldId(0), Some(lead.country))
        .text(FieldId(1), lead.state)
        .text(FieldId(2), lead.industry)
        .number(FieldId(3), lead.employees)
        .text(FieldId(4), Some(lead.segment))
        .text(FieldId(5), Some(&lead.domain))
        .number(FieldId(6), Some(lead.score));
}

/// The list that rules ask for.
fn known() -> Known<'static> {
    Known { lists: vec![Arc::new(NamedList::new(LIST, rules::listed()))], ..Known::default() }
}

fn compiled(rules: &[rules::Rule], known: &Known<'_>) -> RuleSet<usize> {
    let rule = |(at, rule): (usize, &rules::Rule)| Rule { id: rule.id.clone(), when: when(rule, known), then: at };
    RuleSet::of(rules.iter().enumerate().map(rule).collect())
}

fn when(rule: &rules::Rule, known: &Known<'_>) -> Condition {
    let raw = condition(rule);
    let document = Document::from_value("rules.yaml", raw.clone());
    let raw: RawCondition = serde_json::from_value(raw).expect("a condition");
    let mut problems = Problems::new();
    compile_knowing(known, &raw, &TABLE, &document, "", &mut problems).unwrap_or_else(|| panic!("{problems}"))
}

/// How long it takes to check the rules for dead ones, double names and priorities, and to index them.
pub fn checked(config: &Config) -> Duration {
    let known = known();
    let draft = |(at, rule): (usize, &rules::Rule)| Draft {
        id: rule.id.clone(),
        priority: at as u32,
        when: Some(when(rule, &known)),
        then: Some(at),
        falls_through: false,
        pointer: format!("/rules/{at}"),
    };
    let drafts: Vec<Draft<usize>> = config.rules.iter().enumerate().map(draft).collect();
    let document = Document::from_value("rules.yaml", json!({}));
    let begun = Instant::now();
    // Some of the drawn rules are dead; finding them is the work.
    let _ = RuleSet::check(drafts, &document, &mut Problems::new());
    begun.elapsed()
}

/// As config writes it.
fn condition(rule: &rules::Rule) -> Value {
    let tests: Vec<Value> = rule
        .tests
        .iter()
        .map(|test| match &test.asks {
            Asks::OneOf(values) => json!({"field": test.field, "in": values}),
            Asks::AtLeast(from) => json!({"field": test.field, "at_least": from}),
            Asks::Between(from, to) => json!({"field": test.field, "between": [from, to]}),
            Asks::Listed => json!({"field": test.field, "in_list": LIST}),
        })
        .collect();
    if tests.is_empty() { json!({"always": true}) } else { json!({"all": tests}) }
}
