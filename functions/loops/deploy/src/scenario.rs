//! The scenario as it is stored.

use serde_json::Value;

use revloops_scenario::{Resolved, ResolvedError, Scenario};

/// The checked scenario in stored content; its hash is checked, too.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn read(content: &Value) -> Result<Scenario, ResolvedError> {
    let bytes = serde_json::to_vec(content).unwrap_or_default();
    Resolved::from_json(&bytes).map(|resolved| resolved.scenario)
}
