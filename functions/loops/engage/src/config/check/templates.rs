//! `templates.yaml`: raw → checked templates.

use std::collections::BTreeSet;

use revloops_config::{Document, Problems};
use revloops_rules::{Condition, check_countries, compile};

use super::super::raw::{RawStep, RawTemplate, RawTemplates};
use super::super::{Limits, Step, Template, WrittenFor, slots};
use super::slots_known;
use crate::logic::fields::TABLE;
use crate::logic::words;

/// A preview of fewer steps is no sequence.
const MIN_STEPS: usize = 3;
/// Characters of all steps together, so that facts and notes find room in the task's 32,000.
const PREVIEW_CHARS: usize = 20_000;

/// Checks `templates.yaml`; `limits` are known where the levers could be read.
pub(in crate::config) fn templates(
    document: &Document,
    limits: Option<Limits>,
    problems: &mut Problems,
) -> Option<Vec<Template>> {
    let raw: Option<RawTemplates> = document.read(problems);
    let items: Vec<(usize, RawTemplate)> = document.items("templates");
    let mut seen = BTreeSet::new();
    let mut templates: Vec<Template> = Vec::new();
    for (index, one) in &items {
        let at = format!("/templates/{index}");
        if one.id.trim().is_empty() || !seen.insert(one.id.as_str()) {
            let what = format!("duplicate or empty id `{}`", one.id);
            problems.at(document, &format!("{at}/id"), what, "each must have an id of its own");
        }
        check_countries("country", &one.when, document, &format!("{at}/when"), problems);
        let when = compile(&one.when, &TABLE, document, &format!("{at}/when"), problems);
        let before = templates.iter().filter(|earlier| earlier.written_for == one.written_for);
        if before.into_iter().any(|earlier| earlier.when == Condition::Always) {
            let remedy = "take it out, or move it before the template that fits everybody";
            problems.at(document, &at, format!("template `{}` is never reached", one.id), remedy);
        }
        texts(one, document, &at, problems);
        let steps = steps(one, limits, document, &at, problems);
        // One that could not be compiled is a problem already; it must not look like one that fits everybody.
        let when = when.unwrap_or_else(|| Condition::Not(Box::new(Condition::Always)));
        templates.push(Template {
            id: one.id.clone(),
            written_for: one.written_for,
            when,
            tone: one.tone.clone(),
            offer: one.offer.trim().to_owned(),
            steps,
        });
    }
    if templates.is_empty() {
        problems.at(document, "/templates", "there are no templates", "add one with `when: {always: true}`");
    }
    for written_for in [WrittenFor::Lead, WrittenFor::Signal] {
        let last = templates.iter().enumerate().rev().find(|(_, template)| template.written_for == written_for);
        let Some((place, last)) = last else { continue };
        if last.when != Condition::Always {
            let index = items.get(place).map_or(place, |(index, _)| *index);
            let what = format!("the last template for a {} does not fit everybody", written_for.name());
            problems.at(document, &format!("/templates/{index}/when"), what, "write `when: {always: true}`");
        }
    }
    raw.map(|_| templates)
}

fn texts(raw: &RawTemplate, document: &Document, at: &str, problems: &mut Problems) {
    if raw.tone.trim().is_empty() {
        problems.at(document, &format!("{at}/tone"), "no tone", "say it in a few words: `friendly and brief`");
    }
    let at = format!("{at}/offer");
    if raw.offer.trim().is_empty() || raw.offer.contains(['{', '}']) {
        problems.at(document, &at, "no offer, or one with braces", "say it in words, without slots");
    }
    if raw.offer.chars().any(char::is_numeric) || !words::quantities(&raw.offer).is_empty() {
        problems.at(
            document,
            &at,
            "the offer has a number",
            "say it in words: drafts may use numbers of cited facts alone",
        );
    }
}

