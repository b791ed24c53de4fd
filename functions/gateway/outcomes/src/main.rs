//! Function: a schedule's tick → outcomes joined to the config that decided, proposals with evidence, trials looked at.

use std::sync::Arc;

use jiff::SignedDuration;
use revloops_catalogue::AllLoops;
use revloops_changes::ChangeDesk;
use revloops_loopkit::ports::Clock as _;
use revloops_outcomes::{Within, World as Works, tick};
use revloops_runtime::function::StartError;
use revloops_runtime::{SystemClock, World, serve};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), StartError> {
    let world = World::load().await;
    let works_for = SignedDuration::from_secs(world.settings().parsed::<u32>("WORKS_FOR_SECONDS")?.into());
    let desk = ChangeDesk {
        store: world.config_store()?,
        documents: world.documents("CHANGES_TABLE")?,
        checks: Arc::new(AllLoops),
    };
    let (outcomes, past) = (world.documents("OUTCOMES_TABLE")?, world.past()?);
    let (crm, sequences) = (world.crm().await?, world.sequences()?);
    serve(async |_tick: Value| {
        let works = Works {
            desk: &desk,
            outcomes: outcomes.as_ref(),
            past: past.as_ref(),
            records: crm.as_ref(),
            directory: crm.as_ref(),
            deals: crm.as_ref(),
            meetings: crm.as_ref(),
            sequences: sequences.as_ref(),
            clock: &SystemClock,
        };
        let ticked = tick(&works, &Within { began: SystemClock.now(), works_for }).await?;
        for (name, done) in &ticked.loops {
            tracing::info!(r#loop = name, new = done.new, known = done.known, failed = done.failed, "tick");
        }
        Ok(ticked)
    })
    .await
}
