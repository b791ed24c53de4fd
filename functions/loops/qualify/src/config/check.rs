//! Raw shapes → checked config, with every problem at its line.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use revloops_config::{Document, Problems, Sources};
use revloops_domain::EnrichmentStatus;
use revloops_matching::MatchRules;
use revloops_rules::{Condition, Known, RawCondition, check_countries, compile_knowing};

use super::raw::{RawDisqualifier, RawEnrichment, RawGroup, RawLevers, RawMeaning, RawScoreBand, RawScoring};
use super::{
    Band, Disqualifier, Enrichment, FeedbackLevers, Group, Meaning, ProvenanceLevers, ProviderLevers, QualifyConfig,
    Scoring, fold,
};
use crate::logic::fields::{DEPARTMENT, ENRICHMENT, INDUSTRY, SENIORITY, TABLE};

mod behaviours;
mod factors;

/// Providers that the function can be built with.
const PROVIDERS: &[&str] = &["people_data_labs", "hunter"];
/// Length of the CRM field `RevLoops_Band__c`.
const BAND_CHARS: usize = 20;
/// So that two reasons fit the CRM field `RevLoops_Disqualified_Reason__c` (255).
const REASON_CHARS: usize = 120;

/// Names that `levers.yaml` defines and conditions of both files refer to.
pub(super) struct Names<'a>(Known<'a>);

impl<'a> Names<'a> {
    pub(super) fn of(sources: &'a Sources) -> Self {
        let Some(levers) = sources.get("levers.yaml") else {
            return Self(Known::default());
        };
        let enrichment = EnrichmentStatus::ALL.map(EnrichmentStatus::name).to_vec();
        let mut names = vec![(ENRICHMENT, enrichment)];
        for (field, list) in [(INDUSTRY, "industries"), (SENIORITY, "seniorities"), (DEPARTMENT, "departments")] {
            names.push((field, levers.names_in(list, "name")));
        }
        Self(Known { names, ..Known::default() })
    }

    /// Compiles a condition, its names and country codes included.
    fn compile(
        &self,
        raw: &RawCondition,
        document: &Document,
        pointer: &str,
        problems: &mut Problems,
    ) -> Option<Condition> {
        check_countries("country", raw, document, pointer, problems);
        compile_knowing(&self.0, raw, &TABLE, document, pointer, problems)
    }
}

/// Checks `levers.yaml`; scoring is empty yet.
pub(super) fn levers(document: &Document, names: &Names<'_>, problems: &mut Problems) -> Option<QualifyConfig> {
    let raw: Option<RawLevers> = document.read(problems);
    let industries = meanings("industries", document, problems);
    let seniorities = meanings("seniorities", document, problems);
    let departments = meanings("departments", document, problems);
    let disqualifiers = disqualifiers(document, names, problems);
    let raw = raw?;
    let enrichment = enrichment(&raw.enrichment, document, problems);
    if raw.disqualified_status.trim().is_empty() {
        problems.at(document, "/disqualified_status", "no status", "write a value of the CRM's picklist Lead.Status");
    }
    Some(QualifyConfig {
        enrichment,
        provenance: ProvenanceLevers {
            sure_likelihood: raw.provenance.sure_likelihood,
            employees_within_percent: raw.provenance.employees_within_percent,
        },
        placeholder_companies: raw.placeholder_companies.iter().map(|name| fold(name)).collect(),
        industries,
        seniorities,
        departments,
        disqualified_status: raw.disqualified_status,
        disqualifiers,
        scoring: Scoring { groups: Vec::new(), factors: Vec::new(), behaviours: Vec::new(), bands: Vec::new() },
        feedback: FeedbackLevers {
            ripe_days: raw.feedback.ripe_days,
            min_leads: raw.feedback.min_leads,
            min_conversions: raw.feedback.min_conversions,
            min_leads_per_choice: raw.feedback.min_leads_per_choice,
            max_change: raw.feedback.max_change,
        },
        matching: MatchRules::default(),
    })
}

