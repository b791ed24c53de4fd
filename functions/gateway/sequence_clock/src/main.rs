//! Function: a schedule's tick → steps of approved sequences that are due, as tasks in the CRM; what was stopped is taken back.

use jiff::SignedDuration;
use revloops_engage::EngageConfig;
use revloops_outreach::{SequenceClock, Sources};
use revloops_runtime::function::StartError;
use revloops_runtime::time::SystemClock;
use revloops_runtime::{World, serve};
use serde_json::Value;

/// So many sequences a tick: what is left is due at the next.
const AT_MOST: usize = 50;

#[tokio::main]
async fn main() -> Result<(), StartError> {
    let world = World::load().await;
    let lease = SignedDuration::from_secs(world.settings().parsed::<u32>("LEASE_SECONDS")?.into());
    let (crm, sequences, bus) = (world.crm().await?, world.sequences()?, world.bus()?);
    let config = world.active_config::<EngageConfig>()?;
    serve(async |_tick: Value| {
        let loaded = config.get(&SystemClock).await?;
        let clock = SequenceClock {
            policy: &loaded.config.policy,
            sources: Sources {
                sequences: sequences.as_ref(),
                suppressions: sequences.as_ref(),
                standings: crm.as_ref(),
            },
            writer: crm.as_ref(),
            bus: bus.as_ref(),
            clock: &SystemClock,
            lease,
        };
        let ticked = clock.tick(AT_MOST).await?;
        // An alarm counts by this field (infra/template.yaml).
        tracing::info!(
            sequences_failed = ticked.failed,
            due = ticked.due,
            landed = ticked.landed,
            held = ticked.held,
            stopped = ticked.stopped,
            withdrawn = ticked.withdrawn,
            "tick"
        );
        Ok(ticked)
    })
    .await
}
