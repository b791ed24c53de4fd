//! The preview as a rep reads it on the task: mails with citations, the facts with sources, who wrote it.

use std::fmt::Write as _;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use revloops_domain::text::at_most;
use revloops_loopkit::the_loop::RunFacts;

use crate::config::EngageConfig;
use crate::inputs::EngageInput;
use crate::logic::words::one_line;
use crate::logic::{EngageVerdict, Writer};

/// Length of the CRM field `Task.Description`. The config's check keeps sequences far below.
const DESCRIPTION_CHARS: usize = 32_000;

/// The preview.
pub(crate) fn text(config: &EngageConfig, input: &EngageInput, verdict: &EngageVerdict, run: &RunFacts) -> String {
    let mut text = String::from("Draft for your review. Nothing has been sent.\n");
    if input.owner().is_some_and(|owner| owner.id.is_queue()) {
        text.push_str("A queue owns this record: whoever takes it sends the mails in their own name.\n");
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
    known(&mut text, config, verdict, run.at.to_zoned(TimeZone::UTC).date());
    let by = match &verdict.written_by {
        Some(Writer::Model(model)) => format!("Drafted by {model}"),
        Some(Writer::Template) => "Standard text of the template: no draft by the AI kept all rules".to_owned(),
        None => String::new(),
    };
    let template = verdict.template.as_deref().unwrap_or_default();
    let sequence = verdict.sequence_id.as_deref().unwrap_or_default();
    let _infallible = write!(text, "\n{by} · prompt {} · template {template} · {sequence}", verdict.prompt_version);
    at_most(&text, DESCRIPTION_CHARS)
}

/// What a rep finds where neither a draft nor the template's text could be used: why, and what is known.
pub(crate) fn by_hand(config: &EngageConfig, verdict: &EngageVerdict) -> String {
    let mut text = format!("Nothing was drafted: {}. Please write yourself.\n", verdict.blocked_because.join("; "));
    known(&mut text, config, verdict, Date::MIN);
    at_most(&text, DESCRIPTION_CHARS)
}

/// What an account's owner finds where nobody is known there: what happened, and whom the articles name.
pub(crate) fn whom_to_find(config: &EngageConfig, input: &EngageInput) -> String {
    let EngageInput::Signal(step) = input else { return String::new() };
    let mut text =
        "A signal is strong enough to write, and the CRM knows nobody at this account. Please find somebody.\n"
            .to_owned();
    text.push_str("\n── What happened ──\n");
    let told: Vec<_> = step.signal.signals.iter().filter(|signal| !signal.negative).collect();
    for signal in &told {
        let source = signal.sources.first().map(|source| source.url.as_str()).unwrap_or_default();
        let _infallible = writeln!(text, "{} · {} · {}", signal.on, outside(&signal.headline), one_line(source, 500));
    }
    text.push_str("\n── Whom the articles name ──\n");
    let named = told.iter().flat_map(|signal| &signal.people);
    let before = text.len();
    for person in named {
        let title = person.title.as_deref().unwrap_or("no title given");
        let _infallible = writeln!(text, "{} ({})", outside(&person.name), outside(title));
    }
    if text.len() == before {
        text.push_str("Nobody. Look for whoever is responsible for sales planning.\n");
    }
    let _infallible = write!(text, "\nprompt {}", config.prompt.version);
    at_most(&text, DESCRIPTION_CHARS)
}

/// Facts with their sources and articles, then what was left out and why.
fn known(text: &mut String, config: &EngageConfig, verdict: &EngageVerdict, today: Date) {
    if !verdict.brief.is_empty() {
        text.push_str("\n── Facts ──\n");
    }
    for fact in &verdict.brief {
        let source = config.source_name(&fact.source);
        let run_out = if fact.expires < today { ", has run out" } else { "" };
        let _infallible =
            writeln!(text, "[{}] {} (source: {source}, {}{run_out})", fact.id, outside(&fact.text), fact.as_of);
        if let Some(link) = &fact.link {
            let _infallible = writeln!(text, "     {link}");
        }
    }
    if !verdict.left_out.is_empty() {
        text.push_str("\n── Left out ──\n");
    }
    for one in &verdict.left_out {
        let said: Vec<String> = one
            .said
            .iter()
            .map(|said| format!("{}: {}", config.source_name(&said.source), outside(&said.value)))
            .collect();
        let _infallible = writeln!(text, "{}: {} ({})", one.kind.name(), one.why.in_words(), said.join("; "));
    }
}

/// Text from outside on one line, without what looks like a part of the preview.
fn outside(text: &str) -> String {
    let plain = |c: char| match c {
        '[' => '(',
        ']' => ')',
        '─' | '━' | '═' => '-',
        c => c,
    };
    one_line(&text.chars().map(plain).collect::<String>(), 2_000)
}
