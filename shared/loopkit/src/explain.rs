//! Decisions in words. The only place where explanations become text for people.

use std::fmt::Write as _;

use crate::decision::{Reason, Verdict};
use crate::record::{Actor, Record};

/// One record in words: what was decided, by which config, and every rule or factor tried.
#[must_use]
pub fn in_words(record: &Record) -> String {
    let mut text = String::new();
    let by = match &record.actor {
        Actor::Code => "rules".to_owned(),
        Actor::Agent(model) => format!("rules, over an answer by {model}"),
        Actor::Person(name) => name.clone(),
    };
    let _infallible = writeln!(
        text,
        "{} → {}   (config {}, loop {}, {}, by {by})",
        record.key.loop_name,
        record.decision.outcome,
        record.config.short(),
        record.loop_version,
        record.decided_at.strftime("%Y-%m-%d %H:%M:%S UTC")
    );
    for reason in &record.decision.reasons {
        line(&mut text, reason);
    }
    for effect in &record.effects {
        let _infallible = writeln!(text, "    effect  {}", effect.key);
    }
    text
}

/// Reasons in words, one a line: for a field on a record in the CRM.
#[must_use]
pub fn reasons_in_words(reasons: &[Reason]) -> String {
    let mut text = String::new();
    for reason in reasons {
        line(&mut text, reason);
    }
    text.trim_end().to_owned()
}

fn line(text: &mut String, reason: &Reason) {
    let sign = match reason.verdict {
        Verdict::Held => "✓",
        Verdict::Failed => "✗",
        Verdict::FellThrough => "↓",
        Verdict::NotTried => "·",
    };
    let _infallible = write!(text, "  {sign} {}", reason.what);
    if let Some(points) = reason.points {
        let _infallible = write!(text, " {points:+}");
    }
    if matches!(reason.verdict, Verdict::NotTried) {
        text.push_str("  (not tried: an earlier one decided)");
    }
    text.push('\n');
    for because in &reason.because {
        let word = if because.holds { "yes" } else { "no " };
        let _infallible = writeln!(text, "      {word} {} (found: {})", because.condition, because.found);
    }
}
