//! The CRM's messages gateway: takes Salesforce outbound messages, keeps every notification durably, only then
//! acknowledges.
//!
//! | in | what happens | answer |
//! |---|---|---|
//! | not POST, not XML, over [`MAX_BODY_BYTES`] | logged | 405, 415, 413 |
//! | unreadable XML, a document type definition, a wrong shape | body parked with the reason | 400 |
//! | another organisation's envelope | logged, nothing kept | 403 |
//! | a notification that cannot be read | parked with the reason, the others go on | – |
//! | a lead | newest version remembered, `lead.saved` on the bus | – |
//! | an account | kept under the keys that leads are matched by | – |
//! | a converted lead | `lead.converted` on the bus, by the opportunity that it became | – |
//! | an opportunity | `opportunity.saved` on the bus | – |
//! | a task with an answer | `task.answered` on the bus; an emptied answer, or a task that previews nothing, is logged and dropped | – |
//! | every notification is kept | | 200, `Ack` true |
//! | anything failed that passes by itself | | 503, so that Salesforce sends again |
//!
//! Everything may come twice, at once and out of order: notifications on the bus are told by the inbox, and the chain
//! makes the repeat harmless that a crash between bus and inbox leaves. Content is never logged and never sent back.

mod events;
mod keep;
mod parking;
mod request;

use std::sync::Arc;

use http::{HeaderValue, Request, Response, StatusCode, header};
use jiff::Timestamp;

use revloops_crm::outbound::{self, FaultCode, UnreadableEnvelope};
use revloops_domain::OrganizationId;
use revloops_loopkit::ports::{Accounts, Bus, Clock, Inbox, Leads, Parked, ParkedBodies};

use keep::Kept;

/// The largest body that is looked at. Salesforce's own envelopes of 100 leads stay far below.
pub const MAX_BODY_BYTES: usize = 2 * 1024 * 1024;

/// What the gateway needs of the world.
#[derive(Clone)]
pub struct Ports {
    /// The organisation whose messages are taken.
    pub organization_id: OrganizationId,
    /// Which notifications are on the bus already.
    pub inbox: Arc<dyn Inbox>,
    /// The newest version of each lead.
    pub leads: Arc<dyn Leads>,
    /// The CRM's accounts, for matching.
    pub accounts: Arc<dyn Accounts>,
    /// Where events go.
    pub bus: Arc<dyn Bus>,
    /// Where what cannot go on is kept.
    pub parked: Arc<dyn Parked>,
    /// Where raw bodies are kept.
    pub bodies: Arc<dyn ParkedBodies>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Answer {
    Acknowledged,
    Refused(StatusCode, String),
    SendAgain,
}

/// Answers one request; never fails.
pub async fn handle(request: Request<Vec<u8>>, ports: &Ports) -> Response<Vec<u8>> {
    let received_at = ports.clock.now();
    if let Err(refusal) = request::check(&request) {
        refused(refusal.status, refusal.reason, request.body().len(), None);
        return response(&Answer::Refused(refusal.status, refusal.reason.to_owned()));
    }
    let body = request.body();
    let answer = match outbound::read(body) {
        Err(why) => unreadable(body, why, received_at, ports).await,
        Ok(envelope) if envelope.organization_id != ports.organization_id => {
            let reason = "the envelope is another organisation's";
            refused(StatusCode::FORBIDDEN, reason, body.len(), Some(&envelope.organization_id));
            Answer::Refused(StatusCode::FORBIDDEN, reason.to_owned())
        }
        Ok(envelope) => {
            let (organization_id, action_id) = (envelope.organization_id.clone(), envelope.action_id.clone());
            let kept = keep::keep(envelope, body, received_at, ports).await;
            log(&organization_id, action_id.as_str(), &kept, ms_since(received_at, ports));
            if kept.failed == 0 { Answer::Acknowledged } else { Answer::SendAgain }
        }
    };
    response(&answer)
}

/// An envelope that cannot be read is kept as it came, for a person: nobody else can tell whose it was.
async fn unreadable(body: &[u8], why: UnreadableEnvelope, at: Timestamp, ports: &Ports) -> Answer {
    refused(StatusCode::BAD_REQUEST, &why.to_string(), body.len(), None);
    match parking::envelope(body, why, at, ports).await {
        Ok(()) => Answer::Refused(StatusCode::BAD_REQUEST, why.to_string()),
        Err(failure) => {
            tracing::error!("unreadable outbound message not parked: {failure}");
            Answer::SendAgain
        }
    }
}

fn ms_since(at: Timestamp, ports: &Ports) -> u64 {
    u64::try_from(ports.clock.now().duration_since(at).as_millis()).unwrap_or(0)
}

fn refused(status: StatusCode, reason: &str, bytes: usize, organization_id: Option<&OrganizationId>) {
    let organization_id = organization_id.map(tracing::field::display);
    tracing::warn!(status = status.as_u16(), reason, bytes, organization_id, "outbound message refused");
}

fn log(organization_id: &OrganizationId, action_id: &str, kept: &Kept, duration_ms: u64) {
    let Kept { notifications, published, duplicates, indexed, dropped, parked, failed } = *kept;
    if failed == 0 {
        tracing::info!(%organization_id, action_id, notifications, published, duplicates, indexed, dropped, parked, duration_ms, "outbound message taken");
    } else {
        tracing::error!(%organization_id, action_id, notifications, published, duplicates, indexed, dropped, parked, failed, duration_ms, "outbound message not acknowledged");
    }
}

fn response(answer: &Answer) -> Response<Vec<u8>> {
    let (status, body) = match answer {
        Answer::Acknowledged => (StatusCode::OK, outbound::acknowledgement()),
        Answer::Refused(status, reason) => (*status, outbound::fault(FaultCode::Client, reason)),
        Answer::SendAgain => (
            StatusCode::SERVICE_UNAVAILABLE,
            outbound::fault(FaultCode::Server, "not everything is kept yet: send again"),
        ),
    };
    let mut response = Response::new(body.into_bytes());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/xml; charset=utf-8"));
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(header::ALLOW, HeaderValue::from_static("POST"));
    }
    response
}
