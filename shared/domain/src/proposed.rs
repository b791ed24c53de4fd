//! A territory that an AI agent proposed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A proposal as records and lists keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProposedTerritory {
    /// The territory's id.
    pub territory: String,
    /// How sure the agent was, in percent.
    pub confidence: u8,
    /// What it rests on, in the agent's words: for people to read, and nothing else.
    pub evidence: String,
    /// The model.
    pub model: String,
}
