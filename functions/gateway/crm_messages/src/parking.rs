//! What is parked, and under which id: the same thing always under the same, so that repeats count up.

use jiff::Timestamp;

use revloops_crm::outbound::{Unreadable, UnreadableEnvelope};
use revloops_domain::events::names;
use revloops_domain::{ErrorClass, sha256_hex};
use revloops_loopkit::ports::{BusEvent, ParkedItem, ParkedStatus};
use revloops_loopkit::{Failure, Outcome};

use crate::Ports;

const STEP: &str = "crm_messages";

/// How the acquisition chain names what it parks (infra/chains/acquisition.asl.json); redrive knows its queue by it.
const ACQUISITION: &str = "acquisition/";

/// Parks a whole envelope that cannot be read, with its body. Only a person can do something about it.
pub(crate) async fn envelope(body: &[u8], why: UnreadableEnvelope, at: Timestamp, ports: &Ports) -> Outcome<()> {
    let body_key = ports.bodies.keep(body).await?;
    let parked_id = format!("envelope/{}", sha256_hex(body));
    ports.parked.park(&for_a_person(parked_id, why.to_string(), body_key, at)).await
}

/// Parks one notification that cannot be read, with its own part of the body: the others are nobody's concern.
pub(crate) async fn notification(body: &[u8], unreadable: &Unreadable, at: Timestamp, ports: &Ports) -> Outcome<()> {
    let part = body.get(unreadable.at.clone()).unwrap_or(body);
    let body_key = ports.bodies.keep(part).await?;
    let parked_id = match &unreadable.id {
        Some(id) => format!("notification/{id}"),
        None => format!("notification/{}", sha256_hex(part)),
    };
    ports.parked.park(&for_a_person(parked_id, unreadable.reason.to_string(), body_key, at)).await
}

/// Parks an event that could not be sent on its way, under its chain's id, by which the chain closes it when it has
/// been sent again.
pub(crate) async fn event(event: &BusEvent, why: &Failure, at: Timestamp, ports: &Ports) -> Outcome<()> {
    let chain_id = event.detail.get("correlation_id").and_then(|id| id.as_str()).unwrap_or(&event.id);
    let parked_id =
        if event.name == names::LEAD_SAVED { chain_id.to_owned() } else { format!("{ACQUISITION}{chain_id}") };
    let item = ParkedItem {
        parked_id,
        step: STEP.to_owned(),
        class: why.class().name().to_owned(),
        reason: why.to_string(),
        attempts: 1,
        status: ParkedStatus::Waiting,
        parked_at: at,
        next_attempt_at: Some(at),
        input: Some(event.detail.clone()),
        body_key: None,
    };
    ports.parked.park(&item).await
}

/// What redrive knows the way of; anything else must be sent again by the CRM.
pub(crate) fn can_redrive(event: &BusEvent) -> bool {
    [names::LEAD_SAVED, names::LEAD_CONVERTED, names::OPPORTUNITY_SAVED].contains(&event.name.as_str())
}

fn for_a_person(parked_id: String, reason: String, body_key: String, at: Timestamp) -> ParkedItem {
    ParkedItem {
        parked_id,
        step: STEP.to_owned(),
        class: ErrorClass::Rejected.name().to_owned(),
        reason,
        attempts: 1,
        status: ParkedStatus::Waiting,
        parked_at: at,
        next_attempt_at: None,
        input: None,
        body_key: Some(body_key),
    }
}
