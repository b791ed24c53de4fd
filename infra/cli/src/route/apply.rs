//! `revloops route apply` and `undo`: a plan, approved by its hash, is carried out chunk by chunk and taken back as a whole.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use futures::stream::{self, StreamExt as _};
use revloops_loopkit::ports::{
    BatchStore, CHUNK, ChunkRun, Collections, Direction, Ended, PlannedChange, Pools, RecordResult,
};
use revloops_route::batch::{Tally, carry_out};
use serde_json::{Value, json};

use super::assign::tell;
use super::figures::{taken, thousands};
use super::journal::{JobFolder, NewJob};
use super::plan_file::PlanFile;
use super::queue;
use super::target::{Target, jobs_folder};
use crate::console::{Console, Step, Tone};
use crate::context::Context;

/// Chunks that are under way at once from here.
const AT_ONCE: usize = 4;

/// Results that are told one by one.
const TOLD: usize = 20;

/// Which plan.
#[derive(Debug, clap::Args)]
pub(super) struct ApplyArgs {
    /// The plan, by either of its files.
    plan: PathBuf,
    /// The plan's hash, as `assign` or `simulate` told it: what was read is what is applied.
    #[arg(long)]
    approve: Option<String>,
    /// From here, or by the batch function through its queue.
    #[arg(long, value_enum, default_value_t = On::Here)]
    on: On,
}

/// Which job.
#[derive(Debug, clap::Args)]
pub(super) struct UndoArgs {
    /// The job's id, as `apply` told it.
    job: String,
    /// From here, or by the batch function through its queue; a job is undone where it was applied.
    #[arg(long, value_enum)]
    on: Option<On>,
}

/// Where chunks are carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum On {
    /// From this process.
    Here,
    /// By the batch function, a message a chunk.
    Queue,
}

pub(super) async fn apply(context: &Context, args: ApplyArgs) -> anyhow::Result<ExitCode> {
    let console = &context.console;
    let file = PlanFile::read(&args.plan)?;
    let hash = file.plan.hash();
    let Some(approved) = &args.approve else {
        let (moves, object) = (thousands(file.plan.counts.moves), &file.plan.object);
        bail!("{moves} of {object} would get another owner; approve what was planned with --approve {hash}");
    };
    if *approved != hash {
        bail!("this plan's hash is {hash}, not {approved}: look at it again, then approve it");
    }
    if !file.plan.applicable {
        bail!("this plan was made without a CRM: it cannot be applied");
    }
    let target = Target::load(context).await?;
    let job = open_or_make(&jobs_folder(context), &file)?;
    if job.with_results(Direction::Undo) > 0 {
        bail!("job {} was undone: make a new plan", job.job().id);
    }
    settle(console, &target.pools, &file).await?;
    let outcome = match args.on {
        On::Here => here(console, &target.crm, &job, Direction::Apply).await?,
        On::Queue => queue::run(console, &target, &job, Direction::Apply).await?,
    };
    let confirmed = confirm(console, &target.crm, &job).await?;
    report(console, &job, Direction::Apply, &outcome, Some(confirmed))
}

pub(super) async fn undo(context: &Context, args: UndoArgs) -> anyhow::Result<ExitCode> {
    let console = &context.console;
    let target = Target::load(context).await?;
    let folder = jobs_folder(context).join(&args.job);
    let job = JobFolder::open(&folder)?
        .with_context(|| format!("there is no job {}: `cargo revloops route jobs` lists them", args.job))?;
    let on = match args.on {
        Some(on) => on,
        None if target.batches()?.job(&job.job().id).await?.is_some() => On::Queue,
        None => On::Here,
    };
    let outcome = match on {
        On::Here => here(console, &target.crm, &job, Direction::Undo).await?,
        On::Queue => queue::run(console, &target, &job, Direction::Undo).await?,
    };
    report(console, &job, Direction::Undo, &outcome, None)
}

/// The job of this plan: the one that there is, or a new one.
pub(super) fn open_or_make(folder: &Path, file: &PlanFile) -> anyhow::Result<JobFolder> {
    let id = file.plan.job();
    let folder = folder.join(&id);
    if let Some(job) = JobFolder::open(&folder)? {
        return Ok(job);
    }
    let mut new = NewJob::create(&folder)?;
    let mut chunk: Vec<PlannedChange> = Vec::with_capacity(CHUNK);
    file.each(|row| {
        chunk.extend(file.plan.change(&row));
        if chunk.len() == CHUNK {
            new.add(&chunk)?;
            chunk.clear();
        }
        Ok(())
    })?;
    if !chunk.is_empty() {
        new.add(&chunk)?;
    }
    new.finish(&file.plan.hash(), &id, &file.plan.object)
}

/// Tells the pools what the plan has drawn, once a job.
async fn settle(console: &Console, pools: &dyn Pools, file: &PlanFile) -> anyhow::Result<()> {
    if file.plan.drawn.is_empty() {
        return Ok(());
    }
    let step = console.step("Pools");
    for (pool, drawn) in &file.plan.drawn {
        pools.settle(pool, &file.plan.job(), drawn).await?;
    }
    step.done(format!("{} settled", file.plan.drawn.len()));
    Ok(())
}

