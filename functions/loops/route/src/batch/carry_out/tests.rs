use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use serde_json::{Map, Value, json};

use revloops_loopkit::ports::{BatchJob, Noted};

use super::*;

type Record = Map<String, Value>;

/// A CRM and a store in memory. `dies_at` kills the process at that call: nothing answers from then on.
#[derive(Default)]
struct World {
    records: Mutex<BTreeMap<String, Record>>,
    writes: Mutex<Vec<String>>,
    chunk: Vec<PlannedChange>,
    noted: Mutex<BTreeMap<ChunkRun, Noted>>,
    calls: AtomicUsize,
    dies_at: Option<(usize, bool)>,
    locked: AtomicUsize,
    refused: Option<String>,
}

impl World {
    fn with(count: usize) -> Self {
        let id = |at: usize| format!("001{at:04}");
        let record = |owner: &str, rule: Value| json!({"OwnerId": owner, "Rule": rule}).as_object().unwrap().clone();
        Self {
            records: Mutex::new((0..count).map(|at| (id(at), record("anna", Value::Null))).collect()),
            chunk: (0..count)
                .map(|at| PlannedChange {
                    id: id(at),
                    expect: json!({"OwnerId": "anna"}).as_object().unwrap().clone(),
                    set: record("ben", json!("owners")),
                })
                .collect(),
            ..Self::default()
        }
    }

    /// One call to the outside: `Err` where the process is dead, or dies before it; `Ok(true)` where it dies after it.
    fn call(&self) -> Outcome<bool> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        let dead = || Failure::new(ErrorClass::Bug, "the process is dead");
        match self.dies_at {
            Some((at, _)) if call > at => Err(dead()),
            Some((at, false)) if call == at => Err(dead()),
            Some((at, true)) if call == at => Ok(true),
            Some(_) | None => Ok(false),
        }
    }

    fn answer<T>(&self, dies: bool, answer: T) -> Outcome<T> {
        if dies { Err(Failure::new(ErrorClass::Bug, "the process is dead")) } else { Ok(answer) }
    }

    fn edit(&self, id: &str, field: &str, value: &str) {
        self.records.lock().unwrap().get_mut(id).unwrap().insert(field.to_owned(), json!(value));
    }
}

#[async_trait]
impl Collections for World {
    async fn read(&self, _object: &str, ids: &[&str], _fields: &[&str]) -> Outcome<Vec<Option<Record>>> {
        let dies = self.call()?;
        let records = self.records.lock().unwrap();
        self.answer(dies, ids.iter().map(|id| records.get(*id).cloned()).collect())
    }

    async fn write(&self, _object: &str, writes: &[RecordWrite<'_>]) -> Outcome<Vec<Outcome<()>>> {
        let dies = self.call()?;
        let mut records = self.records.lock().unwrap();
        let mut outcomes = Vec::new();
        for write in writes {
            let locked = write.id.ends_with(['1', '3']) && self.locked.load(Ordering::SeqCst) > 0;
            outcomes.push(if locked {
                Err(Failure::new(ErrorClass::Transient, "UNABLE_TO_LOCK_ROW"))
            } else if self.refused.as_deref() == Some(write.id) {
                Err(Failure::new(ErrorClass::Rejected, "INACTIVE_OWNER"))
            } else {
                records.get_mut(write.id).unwrap().extend(write.fields.clone());
                self.writes.lock().unwrap().push(write.id.to_owned());
                Ok(())
            });
        }
        let _ = self.locked.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        self.answer(dies, outcomes)
    }
}

#[async_trait]
impl BatchStore for World {
    async fn job(&self, _job: &str) -> Outcome<Option<BatchJob>> {
        Ok(None)
    }

    async fn chunk(&self, _job: &str, _chunk: u32) -> Outcome<Vec<PlannedChange>> {
        let dies = self.call()?;
        self.answer(dies, self.chunk.clone())
    }

    async fn noted(&self, run: &ChunkRun) -> Outcome<Noted> {
        let dies = self.call()?;
        self.answer(dies, self.noted.lock().unwrap().get(run).cloned().unwrap_or_default())
    }

    async fn intend(&self, run: &ChunkRun, intended: &[Intended]) -> Outcome<()> {
        let dies = self.call()?;
        self.noted.lock().unwrap().entry(run.clone()).or_default().intended = intended.to_vec();
        self.answer(dies, ())
    }

