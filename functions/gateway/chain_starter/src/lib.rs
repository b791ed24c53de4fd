//! Starts the demand chain for each queued lead, or the acquisition chain for each queued deal, and waits for its end.
//!
//! The queue is the back-pressure: as many chains run as the event source mapping lets messages through, and a burst
//! waits in the queue instead of pushing the CRM and the AI over their limits. A chain parks what cannot go on and ends
//! well; a message comes back only where the chain itself could not run, and after some attempts it is a dead letter.
//!
//! A message that is neither a saved lead nor a saved deal can never run: it is parked with its reason, and leaves the queue.

use async_trait::async_trait;
use futures::future::join_all;
use jiff::Timestamp;
use serde::Deserialize as _;
use serde_json::Value;

use revloops_domain::events::{LeadSaved, OpportunitySaved};
use revloops_domain::{ErrorClass, sha256_hex};
use revloops_loopkit::ports::{Clock, Parked, ParkedItem, ParkedStatus};
use revloops_loopkit::{Failure, Outcome};
use revloops_runtime::Chain;
use revloops_runtime::sqs::{Batch, BatchReply, Message};

/// Runs a chain to its end.
#[async_trait]
pub trait RunsChain: Send + Sync {
    /// The chain's output.
    async fn run(&self, input: &Value) -> Outcome<Value>;
}

#[async_trait]
impl RunsChain for Chain {
    async fn run(&self, input: &Value) -> Outcome<Value> {
        Self::run(self, input).await
    }
}

/// Runs the chain for each message at once, and says which have to come again.
pub async fn start_all(batch: Batch, chain: &dyn RunsChain, parked: &dyn Parked, clock: &dyn Clock) -> BatchReply {
    let outcomes = join_all(batch.records.iter().map(|message| start(message, chain, parked, clock))).await;
    BatchReply::of(&batch, outcomes)
}

async fn start(message: &Message, chain: &dyn RunsChain, parked: &dyn Parked, clock: &dyn Clock) -> Outcome<()> {
    let queued = match Queued::read(&message.body) {
        Ok(queued) => queued,
        Err(error) => return park(message, &error, parked, clock).await,
    };
    let input = queued.input()?;
    let output = chain.run(&input).await?;
    let status = output.get("status").and_then(Value::as_str);
    tracing::info!(
        lead_id = queued.lead_id(),
        opportunity_id = queued.opportunity_id(),
        correlation_id = queued.correlation_id(),
        status,
        waited_ms = revloops_runtime::function::milliseconds(queued.received_at(), clock.now()),
        "chain ended"
    );
    Ok(())
}

/// What a queue's message says.
enum Queued {
    Lead(LeadSaved),
    Deal(OpportunitySaved),
}

impl Queued {
    /// A deal's message names it; one of a converted lead names both, and is the deal's.
    fn read(body: &str) -> Result<Self, serde_json::Error> {
        let value: Value = serde_json::from_str(body)?;
        if value.get("opportunity_id").is_some() {
            return OpportunitySaved::deserialize(value).map(Self::Deal);
        }
        LeadSaved::deserialize(value).map(Self::Lead)
    }

    fn input(&self) -> Outcome<Value> {
        let written = match self {
            Self::Lead(event) => serde_json::to_value(event),
            Self::Deal(event) => serde_json::to_value(event),
        };
        written.map_err(|error| Failure::new(ErrorClass::Bug, "writing the chain's input").caused_by(error))
    }

    fn lead_id(&self) -> Option<&str> {
        match self {
            Self::Lead(event) => Some(event.lead_id.as_str()),
            Self::Deal(event) => event.lead_id.as_ref().map(revloops_domain::LeadId::as_str),
        }
    }

    fn opportunity_id(&self) -> Option<&str> {
        match self {
            Self::Lead(_) => None,
            Self::Deal(event) => Some(event.opportunity_id.as_str()),
        }
    }

    fn correlation_id(&self) -> &str {
        match self {
            Self::Lead(event) => event.correlation_id.as_str(),
            Self::Deal(event) => event.correlation_id.as_str(),
        }
    }

    const fn received_at(&self) -> Timestamp {
        match self {
            Self::Lead(event) => event.received_at,
            Self::Deal(event) => event.received_at,
        }
    }
}

async fn park(message: &Message, error: &serde_json::Error, parked: &dyn Parked, clock: &dyn Clock) -> Outcome<()> {
    let reason = Failure::unreadable(ErrorClass::Rejected, "neither a saved lead nor a saved deal", error).to_string();
    tracing::warn!(message_id = message.id, "parked: {reason}");
    parked
        .park(&ParkedItem {
            parked_id: format!("message-{}", sha256_hex(message.body.as_bytes())),
            step: "chain_starter".to_owned(),
            class: ErrorClass::Rejected.name().to_owned(),
            reason,
            attempts: 1,
            status: ParkedStatus::Waiting,
            parked_at: clock.now(),
            next_attempt_at: None,
            input: None,
            body_key: None,
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use revloops_runtime::sqs::FailedMessage;
    use revloops_testkit::{ParkedInMemory, TestWorld};
    use serde_json::json;

    struct Scripted;

    #[async_trait]
    impl RunsChain for Scripted {
        async fn run(&self, input: &Value) -> Outcome<Value> {
            if input["event_id"] == "broken" {
                Err(Failure::new(ErrorClass::Transient, "the chain ended as TIMED_OUT"))
            } else {
                Ok(json!({"status": "done"}))
            }
        }
    }

    fn message(id: &str, body: String) -> Message {
        Message { id: id.into(), body }
    }

    fn saved(event_id: &str) -> String {
        json!({
            "event_id": event_id, "correlation_id": "c", "organization_id": "00Dxx0000001gPLEAY",
            "lead_id": "00Qxx0000000001", "trigger": "created",
            "occurred_at": "2026-11-22T10:00:00Z", "received_at": "2026-11-22T10:00:01Z",
        })
        .to_string()
    }

    #[tokio::test]
    async fn only_the_message_whose_chain_could_not_run_comes_again() {
        let (world, parked) = (TestWorld::new("2026-11-22T10:00:00Z".parse().unwrap()), ParkedInMemory::default());
        let batch = Batch {
            records: vec![message("a", saved("fine")), message("b", saved("broken")), message("c", "{".into())],
        };
        let reply = start_all(batch, &Scripted, &parked, &world).await;
        assert_eq!(reply.failures, [FailedMessage { id: "b".into() }]);
        let kept = parked.items();
        assert_eq!(kept.len(), 1);
        assert!(kept[0].reason.contains("neither a saved lead nor a saved deal"), "{}", kept[0].reason);
        assert!(!kept[0].reason.contains('{'));
    }
}
