//! What the queue of the bus's events brings: each event in EventBridge's envelope.

use jiff::Timestamp;
use revloops_domain::sha256_hex;
use serde::Deserialize;
use serde_json::Value;

use crate::keep::{Reading, Unread};
use crate::told::{Published, Told};

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Envelope {
    id: String,
    detail_type: String,
    source: String,
    time: Timestamp,
    #[serde(default)]
    detail: Value,
}

/// Reads the messages' bodies. What cannot be read is told, and keeps no other back.
#[must_use]
pub fn read<'a>(bodies: impl Iterator<Item = &'a str>) -> Reading {
    let mut reading = Reading::default();
    for body in bodies {
        match serde_json::from_str::<Envelope>(body) {
            Ok(envelope) => reading.told.push(Told::Event(published(envelope))),
            Err(error) => {
                // What it holds may be about a person: its place and kind of error are enough.
                let reason = format!("no event of the bus: {:?} at line {}", error.classify(), error.line());
                reading.unread.push(Unread { name: format!("event/{}", sha256_hex(body.as_bytes())), reason });
            }
        }
    }
    reading
}

fn published(envelope: Envelope) -> Published {
    let detail = &envelope.detail;
    let said = |name: &str| detail.get(name).and_then(Value::as_str);
    // The event's own time is the same when it is published again.
    let own = ["received_at", "at", "decided_at"].iter().find_map(|name| said(name)?.parse::<Timestamp>().ok());
    let record = ["lead_id", "opportunity_id", "task_id", "account_id"].iter().find_map(|name| said(name));
    Published {
        event_id: said("event_id").unwrap_or(&envelope.id).to_owned(),
        record_id: record.map(str::to_owned),
        correlation_id: said("correlation_id").map(str::to_owned),
        at: own.unwrap_or(envelope.time),
        name: envelope.detail_type,
        source: envelope.source,
    }
}
