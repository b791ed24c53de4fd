//! Secrets, read once a process.

use aws_sdk_secretsmanager::Client;
use serde::de::DeserializeOwned;

use revloops_domain::ErrorClass;
use revloops_loopkit::{Failure, Outcome};

use crate::failures::failure;

/// Reads secrets that are JSON objects.
#[derive(Debug, Clone)]
pub struct Secrets {
    client: Client,
}

impl Secrets {
    /// With this client.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// The secret under `arn`. Nothing of its value is in an error's text.
    ///
    /// # Errors
    /// When it cannot be read, or is not of the shape `T`.
    pub async fn read<T: DeserializeOwned>(&self, arn: &str) -> Outcome<T> {
        let read = self
            .client
            .get_secret_value()
            .secret_id(arn)
            .send()
            .await
            .map_err(|error| failure(format!("reading secret {arn}"), error))?;
        let text = read.secret_string.unwrap_or_default();
        serde_json::from_str(&text).map_err(|_withheld| {
            Failure::new(ErrorClass::ConfigInvalid, format!("secret {arn} is not of the shape expected"))
        })
    }
}
