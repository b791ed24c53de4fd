//! What Generate reports of each run.

use schemars::JsonSchema;
use serde::Serialize;

use revloops_domain::signal::{SignalKind, SignalStatus};

use crate::inputs::GenerateInput;
use crate::logic::GenerateVerdict;

/// One row a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SignalFact {
    /// The account.
    pub account_id: String,
    /// `qualified` or `passed`.
    pub status: SignalStatus,
    /// 0 to 100.
    pub score: u8,
    /// Signals that the scan brought.
    pub detected: usize,
    /// Of them, those that bring too little.
    pub weak: usize,
    /// Those that are about somebody else.
    pub elsewhere: usize,
    /// Those that repeat another.
    pub repeated: usize,
    /// Those that are new.
    pub new: usize,
    /// Kinds of the signals that count, the strongest first.
    pub kinds: Vec<SignalKind>,
    /// Signals that take points away.
    pub against: usize,
    /// How the person was found.
    pub person_matched_by: Option<String>,
    /// Gates that were shut.
    pub passed_because: Vec<String>,
}

pub(crate) fn fact(input: &GenerateInput, verdict: &GenerateVerdict) -> SignalFact {
    SignalFact {
        account_id: input.event.account_id.to_string(),
        status: verdict.status,
        score: verdict.score,
        detected: input.event.signals.len(),
        weak: verdict.weak.len(),
        elsewhere: verdict.elsewhere.len(),
        repeated: verdict.repeats.len(),
        new: verdict.new,
        kinds: verdict.points.iter().map(|points| points.kind).collect(),
        against: verdict.against.len(),
        person_matched_by: verdict.person.as_ref().map(|person| person.matched_by.clone()),
        passed_because: verdict.passed_because.clone(),
    }
}
