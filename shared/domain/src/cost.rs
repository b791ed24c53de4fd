//! What a run has cost.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The cost of one run, by kind. Money is in millionths of a US dollar, so that sums are exact.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cost {
    /// Our own time, from the claim to the stored decision, in milliseconds.
    pub compute_ms: u64,
    /// What data providers charge, in millionths of a US dollar.
    pub data_microusd: u64,
    /// What the AI charges, in millionths of a US dollar.
    pub ai_microusd: u64,
    /// Tokens sent to the AI.
    pub ai_input_tokens: u64,
    /// Tokens that the AI wrote.
    pub ai_output_tokens: u64,
    /// Searches of the web that the AI made.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub ai_searches: u64,
}

/// For serde: records of runs without searches say nothing of them.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it by reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}
