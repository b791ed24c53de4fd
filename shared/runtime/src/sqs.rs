//! Messages as SQS hands them to a function, and the answer that says which have to come again.

use serde::{Deserialize, Serialize};

use revloops_loopkit::Outcome;

/// A batch of messages.
#[derive(Debug, Deserialize)]
pub struct Batch {
    /// The messages.
    #[serde(rename = "Records")]
    pub records: Vec<Message>,
}

/// One message.
#[derive(Deserialize)]
pub struct Message {
    /// The id by which SQS wants to hear of a failure.
    #[serde(rename = "messageId")]
    pub id: String,
    /// What was sent.
    pub body: String,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The messages that have to come again; all others are done.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct BatchReply {
    /// SQS's partial batch response.
    #[serde(rename = "batchItemFailures")]
    pub failures: Vec<FailedMessage>,
}

/// One message that has to come again.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct FailedMessage {
    /// Its id.
    #[serde(rename = "itemIdentifier")]
    pub id: String,
}

impl BatchReply {
    /// The reply for a batch whose messages ended so, in their order; each that failed is logged.
    #[must_use]
    pub fn of(batch: &Batch, outcomes: Vec<Outcome<()>>) -> Self {
        let failures = batch.records.iter().zip(outcomes).filter_map(|(message, outcome)| match outcome {
            Ok(()) => None,
            Err(failure) => {
                tracing::warn!(message_id = message.id, class = %failure.class(), "message comes again: {failure}");
                Some(FailedMessage { id: message.id.clone() })
            }
        });
        Self { failures: failures.collect() }
    }
}
