//! Function: carries an approved plan of territories out in the CRM, or takes it back, some chunks an invocation.

use std::time::Duration;

use revloops_runtime::function::StartError;
use revloops_runtime::{SystemClock, World, serve};
use revloops_territory_sync::{Ports, Request, carry_out};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    let world = World::load().await;
    let (crm, runs, journal) = (world.crm().await?, world.runs()?, world.batches()?);
    let (placements, bus) = (world.placements()?, world.bus()?);
    serve(async |request: Request| {
        let ports = Ports {
            runs: runs.as_ref(),
            territories: crm.as_ref(),
            making: crm.as_ref(),
            collections: crm.as_ref(),
            journal: journal.as_ref(),
            placements: placements.as_ref(),
            bus: bus.as_ref(),
        };
        carry_out(request, ports, &SystemClock, pause).await
    })
    .await
}

/// Six attempts take six seconds; what is still locked then is the chain's to try again.
async fn pause(attempt: u32) {
    tokio::time::sleep(Duration::from_millis(100 << attempt.min(5))).await;
}
