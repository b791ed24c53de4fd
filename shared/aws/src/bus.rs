//! The event bus on EventBridge.

use async_trait::async_trait;
use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;

use revloops_domain::ErrorClass;
use revloops_loopkit::ports::{Bus, BusEvent};
use revloops_loopkit::{Failure, Outcome};

use crate::failures::failure;

/// EventBridge takes at most so many entries a call.
const ENTRIES_A_CALL: usize = 10;

/// [`Bus`] on EventBridge.
#[derive(Debug, Clone)]
pub struct EventBus {
    client: Client,
    bus: String,
}

impl EventBus {
    /// On the bus of this name.
    #[must_use]
    pub fn new(client: Client, bus: impl Into<String>) -> Self {
        Self { client, bus: bus.into() }
    }
}

#[async_trait]
impl Bus for EventBus {
    async fn publish(&self, events: &[BusEvent]) -> Outcome<Vec<Outcome<()>>> {
        let mut outcomes = Vec::with_capacity(events.len());
        for chunk in events.chunks(ENTRIES_A_CALL) {
            let entries = chunk
                .iter()
                .map(|event| {
                    PutEventsRequestEntry::builder()
                        .event_bus_name(&self.bus)
                        .source("revloops")
                        .detail_type(&event.name)
                        .detail(event.detail.to_string())
                        .build()
                })
                .collect();
            let put = self
                .client
                .put_events()
                .set_entries(Some(entries))
                .send()
                .await
                .map_err(|error| failure("publishing events", error))?;
            let results = put.entries.unwrap_or_default();
            for at in 0..chunk.len() {
                outcomes.push(match results.get(at) {
                    Some(result) if result.event_id.is_some() => Ok(()),
                    Some(result) => Err(Failure::new(
                        ErrorClass::Transient,
                        format!("event not taken: {}", result.error_code.as_deref().unwrap_or("no reason given")),
                    )),
                    None => Err(Failure::new(ErrorClass::Transient, "event not taken: no result for it")),
                });
            }
        }
        Ok(outcomes)
    }
}
