//! Raw shapes → checked config, with every problem at its line.

use std::collections::{BTreeMap, BTreeSet};

use revloops_config::{Document, Problems};
use revloops_domain::MailDomain;
use revloops_domain::signal::SignalKind;
use revloops_matching::MatchRules;
use revloops_rules::{Condition, check_countries, compile};

use super::raw::{RawFit, RawLevers, RawMatching, RawNegative};
use super::{DedupeLevers, EvidenceLevers, FeedbackLevers, FitRow, GenerateConfig, KindLevers, NegativeLevers};
use crate::logic::fields::TABLE;

/// Checks `levers.yaml`.
pub(super) fn levers(document: &Document, problems: &mut Problems) -> Option<GenerateConfig> {
    let raw: RawLevers = document.read(problems)?;
    let mut kinds = BTreeMap::new();
    for (name, one) in &raw.kinds {
        if let Some(kind) = kind(document, "/kinds", name, problems) {
            let levers = KindLevers {
                weight: one.weight,
                half_life_days: one.half_life_days,
                most_counted: one.most_counted,
                min_sources: one.min_sources,
            };
            kinds.insert(kind, levers);
        }
    }
    for missing in SignalKind::ALL.into_iter().filter(|kind| !raw.kinds.contains_key(kind.name())) {
        let remedy = format!("add `{}:`; with `weight: 0` it counts for nothing", missing.name());
        problems.at(document, "/kinds", format!("`{}` is missing", missing.name()), remedy);
    }
    let mut negative = BTreeMap::new();
    for (name, one) in &raw.negative {
        if let Some(kind) = kind(document, "/negative", name, problems)
            && let Some(levers) = against(document, name, one, problems)
        {
            negative.insert(kind, levers);
        }
    }
    for (index, title) in raw.titles.iter().enumerate() {
        if title.trim().is_empty() {
            problems.at(document, &format!("/titles/{index}"), "an empty title", "write words of a job title");
        }
    }
    let strongest: u32 = kinds.values().map(|kind| most_of(kind, raw.repeat_percent)).sum();
    let best_fit = raw.fit.iter().map(|row| u32::from(row.percent)).max().unwrap_or(0);
    if !kinds.is_empty() && strongest * best_fit / 100 < u32::from(raw.min_score) {
        let what = format!("no account can reach {}", raw.min_score);
        problems.at(document, "/min_score", what, "lower it, or raise the weights");
    }
    Some(GenerateConfig {
        kinds,
        repeat_percent: raw.repeat_percent,
        negative,
        dedupe: DedupeLevers {
            window_days: raw.dedupe.window_days,
            min_likeness_percent: raw.dedupe.min_likeness_percent,
        },
        evidence: EvidenceLevers {
            min_quote_chars: raw.evidence.min_quote_chars,
            max_age_days: raw.evidence.max_age_days,
        },
        fit: fit(document, problems),
        min_score: raw.min_score,
        cool_down_days: raw.cool_down_days,
        titles: raw.titles.iter().map(|title| title.trim().to_lowercase()).collect(),
        matching: matching(document, &raw.matching, problems),
        feedback: FeedbackLevers {
            ripe_days: raw.feedback.ripe_days,
            min_sequences: raw.feedback.min_sequences,
            max_step_percent: raw.feedback.max_step_percent,
        },
    })
}

/// The most that signals of a kind can come to.
fn most_of(kind: &KindLevers, repeat_percent: u8) -> u32 {
    let mut left = u32::from(kind.weight);
    (0..kind.most_counted).fold(0, |sum, _| {
        let sum = sum + left;
        left = left * u32::from(repeat_percent) / 100;
        sum
    })
}

fn kind(document: &Document, under: &str, name: &str, problems: &mut Problems) -> Option<SignalKind> {
    let found = SignalKind::ALL.into_iter().find(|kind| kind.name() == name);
    if found.is_none() {
        let at = format!("{under}/{name}");
        problems.unknown_name(document, &at, "kind of signal", name, SignalKind::ALL.map(SignalKind::name));
    }
    found
}

fn against(document: &Document, name: &str, raw: &RawNegative, problems: &mut Problems) -> Option<NegativeLevers> {
    match (raw.lower, raw.half_life_days, raw.stop_days) {
        (Some(points), Some(half_life_days), None) => Some(NegativeLevers::Lower { points, half_life_days }),
        (None, None, Some(days)) => Some(NegativeLevers::Stop { days }),
        (_, _, _) => {
            let at = format!("/negative/{name}");
            let remedy = "write `lower` with `half_life_days`, or `stop_days` alone";
            problems.at(document, &at, "it neither lowers nor stops, or does both", remedy);
            None
        }
    }
}

fn fit(document: &Document, problems: &mut Problems) -> Vec<FitRow> {
    let items: Vec<(usize, RawFit)> = document.items("fit");
    let mut seen = BTreeSet::new();
    let mut rows: Vec<FitRow> = Vec::new();
    for (index, one) in &items {
        let at = format!("/fit/{index}");
        if one.id.trim().is_empty() || !seen.insert(one.id.as_str()) {
            let what = format!("duplicate or empty id `{}`", one.id);
            problems.at(document, &format!("{at}/id"), what, "each must have an id of its own");
        }
        check_countries("country", &one.when, document, &format!("{at}/when"), problems);
        let when = compile(&one.when, &TABLE, document, &format!("{at}/when"), problems);
        if rows.iter().any(|earlier| earlier.when == Condition::Always) {
            let remedy = "take it out, or move it before the row that holds always";
            problems.at(document, &at, format!("row `{}` is never reached", one.id), remedy);
        }
        // One that could not be compiled is a problem already; it must not look like one that holds always.
        let when = when.unwrap_or_else(|| Condition::Not(Box::new(Condition::Always)));
        rows.push(FitRow { id: one.id.clone(), when, percent: one.percent });
    }
    if rows.last().is_none_or(|last| last.when != Condition::Always) {
        problems.at(document, "/fit", "the last row does not hold always", "end with `when: {always: true}`");
    }
    rows
}

fn matching(document: &Document, raw: &RawMatching, problems: &mut Problems) -> MatchRules {
    let mut rules = MatchRules::default();
    rules.name_alone_letters = raw.name_alone_letters.unwrap_or(rules.name_alone_letters);
    for (index, alias) in raw.aliases.iter().enumerate() {
        let at = format!("/matching/aliases/{index}");
        if alias.len() < 2 {
            problems.at(document, &at, "one domain is no alias", "list the domains of one company together");
        }
        let mut domains = Vec::new();
        for (nth, text) in alias.iter().enumerate() {
            match MailDomain::parse(text).filter(|domain| !domain.is_free_mail()) {
                Some(domain) => domains.push(domain),
                None => {
                    let what = format!("`{text}` is no company's domain");
                    problems.at(document, &format!("{at}/{nth}"), what, "write it like acme.example");
                }
            }
        }
        rules.aliases.push(domains);
    }
    rules
}
