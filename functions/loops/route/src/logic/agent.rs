//! What an AI agent's answer is worth: untrusted until it is read here.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::{RouteConfig, Territory};

/// What the agent answers where it knows no territory.
pub(crate) const NONE: &str = "none";

/// Longest evidence that is kept, in characters.
const EVIDENCE_CHARS: usize = 300;

/// A territory that the agent proposes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal<'c> {
    /// The territory.
    pub territory: &'c Territory,
    /// How sure the agent is, in percent.
    pub confidence: u8,
    /// What it rests on, in the agent's words: for people to read, and nothing else.
    pub evidence: String,
    /// The model.
    pub model: String,
}

/// A proposal as the verdict keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposed {
    /// The territory's id.
    pub territory: String,
    /// How sure the agent was, in percent.
    pub confidence: u8,
    /// What it rests on, in the agent's words.
    pub evidence: String,
    /// The model.
    pub model: String,
}

impl From<&Proposal<'_>> for Proposed {
    fn from(proposal: &Proposal<'_>) -> Self {
        Self {
            territory: proposal.territory.id.clone(),
            confidence: proposal.confidence,
            evidence: proposal.evidence.clone(),
            model: proposal.model.clone(),
        }
    }
}

/// The answer's shape. Anything else is no answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    territory: String,
    confidence: u8,
    evidence: String,
}

/// The proposal in an answer, or why there is none.
pub(crate) fn read<'c>(answer: &Value, model: &str, config: &'c RouteConfig) -> Result<Proposal<'c>, String> {
    let wire = Wire::deserialize(answer).map_err(|_| "an answer that does not keep to the form".to_owned())?;
    if wire.confidence > 100 {
        return Err(format!("a confidence of {} percent", wire.confidence));
    }
    if wire.territory == NONE {
        return Err("no territory".to_owned());
    }
    let Some(territory) = config.territories.named(&wire.territory) else {
        return Err("a territory that there is not".to_owned());
    };
    Ok(Proposal { territory, confidence: wire.confidence, evidence: readable(&wire.evidence), model: model.to_owned() })
}

/// One line of at most so many characters, without control characters.
fn readable(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().take(EVIDENCE_CHARS).collect()
}
