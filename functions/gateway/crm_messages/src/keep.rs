//! Keeping an envelope's notifications: each ends on the bus, in the parked table, or as a failure.

use std::collections::BTreeSet;

use futures::StreamExt as _;
use futures::stream;
use jiff::Timestamp;

use revloops_crm::outbound::{Envelope, Notification, Saved, Unreadable};
use revloops_domain::OrganizationId;
use revloops_loopkit::Outcome;
use revloops_loopkit::ports::BusEvent;
use revloops_matching::{Company, keys};

use crate::{Ports, events, parking};

/// Leads of one envelope that are remembered at once.
const AT_ONCE: usize = 16;

/// What became of an envelope's notifications.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Kept {
    /// How many there were.
    pub(crate) notifications: usize,
    /// On the bus now.
    pub(crate) published: usize,
    /// On the bus before.
    pub(crate) duplicates: usize,
    /// Accounts that the index knows now.
    pub(crate) indexed: usize,
    /// Tasks that ask nothing of anybody.
    pub(crate) dropped: usize,
    /// Parked with their reason.
    pub(crate) parked: usize,
    /// Neither: Salesforce must send them again.
    pub(crate) failed: usize,
}

impl Kept {
    fn count(&mut self, step: &Step) {
        match step {
            Step::Publish(_) => self.published += 1,
            Step::Indexed => self.indexed += 1,
            Step::Dropped => self.dropped += 1,
            Step::Parked => self.parked += 1,
            Step::Failed => self.failed += 1,
        }
    }
}

/// How one notification stands: to be published, and after the bus has answered, published.
enum Step {
    Publish(BusEvent),
    Indexed,
    Dropped,
    Parked,
    Failed,
}

/// Keeps all notifications of an envelope of ours. Leads are remembered before they are published, so that the chain
/// finds them; the inbox is told after, so that nothing counts as published that is not.
pub(crate) async fn keep(envelope: Envelope, body: &[u8], received_at: Timestamp, ports: &Ports) -> Kept {
    let mut kept = Kept { notifications: envelope.notifications.len(), ..Kept::default() };
    let organization_id = &envelope.organization_id;
    let ids = envelope.notifications.iter().flatten().map(|notification| notification.id.to_string()).collect();
    let seen = ports.inbox.seen(&ids).await.map_err(|failure| tracing::warn!("the inbox is not to be had: {failure}"));
    let mut fresh = Vec::new();
    for notification in envelope.notifications {
        match (&notification, &seen) {
            (Ok(Notification { id, .. }), Ok(seen)) if seen.contains(id.as_str()) => kept.duplicates += 1,
            (Ok(_), Err(())) => kept.failed += 1,
            (Ok(_), Ok(_)) | (Err(_), _) => fresh.push(notification),
        }
    }
    let prepared: Vec<Step> = stream::iter(fresh)
        .map(|notification| async move {
            prepare(notification, body, organization_id, received_at, ports).await.unwrap_or_else(|failure| {
                tracing::warn!("notification not kept: {failure}");
                Step::Failed
            })
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let mut events = Vec::new();
    for step in prepared {
        match step {
            Step::Publish(event) => events.push(event),
            done @ (Step::Indexed | Step::Dropped | Step::Parked | Step::Failed) => kept.count(&done),
        }
    }
    for step in publish(events, received_at, ports).await {
        kept.count(&step);
    }
    kept
}

async fn prepare(
    notification: Result<Notification, Unreadable>,
    body: &[u8],
    organization_id: &OrganizationId,
    received_at: Timestamp,
    ports: &Ports,
) -> Outcome<Step> {
    let Notification { id, saved, .. } = match notification {
        Ok(notification) => notification,
        Err(unreadable) => {
            parking::notification(body, &unreadable, received_at, ports).await?;
            return Ok(Step::Parked);
        }
    };
    match saved {
        Saved::Lead(lead) => {
            // A converted lead is the acquisition chain's; what the demand chain decided about it stays.
            if let Some(converted) = events::lead_converted(id.as_str(), &lead, organization_id, received_at) {
                return Ok(Step::Publish(converted?));
            }
            let event = events::lead_saved(id.as_str(), &lead, organization_id, received_at)?;
            match ports.leads.remember(&lead).await {
                Ok(()) => Ok(Step::Publish(event)),
                Err(failure) if failure.class().passes_by_itself() => Err(failure),
                Err(failure) => {
                    parking::event(&event, &failure, received_at, ports).await?;
                    Ok(Step::Parked)
                }
            }
        }
        // Nothing is published, so the inbox need not know: the same account put again changes nothing.
        Saved::Account(account) => {
            let keys: Vec<String> = keys(&Company::of_account(&account)).iter().map(ToString::to_string).collect();
            ports.accounts.put(&account, &keys).await?;
            Ok(Step::Indexed)
        }
        Saved::Opportunity(opportunity) => {
            Ok(Step::Publish(events::opportunity_saved(id.as_str(), &opportunity, organization_id, received_at)?))
        }
        Saved::Task(task) => {
            let task_id = task.id.clone();
            match events::task_answered(id.as_str(), task, organization_id, received_at) {
                Ok(event) => Ok(Step::Publish(event?)),
                Err(reason) => {
                    tracing::info!(%task_id, reason, "nothing to tell of a task");
                    Ok(Step::Dropped)
                }
            }
        }
    }
}

/// Publishes the events, and tells the inbox of those that are on the bus.
async fn publish(events: Vec<BusEvent>, received_at: Timestamp, ports: &Ports) -> Vec<Step> {
    if events.is_empty() {
        return Vec::new();
    }
    let outcomes = match ports.bus.publish(&events).await {
        Ok(outcomes) => outcomes,
        Err(failure) => {
            tracing::warn!(events = events.len(), "nothing is known of the events: {failure}");
            return events.iter().map(|_unknown| Step::Failed).collect();
        }
    };
    let mut outcomes = outcomes.into_iter();
    let mut steps = Vec::new();
    let mut published = BTreeSet::new();
    for event in events {
        let step = finish(event, outcomes.next(), received_at, ports).await;
        if let Step::Publish(event) = &step {
            published.insert(event.id.clone());
        }
        steps.push(step);
    }
    // The events are durable. If the inbox misses them, the worst is a second delivery, which the chain makes harmless.
    if let Err(failure) = ports.inbox.enqueued(&published, received_at).await {
        tracing::warn!(events = published.len(), "published, but the inbox does not know: {failure}");
    }
    steps
}

/// What the bus said of an event; what it refuses for good is parked, which is rare enough to be done one by one.
async fn finish(event: BusEvent, outcome: Option<Outcome<()>>, received_at: Timestamp, ports: &Ports) -> Step {
    match outcome {
        Some(Ok(())) => Step::Publish(event),
        Some(Err(failure)) if !failure.class().passes_by_itself() && parking::can_redrive(&event) => {
            match parking::event(&event, &failure, received_at, ports).await {
                Ok(()) => Step::Parked,
                Err(also) => {
                    tracing::warn!(event_id = event.id, "neither published nor parked: {failure}; {also}");
                    Step::Failed
                }
            }
        }
        Some(Err(failure)) => {
            tracing::warn!(event_id = event.id, "not published: {failure}");
            Step::Failed
        }
        None => {
            tracing::warn!(event_id = event.id, "the bus said nothing of this event");
            Step::Failed
        }
    }
}
