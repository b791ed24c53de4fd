//! The SDKs' clients, made once a process.

use std::sync::Arc;
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, Region};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::config::Credentials;

use revloops_domain::ErrorClass;
use revloops_loopkit::ports::Clock;
use revloops_loopkit::{Failure, Outcome};

use crate::host_prefix::GivenHost;
use crate::signer::Signer;

/// One client a service, sharing credentials, region, endpoint and connections.
#[derive(Debug, Clone)]
pub struct Clients {
    /// Athena.
    pub athena: aws_sdk_athena::Client,
    /// DynamoDB.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// EventBridge.
    pub eventbridge: aws_sdk_eventbridge::Client,
    /// Secrets Manager.
    pub secrets: aws_sdk_secretsmanager::Client,
    /// Step Functions.
    pub steps: aws_sdk_sfn::Client,
    /// SQS.
    pub sqs: aws_sdk_sqs::Client,
    credentials: Option<SharedCredentialsProvider>,
    endpoint: Option<String>,
    region: Option<String>,
    /// Whether an emulator is meant, which takes any credentials.
    emulated: bool,
}

/// What an emulator takes for credentials.
const ANY: &str = "test";

impl Clients {
    /// Clients by the standard settings (`AWS_REGION`, `AWS_ENDPOINT_URL`, the credential chain).
    pub async fn load() -> Self {
        Self::with(aws_config::defaults(BehaviorVersion::latest()), false).await
    }

    /// Clients of an emulator at `endpoint`, whatever the environment says.
    pub async fn emulated(endpoint: &str, region: &str) -> Self {
        let loader = aws_config::defaults(BehaviorVersion::latest())
            .endpoint_url(endpoint)
            .region(Region::new(region.to_owned()))
            .credentials_provider(Credentials::new(ANY, ANY, None, None, "emulator"));
        Self::with(loader, true).await
    }

    async fn with(loader: ConfigLoader, emulated: bool) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(3))
            .operation_attempt_timeout(Duration::from_secs(10))
            .build();
        let shared = loader.timeout_config(timeouts).load().await;
        // A synchronous chain answers when it is through: longer than any other call.
        let mut steps = aws_sdk_sfn::config::Builder::from(&shared).timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(Duration::from_secs(3))
                .operation_timeout(Duration::from_secs(310))
                .build(),
        );
        if let Some(host) = shared.endpoint_url().and_then(|endpoint| GivenHost::new("sync-", endpoint)) {
            steps = steps.interceptor(host);
        }
        Self {
            athena: aws_sdk_athena::Client::new(&shared),
            dynamodb: aws_sdk_dynamodb::Client::new(&shared),
            eventbridge: aws_sdk_eventbridge::Client::new(&shared),
            secrets: aws_sdk_secretsmanager::Client::new(&shared),
            steps: aws_sdk_sfn::Client::from_conf(steps.build()),
            sqs: aws_sdk_sqs::Client::new(&shared),
            credentials: shared.credentials_provider(),
            endpoint: shared.endpoint_url().map(ToOwned::to_owned),
            region: shared.region().map(ToString::to_string),
            emulated,
        }
    }

    /// What signs requests of `service`, of which there is no client here.
    ///
    /// # Errors
    /// `ConfigInvalid` where the settings name no region or no credentials.
    pub fn signer(&self, service: &'static str, clock: Arc<dyn Clock>) -> Outcome<Signer> {
        let none = |what| Failure::new(ErrorClass::ConfigInvalid, format!("signing for {service}: there is no {what}"));
        Ok(Signer {
            credentials: self.credentials.clone().ok_or_else(|| none("credentials provider"))?,
            region: self.region.clone().ok_or_else(|| none("region"))?,
            service,
            clock,
        })
    }

    /// An object store on `bucket`, at the same endpoint and region.
    ///
    /// # Errors
    /// When the settings do not name one.
    pub fn bucket(&self, bucket: &str) -> Result<object_store::aws::AmazonS3, object_store::Error> {
        let mut builder = object_store::aws::AmazonS3Builder::from_env().with_bucket_name(bucket);
        if let Some(region) = &self.region {
            builder = builder.with_region(region);
        }
        if let Some(endpoint) = &self.endpoint {
            builder = builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
        }
        if self.emulated {
            builder = builder.with_access_key_id(ANY).with_secret_access_key(ANY);
        }
        builder.build()
    }
}
