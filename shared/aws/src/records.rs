//! Where decision records are kept: in the run's own item, or, where they are too large for one, as an object of their own
//! in a bucket. The item then names the object and its SHA-256, so that what is read is what was decided.

use object_store::ObjectStoreExt;
use object_store::aws::AmazonS3;
use object_store::path::Path;

use revloops_domain::{ErrorClass, sha256_hex};
use revloops_loopkit::{Failure, Outcome, Record};

use crate::failures::object_failure;
use crate::item::{Item, from_json, text, to_json};

/// An item holds 400 KB with everything in it; a record above this goes to the bucket.
const IN_THE_ITEM: usize = 300_000;

/// The attribute of a record that is in the item itself.
pub(crate) const RECORD: &str = "record";
/// The attribute that names the object of a record that is not.
pub(crate) const RECORD_KEY: &str = "record_key";
/// The SHA-256 of that object.
pub(crate) const RECORD_SHA256: &str = "record_sha256";

/// A record on its way into an item.
#[derive(Debug)]
pub(crate) enum Kept {
    /// The record's JSON, for [`RECORD`].
    Inside(String),
    /// An object has it, for [`RECORD_KEY`] and [`RECORD_SHA256`].
    Outside {
        /// The object's key: one for each run and content, so that a second attempt which decides otherwise overwrites nothing.
        key: String,
        /// SHA-256 of its bytes.
        sha256: String,
    },
}

/// The bucket of large records; none for functions whose records are small.
#[derive(Debug, Clone, Default)]
pub(crate) struct Records {
    bucket: Option<AmazonS3>,
}

impl Records {
    pub(crate) fn within(bucket: AmazonS3) -> Self {
        Self { bucket: Some(bucket) }
    }

    /// Whether an item has a record, in it or in the bucket.
    pub(crate) fn has_one(item: &Item) -> bool {
        item.contains_key(RECORD) || item.contains_key(RECORD_KEY)
    }

    /// Keeps a record, before its run's item tells of it.
    pub(crate) async fn keep(&self, record: &Record) -> Outcome<Kept> {
        let json = to_json(record)?;
        if json.len() <= IN_THE_ITEM {
            return Ok(Kept::Inside(json));
        }
        let sha256 = sha256_hex(json.as_bytes());
        let key = format!("runs/{}/{sha256}.json", record.run_id);
        let put = self.bucket(&key)?.put(&Path::from(key.as_str()), json.into_bytes().into()).await;
        put.map_err(|error| object_failure(format!("storing {key}"), error))?;
        Ok(Kept::Outside { key, sha256 })
    }

    /// The record of an item.
    pub(crate) async fn of(&self, item: &Item) -> Outcome<Record> {
        let Some(key) = text(item, RECORD_KEY) else { return from_json(item, RECORD) };
        let failed = |error| object_failure(format!("reading {key}"), error);
        let got = self.bucket(key)?.get(&Path::from(key)).await.map_err(failed)?;
        let bytes = got.bytes().await.map_err(failed)?;
        if text(item, RECORD_SHA256) != Some(sha256_hex(&bytes).as_str()) {
            return Err(Failure::new(ErrorClass::Bug, format!("{key} is not what its run stored")));
        }
        serde_json::from_slice(&bytes)
            .map_err(|error| Failure::unreadable(ErrorClass::Bug, format_args!("reading {key}"), &error))
    }

    fn bucket(&self, key: &str) -> Outcome<&AmazonS3> {
        let none = || Failure::new(ErrorClass::ConfigInvalid, format!("{key} needs the bucket of large records"));
        self.bucket.as_ref().ok_or_else(none)
    }
}