/// Checks `scoring.yaml`.
pub(super) fn scoring(document: &Document, names: &Names<'_>, problems: &mut Problems) -> Option<Scoring> {
    let raw: Option<RawScoring> = document.read(problems);
    unique(document, "groups", "id", problems);
    let group = |(_, group): (usize, RawGroup)| Group { id: group.id, cap: group.cap };
    let groups: Vec<Group> = document.items("groups").into_iter().map(group).collect();
    let factors = factors::check(&groups, document, names, problems);
    let behaviours = behaviours::check(&groups, document, problems);
    let scoring = Scoring { groups, factors, behaviours, bands: bands(document, problems) };
    // With an entry left out, what is within reach cannot be said.
    raw?;
    reachable(&scoring, document, problems);
    Some(scoring)
}

fn enrichment(raw: &RawEnrichment, document: &Document, problems: &mut Problems) -> Enrichment {
    let at = "/enrichment/waterfall";
    let mut seen = BTreeSet::new();
    for (index, provider) in raw.waterfall.iter().enumerate() {
        let pointer = format!("{at}/{index}/provider");
        if !PROVIDERS.contains(&provider.provider.as_str()) {
            problems.unknown_name(document, &pointer, "provider", &provider.provider, PROVIDERS.iter().copied());
        } else if !seen.insert(provider.provider.as_str()) {
            let what = format!("provider `{}` stands in the waterfall twice", provider.provider);
            problems.at(document, &pointer, what, "keep one: who did not know will not know the second time");
        }
        budget(raw, index, document, problems);
    }
    Enrichment {
        waterfall: raw
            .waterfall
            .iter()
            .map(|raw| ProviderLevers {
                provider: raw.provider.clone(),
                timeout: Duration::from_millis(raw.timeout_ms),
                min_likelihood: raw.min_likelihood,
                company_match_microusd: raw.company_match_microusd,
                person_match_microusd: raw.person_match_microusd,
                daily_budget_microusd: raw.daily_budget_microusd,
            })
            .collect(),
        match_cache_days: raw.match_cache_days,
        no_match_cache_days: raw.no_match_cache_days,
        company_by_name: raw.company_by_name,
        daily_budget_microusd: raw.daily_budget_microusd,
    }
}

/// A budget must be enough for one question, and a provider's no larger than that of all together.
fn budget(raw: &RawEnrichment, index: usize, document: &Document, problems: &mut Problems) {
    let Some(provider) = raw.waterfall.get(index) else { return };
    let dearest = provider.company_match_microusd.max(provider.person_match_microusd);
    let name = &provider.provider;
    let own = format!("/enrichment/waterfall/{index}/daily_budget_microusd");
    for (pointer, most) in [
        (own.as_str(), provider.daily_budget_microusd),
        ("/enrichment/daily_budget_microusd", raw.daily_budget_microusd),
    ] {
        if let Some(most) = most
            && most < dearest
        {
            let what = format!("{most} a day is not enough for one match of `{name}`, which costs {dearest}");
            problems.at(document, pointer, what, "raise the budget, or take the provider out");
        }
    }
    if let (Some(most), Some(all)) = (provider.daily_budget_microusd, raw.daily_budget_microusd)
        && most > all
    {
        let what = format!("`{name}` may cost {most} a day, all providers together {all}");
        problems.at(document, &own, what, "lower it, or leave it out: the smaller of the two holds");
    }
}

fn meanings(list: &str, document: &Document, problems: &mut Problems) -> Vec<Meaning> {
    unique(document, list, "name", problems);
    let raw: Vec<(usize, RawMeaning)> = document.items(list);
    let mut claimed: BTreeMap<String, &str> = BTreeMap::new();
    for (index, one) in &raw {
        for (key, words) in [("words", &one.words), ("provider_words", &one.provider_words)] {
            for (nth, word) in words.iter().enumerate() {
                let pointer = format!("/{list}/{index}/{key}/{nth}");
                if word.trim().is_empty() {
                    problems.at(document, &pointer, "an empty word", "take it out");
                } else if let Some(first) = claimed.insert(format!("{key}/{}", fold(word)), &one.name) {
                    let what = format!("`{word}` means `{first}` already");
                    problems.at(document, &pointer, what, "a word has one meaning: keep one of the two");
                }
            }
        }
    }
    raw.iter()
        .map(|(_, one)| Meaning {
            name: one.name.clone(),
            words: one.words.iter().map(|word| fold(word)).collect(),
            provider_words: one.provider_words.iter().map(|word| fold(word)).collect(),
        })
        .collect()
}

