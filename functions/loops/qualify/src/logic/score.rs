//! Points: one contribution for each factor, positive sums capped by group.

use revloops_loopkit::{Because, Reason, Verdict};
use revloops_rules::{FieldValues, trace};
use serde::{Deserialize, Serialize};

use crate::config::{Choice, Factor, Scoring};
use crate::logic::fields::TABLE;

/// What one factor gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoredFactor {
    /// The factor's id.
    pub factor: String,
    /// The choice that held, as its path in the factor: `bands[2]`; `None` where none did.
    pub choice: Option<String>,
    /// Points after the group's cap.
    pub points: i32,
    /// The reason in words.
    pub reason: String,
}

/// Scores all factors in the levers' order; with each, the reason for the record.
///
/// A group gives its cap at most: who comes later in the file gives what is left.
pub(crate) fn score(scoring: &Scoring, values: &FieldValues) -> (Vec<ScoredFactor>, Vec<Reason>) {
    let mut sums: Vec<i32> = vec![0; scoring.groups.len()];
    let mut scored = Vec::new();
    let mut reasons = Vec::new();
    for factor in &scoring.factors {
        let held = factor.choices.iter().find(|choice| choice.when.holds(values));
        let given = held.map_or(0, |choice| choice.points);
        let (points, capped) = match (sums.get_mut(factor.group), scoring.groups.get(factor.group)) {
            (Some(sum), Some(group)) => {
                let points = given.min((group.cap - *sum).max(0)).max(given.min(0));
                *sum += points;
                (points, (points < given).then_some(group))
            }
            _ => (given, None),
        };
        let mut reason = in_words(factor, held, values);
        if let Some(group) = capped {
            reason = format!("{reason} ({given:+}, held to {points:+}: {} gives {} at most)", group.id, group.cap);
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