/// How a job went in one direction.
#[derive(Debug, Default)]
pub(super) struct Went {
    pub(super) tally: Tally,
    /// Results that somebody should look at, the first of them.
    pub(super) told: Vec<RecordResult>,
    /// Chunks that did not get through, and why.
    pub(super) failed: BTreeMap<u32, String>,
    pub(super) took: Duration,
}

impl Went {
    pub(super) fn add(&mut self, chunk: u32, outcome: Result<Vec<RecordResult>, String>) {
        match outcome {
            Ok(results) => {
                for result in results {
                    self.tally.count(&result);
                    let quiet = matches!(result.ended, Ended::Written | Ended::Already) && result.left.is_empty();
                    if !quiet && self.told.len() < TOLD {
                        self.told.push(result);
                    }
                }
            }
            Err(why) => drop(self.failed.insert(chunk, why)),
        }
    }
}

/// Carries a job's chunks out from this process, some at once.
pub(super) async fn here(
    console: &Console,
    crm: &dyn Collections,
    job: &JobFolder,
    direction: Direction,
) -> anyhow::Result<Went> {
    let step = console.step(title(direction));
    let began = Instant::now();
    let about = job.job();
    let runs = (0..about.chunks).map(|chunk| ChunkRun { job: about.id.clone(), direction, chunk });
    let mut ends = stream::iter(runs)
        .map(async |run| {
            let outcome = carry_out(crm, job, &about.object, &run, pause).await;
            (run.chunk, outcome.map_err(|failure| failure.to_string()))
        })
        .buffer_unordered(AT_ONCE);
    let mut went = Went::default();
    while let Some((chunk, outcome)) = ends.next().await {
        went.add(chunk, outcome);
        tell(&step, went.tally.all(), about.records);
    }
    went.took = began.elapsed();
    finish(step, &went);
    Ok(went)
}

pub(super) fn title(direction: Direction) -> &'static str {
    match direction {
        Direction::Apply => "Applying",
        Direction::Undo => "Undoing",
    }
}

pub(super) fn finish(step: Step, went: &Went) {
    let text = format!("{} in {}", went.tally, taken(went.took));
    if went.failed.is_empty() { step.done(text) } else { step.warned(text) }
}

async fn pause(attempt: u32) {
    tokio::time::sleep(Duration::from_millis(200 << attempt.min(5))).await;
}

/// Reads back every record that was to be written: how many have the planned owner, of how many.
pub(super) async fn confirm(console: &Console, crm: &dyn Collections, job: &JobFolder) -> anyhow::Result<(u64, u64)> {
    let step = console.step("Reading back");
    let about = job.job();
    let (mut confirmed, mut all) = (0, 0);
    for chunk in 0..about.chunks {
        let changes = job.chunk(&about.id, chunk).await?;
        let ids: Vec<&str> = changes.iter().map(|change| change.id.as_str()).collect();
        let now = crm.read(&about.object, &ids, &["OwnerId"]).await?;
        let owned = |(change, now): (&PlannedChange, &Option<serde_json::Map<String, Value>>)| {
            now.as_ref().and_then(|record| record.get("OwnerId")) == change.set.get("OwnerId")
        };
        confirmed += changes.iter().zip(&now).filter(|pair| owned((pair.0, pair.1))).count() as u64;
        all += changes.len() as u64;
        tell(&step, all, about.records);
    }
    let text = format!("confirmed {} of {}", thousands(confirmed), thousands(all));
    if confirmed == all {
        step.done(text)
    } else {
        step.warned(text)
    }
    Ok((confirmed, all))
}

fn report(
    console: &Console,
    job: &JobFolder,
    direction: Direction,
    went: &Went,
    confirmed: Option<(u64, u64)>,
) -> anyhow::Result<ExitCode> {
    let about = job.job();
    let rows = went.told.iter().map(|result| {
        let how = match result.ended {
            Ended::Written => "written, but for what a person has changed",
            Ended::Already => "so already",
            Ended::Changed => "changed by a person since, left alone",
            Ended::Gone => "gone",
            Ended::Refused => "refused",
        };
        vec![result.id.clone(), how.to_owned(), result.left.join(", "), result.why.clone().unwrap_or_default()]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    if !rows.is_empty() {
        console.table(&[about.object.as_str(), "how it ended", "left as it is", "why"], rows);
        console.say("");
    }
    for (chunk, why) in &went.failed {
        console.say(console.tone(Tone::Bad, format!("chunk {chunk} did not get through: {why}")));
    }
    console.say(format!("{} {}: {}", about.object, about.id, went.tally));
    if let Some((confirmed, all)) = confirmed {
        console.say(format!("confirmed {} of {}", thousands(confirmed), thousands(all)));
    }
    if !went.failed.is_empty() {
        console.say("the same command goes on where it stopped");
    } else if direction == Direction::Apply {
        console.say(format!("\ncargo revloops route undo {}", about.id));
    }
    console.json(&json!({
        "job": about,
        "direction": direction,
        "tally": went.tally,
        "confirmed": confirmed.map(|(confirmed, _)| confirmed),
        "failed_chunks": went.failed,
        "told": went.told,
        "seconds": went.took.as_secs_f64(),
    }))?;
    let fine = went.failed.is_empty() && went.tally.refused == 0;
    Ok(if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
