//! Function: an approved plan of territories → the CRM's records, a bounded piece an invocation.

use revloops_deploy::sync::Ports;
use revloops_loopkit::ports::Clock as _;
use revloops_runtime::function::StartError;
use revloops_runtime::time::SystemClock;
use revloops_runtime::{World, serve};
use revloops_territory_sync::invoked;

#[tokio::main]
async fn main() -> Result<(), StartError> {
    let world = World::load().await;
    let (crm, journal, runs) = (world.crm().await?, world.batches()?, world.runs()?);
    let (placements, bus) = (world.placements()?, world.bus()?);
    serve(async |payload| {
        let ports = Ports {
            territories: crm.as_ref(),
            making: crm.as_ref(),
            collections: crm.as_ref(),
            journal: journal.as_ref(),
            placements: placements.as_ref(),
            bus: bus.as_ref(),
        };
        invoked(payload, ports, runs.as_ref(), SystemClock.now()).await
    })
    .await
}
