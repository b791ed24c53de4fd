//! A decision that explains itself.

use serde::{Deserialize, Serialize};

/// What was decided, and why. Pure data: the same input gives the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision<V> {
    /// A word for the outcome, the same as the reply's status: `qualified`, `routed`, `drafted`, …
    pub outcome: String,
    /// How sure, 0 to 1; rules are sure.
    pub confidence: f64,
    /// The typed verdict.
    pub verdict: V,
    /// Every rule or factor tried, in the order tried, and why it did or did not hold.
    pub reasons: Vec<Reason>,
}

impl<V> Decision<V> {
    /// A decision by rule: sure.
    pub fn sure(outcome: impl Into<String>, verdict: V, reasons: Vec<Reason>) -> Self {
        Self { outcome: outcome.into(), confidence: 1.0, verdict, reasons }
    }
}

/// One rule, factor or gate that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The rule's or factor's id in the config.
    pub what: String,
    /// How it went.
    pub verdict: Verdict,
    /// Points that it gave, where it gives points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<i32>,
    /// The conditions looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<Because>,
}

/// How a rule, factor or gate went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It held, and had its effect.
    Held,
    /// It did not hold.
    Failed,
    /// It held, but could not have its effect: a pool with nobody in, for one. The next was tried.
    FellThrough,
    /// It was not tried, because an earlier one decided.
    NotTried,
}

/// One condition, and what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Because {
    /// The condition in words: `country is one of DE, AT, CH`.
    pub condition: String,
    /// The value that was found: `FR`, or `nothing`.
    pub found: String,
    /// Whether it held.
    pub holds: bool,
}

impl Because {
    /// A condition and what was found.
    pub fn new(condition: impl Into<String>, found: impl Into<String>, holds: bool) -> Self {
        Self { condition: condition.into(), found: found.into(), holds }
    }
}

impl Reason {
    /// A reason without points.
    pub fn new(what: impl Into<String>, verdict: Verdict, because: Vec<Because>) -> Self {
        Self { what: what.into(), verdict, points: None, because }
    }
}
