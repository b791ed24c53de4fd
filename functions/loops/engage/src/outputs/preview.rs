//! The preview as a rep reads it on the task: mails with citations, the facts with sources, who wrote it.

use std::fmt::Write as _;

use crate::config::EngageConfig;
use crate::inputs::EngageInput;
use crate::logic::{EngageVerdict, Writer};

/// Length of the CRM field `Task.Description`. The config's check keeps sequences far below.
const DESCRIPTION_CHARS: usize = 32_000;

/// The preview.
pub(crate) fn text(config: &EngageConfig, input: &EngageInput, verdict: &EngageVerdict) -> String {
    let mut text = String::from("Draft for your review. Nothing has been sent.\n");
    if input.routed.owner.as_ref().is_some_and(|owner| owner.id.is_queue()) {
        text.push_str("A queue owns this lead: whoever takes it sends the mails in their own name.\n");
    }
    let count = verdict.steps.len();
    for (index, step) in verdict.steps.iter().enumerate() {
        let _infallible = write!(
            text,
            "\n── Step {} of {count} · day {} · {} ──\nSubject: {}\n\n",
            index + 1,
            step.day,
            step.channel,
            step.subject
        );
        for line in &step.lines {
            text.push_str(&line.text);
            for cited in &line.cites {
                let _infallible = write!(text, " [{cited}]");
            }
            text.push('\n');
        }
        if let Some(disclosure) = &step.disclosure {
            let _infallible = writeln!(text, "\n{disclosure}");
        }
    }
    if !verdict.brief.is_empty() {
        text.push_str("\n── Facts ──\n");
        for fact in &verdict.brief {
            let source = config.source_name(&fact.source);
            let _infallible = writeln!(text, "[{}] {} (source: {source}, {})", fact.id, fact.text, fact.as_of);
        }
    }
    let by = match &verdict.written_by {
        Some(Writer::Model(model)) => format!("Drafted by {model}"),
        Some(Writer::Template) => "Standard text of the template: no draft by the AI kept all rules".to_owned(),
        None => String::new(),
    };
    let template = verdict.template.as_deref().unwrap_or_default();
    let sequence = verdict.sequence_id.as_deref().unwrap_or_default();
    let _infallible = write!(text, "\n{by} · prompt {} · template {template} · {sequence}", verdict.prompt_version);
    if text.chars().count() > DESCRIPTION_CHARS {
        text = text.chars().take(DESCRIPTION_CHARS - 1).chain(['…']).collect();
    }
    text
}
