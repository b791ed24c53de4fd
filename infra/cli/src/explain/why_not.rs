//! Why a lead did not go somewhere else: Route's record of it, by the config that decided, with what the CRM knows of
//! people whom the run had no need to look up.

use std::collections::BTreeSet;

use anyhow::{Context as _, anyhow};
use jiff::Timestamp;
use revloops_config::{Bundle, ConfigStore as _};
use revloops_loopkit::ports::StoredRun;
use revloops_route::config::RouteConfig;
use revloops_route::inputs::RouteInput;
use revloops_route::logic::facts::Facts;
use revloops_route::logic::why_not::{WhyNot, Wish, why_not};
use serde_json::Value;

use crate::check::owners;
use crate::config;
use crate::crm_api::CrmApi;
use crate::local::Endpoints;

/// Answers for the last time that Route decided about the lead.
///
/// # Errors
/// If it never has, if its config is gone, or if `wish` names nothing.
pub(super) async fn of(endpoints: &Endpoints, crm: &CrmApi, runs: &[StoredRun], wish: &str) -> anyhow::Result<WhyNot> {
    let routed = runs.iter().map(|run| &run.record).filter(|record| record.key.loop_name == "route");
    let record = routed
        .max_by_key(|record| decided_at(&record.decision.verdict))
        .context("Route has not decided about this lead yet, so there is nothing to compare with")?;
    let at = decided_at(&record.decision.verdict).context("the record does not say when it was decided")?;
    let stamp = &record.config;
    let bytes = config::store(endpoints).await?.get(&stamp.key, &stamp.version_id).await?;
    let config: RouteConfig = Bundle::load(&bytes, stamp)?;
    let input: RouteInput = serde_json::from_value(record.input.clone()).context("reading what Route was given")?;
    let mut facts: Facts = serde_json::from_value(record.facts.clone()).context("reading what Route looked up")?;
    // What was recorded stays; people of rules that were not reached are as the CRM knows them now.
    let queues: BTreeSet<&str> = config.queues();
    owners::look_up(crm, &config.logins(), &queues, &mut facts).await?;
    let wish = Wish::read(wish, &config, &facts).map_err(|why| anyhow!(why))?;
    Ok(why_not(&config, &input, &facts, at, &wish))
}

fn decided_at(verdict: &Value) -> Option<Timestamp> {
    verdict.get("decided_at")?.as_str()?.parse().ok()
}
