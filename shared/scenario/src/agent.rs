//! Asking an AI agent where somebody belongs: what it is told of the territories, and what its answer is worth. The answer
//! is untrusted until it is read here.

use serde::Deserialize;
use serde_json::{Value, json};

use revloops_domain::ProposedTerritory;
use revloops_rules::in_words;

use crate::territories::{Territories, Territory};

/// The tool by which the agent answers.
pub const TOOL: &str = "propose_territory";

/// What the agent answers where it knows no territory.
pub const NONE: &str = "none";

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

impl From<&Proposal<'_>> for ProposedTerritory {
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
///
/// # Errors
/// In words: what the agent said instead.
pub fn read<'c>(answer: &Value, model: &str, territories: &'c Territories) -> Result<Proposal<'c>, String> {
    let wire = Wire::deserialize(answer).map_err(|_| "an answer that does not keep to the form".to_owned())?;
    if wire.confidence > 100 {
        return Err(format!("a confidence of {} percent", wire.confidence));
    }
    if wire.territory == NONE {
        return Err("no territory".to_owned());
    }
    // One that only others lie in has nobody: the schema does not offer it.
    let Some(territory) = territories.named(&wire.territory).filter(|territory| territory.when.is_some()) else {
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

/// The territories as the agent is told them; those that only others lie in are left out.
#[must_use]
pub fn as_data(territories: &Territories) -> Vec<Value> {
    let told = territories.iter().filter_map(|territory| {
        let when = territory.when.as_ref()?;
        Some(json!({
            "id": territory.id,
            "name": territory.name,
            "about": territory.about,
            "holds_where": in_words(when),
        }))
    });
    told.collect()
}

/// JSON Schema of the answer: every object closed and no keyword but the plain ones, so that the tool may be strict.
#[must_use]
pub fn answer_schema(territories: &Territories) -> Value {
    let held = territories.iter().filter(|territory| territory.when.is_some());
    let ids: Vec<&str> = held.map(|territory| territory.id.as_str()).chain([NONE]).collect();
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["territory", "confidence", "evidence"],
        "properties": {
            "territory": {
                "type": "string",
                "enum": ids,
                "description": "Id of the territory, or `none` where the data does not tell."
            },
            "confidence": { "type": "integer", "description": "How sure you are, from 0 to 100." },
            "evidence": {
                "type": "string",
                "description": "The words of the data that it rests on, and why; one or two short sentences."
            }
        }
    })
}
