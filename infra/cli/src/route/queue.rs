//! A job on the queue: its chunks as objects in a bucket, a message a chunk, and results that are waited for.

use std::time::{Duration, Instant};

use anyhow::bail;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use revloops_aws::BucketBatches;
use revloops_loopkit::ports::{BatchStore as _, ChunkRun, Direction};
use serde_json::to_value;

use super::apply::{Went, finish, title};
use super::assign::tell;
use super::journal::JobFolder;
use super::target::Target;
use crate::console::Console;

/// Objects and messages that are sent at once.
const AT_ONCE: usize = 8;

/// Nothing new for so long, and we stop waiting: a chunk that is not through by then is a dead letter, or soon will be.
const PATIENCE: Duration = Duration::from_secs(180);

/// Sends the job's chunks to the queue and waits for their results, which this machine's journal then has, too.
pub(super) async fn run(
    console: &Console,
    target: &Target,
    job: &JobFolder,
    direction: Direction,
) -> anyhow::Result<Went> {
    let (batches, queue) = (target.batches()?, target.queue()?);
    let about = job.job();
    let step = console.step(title(direction));
    let began = Instant::now();
    upload(&batches, job).await?;
    let done = batches.with_results(&about.id, direction).await?;
    let missing: Vec<u32> = (0..about.chunks).filter(|chunk| !done.contains(chunk)).collect();
    stream::iter(missing)
        .map(async |chunk| {
            queue
                .send(&to_value(ChunkRun { job: about.id.clone(), direction, chunk })?)
                .await
                .map_err(anyhow::Error::from)
        })
        .buffer_unordered(AT_ONCE)
        .try_collect::<Vec<()>>()
        .await?;
    let mut went = Went::default();
    let (mut taken, mut newest) = (std::collections::BTreeSet::new(), Instant::now());
    while taken.len() < usize::try_from(about.chunks)? && newest.elapsed() < PATIENCE {
        for chunk in batches.with_results(&about.id, direction).await? {
            if taken.contains(&chunk) {
                continue;
            }
            let run = ChunkRun { job: about.id.clone(), direction, chunk };
            let noted = batches.noted(&run).await?;
            // Records that stayed locked have no result yet: their message comes again.
            if noted.results.len() < expected(&batches, &run).await? {
                continue;
            }
            job.keep(&run, &noted)?;
            went.add(chunk, Ok(noted.results));
            taken.insert(chunk);
            newest = Instant::now();
        }
        tell(&step, went.tally.all(), about.records);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    for chunk in (0..about.chunks).filter(|chunk| !taken.contains(chunk)) {
        went.add(chunk, Err(format!("no result within {} s; look at the queue's dead letters", PATIENCE.as_secs())));
    }
    went.took = began.elapsed();
    finish(step, &went);
    Ok(went)
}

/// How many results a chunk has when it is through.
async fn expected(batches: &BucketBatches, run: &ChunkRun) -> anyhow::Result<usize> {
    Ok(match run.direction {
        Direction::Apply => batches.chunk(&run.job, run.chunk).await?.len(),
        Direction::Undo => {
            batches.noted(&ChunkRun { direction: Direction::Apply, ..run.clone() }).await?.intended.len()
        }
    })
}

/// Brings the job's chunks to the bucket; the job itself comes last, so that one that is there is whole.
async fn upload(batches: &BucketBatches, job: &JobFolder) -> anyhow::Result<()> {
    let about = job.job();
    match batches.job(&about.id).await? {
        Some(there) if there == *about => return Ok(()),
        Some(there) => bail!("the bucket has another job {} of the plan {}", about.id, there.plan),
        None => {}
    }
    stream::iter(0..about.chunks)
        .map(async |chunk| {
            let changes = job.chunk(&about.id, chunk).await?;
            batches.put_chunk(&about.id, chunk, &changes).await
        })
        .buffer_unordered(AT_ONCE)
        .try_collect::<Vec<()>>()
        .await?;
    batches.put_job(about).await?;
    Ok(())
}
