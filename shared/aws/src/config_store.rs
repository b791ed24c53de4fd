//! Config in a versioned S3 bucket.

use async_trait::async_trait;
use futures::TryStreamExt as _;
use object_store::aws::AmazonS3;
use object_store::path::Path;
use object_store::{GetOptions, ObjectStore, ObjectStoreExt, PutMode, PutOptions, UpdateVersion};

use revloops_config::store::{ConfigKeys, ObjectRead, PointerRead, ReplaceableObjects, pointer_key};
use revloops_config::{ConfigStore, Pointer, StoreError};

/// [`ConfigStore`] and [`ReplaceableObjects`] on a bucket with versioning.
#[derive(Debug)]
pub struct BucketConfigStore {
    bucket: AmazonS3,
}

impl BucketConfigStore {
    /// On `bucket`.
    #[must_use]
    pub fn new(bucket: AmazonS3) -> Self {
        Self { bucket }
    }
}

fn unavailable(context: String) -> impl FnOnce(object_store::Error) -> StoreError {
    move |error| StoreError::Unavailable { context, source: Box::new(error) }
}

#[async_trait]
impl ConfigStore for BucketConfigStore {
    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<String, StoreError> {
        let put =
            self.bucket.put(&Path::from(key), bytes.into()).await.map_err(unavailable(format!("storing {key}")))?;
        put.version.ok_or_else(|| StoreError::Unavailable {
            context: format!("storing {key}"),
            source: "the bucket keeps no versions: switch versioning on".into(),
        })
    }

    async fn get(&self, key: &str, version_id: &str) -> Result<Vec<u8>, StoreError> {
        let options = GetOptions { version: Some(version_id.to_owned()), ..GetOptions::default() };
        let got = match self.bucket.get_opts(&Path::from(key), options).await {
            Ok(got) => got,
            Err(object_store::Error::NotFound { .. }) => {
                return Err(StoreError::Missing(format!("{key} in version {version_id}")));
            }
            Err(error) => return Err(unavailable(format!("reading {key}"))(error)),
        };
        Ok(got.bytes().await.map_err(unavailable(format!("reading {key}")))?.to_vec())
    }

    async fn newest(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let got = match self.bucket.get(&Path::from(key)).await {
            Ok(got) => got,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(unavailable(format!("reading {key}"))(error)),
        };
        Ok(Some(got.bytes().await.map_err(unavailable(format!("reading {key}")))?.to_vec()))
    }

    async fn pointer(&self, loop_name: &str) -> Result<Option<PointerRead>, StoreError> {
        let key = pointer_key(loop_name);
        let Some(read) = self.read(&key).await? else { return Ok(None) };
        let pointer: Pointer = serde_json::from_slice(&read.bytes)
            .map_err(|error| StoreError::Unavailable { context: format!("reading {key}"), source: Box::new(error) })?;
        Ok(Some(PointerRead { pointer, etag: read.etag }))
    }

    async fn move_pointer(&self, loop_name: &str, to: &Pointer, expected: Option<&str>) -> Result<(), StoreError> {
        let key = pointer_key(loop_name);
        let bytes = serde_json::to_vec_pretty(to)
            .map_err(|error| StoreError::Unavailable { context: format!("writing {key}"), source: Box::new(error) })?;
        self.replace(&key, bytes, expected).await
    }
}

#[async_trait]
impl ConfigKeys for BucketConfigStore {
    async fn keys(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let listed = self.bucket.list(Some(&Path::from(prefix)));
        let keys = listed.map_ok(|object| object.location.to_string()).try_collect::<Vec<String>>().await;
        let mut keys = keys.map_err(unavailable(format!("listing {prefix}")))?;
        keys.sort();
        Ok(keys)
    }
}

#[async_trait]
impl ReplaceableObjects for BucketConfigStore {
    async fn read(&self, key: &str) -> Result<Option<ObjectRead>, StoreError> {
        let got = match self.bucket.get(&Path::from(key)).await {
            Ok(got) => got,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(unavailable(format!("reading {key}"))(error)),
        };
        let etag = got.meta.e_tag.clone().unwrap_or_default();
        let bytes = got.bytes().await.map_err(unavailable(format!("reading {key}")))?.to_vec();
        Ok(Some(ObjectRead { bytes, etag }))
    }

    async fn replace(&self, key: &str, bytes: Vec<u8>, expected: Option<&str>) -> Result<(), StoreError> {
        let mode = match expected {
            Some(etag) => PutMode::Update(UpdateVersion { e_tag: Some(etag.to_owned()), version: None }),
            None => PutMode::Create,
        };
        match self.bucket.put_opts(&Path::from(key), bytes.into(), PutOptions::from(mode)).await {
            Ok(_) => Ok(()),
            Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => {
                Err(StoreError::Conflict(key.to_owned()))
            }
            Err(error) => Err(unavailable(format!("replacing {key}"))(error)),
        }
    }
}
