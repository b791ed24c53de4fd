//! A work queue on SQS.

use aws_sdk_sqs::Client;
use serde_json::Value;

use revloops_loopkit::Outcome;

use crate::failures::failure;

/// A queue to send work to.
#[derive(Debug, Clone)]
pub struct WorkQueue {
    client: Client,
    url: String,
}

impl WorkQueue {
    /// The queue at `url`.
    #[must_use]
    pub fn new(client: Client, url: impl Into<String>) -> Self {
        Self { client, url: url.into() }
    }

    /// Sends one message.
    ///
    /// # Errors
    /// When SQS does not take it.
    pub async fn send(&self, body: &Value) -> Outcome<()> {
        self.client
            .send_message()
            .queue_url(&self.url)
            .message_body(body.to_string())
            .send()
            .await
            .map_err(|error| failure("sending to the queue", error))?;
        Ok(())
    }
}
