//! Telling a stand-in to have faults.

use anyhow::ensure;
use revloops_standins::host::Running;
use serde_json::{Value, json};

/// Puts one rule in place of all before; see the stand-ins' `faults` for its fields.
pub(crate) async fn put(stand_in: &Running, rule: Value) -> anyhow::Result<()> {
    let url = format!("{}/_standin/faults", stand_in.url());
    let response = reqwest::Client::new().put(url).json(&json!({ "rules": [rule] })).send().await?;
    ensure!(response.status().is_success(), "{}", response.text().await?);
    Ok(())
}

/// Takes all rules away.
pub(crate) async fn clear(stand_in: &Running) -> anyhow::Result<()> {
    let url = format!("{}/_standin/faults", stand_in.url());
    ensure!(reqwest::Client::new().delete(url).send().await?.status().is_success());
    Ok(())
}
