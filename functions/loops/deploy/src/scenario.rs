//! The scenario as it is stored.

use serde_json::Value;

use revloops_scenario::Scenario;

pub(crate) fn read(_content: &Value) -> Result<Scenario, std::fmt::Error> {
    Err(std::fmt::Error)
}
