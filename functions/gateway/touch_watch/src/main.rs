//! Function: a schedule's tick → who was in touch with their leads in time, and what becomes of the others.

use jiff::SignedDuration;
use revloops_loopkit::RunContext;
use revloops_route::config::RouteConfig;
use revloops_runtime::function::StartError;
use revloops_runtime::{RandomIds, SystemClock, World, WorldEffects, serve};
use revloops_touch_watch::{Watch, tick};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), StartError> {
    let world = World::load().await;
    let lease = SignedDuration::from_secs(world.settings().parsed::<u32>("LEASE_SECONDS")?.into());
    let (crm, runs, route) = (world.crm().await?, world.runs()?, world.active_config::<RouteConfig>()?);
    let (bus, organization_id) = (world.bus()?, world.organization_id()?);
    let effects = WorldEffects::new(crm.clone(), crm.clone(), bus);
    serve(async |_tick: Value| {
        let loaded = route.get(&SystemClock).await?;
        let context =
            RunContext { clock: &SystemClock, ids: &RandomIds, runs: runs.as_ref(), effects: &effects, lease };
        let watch = Watch { touches: crm.as_ref(), context, organization_id: &organization_id };
        let ticked = tick(&watch, &loaded).await?;
        // An alarm counts by this field (infra/template.yaml).
        tracing::info!(untouched_overdue = ticked.overdue, looked_at = ticked.looked_at, done = ?ticked.done, "tick");
        Ok(ticked)
    })
    .await
}
