//! Function: a person's question or answer about sequences and opt-outs → what became of it.
//!
//! Whoever may invoke it says who asks, and has made sure of it: on the local cloud the command, by `--as`.

use revloops_engage::EngageConfig;
use revloops_loopkit::ports::Clock as _;
use revloops_outreach::{Desk, Request, Sources};
use revloops_runtime::function::StartError;
use revloops_runtime::time::SystemClock;
use revloops_runtime::{World, serve};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    let world = World::load().await;
    let (crm, sequences, bus) = (world.crm().await?, world.sequences()?, world.bus()?);
    let config = world.active_config::<EngageConfig>()?;
    serve(async |request: Request| {
        let loaded = config.get(&SystemClock).await?;
        let desk = Desk {
            policy: &loaded.config.policy,
            sources: Sources {
                sequences: sequences.as_ref(),
                suppressions: sequences.as_ref(),
                standings: crm.as_ref(),
            },
            directory: crm.as_ref(),
            bus: bus.as_ref(),
            at: SystemClock.now(),
        };
        let reply = desk.answer(&request).await?;
        tracing::info!(ask = ?request.ask, ?reply, config_version = loaded.stamp.short(), "asked");
        Ok(reply)
    })
    .await
}
