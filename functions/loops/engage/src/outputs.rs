//! Engage's verdict as effects: the task with the preview, then the event; and the reply.

pub(crate) mod preview;

use serde_json::{Map, Value, json};

use revloops_domain::crm_date;
use revloops_domain::events::{EngageStatus, Engaged, names};
use revloops_loopkit::the_loop::RunFacts;
use revloops_loopkit::{Action, Effect, EffectKey, Outputs};

use crate::config::EngageConfig;
use crate::inputs::EngageInput;
use crate::logic::{EngageVerdict, Writer};

/// Length of the CRM field `Task.Subject`.
const SUBJECT_CHARS: usize = 255;

pub(crate) fn outputs(config: &EngageConfig, input: &EngageInput, verdict: &EngageVerdict, run: &RunFacts) -> Outputs {
    let reply = Engaged {
        status: verdict.status,
        run_id: run.run_id.clone(),
        lead_id: input.event.lead_id.clone(),
        sequence_id: verdict.sequence_id.clone(),
        steps: verdict.steps.len(),
        blocked_because: verdict.blocked_because.clone(),
    };
    let mut effects = Vec::new();
    if verdict.status == EngageStatus::Drafted {
        let key = EffectKey::new(&run.key, "preview");
        effects.push(Effect {
            key: key.clone(),
            action: Action::UpsertRecord {
                object: "Task".to_owned(),
                key_field: "RevLoops_Key__c".to_owned(),
                key: key.to_string(),
                fields: task(config, input, verdict, run),
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
fn task(config: &EngageConfig, input: &EngageInput, verdict: &EngageVerdict, run: &RunFacts) -> Map<String, Value> {
    let company = &input.qualified.profile.company;
    let high = config.task.high_priority_bands.contains(&input.qualified.band);
    let mut fields = Map::new();
    let mut set = |name: &str, value: Value| {
        fields.insert(name.to_owned(), value);
    };
    set("WhoId", json!(input.event.lead_id));
    // Queues own no tasks unless an administrator says so for each: without an owner, the task is the integration user's.
    if let Some(owner) = input.routed.owner.as_ref().filter(|owner| !owner.id.is_queue()) {
        set("OwnerId", json!(owner.id));
    }
    let subject = crate::logic::words::one_line(&config.task.subject.replace("{company}", company), SUBJECT_CHARS);
    set("Subject", json!(subject));
    set("Description", json!(preview::text(config, input, verdict)));
    set("Status", json!("Not Started"));
    set("Priority", json!(if high { "High" } else { "Normal" }));
    set("ActivityDate", json!(crm_date(run.at)));
    set("RevLoops_Run_Id__c", json!(run.run_id));
    fields
}
