//! Function: a schedule's tick → parked work that is due goes back to its queue.

use revloops_loopkit::ports::ParkedStatus;
use revloops_redrive::{Ways, redrive_due};
use revloops_runtime::function::StartError;
use revloops_runtime::{SystemClock, World, serve};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), StartError> {
    let world = World::load().await;
    let (parked, queue, bus) = (world.parked()?, world.demand_queue()?, world.bus()?);
    serve(async |_tick: Value| {
        let done = redrive_due(parked.as_ref(), &Ways { demand: &queue, planning: bus.as_ref() }, &SystemClock).await?;
        // An alarm counts by this field (infra/template.yaml); from a thousand on it is as loud as it gets.
        let parked_waiting = parked.list(ParkedStatus::Waiting, 1000).await?.len();
        tracing::info!(parked_waiting, sent = done.sent, "tick");
        Ok(done)
    })
    .await
}
