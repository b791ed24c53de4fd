//! A step as a task: what the rep finds in the CRM.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use revloops_domain::OwnerId;
use revloops_domain::sequence_state::KeptSequence;

use crate::policy::Policy;

/// Length of the CRM field `Task.Subject`.
const SUBJECT_CHARS: usize = 255;

/// The task's key, its external id: one a step.
#[must_use]
pub fn task_key(sequence_id: &str, step_id: &str) -> String {
    format!("{sequence_id}/{step_id}")
}

/// The task's fields at its creation. `TaskSubtype` may be set at creation alone, so whoever writes this has looked before
/// whether the task is there; and should it come to be there in between, the CRM refuses, and nothing is written over.
///
/// `WhatId` must be empty where `WhoId` is a lead; of a contact the task belongs to the account.
#[must_use]
pub fn task(policy: &Policy, kept: &KeptSequence, nth: usize, owner: &OwnerId, at: Timestamp) -> Map<String, Value> {
    let recipient = &kept.drafted.recipient;
    let mut fields = Map::new();
    let Some(mail) = kept.state.mails.get(nth) else { return fields };
    let mut set = |name: &str, value: Value| {
        fields.insert(name.to_owned(), value);
    };
    set("WhoId", json!(recipient.person_id));
    if let Some(account) = recipient.account_id.as_ref().filter(|_| recipient.person_id.key_prefix() == "003") {
        set("WhatId", json!(account));
    }
    set("OwnerId", json!(owner));
    set("TaskSubtype", json!("Email"));
    set("Subject", json!(mail.subject.chars().take(SUBJECT_CHARS).collect::<String>()));
    let lines = mail.lines.iter().map(|line| line.text.as_str());
    let text: Vec<&str> = lines.chain(mail.disclosure.as_deref()).collect();
    set("Description", json!(text.join("\n\n")));
    set("Status", json!("Not Started"));
    set("Priority", json!("Normal"));
    // The day on which the reader's window is open, on the reader's calendar.
    let day = policy.windows.zone(recipient).to_datetime(at).date();
    set("ActivityDate", json!(day.to_string()));
    set("RevLoops_Run_Id__c", json!(kept.drafted.run_id));
    fields
}

/// What takes a task back whose sequence was stopped: it is put off, and says why.
#[must_use]
pub fn withdrawn(kept: &KeptSequence) -> Map<String, Value> {
    let why = kept.state.stopped.as_ref().map_or("stopped", |stopped| stopped.code.as_str());
    let text = format!("Do not send this: its sequence was stopped ({why}).");
    Map::from_iter([
        ("Status".to_owned(), json!("Deferred")),
        ("Subject".to_owned(), json!("Do not send: sequence stopped")),
        ("Description".to_owned(), json!(text)),
    ])
}
