//! Function: a schedule's tick → which milestones are due today, and which were missed.

use jiff::SignedDuration;
use revloops_loopkit::RunContext;
use revloops_milestone_watch::{Watch, tick};
use revloops_pursue::PursueConfig;
use revloops_runtime::function::StartError;
use revloops_runtime::{RandomIds, SystemClock, World, WorldEffects, serve};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), StartError> {
    let world = World::load().await;
    let lease = SignedDuration::from_secs(world.settings().parsed::<u32>("LEASE_SECONDS")?.into());
    let (crm, runs, pursue) = (world.crm().await?, world.runs()?, world.active_config::<PursueConfig>()?);
    let effects = WorldEffects::new(crm.clone(), crm.clone(), world.bus()?);
    serve(async |_tick: Value| {
        let loaded = pursue.get(&SystemClock).await?;
        let context =
            RunContext { clock: &SystemClock, ids: &RandomIds, runs: runs.as_ref(), effects: &effects, lease };
        let ticked = tick(&Watch { deals: crm.as_ref(), context }, &loaded).await?;
        tracing::info!(looked_at = ticked.looked_at, due = ticked.due, missed = ticked.missed, "tick");
        Ok(ticked)
    })
    .await
}
