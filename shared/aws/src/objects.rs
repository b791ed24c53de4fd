//! Objects in a bucket.

use std::ops::Range;

use async_trait::async_trait;
use futures::TryStreamExt as _;
use object_store::aws::AmazonS3;
use object_store::path::Path;
use object_store::{Attribute, Attributes, ObjectStore, ObjectStoreExt, PutMode, PutOptions, UpdateVersion};

use revloops_loopkit::Outcome;
use revloops_loopkit::ports::{Listed, Object, Objects};

use crate::failures::object_failure;

/// [`Objects`] on a bucket.
#[derive(Debug)]
pub struct BucketObjects {
    bucket: AmazonS3,
}

impl BucketObjects {
    /// On `bucket`.
    #[must_use]
    pub fn new(bucket: AmazonS3) -> Self {
        Self { bucket }
    }
}

#[async_trait]
impl Objects for BucketObjects {
    async fn read(&self, key: &str) -> Outcome<Option<Object>> {
        let failed = |error| object_failure(format!("reading {key}"), error);
        let got = match self.bucket.get(&Path::from(key)).await {
            Ok(got) => got,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let tag = got.meta.e_tag.clone().unwrap_or_default();
        Ok(Some(Object { bytes: got.bytes().await.map_err(failed)?.to_vec(), tag }))
    }

    async fn range(&self, key: &str, range: Range<u64>) -> Outcome<Vec<u8>> {
        let got = self.bucket.get_range(&Path::from(key), range).await;
        Ok(got.map_err(|error| object_failure(format!("reading a part of {key}"), error))?.to_vec())
    }

    async fn list(&self, folder: &str, after: Option<&str>) -> Outcome<Vec<Listed>> {
        let folder = Path::from(folder);
        let listed = match after {
            Some(key) => self.bucket.list_with_offset(Some(&folder), &Path::from(key)),
            None => self.bucket.list(Some(&folder)),
        };
        let listed = listed.map_ok(|object| Listed {
            key: object.location.to_string(),
            size: object.size,
            tag: object.e_tag.unwrap_or_default(),
        });
        let listed = listed.try_collect::<Vec<_>>().await;
        let mut listed = listed.map_err(|error| object_failure(format!("listing {folder}"), error))?;
        listed.sort();
        Ok(listed)
    }

    async fn replace(&self, key: &str, bytes: Vec<u8>, expected: Option<&str>) -> Outcome<bool> {
        let mode = match expected {
            Some(tag) => PutMode::Update(UpdateVersion { e_tag: Some(tag.to_owned()), version: None }),
            None => PutMode::Create,
        };
        match self.bucket.put_opts(&Path::from(key), bytes.into(), PutOptions::from(mode)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => Ok(false),
            Err(error) => Err(object_failure(format!("replacing {key}"), error)),
        }
    }

    async fn put(&self, key: &str, bytes: Vec<u8>, content_type: &str) -> Outcome<()> {
        let attributes = Attributes::from_iter([(Attribute::ContentType, content_type.to_owned())]);
        let options = PutOptions { attributes, ..PutOptions::default() };
        let put = self.bucket.put_opts(&Path::from(key), bytes.into(), options).await;
        put.map(|_| ()).map_err(|error| object_failure(format!("writing {key}"), error))
    }
}
