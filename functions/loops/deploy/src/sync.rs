//! Carrying out an approved plan, and taking it back: chunk by chunk, look, note, write.
//!
//! A process may die anywhere. What is about to be written is noted before it is sent, so that who comes after can tell our
//! write from a person's; the CRM's creates and deletes carry no key, so that what is there is looked up before anything is
//! tried again. A record that a person has changed since the plan was made is left, and named.

mod act;
mod judge;
#[cfg(test)]
mod tests;
mod undo;
mod view;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use revloops_domain::territory_events::{AccountsAssigned, TerritoriesSynced, names};
use revloops_domain::{AccountId, ErrorClass, RunId};
use revloops_loopkit::ports::{
    BatchStore, Bus, BusEvent, ChunkRun, Collections, Direction, Ended, Intended, Making, Noted, PlacementMove,
    Placements, RecordResult, Territories,
};
use revloops_loopkit::{Failure, Outcome};

use crate::logic::plan::{Plan, Step};
use act::Work;
use view::View;

/// A record that is locked, or a CRM that is busy, is tried so often in one turn.
const ATTEMPTS: u32 = 6;

/// Records named in a turn's reply.
const NAMED: usize = 50;

/// In the journal of taking back, the place of the mark that it has begun.
const BEGUN: u32 = u32::MAX;

/// Who does the work.
#[derive(Clone, Copy)]
pub struct Ports<'a> {
    /// What the CRM has.
    pub territories: &'a dyn Territories,
    /// Creates and deletes.
    pub making: &'a dyn Making,
    /// Changes.
    pub collections: &'a dyn Collections,
    /// The journal.
    pub journal: &'a dyn BatchStore,
    /// What moved when, and who waits no more.
    pub placements: &'a dyn Placements,
    /// Where it is told.
    pub bus: &'a dyn Bus,
}

/// A plan that is to be carried out or taken back.
#[derive(Debug, Clone, Copy)]
pub struct Approved<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The run that made it: its journal is kept under it.
    pub run_id: &'a RunId,
    /// Who approved it, or wants it back.
    pub by: &'a str,
    /// Now.
    pub at: Timestamp,
}

/// How far a turn came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// Whether nothing is left to do.
    pub done: bool,
    /// Where the next turn goes on.
    pub next_chunk: u32,
    /// How many chunks there are.
    pub chunks: u32,
    /// Records created, changed or deleted; in the last turn, those of all turns.
    pub written: u64,
    /// Records that were so already.
    pub already: u64,
    /// Records that were left as a person has them, or that are gone.
    pub left: u64,
    /// Records that the CRM refused.
    pub refused: u64,
    /// The first of those that were left or refused, and why.
    pub named: Vec<String>,
}

impl Turn {
    fn count(&mut self, result: &RecordResult) {
        let place = match result.ended {
            Ended::Written => &mut self.written,
            Ended::Already => &mut self.already,
            Ended::Changed | Ended::Gone => &mut self.left,
            Ended::Refused => &mut self.refused,
        };
        *place += 1;
        let how = match result.ended {
            Ended::Written if result.left.is_empty() => return,
            Ended::Already => return,
            Ended::Written | Ended::Changed => "a person has changed it since",
            Ended::Gone => "it is not there any more",
            Ended::Refused => "the CRM refused it",
        };
        if self.named.len() < NAMED {
            let left = if result.left.is_empty() { String::new() } else { format!(" ({})", result.left.join(", ")) };
            let why = result.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
            self.named.push(format!("{}: {how}{left}{why}", result.id));
        }
    }
}

/// Carries out chunks from `from_chunk` on, at most `at_most` of them; those that are done already are passed over.
///
/// `pause` waits before the given attempt (from 1), longer each time.
///
/// # Errors
/// `Rejected` where the plan was taken back already; when the CRM or the journal does not answer, or records stay locked:
/// what is through by then is noted, and the next turn goes on from there.
pub async fn apply(
    ports: Ports<'_>,
    approved: Approved<'_>,
    from_chunk: u32,
    at_most: usize,
    pause: impl AsyncFn(u32),
) -> Outcome<Turn> {
    let job = job(approved.run_id);
    let begun = ChunkRun { job: job.clone(), direction: Direction::Undo, chunk: BEGUN };
    if !ports.journal.noted(&begun).await?.intended.is_empty() {
        return Err(Failure::new(ErrorClass::Rejected, format!("plan {job} was taken back: make a new one")));
    }
    let chunks = approved.plan.chunks();
    let count = u32::try_from(chunks.len()).unwrap_or(u32::MAX);
    let now = in_turn(from_chunk, at_most, count);
    let works = now.clone().zip(chunks.iter().skip(index(from_chunk)));
    let works = works.map(|(number, chunk)| (number, chunk.iter().map(Work::Apply).collect())).collect();
    let turn = work(ports, approved, Direction::Apply, works, count, now.end, pause).await?;
    if turn.done {
        tell_synced(ports, approved, &job, "applied", &turn).await?;
    }
    Ok(turn)
}