    async fn finish(&self, run: &ChunkRun, results: &[RecordResult]) -> Outcome<()> {
        let dies = self.call()?;
        self.noted.lock().unwrap().entry(run.clone()).or_default().results = results.to_vec();
        self.answer(dies, ())
    }
}

fn run(direction: Direction) -> ChunkRun {
    ChunkRun { job: "j".to_owned(), direction, chunk: 0 }
}

async fn go(world: &World, direction: Direction) -> Outcome<Vec<Ended>> {
    let results = carry_out(world, world, "Account", &run(direction), async |_| {}).await?;
    Ok(results.into_iter().map(|result| result.ended).collect())
}

#[tokio::test]
async fn a_chunk_is_written_once_however_often_it_is_carried_out() {
    let world = World::with(3);
    assert_eq!(go(&world, Direction::Apply).await.unwrap(), [Ended::Written; 3]);
    assert_eq!(go(&world, Direction::Apply).await.unwrap(), [Ended::Written; 3]);
    assert_eq!(world.writes.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn killed_at_any_call_before_or_after_it_the_next_process_ends_at_the_same_and_undo_at_the_beginning() {
    let calls = {
        let world = World::with(3);
        go(&world, Direction::Apply).await.unwrap();
        world.calls.load(Ordering::SeqCst)
    };
    assert!(calls >= 6, "{calls}");
    for (at, after) in (0..calls).flat_map(|at| [(at, false), (at, true)]) {
        let mut world = World::with(3);
        world.dies_at = Some((at, after));
        go(&world, Direction::Apply).await.unwrap_err();
        world.dies_at = None;
        // Between the two a person gives one away: by then it was ours, or not yet.
        world.edit("0010001", "OwnerId", "cleo");
        go(&world, Direction::Apply).await.unwrap();
        let owners = |world: &World| -> Vec<String> {
            world.records.lock().unwrap().values().map(|r| r["OwnerId"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(owners(&world), ["ben", "cleo", "ben"], "killed at {at} {after}");
        go(&world, Direction::Undo).await.unwrap();
        assert_eq!(owners(&world), ["anna", "cleo", "anna"], "killed at {at} {after}");
        let rules = world.records.lock().unwrap().values().all(|record| record["Rule"] == Value::Null);
        assert!(rules, "killed at {at} {after}: nothing of ours stays");
    }
}

#[tokio::test]
async fn undo_killed_at_any_call_ends_at_the_same() {
    let applied = async || {
        let world = World::with(3);
        go(&world, Direction::Apply).await.unwrap();
        world.edit("0010002", "Rule", "by hand");
        world.records.lock().unwrap().remove("0010001");
        world.calls.store(0, Ordering::SeqCst);
        world
    };
    let calls = {
        let world = applied().await;
        assert_eq!(go(&world, Direction::Undo).await.unwrap(), [Ended::Written, Ended::Gone, Ended::Written]);
        world.calls.load(Ordering::SeqCst)
    };
    for (at, after) in (0..calls).flat_map(|at| [(at, false), (at, true)]) {
        let mut world = applied().await;
        world.dies_at = Some((at, after));
        go(&world, Direction::Undo).await.unwrap_err();
        world.dies_at = None;
        go(&world, Direction::Undo).await.unwrap();
        let records = world.records.lock().unwrap();
        assert_eq!(records["0010000"], *json!({"OwnerId": "anna", "Rule": null}).as_object().unwrap());
        assert_eq!(records["0010002"], *json!({"OwnerId": "anna", "Rule": "by hand"}).as_object().unwrap());
    }
}

#[tokio::test]
async fn a_record_that_is_given_away_after_the_undo_stays_where_it_is_when_undo_runs_again() {
    let world = World::with(1);
    go(&world, Direction::Apply).await.unwrap();
    go(&world, Direction::Undo).await.unwrap();
    // By chance to the very person whom the batch had chosen.
    world.edit("0010000", "OwnerId", "ben");
    assert_eq!(go(&world, Direction::Undo).await.unwrap(), [Ended::Written]);
    assert_eq!(world.records.lock().unwrap()["0010000"]["OwnerId"], "ben");
}

#[tokio::test]
async fn locked_records_are_tried_again_and_the_others_are_not() {
    let world = World::with(4);
    world.locked.store(2, Ordering::SeqCst);
    assert_eq!(go(&world, Direction::Apply).await.unwrap(), [Ended::Written; 4]);
    let writes = world.writes.lock().unwrap().clone();
    assert_eq!(writes.len(), 4, "{writes:?}");
}

#[tokio::test]
async fn records_that_stay_locked_are_an_error_and_the_next_call_does_only_those() {
    let world = World::with(4);
    world.locked.store(usize::MAX, Ordering::SeqCst);
    let failure = go(&world, Direction::Apply).await.unwrap_err();
    assert_eq!(failure.class(), ErrorClass::Transient);
    assert!(failure.to_string().contains("of chunk 0 of j are left"), "{failure}");
    world.locked.store(0, Ordering::SeqCst);
    let before = world.writes.lock().unwrap().len();
    assert_eq!(go(&world, Direction::Apply).await.unwrap(), [Ended::Written; 4]);
    assert_eq!(world.writes.lock().unwrap().len(), 4, "{before} before");
}

#[tokio::test]
async fn what_the_crm_refuses_is_told_and_the_others_are_written() {
    let world = World { refused: Some("0010001".to_owned()), ..World::with(3) };
    assert_eq!(go(&world, Direction::Apply).await.unwrap(), [Ended::Written, Ended::Refused, Ended::Written]);
    let noted = world.noted.lock().unwrap();
    let results = &noted.values().next().unwrap().results;
    assert_eq!(results[1].why.as_deref(), Some("INACTIVE_OWNER"));
}
