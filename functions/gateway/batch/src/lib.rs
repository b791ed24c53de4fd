//! Carries out the chunks of an approved batch: one message names a chunk of 200 records, forth or back.
//!
//! The queue's concurrency is the back-pressure on the CRM. A chunk that did not get through comes again as a message and
//! goes on where it stopped; after some attempts it is a dead letter, and what is through by then is noted.

use std::time::Duration;

use futures::future::join_all;

use revloops_domain::ErrorClass;
use revloops_loopkit::ports::{BatchStore, ChunkRun, Collections};
use revloops_loopkit::{Failure, Outcome};
use revloops_route::batch::{carry_out, tally};
use revloops_runtime::sqs::{Batch, BatchReply, Message};

/// Carries out the chunk of each message, and says which have to come again.
pub async fn carry_out_all(batch: Batch, crm: &dyn Collections, store: &dyn BatchStore) -> BatchReply {
    let outcomes = join_all(batch.records.iter().map(|message| one(message, crm, store))).await;
    BatchReply::of(&batch, outcomes)
}

async fn one(message: &Message, crm: &dyn Collections, store: &dyn BatchStore) -> Outcome<()> {
    let run: ChunkRun = serde_json::from_str(&message.body)
        .map_err(|error| Failure::unreadable(ErrorClass::Rejected, "no chunk of a batch", &error))?;
    let no_job = || Failure::new(ErrorClass::Rejected, format!("there is no job {}", run.job));
    let job = store.job(&run.job).await?.ok_or_else(no_job)?;
    let results = carry_out(crm, store, &job.object, &run, pause).await?;
    tracing::info!(
        job = run.job,
        direction = ?run.direction,
        chunk = run.chunk,
        outcome = %tally(&results),
        "chunk ended"
    );
    Ok(())
}

/// Six attempts take six seconds: what is still locked then comes again as a message.
async fn pause(attempt: u32) {
    tokio::time::sleep(Duration::from_millis(100 << attempt.min(5))).await;
}

#[cfg(test)]
mod tests;
