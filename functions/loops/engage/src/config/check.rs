//! Raw shapes → checked config, with every problem at its line.

use std::collections::{BTreeMap, BTreeSet};

use revloops_config::{Document, Problems};
use revloops_domain::MailDomain;
use revloops_outreach::Policy;
use revloops_rules::check_country;

use super::raw::{RawFacts, RawLevers, RawSuppression, RawWording};
use super::{
    ApprovalLevers, EngageConfig, FeedbackLevers, Limits, Prompt, Sender, Suppression, TaskLevers, Wording, slots,
};
use crate::logic::brief::{FactKind, FactLevers, OUR_RECORDS};
use crate::logic::words;
pub(super) use templates::templates;

mod templates;

/// Room for a filled-in company's name in the task's subject of 255.
const TASK_SUBJECT_CHARS: usize = 160;

/// Checks `levers.yaml`; templates are empty yet. Without a policy there is no config, but all problems are told.
pub(super) fn levers(document: &Document, policy: Option<Policy>, problems: &mut Problems) -> Option<EngageConfig> {
    let raw: RawLevers = document.read(problems)?;
    for (at, text) in [
        ("/prompt/version", &raw.prompt.version),
        ("/prompt/system", &raw.prompt.system),
        ("/prompt/task", &raw.prompt.task),
        ("/sender/company", &raw.sender.company),
        ("/sender/team", &raw.sender.team),
        ("/disclosure", &raw.disclosure),
        ("/task/subject", &raw.task.subject),
        ("/task/by_hand_subject", &raw.task.by_hand_subject),
        ("/task/find_person_subject", &raw.task.find_person_subject),
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
    for (at, subject) in [
        ("/task/subject", &raw.task.subject),
        ("/task/by_hand_subject", &raw.task.by_hand_subject),
        ("/task/find_person_subject", &raw.task.find_person_subject),
    ] {
        slots_known(document, at, subject, slots::SUBJECT, problems);
        if subject.chars().count() > TASK_SUBJECT_CHARS {
            let remedy = format!("at most {TASK_SUBJECT_CHARS}, so that a company's name finds room");
            problems.at(document, at, "the subject is too long", remedy);
        }
    }
    let wording = wording(&raw.wording, document, problems);
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
    for (source, name) in [("crm", "what you told us"), (OUR_RECORDS, "our own records")] {
        if !raw.source_names.contains_key(source) {
            let remedy = format!("add `{source}: {name}`");
            problems.at(document, "/source_names", format!("`{source}` has no name"), remedy);
        }
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
        wording,
        approval: ApprovalLevers {
            mode: raw.approval.mode,
            by_template: raw.approval.by_template,
            delegates: raw.approval.delegates.iter().map(|login| login.to_lowercase()).collect(),
        },
        task: TaskLevers {
            subject: raw.task.subject,
            high_priority_bands: raw.task.high_priority_bands.into_iter().collect(),
            by_hand_subject: raw.task.by_hand_subject,
            find_person_subject: raw.task.find_person_subject,
            high_priority_signal_score: raw.task.high_priority_signal_score,
        },
        policy: policy?,
        templates: Vec::new(),
        feedback: FeedbackLevers {
            ripe_days: raw.feedback.ripe_days,
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

/// The words of drafts, each one word and none of them a quantity: a number must stand in a fact.
fn wording(raw: &RawWording, document: &Document, problems: &mut Problems) -> Wording {
    let mut list = |name: &str, list: &[String]| -> BTreeSet<String> {
        for (index, word) in list.iter().enumerate() {
            let at = format!("/wording/{name}/{index}");
            if words::words(word).len() != 1 {
                problems.at(document, &at, format!("`{word}` is not one word"), "one word each");
            } else if !words::quantities(word).is_empty() || word.chars().any(char::is_numeric) {
                let remedy = "take it out: numbers and quantities must stand in a fact";
                problems.at(document, &at, format!("`{word}` says how much"), remedy);
            }
        }
        list.iter().map(|word| word.to_lowercase()).collect()
    };
    let (verbs, phrase_words) = (list("verbs", &raw.verbs), list("phrase_words", &raw.phrase_words));
    let claim_words = list("claim_words", &raw.claim_words);
    for (index, line) in raw.about_us.iter().enumerate() {
        if line.trim().is_empty() || line.chars().any(char::is_numeric) {
            let at = format!("/wording/about_us/{index}");
            problems.at(document, &at, "an empty line, or one with a number", "say it in words");
        }
    }
    Wording { about_us: raw.about_us.clone(), verbs, phrase_words, claim_words }
}

/// Holds the templates that `approval` names against those that there are.
pub(super) fn approval_names_templates(document: &Document, config: &EngageConfig, problems: &mut Problems) {
    let ids: Vec<&str> = config.templates.iter().map(|template| template.id.as_str()).collect();
    for name in config.approval.by_template.keys().filter(|name| !ids.contains(&name.as_str())) {
        let at = format!("/approval/by_template/{name}");
        problems.unknown_name(document, &at, "template", name, ids.iter().copied());
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

fn slots_known(document: &Document, at: &str, text: &str, allowed: &[&str], problems: &mut Problems) {
    if let Some(wrong) = slots::wrong(text, allowed) {
        problems.unknown_name(document, at, "slot", wrong, allowed.iter().copied());
    }
}
