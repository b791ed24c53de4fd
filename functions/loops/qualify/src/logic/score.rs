//! Points for who a lead is: one contribution for each factor, positive sums capped by group.

use revloops_loopkit::{Because, Reason, Verdict};
use revloops_rules::{FieldValues, trace};
use serde::{Deserialize, Serialize};

use crate::config::{Choice, Factor, Group, Scoring};
use crate::logic::fields::TABLE;

/// What one factor or behaviour gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoredFactor {
    /// The factor's or behaviour's id.
    pub factor: String,
    /// The choice that held, as its path in the factor: `bands[2]`; of a behaviour `points`; `None` where none did.
    pub choice: Option<String>,
    /// Points after the group's cap.
    pub points: i32,
    /// The reason in words.
    pub reason: String,
}

/// What each group has given so far. A group gives its cap at most: who comes later in the file gives what is left.
pub(crate) struct Sums<'a> {
    groups: &'a [Group],
    given: Vec<i32>,
}

impl<'a> Sums<'a> {
    pub(crate) fn new(groups: &'a [Group]) -> Self {
        Self { groups, given: vec![0; groups.len()] }
    }

    /// The points that count of those `given`, and what to say where they are fewer.
    pub(crate) fn take(&mut self, group: usize, given: i32) -> (i32, Option<String>) {
        let (Some(sum), Some(group)) = (self.given.get_mut(group), self.groups.get(group)) else {
            return (given, None);
        };
        let points = given.min((group.cap - *sum).max(0)).max(given.min(0));
        *sum += points;
        let held = || format!("({given:+}, held to {points:+}: {} gives {} at most)", group.id, group.cap);
        (points, (points < given).then(held))
    }
}

/// Scores all factors in the levers' order; with each, the reason for the record.
pub(crate) fn score(scoring: &Scoring, values: &FieldValues, sums: &mut Sums<'_>) -> (Vec<ScoredFactor>, Vec<Reason>) {
    let mut scored = Vec::new();
    let mut reasons = Vec::new();
    for factor in &scoring.factors {
        let held = factor.choices.iter().find(|choice| choice.when.holds(values));
        let given = held.map_or(0, |choice| choice.points);
        let (points, held_to) = sums.take(factor.group, given);
        let mut reason = in_words(factor, held, values);
        if let Some(held_to) = held_to {
            reason = format!("{reason} {held_to}");
        }
        reasons.push(tried(factor, held, points, values));
        scored.push(ScoredFactor {
            factor: factor.id.clone(),
            choice: held.map(|choice| choice.path.clone()),
            points,
            reason,
        });
    }
    (scored, reasons)
}

fn in_words(factor: &Factor, held: Option<&Choice>, values: &FieldValues) -> String {
    let found = factor.field.map(|field| values.shown(field));
    match (held, found) {
        (Some(choice), Some(found)) => choice.reason.replace("{value}", &cut(&found)),
        (Some(choice), None) => choice.reason.clone(),
        (None, _) => format!("{}: no points", factor.id.replace('_', " ")),
    }
}

/// Values come from outside: one line, not long.
fn cut(value: &str) -> String {
    value.chars().filter(|c| !c.is_control()).take(60).collect()
}

fn tried(factor: &Factor, held: Option<&Choice>, points: i32, values: &FieldValues) -> Reason {
    // What held, or everything that did not.
    let looked_at: Vec<&Choice> = held.map_or_else(|| factor.choices.iter().collect(), |choice| vec![choice]);
    Reason {
        what: format!("factor {}", factor.id),
        verdict: if held.is_some() { Verdict::Held } else { Verdict::Failed },
        points: Some(points),
        because: looked_at.iter().flat_map(|choice| because(&choice.when, values)).collect(),
    }
}

/// A condition's trace as a record keeps it.
pub(crate) fn because(condition: &revloops_rules::Condition, values: &FieldValues) -> Vec<Because> {
    trace(condition, values, &TABLE)
        .into_iter()
        .map(|tried| Because::new(tried.condition, tried.found, tried.holds))
        .collect()
}
