//! Function: a schedule's tick → the most overdue target account, scanned for signals.

use std::time::Duration;

use jiff::SignedDuration;
use revloops_loopkit::RunContext;
use revloops_loopkit::ports::Budget;
use revloops_runtime::function::StartError;
use revloops_runtime::{EventEffects, RandomIds, SystemClock, World, serve};
use revloops_scanner::{NAME, Scanner, tick};
use revloops_signals::TargetLevers;
use serde_json::Value;

/// A turn that searches takes longer than one that only writes.
const AI_TIMEOUT: Duration = Duration::from_secs(50);

#[tokio::main]
async fn main() -> Result<(), StartError> {
    let world = World::load().await;
    let lease = SignedDuration::from_secs(world.settings().parsed::<u32>("LEASE_SECONDS")?.into());
    let (targets, runs, config) = (world.targets()?, world.runs()?, world.active_config::<TargetLevers>()?);
    let (ai, effects) = (world.ai(AI_TIMEOUT).await?, EventEffects::new(world.bus()?));
    serve(async |_tick: Value| {
        let levers = config.get(&SystemClock).await?;
        let budget = Budget { name: format!("ai_{NAME}"), most_microusd: levers.config.daily_budget_microusd };
        let model = ai.within(budget);
        let context =
            RunContext { clock: &SystemClock, ids: &RandomIds, runs: runs.as_ref(), effects: &effects, lease };
        let scanner = Scanner { targets: targets.as_ref(), model: &model, context };
        let ticked = tick(&scanner, &levers).await?;
        tracing::info!(?ticked, "tick");
        Ok(ticked)
    })
    .await
}