fn steps(
    raw: &RawTemplate,
    limits: Option<Limits>,
    document: &Document,
    at: &str,
    problems: &mut Problems,
) -> Vec<Step> {
    if raw.steps.len() < MIN_STEPS {
        let what = format!("template `{}` has {} steps", raw.id, raw.steps.len());
        problems.at(document, &format!("{at}/steps"), what, format!("at least {MIN_STEPS}"));
    }
    let mut ids = BTreeSet::new();
    let mut before: Option<u16> = None;
    for (index, step) in raw.steps.iter().enumerate() {
        let at = format!("{at}/steps/{index}");
        let plain = step.id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && (1..=40).contains(&step.id.len());
        if !plain || !ids.insert(step.id.as_str()) {
            let what = format!("`{}` is no id, or stands twice", step.id);
            problems.at(document, &format!("{at}/id"), what, "letters, digits and underscores, once each");
        }
        let wrong_day = match before {
            None => step.day != 0,
            Some(before) => step.day <= before,
        };
        if wrong_day {
            let what =
                format!("day {} follows day {}", step.day, before.map_or("nothing".to_owned(), |day| day.to_string()));
            problems.at(document, &format!("{at}/day"), what, "the first step is day 0, and days rise");
        }
        before = Some(step.day);
        fallback(step, limits, document, &at, problems);
        signal_slot(step, raw.written_for == WrittenFor::Signal && index == 0, document, &at, problems);
    }
    if let Some(limits) = limits {
        let chars = raw.steps.len() * limits.sentences_per_step * limits.sentence_chars;
        if chars > PREVIEW_CHARS {
            let what = format!("drafts of this template may have {chars} characters");
            let remedy = format!("at most {PREVIEW_CHARS}, or the task cannot hold them: fewer steps, or lower limits");
            problems.at(document, &format!("{at}/steps"), what, remedy);
        }
    }
    raw.steps
        .iter()
        .map(|step| Step {
            id: step.id.clone(),
            day: step.day,
            channel: step.channel,
            purpose: step.purpose,
            max_words: step.max_words,
            fallback_subject: step.fallback.subject.trim().to_owned(),
            fallback_text: step.fallback.text.iter().map(|line| line.trim().to_owned()).collect(),
        })
        .collect()
}

fn fallback(step: &RawStep, limits: Option<Limits>, document: &Document, at: &str, problems: &mut Problems) {
    let subject_at = format!("{at}/fallback/subject");
    let text_at = |index: usize| format!("{at}/fallback/text/{index}");
    let texts = step.fallback.text.iter().enumerate().map(|(index, text)| (text_at(index), text));
    for (at, text) in std::iter::once((subject_at, &step.fallback.subject)).chain(texts) {
        if text.trim().is_empty() {
            problems.at(document, &at, "an empty text", "write it out");
        }
        slots_known(document, &at, text, slots::FALLBACK, problems);
        if text.chars().any(char::is_numeric) || words::has_address(text) {
            problems.at(
                document,
                &at,
                "a number or an address",
                "a fallback text states nothing: words and slots alone",
            );
        }
    }
    if step.fallback.text.is_empty() {
        problems.at(document, &format!("{at}/fallback/text"), "no text", "write at least one paragraph");
    }
    if let Some(limits) = limits
        && step.fallback.subject.chars().count() > limits.subject_chars
    {
        let remedy = format!("at most {}", limits.subject_chars);
        problems.at(document, &format!("{at}/fallback/subject"), "the subject is too long", remedy);
    }
}

/// The first mail for a signal names it in one line, and no other text does.
fn signal_slot(step: &RawStep, names_it: bool, document: &Document, at: &str, problems: &mut Problems) {
    let lines = step.fallback.text.iter().filter(|line| line.contains(slots::SIGNAL)).count();
    if step.fallback.subject.contains(slots::SIGNAL) {
        let remedy = "name the signal in the text: subjects state nothing";
        problems.at(document, &format!("{at}/fallback/subject"), "a subject with `{signal}`", remedy);
    }
    if names_it && lines != 1 {
        let what = format!("{lines} lines with `{{signal}}` in the first mail for a signal");
        let remedy = "name it in exactly one line: `I read this about {company}: “{signal}”.`";
        problems.at(document, &format!("{at}/fallback/text"), what, remedy);
    }
    if !names_it && lines > 0 {
        let remedy = "take it out: the first mail of a template `for: signal` names it";
        problems.at(document, &format!("{at}/fallback/text"), "`{signal}` has no place here", remedy);
    }
}
