//! Carrying out one chunk: look, note, write, and again what did not get through.
//!
//! A process may die anywhere. What was about to be written is noted before it is sent, so that who comes after can tell
//! our write from a person's, and undoing knows what was there before.

use std::collections::BTreeMap;

use serde_json::Map;

use revloops_domain::ErrorClass;
use revloops_loopkit::merge::{Step, ended, to_apply, to_undo};
use revloops_loopkit::ports::{
    BatchStore, ChunkRun, Collections, Direction, Ended, Intended, PlannedChange, RecordResult, RecordWrite,
};
use revloops_loopkit::{Failure, Outcome};

/// A record that is locked, or a CRM that is busy, is tried so often.
const ATTEMPTS: u32 = 6;

/// What one record of a chunk is about.
enum Work {
    Apply(PlannedChange),
    Undo(Intended),
}

impl Work {
    fn id(&self) -> &str {
        match self {
            Self::Apply(change) => &change.id,
            Self::Undo(done) => &done.id,
        }
    }

    fn fields(&self) -> &Map<String, serde_json::Value> {
        match self {
            Self::Apply(change) => &change.set,
            Self::Undo(done) => &done.set,
        }
    }
}

/// How far a chunk is.
struct Progress {
    /// Records without a final result.
    left: Vec<Work>,
    /// Writes noted before they are sent, by record.
    intended: BTreeMap<String, Intended>,
    /// Final results, by record.
    results: BTreeMap<String, RecordResult>,
}

/// Carries out what is left of a chunk of a job on `object`, and returns the results of all of it.
///
/// `pause` waits before the given attempt (from 1), longer each time.
///
/// # Errors
/// When the CRM or the store does not answer, or records stay locked; what is through by then is noted, and the next call
/// goes on from there.
pub async fn carry_out(
    crm: &dyn Collections,
    store: &dyn BatchStore,
    object: &str,
    run: &ChunkRun,
    pause: impl AsyncFn(u32),
) -> Outcome<Vec<RecordResult>> {
    let mut progress = Progress::load(store, run).await?;
    if progress.left.is_empty() {
        if progress.results.is_empty() {
            // Who waits for results must hear that there are none.
            store.finish(run, &[]).await?;
        }
        return Ok(progress.results());
    }
    let mut fields: Vec<String> = progress.left.iter().flat_map(|work| work.fields().keys().cloned()).collect();
    fields.sort();
    fields.dedup();
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    let mut last: Option<Failure> = None;
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            pause(attempt).await;
        }
        match progress.pass(crm, store, object, run, &fields).await {
            Ok(kept_back) => last = kept_back,
            Err(failure) if passes(&failure) => last = Some(failure),
            Err(failure) => return Err(failure),
        }
        if progress.left.is_empty() {
            break;
        }
    }
    store.finish(run, &progress.results()).await?;
    match last {
        Some(failure) if !progress.left.is_empty() => {
            let left = progress.left.len();
            Err(failure.during(format_args!("{left} records of chunk {} of {} are left", run.chunk, run.job)))
        }
        Some(_) | None => Ok(progress.results()),
    }
}

impl Progress {
    async fn load(store: &dyn BatchStore, run: &ChunkRun) -> Outcome<Self> {
        let noted = store.noted(run).await?;
        let results: BTreeMap<String, RecordResult> =
            noted.results.into_iter().map(|result| (result.id.clone(), result)).collect();
        let intended = noted.intended.into_iter().map(|intended| (intended.id.clone(), intended)).collect();
        let mut left = work(store, run).await?;
        left.retain(|work| !results.contains_key(work.id()));
        Ok(Self { left, intended, results })
    }

    fn results(&self) -> Vec<RecordResult> {
        self.results.values().cloned().collect()
    }

    fn end(&mut self, result: RecordResult) {
        self.results.insert(result.id.clone(), result);
    }

    /// Looks at what is left, notes and writes it. Returns what kept records back, where something did.
    async fn pass(
        &mut self,
        crm: &dyn Collections,
        store: &dyn BatchStore,
        object: &str,
        run: &ChunkRun,
        fields: &[&str],
    ) -> Outcome<Option<Failure>> {
        let ids: Vec<&str> = self.left.iter().map(Work::id).collect();
        let now = crm.read(object, &ids, fields).await?;
        let steps: Vec<Step> = self
            .left
            .iter()
            .zip(&now)
            .map(|(work, now)| {
                let noted = self.intended.get(work.id());
                match work {
                    Work::Apply(change) => to_apply(change, now.as_ref(), noted),
                    Work::Undo(done) => to_undo(done, now.as_ref(), noted),
                }
            })
            .collect();
        let mut writes: Vec<(Intended, Vec<String>)> = Vec::new();
        for step in steps {
            match step {
                Step::End(result) => self.end(result),
                Step::Write { intended, left } => writes.push((intended, left)),
            }
        }
        let kept_back = if writes.is_empty() { None } else { self.write(crm, store, object, run, &writes).await? };
        let results = &self.results;
        self.left.retain(|work| !results.contains_key(work.id()));
        Ok(kept_back)
    }

    async fn write(
        &mut self,
        crm: &dyn Collections,
        store: &dyn BatchStore,
        object: &str,
        run: &ChunkRun,
        writes: &[(Intended, Vec<String>)],
    ) -> Outcome<Option<Failure>> {
        self.intended.extend(writes.iter().map(|(one, _)| (one.id.clone(), one.clone())));
        let intended: Vec<Intended> = self.intended.values().cloned().collect();
        store.intend(run, &intended).await?;
        let records: Vec<RecordWrite<'_>> =
            writes.iter().map(|(one, _)| RecordWrite { id: &one.id, fields: one.set.clone() }).collect();
        let outcomes = crm.write(object, &records).await?;
        let mut kept_back = None;
        for ((one, left), outcome) in writes.iter().zip(outcomes) {
            match outcome {
                Ok(()) => self.end(RecordResult { left: left.clone(), ..ended(&one.id, Ended::Written) }),
                Err(failure) if passes(&failure) => kept_back = Some(failure),
                Err(failure) => {
                    self.end(RecordResult { why: Some(failure.to_string()), ..ended(&one.id, Ended::Refused) });
                }
            }
        }
        Ok(kept_back)
    }
}

/// What the chunk is about: the plan's changes, or the writes that applying it was about to send. Whether each of those
/// got through does not matter: where it did not, the record does not have what is ours.
async fn work(store: &dyn BatchStore, run: &ChunkRun) -> Outcome<Vec<Work>> {
    Ok(match run.direction {
        Direction::Apply => store.chunk(&run.job, run.chunk).await?.into_iter().map(Work::Apply).collect(),
        Direction::Undo => {
            let applied = ChunkRun { direction: Direction::Apply, ..run.clone() };
            store.noted(&applied).await?.intended.into_iter().map(Work::Undo).collect()
        }
    })
}

fn passes(failure: &Failure) -> bool {
    matches!(failure.class(), ErrorClass::Transient | ErrorClass::Throttled | ErrorClass::Busy)
}

#[cfg(test)]
mod tests;
