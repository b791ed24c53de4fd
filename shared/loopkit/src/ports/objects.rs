//! Objects in a bucket: files of the lake, published marts.

use std::ops::Range;

use async_trait::async_trait;

use crate::Outcome;

/// An object as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its content.
    pub bytes: Vec<u8>,
    /// Changes with each write.
    pub tag: String,
}

/// An object as a listing tells of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// Its key.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// Changes with each write.
    pub tag: String,
}

/// A bucket.
#[async_trait]
pub trait Objects: Send + Sync {
    /// The object, if it is there.
    async fn read(&self, key: &str) -> Outcome<Option<Object>>;

    /// Some bytes of it.
    ///
    /// # Errors
    /// `Bug` where it is not there.
    async fn range(&self, key: &str, range: Range<u64>) -> Outcome<Vec<u8>>;

    /// Everything below a folder, in the order of keys; with `after`, what follows that key.
    async fn list(&self, folder: &str, after: Option<&str>) -> Outcome<Vec<Listed>>;

    /// Writes the object if it still has the tag `expected`, or, without one, if it is not there; false otherwise.
    async fn replace(&self, key: &str, bytes: Vec<u8>, expected: Option<&str>) -> Outcome<bool>;

    /// Writes the object, whatever is there, to be served as `content_type`.
    async fn put(&self, key: &str, bytes: Vec<u8>, content_type: &str) -> Outcome<()>;
}
