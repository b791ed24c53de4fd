//! Engage's verdict as effects: the draft is kept, then the task with the preview, then the event; and the reply.

pub(crate) mod preview;

use serde_json::{Map, Value, json};

use revloops_domain::crm_date;
use revloops_domain::events::{EngageStatus, Engaged, names};
use revloops_domain::sequence::{DraftedSequence, content_hash};
use revloops_loopkit::the_loop::RunFacts;
use revloops_loopkit::{Action, Effect, EffectKey, Outputs};

use crate::config::EngageConfig;
use crate::inputs::{EngageFacts, EngageInput};
use crate::logic::{EngageVerdict, ForAPerson, Writer};

/// Length of the CRM field `Task.Subject`.
const SUBJECT_CHARS: usize = 255;

pub(crate) fn outputs(
    config: &EngageConfig,
    input: &EngageInput,
    facts: &EngageFacts,
    verdict: &EngageVerdict,
    run: &RunFacts,
) -> Outputs {
    let (lead_id, account_id) = match input {
        EngageInput::Lead(lead) => (Some(lead.event.lead_id.clone()), None),
        EngageInput::Signal(step) => (None, Some(step.event.account_id.clone())),
    };
    let reply = Engaged {
        status: verdict.status,
        run_id: run.run_id.clone(),
        lead_id,
        account_id,
        sequence_id: verdict.sequence_id.clone(),
        steps: verdict.steps.len(),
        blocked_because: verdict.blocked_because.clone(),
    };
    let mut effects = Vec::new();
    // Kept first: whoever finds the task can approve what it shows.
    let sequence = drafted(input, facts, verdict, run);
    let shown = sequence.as_ref().map(|sequence| {
        (sequence.id.clone(), content_hash(&sequence.recipient, sequence.signal.as_ref(), &sequence.steps))
    });
    if let Some(sequence) = sequence {
        let action = Action::KeepSequence { sequence: Box::new(sequence) };
        effects.push(Effect { key: EffectKey::new(&run.key, "keep"), action });
    }
    let (subject, text) = match (verdict.status, verdict.for_a_person) {
        (EngageStatus::Drafted, _) => (Some(&config.task.subject), preview::text(config, input, verdict, run)),
        (EngageStatus::Blocked, Some(ForAPerson::WriteByHand)) => {
            (Some(&config.task.by_hand_subject), preview::by_hand(config, verdict))
        }
        (EngageStatus::Blocked, Some(ForAPerson::FindSomebody)) => {
            (Some(&config.task.find_person_subject), preview::whom_to_find(config, input))
        }
        (EngageStatus::Blocked, None) => (None, String::new()),
    };
    if let Some(subject) = subject {
        let key = EffectKey::new(&run.key, "preview");
        let mut fields = task(config, input, subject, text, run);
        // By these two a rep answers on the task: the answer is bound to what it shows.
        if let Some((id, content)) = shown {
            fields.insert("RevLoops_Sequence__c".to_owned(), json!(id));
            fields.insert("RevLoops_Content__c".to_owned(), json!(content));
        }
        effects.push(Effect {
            key: key.clone(),
            action: Action::UpsertRecord {
                object: "Task".to_owned(),
                key_field: "RevLoops_Key__c".to_owned(),
                key: key.to_string(),
                fields,
            },
        });
    }
    let key = EffectKey::new(&run.key, "emit");
    let name = match verdict.status {
        EngageStatus::Drafted => names::SEQUENCE_DRAFTED,
        EngageStatus::Blocked => names::SEQUENCE_BLOCKED,
    };
    let detail = detail(&reply, verdict, &key, run);
    effects.push(Effect { key, action: Action::Emit { name: name.to_owned(), detail } });
    Outputs { effects, reply: serde_json::to_value(&reply).unwrap_or_default() }
}

/// What is kept of a draft: brief, mails, whom they are for; `None` where nothing was drafted.
fn drafted(
    input: &EngageInput,
    facts: &EngageFacts,
    verdict: &EngageVerdict,
    run: &RunFacts,
) -> Option<DraftedSequence> {
    let (Some(id), Some(recipient)) = (verdict.sequence_id.clone(), input.recipient(facts.email.as_deref())) else {
        return None;
    };
    Some(DraftedSequence {
        id,
        run_id: run.run_id.clone(),
        correlation_id: run.correlation_id.clone(),
        config: run.config.clone(),
        template: verdict.template.clone().unwrap_or_default(),
        prompt_version: verdict.prompt_version.clone(),
        recipient,
        owner_id: input.owner().map(|owner| owner.id.clone()),
        brief: verdict.brief.clone(),
        steps: verdict.steps.clone(),
        signal: verdict.signal.clone(),
        drafted_at: run.at,
    })
}

/// Ids, counts and versions: no text of the sequence.
fn detail(reply: &Engaged, verdict: &EngageVerdict, key: &EffectKey, run: &RunFacts) -> Value {
    let mut detail = Map::new();
    detail.insert("event_id".to_owned(), json!(key));
    detail.insert("correlation_id".to_owned(), json!(run.correlation_id));
    if let Ok(Value::Object(reply)) = serde_json::to_value(reply) {
        detail.extend(reply);
    }
    detail.insert("template".to_owned(), json!(verdict.template));
    detail.insert("prompt_version".to_owned(), json!(verdict.prompt_version));
    detail.insert("fallback".to_owned(), json!(verdict.written_by == Some(Writer::Template)));
    Value::Object(detail)
}

/// `TaskSubtype` is left to the CRM's default `Task`: it may be set at creation alone, and an upsert that finds the task
/// made already would be refused for it. `WhatId` must be empty where `WhoId` is a lead.
fn task(config: &EngageConfig, input: &EngageInput, subject: &str, text: String, run: &RunFacts) -> Map<String, Value> {
    let company = input.company_names().next().unwrap_or_default();
    let mut fields = Map::new();
    let mut set = |name: &str, value: Value| {
        fields.insert(name.to_owned(), value);
    };
    if let Some(person) = input.person_id() {
        set("WhoId", json!(person));
    }
    let high = match input {
        EngageInput::Lead(lead) => config.task.high_priority_bands.contains(&lead.qualified.band),
        EngageInput::Signal(step) => {
            // A lead's task has no account; a contact's is on both.
            if step.signal.person.as_ref().is_none_or(|person| person.id.key_prefix() != LEAD) {
                set("WhatId", json!(step.event.account_id));
            }
            step.signal.score >= config.task.high_priority_signal_score
        }
    };
    // Queues own no tasks unless an administrator says so for each: without an owner, the task is the integration user's.
    if let Some(owner) = input.owner().filter(|owner| !owner.id.is_queue()) {
        set("OwnerId", json!(owner.id));
    }
    let subject = crate::logic::words::one_line(&subject.replace("{company}", company), SUBJECT_CHARS);
    set("Subject", json!(subject));
    set("Description", json!(text));
    set("Status", json!("Not Started"));
    set("Priority", json!(if high { "High" } else { "Normal" }));
    set("ActivityDate", json!(crm_date(run.at)));
    set("RevLoops_Run_Id__c", json!(run.run_id));
    fields
}

/// How ids of leads begin.
const LEAD: &str = "00Q";
