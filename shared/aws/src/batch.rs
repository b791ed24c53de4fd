//! Batches in a bucket: `jobs/<job>/job.json`, `jobs/<job>/chunks/<n>.json`, and what is noted of a chunk in one
//! direction, `jobs/<job>/<direction>/<n>.intended.json` and `<n>.results.json`.

use std::collections::BTreeSet;

use async_trait::async_trait;
use object_store::aws::AmazonS3;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use serde::Serialize;
use serde::de::DeserializeOwned;

use revloops_domain::ErrorClass;
use revloops_loopkit::ports::{
    BatchJob, BatchStore, ChunkRun, Direction, Intended, Noted, PlannedChange, RecordResult,
};
use revloops_loopkit::{Failure, Outcome};

use crate::failures::object_failure;

/// [`BatchStore`] in a bucket.
#[derive(Debug, Clone)]
pub struct BucketBatches {
    bucket: AmazonS3,
}

impl BucketBatches {
    /// In `bucket`.
    #[must_use]
    pub fn new(bucket: AmazonS3) -> Self {
        Self { bucket }
    }

    /// Stores a chunk of a job. A job is told by [`BucketBatches::put_job`] once all its chunks are there.
    ///
    /// # Errors
    /// As all of these: when the bucket does not take or give it.
    pub async fn put_chunk(&self, job: &str, chunk: u32, changes: &[PlannedChange]) -> Outcome<()> {
        self.put(&format!("jobs/{job}/chunks/{chunk:06}.json"), &changes).await
    }

    /// Stores a job.
    ///
    /// # Errors
    /// See [`BucketBatches::put_chunk`].
    pub async fn put_job(&self, job: &BatchJob) -> Outcome<()> {
        self.put(&job_key(&job.id), job).await
    }

    /// The chunks of which results are noted, by one list of names.
    ///
    /// # Errors
    /// See [`BucketBatches::put_chunk`].
    pub async fn with_results(&self, job: &str, direction: Direction) -> Outcome<BTreeSet<u32>> {
        let prefix = Path::from(format!("jobs/{job}/{}", name(direction)));
        let listed = self
            .bucket
            .list_with_delimiter(Some(&prefix))
            .await
            .map_err(|error| object_failure(format!("listing {prefix}"), error))?;
        let number = |path: &Path| path.filename()?.strip_suffix(".results.json")?.parse().ok();
        Ok(listed.objects.iter().filter_map(|object| number(&object.location)).collect())
    }

    async fn put<T: Serialize>(&self, key: &str, value: &T) -> Outcome<()> {
        let bytes = serde_json::to_vec(value)
            .map_err(|error| Failure::new(ErrorClass::Bug, format!("writing {key}")).caused_by(error))?;
        let put = self.bucket.put(&Path::from(key), bytes.into()).await;
        put.map(drop).map_err(|error| object_failure(format!("storing {key}"), error))
    }

    async fn get<T: DeserializeOwned>(&self, key: &str) -> Outcome<Option<T>> {
        let failed = |error| object_failure(format!("reading {key}"), error);
        let got = match self.bucket.get(&Path::from(key)).await {
            Ok(got) => got,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let bytes = got.bytes().await.map_err(failed)?;
        let read = serde_json::from_slice(&bytes);
        read.map(Some).map_err(|error| Failure::unreadable(ErrorClass::Bug, format_args!("reading {key}"), &error))
    }
}

fn name(direction: Direction) -> &'static str {
    match direction {
        Direction::Apply => "apply",
        Direction::Undo => "undo",
    }
}

fn job_key(job: &str) -> String {
    format!("jobs/{job}/job.json")
}

fn noted_key(run: &ChunkRun, what: &str) -> String {
    format!("jobs/{}/{}/{:06}.{what}.json", run.job, name(run.direction), run.chunk)
}

#[async_trait]
impl BatchStore for BucketBatches {
    async fn job(&self, job: &str) -> Outcome<Option<BatchJob>> {
        self.get(&job_key(job)).await
    }

    async fn chunk(&self, job: &str, chunk: u32) -> Outcome<Vec<PlannedChange>> {
        let key = format!("jobs/{job}/chunks/{chunk:06}.json");
        let missing = || Failure::new(ErrorClass::Rejected, format!("{key} is not there: the job has no such chunk"));
        self.get(&key).await?.ok_or_else(missing)
    }

    async fn noted(&self, run: &ChunkRun) -> Outcome<Noted> {
        Ok(Noted {
            intended: self.get(&noted_key(run, "intended")).await?.unwrap_or_default(),
            results: self.get(&noted_key(run, "results")).await?.unwrap_or_default(),
        })
    }

    async fn intend(&self, run: &ChunkRun, intended: &[Intended]) -> Outcome<()> {
        self.put(&noted_key(run, "intended"), &intended).await
    }

    async fn finish(&self, run: &ChunkRun, results: &[RecordResult]) -> Outcome<()> {
        self.put(&noted_key(run, "results"), &results).await
    }
}
