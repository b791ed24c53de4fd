use std::sync::Mutex;

use async_trait::async_trait;
use revloops_loopkit::ports::{BatchJob, Direction, Intended, Noted, PlannedChange, RecordResult, RecordWrite};
use revloops_runtime::sqs::FailedMessage;
use serde_json::{Map, Value, json};

use super::*;

/// A CRM with one record a chunk, and the store of one job.
#[derive(Default)]
struct World {
    written: Mutex<Vec<String>>,
}

fn map(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

#[async_trait]
impl Collections for World {
    async fn read(&self, object: &str, ids: &[&str], _fields: &[&str]) -> Outcome<Vec<Option<Map<String, Value>>>> {
        assert_eq!(object, "Account");
        if ids == ["down"] {
            return Err(Failure::new(ErrorClass::Bug, "the CRM is down for good"));
        }
        Ok(vec![Some(map(json!({"OwnerId": "anna"})))])
    }

    async fn write(&self, _object: &str, records: &[RecordWrite<'_>]) -> Outcome<Vec<Outcome<()>>> {
        self.written.lock().unwrap().extend(records.iter().map(|record| record.id.to_owned()));
        Ok(records.iter().map(|_| Ok(())).collect())
    }
}

#[async_trait]
impl BatchStore for World {
    async fn job(&self, job: &str) -> Outcome<Option<BatchJob>> {
        let known = || BatchJob { id: job.into(), plan: "p".into(), object: "Account".into(), chunks: 2, records: 2 };
        Ok((job == "j").then(known))
    }

    async fn chunk(&self, _job: &str, chunk: u32) -> Outcome<Vec<PlannedChange>> {
        let id = if chunk == 0 { "fine" } else { "down" };
        let (expect, set) = (map(json!({"OwnerId": "anna"})), map(json!({"OwnerId": "ben"})));
        Ok(vec![PlannedChange { id: id.into(), expect, set }])
    }

    async fn noted(&self, _run: &ChunkRun) -> Outcome<Noted> {
        Ok(Noted::default())
    }

    async fn intend(&self, _run: &ChunkRun, _intended: &[Intended]) -> Outcome<()> {
        Ok(())
    }

    async fn finish(&self, _run: &ChunkRun, _results: &[RecordResult]) -> Outcome<()> {
        Ok(())
    }
}

fn message(id: &str, job: &str, chunk: u32) -> Message {
    let run = ChunkRun { job: job.into(), direction: Direction::Apply, chunk };
    Message { id: id.into(), body: serde_json::to_string(&run).unwrap() }
}

#[tokio::test]
async fn only_chunks_that_did_not_get_through_come_again() {
    let world = World::default();
    let unreadable = Message { id: "d".into(), body: "{".into() };
    let records = vec![message("a", "j", 0), message("b", "j", 1), message("c", "other", 0), unreadable];
    let reply = carry_out_all(Batch { records }, &world, &world).await;
    let again: Vec<&str> = reply.failures.iter().map(|FailedMessage { id }| id.as_str()).collect();
    assert_eq!(again, ["b", "c", "d"]);
    assert_eq!(*world.written.lock().unwrap(), ["fine"]);
}
