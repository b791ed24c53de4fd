//! Function: streams, the bus's events, a schedule's tick and people's calls → rows of the lake.

use std::sync::Arc;

use jiff::SignedDuration;
use revloops_ledger::crm::Crm;
use revloops_ledger::{Ledger, Within, World as Works, handle};
use revloops_loopkit::ports::Clock as _;
use revloops_runtime::function::StartError;
use revloops_runtime::{SystemClock, World, serve};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), StartError> {
    let world = World::load().await;
    let works_for = SignedDuration::from_secs(world.settings().parsed::<u32>("WORKS_FOR_SECONDS")?.into());
    let ledger = Ledger {
        objects: world.objects("LAKE_BUCKET")?,
        datasets: revloops_catalogue::datasets().into(),
        parked: world.parked()?,
        clock: Arc::new(SystemClock),
    };
    let (large_records, past, crm) = (world.objects("RECORDS_BUCKET")?, world.past()?, world.crm().await?);
    serve(async |payload: Value| {
        let works = Works {
            ledger: &ledger,
            large_records: large_records.as_ref(),
            past: past.as_ref(),
            crm: Crm { snapshots: crm.as_ref(), territories: crm.as_ref() },
        };
        handle(&payload, &works, &Within { began: SystemClock.now(), works_for }).await
    })
    .await
}
