//! Routed leads that wait for a first touch, with what people have done on them: one query.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use revloops_domain::{ErrorClass, LeadId, OwnerId, crm_date};
use revloops_loopkit::ports::{OurTask, PersonsAct, PersonsActKind, Touches, Untouched};
use revloops_loopkit::{Failure, Outcome};

use crate::client::Salesforce;
use crate::wire::time;

/// So many tasks and meetings of one lead are looked at, the newest: older ones were before it was routed.
const ACTIVITIES: usize = 50;

/// Date literals of SOQL are whole days.
const A_DAY: SignedDuration = SignedDuration::from_hours(24);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LeadRow {
    id: String,
    owner_id: String,
    owner: Option<OwnerRow>,
    status: Option<String>,
    is_converted: bool,
    system_modstamp: String,
    #[serde(rename = "RevLoops_Band__c")]
    band: Option<String>,
    #[serde(rename = "RevLoops_Routed_At__c")]
    routed_at: String,
    #[serde(rename = "RevLoops_First_Touch_By__c")]
    due_at: String,
    #[serde(rename = "RevLoops_Touch_Owner__c")]
    clock_of: Option<String>,
    #[serde(rename = "RevLoops_Touch_Since__c")]
    clock_since: Option<String>,
    tasks: Option<Children<TaskRow>>,
    events: Option<Children<EventRow>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OwnerRow {
    username: Option<String>,
}

/// What a subquery found; the CRM writes `null` for nothing.
#[derive(Deserialize)]
struct Children<R> {
    records: Vec<R>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TaskRow {
    id: String,
    owner_id: String,
    created_by_id: String,
    is_closed: bool,
    completed_date_time: Option<String>,
    #[serde(rename = "RevLoops_Key__c")]
    key: Option<String>,
    #[serde(rename = "RevLoops_Answer__c")]
    answer: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct EventRow {
    start_date_time: Option<String>,
}

#[async_trait]
impl Touches for Salesforce {
    async fn untouched(&self, at: Timestamp, due_until: Timestamp, at_most: usize) -> Outcome<Vec<Untouched>> {
        let yesterday = crm_date(at.saturating_sub(A_DAY).unwrap_or(Timestamp::MIN));
        let query = format!(
            "SELECT Id, OwnerId, Owner.Username, Status, IsConverted, SystemModstamp, RevLoops_Band__c, \
             RevLoops_Routed_At__c, RevLoops_First_Touch_By__c, RevLoops_Touch_Owner__c, RevLoops_Touch_Since__c, \
             (SELECT Id, OwnerId, CreatedById, IsClosed, CompletedDateTime, RevLoops_Key__c, RevLoops_Answer__c FROM Tasks \
             WHERE IsClosed = TRUE OR RevLoops_Key__c != NULL ORDER BY CreatedDate DESC, Id DESC LIMIT {ACTIVITIES}), \
             (SELECT StartDateTime FROM Events WHERE EndDateTime <= {now} ORDER BY StartDateTime DESC LIMIT {ACTIVITIES}) \
             FROM Lead WHERE RevLoops_First_Touch_By__c <= {until} AND RevLoops_First_Touch_At__c = NULL \
             AND RevLoops_Routed_At__c != NULL AND RevLoops_Disqualified_Reason__c = NULL AND Owner.Type = 'User' \
             AND (IsConverted = FALSE OR ConvertedDate >= {yesterday}) \
             ORDER BY RevLoops_First_Touch_By__c ASC, Id ASC LIMIT {at_most}",
            now = soql_time(at),
            until = soql_time(due_until),
        );
        let rows = self.rows::<LeadRow>("looking for leads without a first touch", &query).await?;
        rows.into_iter().map(untouched).collect()
    }
}

fn untouched(row: LeadRow) -> Outcome<Untouched> {
    let lead = row.id.clone();
    let odd = |field: &str| Failure::new(ErrorClass::Rejected, format!("reading Lead {lead}: {field} cannot be read"));
    let moment = |field: &str, text: &str| time(text).ok_or_else(|| odd(field));
    let owner = |field: &str, id: &str| OwnerId::parse(id).map_err(|_withheld| odd(field));
    let mut acts = Vec::new();
    let mut our_tasks = Vec::new();
    for task in row.tasks.into_iter().flat_map(|tasks| tasks.records) {
        let of = owner("Task.OwnerId", &task.owner_id)?;
        let ours = task.key.map(|key| OurTask {
            id: task.id,
            key,
            nobodys: task.owner_id == task.created_by_id,
            owner_id: of.clone(),
            open: !task.is_closed,
        });
        // What belongs to a queue or still to us was completed by no person; and a reminder that is ticked off is not
        // yet a touch; nor is a draft that was answered.
        let a_persons = !of.is_queue()
            && task.answer.is_none()
            && ours.as_ref().is_none_or(|ours| !ours.nobodys && !ours.is_reminder());
        if let (true, true, Some(done)) = (task.is_closed, a_persons, &task.completed_date_time) {
            acts.push(PersonsAct { kind: PersonsActKind::Task, at: moment("Task.CompletedDateTime", done)? });
        }
        our_tasks.extend(ours);
    }
    for event in row.events.into_iter().flat_map(|events| events.records) {
        if let Some(start) = &event.start_date_time {
            acts.push(PersonsAct { kind: PersonsActKind::Meeting, at: moment("Event.StartDateTime", start)? });
        }
    }
    acts.sort_by_key(|act| act.at);
    Ok(Untouched {
        owner_id: owner("OwnerId", &row.owner_id)?,
        owner_login: row.owner.and_then(|owner| owner.username).unwrap_or_default().to_lowercase(),
        routed_at: moment("RevLoops_Routed_At__c", &row.routed_at)?,
        clock_of: row.clock_of.map(|id| owner("RevLoops_Touch_Owner__c", &id)).transpose()?,
        clock_since: row.clock_since.map(|at| moment("RevLoops_Touch_Since__c", &at)).transpose()?,
        due_at: moment("RevLoops_First_Touch_By__c", &row.due_at)?,
        band: row.band.unwrap_or_default(),
        status: row.status.unwrap_or_default(),
        converted: row.is_converted,
        changed_at: moment("SystemModstamp", &row.system_modstamp)?,
        lead_id: LeadId::parse(&row.id).map_err(|_withheld| odd("Id"))?,
        acts,
        our_tasks,
    })
}

/// A point in time as SOQL writes it.
pub(crate) fn soql_time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
