//! Raw shapes → checked config, with every problem at its line.

use std::collections::{BTreeMap, BTreeSet};

use revloops_config::{Document, Problems};
use revloops_domain::MailDomain;
use revloops_rules::{Condition, check_countries, check_country, compile};

use super::raw::{RawFacts, RawLevers, RawStep, RawSuppression, RawTemplate, RawTemplates};
use super::{EngageConfig, FeedbackLevers, Limits, Prompt, Sender, Step, Suppression, TaskLevers, Template, slots};
use crate::logic::brief::{FactKind, FactLevers};
use crate::logic::fields::TABLE;
use crate::logic::words;

/// A preview of fewer steps is no sequence.
const MIN_STEPS: usize = 3;
/// Characters of all steps together, so that facts and notes find room in the task's 32,000.
const PREVIEW_CHARS: usize = 20_000;
/// Room for a filled-in company's name in the task's subject of 255.
const TASK_SUBJECT_CHARS: usize = 160;

/// Checks `levers.yaml`; templates are empty yet.
pub(super) fn levers(document: &Document, problems: &mut Problems) -> Option<EngageConfig> {
    let raw: RawLevers = document.read(problems)?;
    for (at, text) in [
        ("/prompt/version", &raw.prompt.version),
        ("/prompt/system", &raw.prompt.system),
        ("/prompt/task", &raw.prompt.task),
        ("/sender/company", &raw.sender.company),
        ("/sender/team", &raw.sender.team),
        ("/disclosure", &raw.disclosure),
        ("/task/subject", &raw.task.subject),
    ] {
        if text.trim().is_empty() {
            problems.at(document, at, "an empty text", "write it out");
        }
    }
    slots_known(document, "/disclosure", &raw.disclosure, slots::DISCLOSURE, problems);
    if !raw.disclosure.contains("{sources}") {
        let remedy = "name them by `{sources}`: whoever is written to first must be told where we know them from";
        problems.at(document, "/disclosure", "the disclosure does not name the sources", remedy);
    }
    slots_known(document, "/task/subject", &raw.task.subject, slots::SUBJECT, problems);
    if raw.task.subject.chars().count() > TASK_SUBJECT_CHARS {
        let remedy = format!("at most {TASK_SUBJECT_CHARS}, so that a company's name finds room");
        problems.at(document, "/task/subject", "the subject is too long", remedy);
    }
    for (index, word) in raw.plain_words.iter().enumerate() {
        if words::words(word).len() != 1 {
            problems.at(
                document,
                &format!("/plain_words/{index}"),
                format!("`{word}` is not one word"),
                "one word each",
            );
        }
    }
    for (index, phrase) in raw.forbidden_words.iter().enumerate() {
        if words::words(phrase).is_empty() {
            problems.at(document, &format!("/forbidden_words/{index}"), "no word", "take it out");
        }
    }
    if !raw.source_names.contains_key("crm") {
        problems.at(document, "/source_names", "`crm` has no name", "add `crm: what you told us`");
    }
    let facts = facts(&raw.facts, document, problems);
    let suppression = suppression(&raw.suppression, document, problems);
    Some(EngageConfig {
        prompt: Prompt {
            version: raw.prompt.version,
            system: raw.prompt.system,
            task: raw.prompt.task,
            max_tokens: raw.prompt.max_tokens,
        },
        sender: Sender { company: raw.sender.company, team: raw.sender.team },
        limits: Limits {
            subject_chars: raw.limits.subject_chars,
            sentence_chars: raw.limits.sentence_chars,
            sentences_per_step: raw.limits.sentences_per_step,
        },
        facts,
        disclosure: raw.disclosure.trim().to_owned(),
        source_names: raw.source_names,
        suppression,
        forbidden_words: raw.forbidden_words,
        plain_words: raw.plain_words.iter().map(|word| word.to_lowercase()).collect(),
        task: TaskLevers {
            subject: raw.task.subject,
            high_priority_bands: raw.task.high_priority_bands.into_iter().collect(),
        },
        templates: Vec::new(),
        feedback: FeedbackLevers {
            min_steps: raw.feedback.min_steps,
            min_shortened_percent: raw.feedback.min_shortened_percent,
        },
    })
}

fn facts(raw: &RawFacts, document: &Document, problems: &mut Problems) -> FactLevers {
    let mut keep_days = BTreeMap::new();
    for (name, days) in &raw.keep_days {
        let at = format!("/facts/keep_days/{name}");
        match FactKind::ALL.into_iter().find(|kind| kind.name() == name) {
            None => problems.unknown_name(document, &at, "kind of fact", name, FactKind::ALL.map(FactKind::name)),
            Some(_) if *days == 0 => problems.at(document, &at, "no day at all", "at least 1"),
            Some(kind) => {
                keep_days.insert(kind, *days);
            }
        }
    }
    for code in raw.country_names.keys() {
        check_country(code, document, &format!("/facts/country_names/{code}"), problems);
    }
    FactLevers {
        keep_days,
        default_keep_days: raw.default_keep_days,
        message_chars: raw.message_chars,
        summary_chars: raw.summary_chars,
        country_names: raw.country_names.clone(),
    }
}

fn suppression(raw: &RawSuppression, document: &Document, problems: &mut Problems) -> Suppression {
    let mut domains = BTreeSet::new();
    for (index, domain) in raw.domains.iter().enumerate() {
        match MailDomain::parse(domain) {
            Some(domain) => {
                domains.insert(domain.as_str().to_owned());
            }
            None => {
                let at = format!("/suppression/domains/{index}");
                problems.at(document, &at, format!("`{domain}` is no domain"), "write it like acme.example");
            }
        }
    }
    for (index, code) in raw.countries.iter().enumerate() {
        check_country(code, document, &format!("/suppression/countries/{index}"), problems);
    }
    Suppression { domains, countries: raw.countries.iter().cloned().collect() }
}

/// Checks `templates.yaml`; `limits` are known where the levers could be read.
pub(super) fn templates(document: &Document, limits: Option<Limits>, problems: &mut Problems) -> Option<Vec<Template>> {
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
        if templates.iter().any(|earlier| earlier.when == Condition::Always) {
            let remedy = "take it out, or move it before the template that fits everybody";
            problems.at(document, &at, format!("template `{}` is never reached", one.id), remedy);
        }
        texts(one, document, &at, problems);
        let steps = steps(one, limits, document, &at, problems);
        // One that could not be compiled is a problem already; it must not look like one that fits everybody.
        let when = when.unwrap_or_else(|| Condition::Not(Box::new(Condition::Always)));
        templates.push(Template {
            id: one.id.clone(),
            when,
            tone: one.tone.clone(),
            offer: one.offer.trim().to_owned(),
            steps,
        });
    }
    match templates.last().zip(items.last()) {
        None => problems.at(document, "/templates", "there are no templates", "add one with `when: {always: true}`"),
        Some((last, (index, _))) if last.when != Condition::Always => {
            let at = format!("/templates/{index}/when");
            problems.at(document, &at, "the last template does not fit everybody", "write `when: {always: true}`");
        }
        Some(_) => {}
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

fn slots_known(document: &Document, at: &str, text: &str, allowed: &[&str], problems: &mut Problems) {
    if let Some(wrong) = slots::wrong(text, allowed) {
        problems.unknown_name(document, at, "slot", wrong, allowed.iter().copied());
    }
}
