use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::failure::Outcome;

/// Records that the CRM takes in one call.
pub const CHUNK: usize = 200;

/// Many CRM records of one kind at a time, each with a result of its own.
#[async_trait]
pub trait Collections: Send + Sync {
    /// Some fields of these records, in the order of `ids`; `None` where one is gone. At most 2,000 at a time.
    async fn read(&self, object: &str, ids: &[&str], fields: &[&str]) -> Outcome<Vec<Option<Map<String, Value>>>>;

    /// Changes fields of at most [`CHUNK`] records, each by itself; a result for each, in their order. The org's own
    /// assignment rules are kept out. Sent once: whoever plans decides about another attempt, after looking.
    async fn write(&self, object: &str, records: &[RecordWrite<'_>]) -> Outcome<Vec<Outcome<()>>>;
}

/// The fields that one record gets.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordWrite<'a> {
    /// The record.
    pub id: &'a str,
    /// Field name → value.
    pub fields: Map<String, Value>,
}

/// A batch that was approved: what is the same for all of its records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchJob {
    /// The job's id: the beginning of its plan's hash, so that the same plan is the same job.
    pub id: String,
    /// SHA-256 of the plan that was approved.
    pub plan: String,
    /// `Account` or `Lead`.
    pub object: String,
    /// Number of chunks, from 0.
    pub chunks: u32,
    /// Number of records.
    pub records: u64,
}

/// One planned change of one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedChange {
    /// The record.
    pub id: String,
    /// What it must have now; where it has something else, a person has changed it since the plan was made.
    pub expect: Map<String, Value>,
    /// What it gets.
    pub set: Map<String, Value>,
}

/// Which way a batch goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The plan is carried out.
    Apply,
    /// What it did is taken back.
    Undo,
}

/// One chunk of a job in one direction.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ChunkRun {
    /// The job.
    pub job: String,
    /// Forth or back.
    pub direction: Direction,
    /// The chunk, from 0.
    pub chunk: u32,
}

/// A write that is about to be sent, noted before: what the record had, what it gets. Undoing reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intended {
    /// The record.
    pub id: String,
    /// What each of the fields had.
    pub before: Map<String, Value>,
    /// What each of them gets.
    pub set: Map<String, Value>,
}

/// How it ended for one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// It was written.
    Written,
    /// It was so already.
    Already,
    /// A person has changed it since: it stays as it is.
    Changed,
    /// It is not there any more.
    Gone,
    /// The CRM refused it.
    Refused,
}

/// One record's result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordResult {
    /// The record.
    pub id: String,
    /// How it ended.
    pub ended: Ended,
    /// The id of the record that was created, where one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<String>,
    /// Fields that were left alone, because a person has changed them since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<String>,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What is noted of one chunk in one direction.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    /// The writes that were about to be sent.
    pub intended: Vec<Intended>,
    /// The results that are final. The chunk is through when each of its records has one.
    pub results: Vec<RecordResult>,
}

/// Where jobs, their chunks and their journals are kept.
#[async_trait]
pub trait BatchStore: Send + Sync {
    /// The job; `None` where there is none of this id.
    async fn job(&self, job: &str) -> Outcome<Option<BatchJob>>;

    /// One of its chunks.
    async fn chunk(&self, job: &str, chunk: u32) -> Outcome<Vec<PlannedChange>>;

    /// What is noted of a chunk so far.
    async fn noted(&self, run: &ChunkRun) -> Outcome<Noted>;

    /// Notes writes before they are sent, in the place of those noted before.
    async fn intend(&self, run: &ChunkRun, intended: &[Intended]) -> Outcome<()>;

    /// Notes final results, in the place of those noted before.
    async fn finish(&self, run: &ChunkRun, results: &[RecordResult]) -> Outcome<()>;
}
