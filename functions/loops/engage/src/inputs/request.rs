//! The request for a draft: our task, the brief as data, and the tool's shape.

use std::fmt::Write as _;

use jiff::civil::Date;
use serde_json::{Value, json};

use revloops_loopkit::ports::{ModelRequest, Tool};

use crate::config::EngageConfig;
use crate::logic::draft::Fault;
use crate::logic::plan::Plan;

/// Faults of the last draft that are told; the rest follows from them.
const FAULTS_TOLD: usize = 20;

/// The request; with the faults of the last draft where there was one. Texts from outside are in `data` alone.
pub(super) fn request(config: &EngageConfig, plan: &Plan<'_>, faults: &[Fault], today: Date) -> ModelRequest {
    let limits = &config.limits;
    let mut task = config.prompt.task.trim().to_owned();
    let _infallible = write!(
        task,
        "\n\nLimits: subjects of at most {} characters; sentences of at most {} characters, at most {} in a step.",
        limits.subject_chars, limits.sentence_chars, limits.sentences_per_step
    );
    let _infallible = write!(
        task,
        "\nA word with a capital letter counts as a name and must stand in a cited fact, unless it is one of these in any \
         spelling: {}. So begin sentences with one of these.",
        config.plain_words.iter().cloned().collect::<Vec<_>>().join(" ")
    );
    let wording = &config.wording;
    let _infallible = write!(
        task,
        "\nPhrase words: {}, and the words of the offer.\nClaim words: {}.",
        wording.words().collect::<Vec<_>>().join(" "),
        wording.claim_words.iter().cloned().collect::<Vec<_>>().join(" ")
    );
    if !wording.about_us.is_empty() {
        let _infallible = write!(task, "\nOf us say this, word for word, or nothing: {}", wording.about_us.join(" "));
    }
    if !config.forbidden_words.is_empty() {
        let _infallible = write!(task, "\nNever write: {}.", config.forbidden_words.join("; "));
    }
    for step in &plan.template.steps {
        let _infallible = write!(task, "\nStep {}: at most {} words.", step.id, step.max_words);
    }
    if !faults.is_empty() {
        task.push_str("\n\nYour last draft was refused. Write all of it again, and mend this:");
        for fault in faults.iter().take(FAULTS_TOLD) {
            let _infallible = write!(task, "\n- {fault}");
        }
    }
    ModelRequest {
        system: config.prompt.system.trim().to_owned(),
        task,
        data: data(plan, today),
        tool: Tool {
            name: "draft_sequence".to_owned(),
            description: "Hands in the drafted sequence: one entry for each step of the template, in its order."
                .to_owned(),
            input_schema: schema(),
        },
        max_tokens: config.prompt.max_tokens,
        web_searches: 0,
    }
}

/// What has run out is not handed on; nor is what may not be said.
fn data(plan: &Plan<'_>, today: Date) -> Value {
    let facts: Vec<Value> = plan
        .brief
        .facts
        .iter()
        .filter(|fact| fact.expires >= today)
        .map(|fact| {
            let mut said = json!({ "id": fact.id, "kind": fact.kind, "text": fact.text, "source": fact.source });
            if let (Some(value), Some(said)) = (&fact.value, said.as_object_mut()) {
                said.insert("value".to_owned(), json!(value));
            }
            said
        })
        .collect();
    let steps: Vec<Value> = plan
        .template
        .steps
        .iter()
        .map(|step| json!({ "id": step.id, "day": step.day, "channel": step.channel, "purpose": step.purpose }))
        .collect();
    let mut recipient = json!({ "company": plan.names.company });
    if let (Some(name), Some(recipient)) = (&plan.names.first_name, recipient.as_object_mut()) {
        recipient.insert("first_name".to_owned(), json!(name));
    }
    let mut data = json!({
        "recipient": recipient,
        "sender": { "name": plan.names.sender },
        "facts": facts,
        "template": {
            "id": plan.template.id,
            "tone": plan.template.tone,
            "offer": plan.template.offer,
            "steps": steps,
        },
    });
    if let (Some(signal), Some(data)) = (&plan.signal, data.as_object_mut()) {
        data.insert("signal".to_owned(), json!({ "fact_id": signal.fact_id }));
    }
    data
}

/// Every object closed and no keyword but the plain ones, so that the tool may be strict.
fn schema() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["steps"],
        "properties": {
            "steps": {
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["id", "subject", "sentences"],
                    "properties": {
                        "id": { "type": "string", "description": "The template's step." },
                        "subject": { "type": "string", "description": "The mail's subject: states nothing, no numbers." },
                        "sentences": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "additionalProperties": false,
                                "required": ["text", "kind", "fact_ids"],
                                "properties": {
                                    "text": { "type": "string", "description": "One sentence." },
                                    "kind": {
                                        "type": "string",
                                        "enum": ["claim", "phrase"],
                                        "description": "A claim states something about the recipient; a phrase states nothing."
                                    },
                                    "fact_ids": {
                                        "type": "array",
                                        "items": { "type": "string" },
                                        "description": "Ids of the facts that a claim rests on; empty for a phrase."
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    })
}
