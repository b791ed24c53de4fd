//! Leads that wait for a first touch, read off the records in memory as the CRM's query reads them.

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::{Map, Value};

use revloops_domain::{LeadId, OwnerId};
use revloops_loopkit::Outcome;
use revloops_loopkit::ports::{OurTask, PersonsAct, PersonsActKind, Touches, Untouched};

use crate::memory::Memory;
use crate::world::TestWorld;

#[async_trait]
impl Touches for TestWorld {
    async fn untouched(&self, _at: Timestamp, due_until: Timestamp, at_most: usize) -> Outcome<Vec<Untouched>> {
        self.read(|memory| {
            let leads = memory.records.iter().filter(|((object, _), _)| object == "Lead");
            let mut found: Vec<Untouched> =
                leads.filter_map(|((_, id), fields)| untouched(memory, id, fields, due_until)).collect();
            found.sort_by_key(|lead| lead.due_at);
            found.truncate(at_most);
            found
        })
    }
}

fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    fields.get(name).and_then(Value::as_str)
}

fn time(fields: &Map<String, Value>, name: &str) -> Option<Timestamp> {
    text(fields, name)?.parse().ok()
}

fn owner(fields: &Map<String, Value>, name: &str) -> Option<OwnerId> {
    OwnerId::parse(text(fields, name)?).ok()
}

fn untouched(memory: &Memory, id: &str, fields: &Map<String, Value>, due_until: Timestamp) -> Option<Untouched> {
    let (owner_id, due_at) = (owner(fields, "OwnerId")?, time(fields, "RevLoops_First_Touch_By__c")?);
    if owner_id.is_queue() || due_at > due_until || text(fields, "RevLoops_First_Touch_At__c").is_some() {
        return None;
    }
    let user = memory.users.iter().find(|user| user.id.as_str() == owner_id.as_str());
    let mut acts = Vec::new();
    let mut our_tasks = Vec::new();
    for ((_, key), task) in memory.records.iter().filter(|((object, _), _)| object == "Task") {
        if text(task, "WhoId") != Some(id) {
            continue;
        }
        // A record made by its external id has it as its id here; the keys of our tasks have slashes in them.
        if key.contains('/') {
            our_tasks.push(OurTask {
                id: key.clone(),
                key: key.clone(),
                owner_id: owner(task, "OwnerId")?,
                open: text(task, "Status") != Some("Completed"),
                nobodys: task.get("OwnerId") == task.get("CreatedById"),
            });
        } else if let Some(at) = time(task, "CompletedDateTime") {
            acts.push(PersonsAct { kind: PersonsActKind::Task, at });
        }
    }
    Some(Untouched {
        lead_id: LeadId::parse(id).ok()?,
        owner_login: user.map(|user| user.login.to_lowercase()).unwrap_or_default(),
        owner_id,
        routed_at: time(fields, "RevLoops_Routed_At__c")?,
        clock_of: owner(fields, "RevLoops_Touch_Owner__c"),
        clock_since: time(fields, "RevLoops_Touch_Since__c"),
        due_at,
        band: text(fields, "RevLoops_Band__c").unwrap_or_default().to_owned(),
        status: text(fields, "Status").unwrap_or_default().to_owned(),
        converted: fields.get("IsConverted") == Some(&Value::Bool(true)),
        changed_at: time(fields, "SystemModstamp").unwrap_or(memory.now),
        acts,
        our_tasks,
    })
}
