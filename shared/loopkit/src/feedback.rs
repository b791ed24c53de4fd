//! What outcomes say about the levers: a proposal with evidence, or the honest "too little data".

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a loop makes of its outcomes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feedback {
    /// Levers that a person may want to move.
    Proposal(Proposal),
    /// The outcomes do not carry a proposal.
    TooLittleData(TooLittleData),
    /// Enough outcomes, and nothing to change.
    NoChange {
        /// How many outcomes were looked at.
        sample: usize,
    },
}

/// A proposed change of levers. Nothing applies it but a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// The edits.
    pub edits: Vec<LeverEdit>,
    /// Number of outcomes that the proposal rests on.
    pub sample: usize,
    /// The evidence, in words with numbers.
    pub evidence: Vec<String>,
}

/// One lever to be moved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LeverEdit {
    /// File of the config folder.
    pub file: String,
    /// Path in it: `factors[id=employees].points`.
    pub path: String,
    /// The value now.
    pub from: Value,
    /// The value proposed.
    pub to: Value,
}

/// Why there is no proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TooLittleData {
    /// Number of outcomes there are.
    pub sample: usize,
    /// Number that would be needed.
    pub needed: usize,
}