/// Takes back what was carried out, the last chunk first, as [`apply`] goes forth. What a person has changed since stays.
///
/// # Errors
/// As [`apply`].
pub async fn roll_back(
    ports: Ports<'_>,
    approved: Approved<'_>,
    from_chunk: u32,
    at_most: usize,
    pause: impl AsyncFn(u32),
) -> Outcome<Turn> {
    let job = job(approved.run_id);
    let begun = ChunkRun { job: job.clone(), direction: Direction::Undo, chunk: BEGUN };
    let mark = Intended { id: "begun".to_owned(), before: serde_json::Map::new(), set: serde_json::Map::new() };
    ports.journal.intend(&begun, &[mark]).await?;
    let count = u32::try_from(approved.plan.chunks().len()).unwrap_or(u32::MAX);
    let now = in_turn(from_chunk, at_most, count);
    let mut works = Vec::new();
    for number in now.clone() {
        let chunk = count - 1 - number;
        let run = ChunkRun { job: job.clone(), direction: Direction::Apply, chunk };
        let noted = ports.journal.noted(&run).await?;
        let made: BTreeMap<String, String> =
            noted.results.into_iter().filter_map(|result| Some((result.id, result.made?))).collect();
        let undo = noted.intended.into_iter().map(|done| Work::Undo {
            made: made.get(&done.id).cloned(),
            overruled: false,
            done,
        });
        works.push((number, undo.collect()));
    }
    let turn = work(ports, approved, Direction::Undo, works, count, now.end, pause).await?;
    if turn.done {
        tell_synced(ports, approved, &job, "rolled_back", &turn).await?;
    }
    Ok(turn)
}

/// Marks those by which a user left for another role in the same territory, where people have changed that role since, or
/// taken the user out: it was not ours any more when it was taken back, before this chunk.
async fn mark_overruled(ports: Ports<'_>, approved: Approved<'_>, chunk: u32, works: &mut [Work<'_>]) -> Outcome<()> {
    let chunks = approved.plan.chunks();
    let steps = chunks.get(index(chunk)).copied().unwrap_or_default();
    let mut overruled = BTreeSet::new();
    let mut read: BTreeMap<u32, Vec<RecordResult>> = BTreeMap::new();
    for step in steps {
        let Step::UserOut(out) = step else { continue };
        if !out.other_role {
            continue;
        }
        let comes = Step::UserIn(out.clone()).key();
        let Some((at, _)) = (0_u32..).zip(&chunks).find(|(_, steps)| steps.iter().any(|one| one.key() == comes)) else {
            continue;
        };
        if let Entry::Vacant(entry) = read.entry(at) {
            let undone = u32::try_from(chunks.len()).unwrap_or(u32::MAX) - 1 - at;
            let run = ChunkRun { job: job(approved.run_id), direction: Direction::Undo, chunk: undone };
            entry.insert(ports.journal.noted(&run).await?.results);
        }
        let result = read.get(&at).and_then(|results| results.iter().find(|result| result.id == comes));
        if result.is_some_and(|result| matches!(result.ended, Ended::Changed | Ended::Gone)) {
            overruled.insert(step.key());
        }
    }
    for work in works {
        if let Work::Undo { done, overruled: is, .. } = work {
            *is = overruled.contains(&done.id);
        }
    }
    Ok(())
}

/// The journal of a plan: another run's is another, even where it plans the same.
#[must_use]
pub fn job(run_id: &RunId) -> String {
    format!("territories-{run_id}")
}

/// The chunks that a turn looks at.
fn in_turn(from_chunk: u32, at_most: usize, count: u32) -> std::ops::Range<u32> {
    let at_most = u32::try_from(at_most.max(1)).unwrap_or(u32::MAX);
    from_chunk.min(count)..from_chunk.saturating_add(at_most).min(count)
}

fn index(chunk: u32) -> usize {
    usize::try_from(chunk).unwrap_or(usize::MAX)
}

async fn work(
    ports: Ports<'_>,
    approved: Approved<'_>,
    direction: Direction,
    chunks: Vec<(u32, Vec<Work<'_>>)>,
    count: u32,
    until: u32,
    pause: impl AsyncFn(u32),
) -> Outcome<Turn> {
    let mut turn = Turn { chunks: count, next_chunk: until, done: until == count, ..Turn::default() };
    let mut view = View::unseen(approved.plan.model.as_deref().unwrap_or_default());
    for (number, mut works) in chunks {
        let run = ChunkRun { job: job(approved.run_id), direction, chunk: number };
        let noted = ports.journal.noted(&run).await?;
        let results = if noted.results.len() >= works.len() {
            noted.results
        } else {
            if direction == Direction::Undo {
                // Only now: it rests on what the chunk before came to.
                mark_overruled(ports, approved, count - 1 - number, &mut works).await?;
            }
            chunk(ports, approved, &run, works, noted, &mut view, &pause).await?
        };
        results.iter().for_each(|result| turn.count(result));
    }
    if turn.done {
        turn = Turn { done: true, next_chunk: count, chunks: count, ..all(ports, approved, direction, count).await? };
    }
    Ok(turn)
}

/// What all chunks came to.
async fn all(ports: Ports<'_>, approved: Approved<'_>, direction: Direction, count: u32) -> Outcome<Turn> {
    let mut turn = Turn::default();
    for chunk in 0..count {
        let run = ChunkRun { job: job(approved.run_id), direction, chunk };
        ports.journal.noted(&run).await?.results.iter().for_each(|result| turn.count(result));
    }
    Ok(turn)
}

/// Carries out what is left of one chunk.
async fn chunk(
    ports: Ports<'_>,
    approved: Approved<'_>,
    run: &ChunkRun,
    mut left: Vec<Work<'_>>,
    noted: Noted,
    view: &mut View,
    pause: &impl AsyncFn(u32),
) -> Outcome<Vec<RecordResult>> {
    let mut progress = act::Progress::new(approved.plan, noted);
    let keys: Vec<String> = left.iter().map(Work::key).collect();
    left.retain(|work| !progress.has(&work.key()));
    let mut last: Option<Failure> = None;
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            pause(attempt).await;
        }
        match progress.pass(ports, run, &left, view).await {
            Ok(kept_back) => last = kept_back,
            Err(failure) if failure.class().passes_by_itself() => {
                // Nobody knows what got through.
                view.forget();
                last = Some(failure);
            }
            Err(failure) => return Err(failure),
        }
        left.retain(|work| !progress.has(&work.key()));
        if left.is_empty() {
            break;
        }
    }
    let results = progress.results(&keys);
    if left.is_empty() && run.direction == Direction::Apply {
        tell(ports, approved, run, &results).await?;
    }
    ports.journal.finish(run, &results).await?;
    match last {
        Some(failure) if !left.is_empty() => {
            let count = left.len();
            Err(failure.during(format_args!("{count} records of chunk {} of {} are left", run.chunk, run.job)))
        }
        Some(_) | None => Ok(results),
    }
}

