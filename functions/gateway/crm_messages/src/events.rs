//! Notifications as events: they name the record and carry none of its fields.

use jiff::Timestamp;
use serde::Serialize;

use revloops_crm::outbound::{SavedOpportunity, SavedTask};
use revloops_domain::events::{LeadSaved, OpportunitySaved, TaskAnswered, names};
use revloops_domain::{CorrelationId, ErrorClass, Lead, OpportunityId, OrganizationId};
use revloops_loopkit::ports::BusEvent;
use revloops_loopkit::{Failure, Outcome};

/// Leads' messages are sent when a record is made, and only then.
const TRIGGER: &str = "created";

/// Tasks' messages are sent when an answer on them changes.
const ANSWERED: &str = "answered";

/// The event of a saved lead.
pub(crate) fn lead_saved(
    notification_id: &str,
    lead: &Lead,
    organization_id: &OrganizationId,
    received_at: Timestamp,
) -> Outcome<BusEvent> {
    let detail = LeadSaved {
        event_id: notification_id.to_owned(),
        correlation_id: CorrelationId::of(&format!("lead/{}", lead.id), TRIGGER),
        organization_id: organization_id.clone(),
        lead_id: lead.id.clone(),
        trigger: TRIGGER.to_owned(),
        occurred_at: lead.modified_at.or(lead.created_at).unwrap_or(received_at),
        received_at,
        redriven: false,
        passed_over: Vec::new(),
    };
    event(names::LEAD_SAVED, notification_id, &detail)
}

/// The event of a lead that has become an opportunity; `None` for any other lead.
pub(crate) fn lead_converted(
    notification_id: &str,
    lead: &Lead,
    organization_id: &OrganizationId,
    received_at: Timestamp,
) -> Option<Outcome<BusEvent>> {
    let opportunity = lead.opportunity_id.as_ref().filter(|_| lead.converted)?;
    let occurred_at = lead.modified_at.unwrap_or(received_at);
    let detail = OpportunitySaved {
        lead_id: Some(lead.id.clone()),
        ..saved(notification_id, opportunity, organization_id, occurred_at, received_at)
    };
    Some(event(names::LEAD_CONVERTED, notification_id, &detail))
}

/// The event of a saved opportunity.
pub(crate) fn opportunity_saved(
    notification_id: &str,
    opportunity: &SavedOpportunity,
    organization_id: &OrganizationId,
    received_at: Timestamp,
) -> Outcome<BusEvent> {
    let occurred_at = opportunity.modified_at.unwrap_or(received_at);
    let detail = saved(notification_id, &opportunity.id, organization_id, occurred_at, received_at);
    event(names::OPPORTUNITY_SAVED, notification_id, &detail)
}

/// The event of an answer on a task, or why there is none to tell of.
pub(crate) fn task_answered(
    notification_id: &str,
    task: SavedTask,
    organization_id: &OrganizationId,
    received_at: Timestamp,
) -> Result<Outcome<BusEvent>, &'static str> {
    let answer = task.answer.ok_or("the answer was emptied")?;
    let sequence_id = task.sequence_id.ok_or("the task previews no sequence")?;
    let detail = TaskAnswered {
        event_id: notification_id.to_owned(),
        correlation_id: CorrelationId::of(&format!("task/{}", task.id), ANSWERED),
        organization_id: organization_id.clone(),
        task_id: task.id,
        user_id: task.answered_by,
        sequence_id,
        content: task.content.unwrap_or_default(),
        answer,
        occurred_at: task.modified_at.unwrap_or(received_at),
        received_at,
    };
    Ok(event(names::TASK_ANSWERED, notification_id, &detail))
}

/// An opportunity is looked at once for each message: what it was like when the message was sent, no message tells.
fn saved(
    notification_id: &str,
    opportunity: &OpportunityId,
    organization_id: &OrganizationId,
    occurred_at: Timestamp,
    received_at: Timestamp,
) -> OpportunitySaved {
    OpportunitySaved {
        event_id: notification_id.to_owned(),
        // One for all that is decided about the deal, so that all of its way is found by one id.
        correlation_id: CorrelationId::of(&format!("opportunity/{opportunity}"), TRIGGER),
        organization_id: organization_id.clone(),
        opportunity_id: opportunity.clone(),
        trigger: format!("saved-{notification_id}"),
        occurred_at,
        received_at,
        lead_id: None,
        redriven: false,
    }
}

fn event<D: Serialize>(name: &str, id: &str, detail: &D) -> Outcome<BusEvent> {
    let detail = serde_json::to_value(detail)
        .map_err(|error| Failure::new(ErrorClass::Bug, format!("writing event {id}")).caused_by(error))?;
    Ok(BusEvent { name: name.to_owned(), id: id.to_owned(), detail })
}