fn disqualifiers(document: &Document, names: &Names<'_>, problems: &mut Problems) -> Vec<Disqualifier> {
    unique(document, "disqualifiers", "id", problems);
    let mut checked = Vec::new();
    for (index, one) in document.items::<RawDisqualifier>("disqualifiers") {
        let at = format!("/disqualifiers/{index}");
        let length = one.reason.trim().chars().count();
        if length == 0 || length > REASON_CHARS {
            let what = format!("the reason has {length} characters");
            problems.at(
                document,
                &format!("{at}/reason"),
                what,
                format!("1 to {REASON_CHARS}: reps read it in a list"),
            );
        }
        if let Some(when) = names.compile(&one.when, document, &format!("{at}/when"), problems) {
            checked.push(Disqualifier { id: one.id.clone(), reason: one.reason.trim().to_owned(), when });
        }
    }
    checked
}

fn bands(document: &Document, problems: &mut Problems) -> Vec<Band> {
    unique(document, "bands", "id", problems);
    let raw: Vec<(usize, RawScoreBand)> = document.items("bands");
    let mut above: Option<u8> = None;
    for (index, band) in &raw {
        let at = format!("/bands/{index}");
        if band.id.chars().count() > BAND_CHARS {
            let remedy = format!("at most {BAND_CHARS}: the CRM's field holds no more");
            problems.at(document, &format!("{at}/id"), "the name is too long", remedy);
        }
        if let Some(above) = above
            && band.min_score >= above
        {
            let what = format!("band `{}` begins at {}, the one before it at {above}", band.id, band.min_score);
            problems.at(document, &format!("{at}/min_score"), what, "write bands from the best down");
        }
        above = Some(band.min_score);
    }
    match raw.last() {
        None => problems.at(document, "/bands", "there are no bands", "add at least one that begins at 0"),
        Some((index, last)) if last.min_score != 0 => {
            let what = format!("scores below {} are in no band", last.min_score);
            problems.at(document, &format!("/bands/{index}/min_score"), what, "the last band must begin at 0");
        }
        Some(_) => {}
    }
    raw.into_iter().map(|(_, band)| Band { id: band.id, min_score: band.min_score }).collect()
}

/// Every band but the last must be within reach of some lead.
fn reachable(scoring: &Scoring, document: &Document, problems: &mut Problems) {
    let most: i32 = scoring
        .groups
        .iter()
        .enumerate()
        .map(|(index, group)| {
            let sum: i32 = scoring
                .factors
                .iter()
                .filter(|factor| factor.group == index)
                .map(|factor| factor.choices.iter().map(|choice| choice.points).max().unwrap_or(0).max(0))
                .sum();
            let done: i32 = scoring
                .behaviours
                .iter()
                .filter(|one| one.group == index)
                .map(|one| one.points.max(0).saturating_mul(i32::try_from(one.count_at_most).unwrap_or(i32::MAX)))
                .fold(0, i32::saturating_add);
            sum.saturating_add(done).min(group.cap)
        })
        .sum();
    for (index, band) in scoring.bands.iter().enumerate() {
        if i32::from(band.min_score) > most {
            let what = format!("no lead can reach band `{}`: the factors give {most} points at most", band.id);
            let at = format!("/bands/{index}/min_score");
            problems.at(document, &at, what, "lower it, or raise points or caps of groups");
        }
    }
}

/// Names in the list must be unique and short; `key` is the entry's name.
fn unique(document: &Document, list: &str, key: &str, problems: &mut Problems) {
    let items = document.value().get(list).and_then(serde_json::Value::as_array).into_iter().flatten();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for (index, item) in items.enumerate() {
        let Some(id) = item.get(key).and_then(serde_json::Value::as_str) else { continue };
        let at = format!("/{list}/{index}/{key}");
        if id.trim().is_empty() || id.chars().count() > 80 {
            problems.at(document, &at, format!("`{id}` is no {key}"), "1 to 80 characters");
        }
        if !seen.insert(id) {
            problems.at(document, &at, format!("duplicate {key} `{id}`"), "each must be unique: rename one");
        }
    }
}