/// What moved, and who waits no more: before the chunk counts as done, so that nothing is forgotten. Each may come twice.
async fn tell(ports: Ports<'_>, approved: Approved<'_>, run: &ChunkRun, results: &[RecordResult]) -> Outcome<()> {
    let through = results.iter().filter(|result| matches!(result.ended, Ended::Written | Ended::Already));
    let through: BTreeSet<&str> = through.map(|result| result.id.as_str()).collect();
    let chunks = approved.plan.chunks();
    let Some(steps) = chunks.get(index(run.chunk)) else { return Ok(()) };
    let (mut assigned, mut moved): (Vec<(AccountId, String)>, Vec<PlacementMove>) = (Vec::new(), Vec::new());
    for step in *steps {
        if through.contains(step.key().as_str())
            && let Step::AccountIn(step) = step
        {
            assigned.push((step.account.clone(), step.territory.id.clone()));
            if step.other.is_some() {
                moved.push(PlacementMove { account: step.account.clone(), at: approved.at });
            }
        }
    }
    if assigned.is_empty() {
        return Ok(());
    }
    if !moved.is_empty() {
        ports.placements.moved(&moved).await?;
    }
    let accounts: Vec<AccountId> = assigned.iter().map(|(account, _)| account.clone()).collect();
    ports.placements.settle(&accounts).await?;
    let detail = json!(AccountsAssigned { plan: approved.plan.hash(), accounts: assigned });
    publish(ports.bus, names::ACCOUNT_ASSIGNED, &format!("{}/assigned/{}", run.job, run.chunk), detail).await
}

async fn tell_synced(ports: Ports<'_>, approved: Approved<'_>, job: &str, status: &str, turn: &Turn) -> Outcome<()> {
    let synced = TerritoriesSynced {
        plan: approved.plan.hash(),
        scenario: approved.plan.scenario.clone(),
        status: status.to_owned(),
        by: approved.by.to_owned(),
        written: turn.written,
        already: turn.already,
        left: turn.left,
        refused: turn.refused,
    };
    publish(ports.bus, names::TERRITORY_SYNCED, &format!("{job}/{status}"), json!(synced)).await
}

/// Publishes one event; consumers tell a repeat by its id.
async fn publish(bus: &dyn Bus, name: &str, event_id: &str, mut detail: Value) -> Outcome<()> {
    if let Value::Object(fields) = &mut detail {
        fields.insert("event_id".to_owned(), json!(event_id));
    }
    let outcomes = bus.publish(&[BusEvent { name: name.to_owned(), id: event_id.to_owned(), detail }]).await?;
    outcomes.into_iter().collect::<Outcome<Vec<()>>>().map(drop)
}
