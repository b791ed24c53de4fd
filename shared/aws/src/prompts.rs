//! Exchanges with the AI in a bucket of their own, whose lifecycle rule forgets them.

use async_trait::async_trait;
use object_store::ObjectStoreExt as _;
use object_store::aws::AmazonS3;
use object_store::path::Path;
use serde_json::Value;

use revloops_loopkit::Outcome;
use revloops_loopkit::ports::Prompts;

use crate::failures::object_failure;

/// [`Prompts`] on S3.
#[derive(Debug, Clone)]
pub struct BucketPrompts {
    bucket: AmazonS3,
}

impl BucketPrompts {
    /// In `bucket`.
    #[must_use]
    pub fn new(bucket: AmazonS3) -> Self {
        Self { bucket }
    }
}

#[async_trait]
impl Prompts for BucketPrompts {
    async fn keep(&self, key: &str, exchange: &Value) -> Outcome<()> {
        let put = self.bucket.put(&Path::from(key), exchange.to_string().into_bytes().into()).await;
        put.map(drop).map_err(|error| object_failure(format!("storing {key}"), error))
    }
}
