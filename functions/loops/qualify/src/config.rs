//! Qualify's levers: the checked type. Raw shapes and their checks are in [`raw`] and [`check`].

pub mod account;
pub mod check;
pub mod raw;
pub mod scoring;

use std::collections::BTreeSet;
use std::time::Duration;

use revloops_config::{LeverFile, Levers, Problems, Sources};
use revloops_domain::Lead;
use revloops_loopkit::ports::Budget;
use revloops_matching::MatchRules;
use revloops_rules::Condition;

pub use scoring::{Band, BehaviourFactor, Choice, Factor, Group, Kind, Scoring};

/// Qualify's checked config.
#[derive(Debug, Clone)]
pub struct QualifyConfig {
    /// Who is asked for data.
    pub enrichment: Enrichment,
    /// When a value counts as verified.
    pub provenance: ProvenanceLevers,
    /// Company names that say that there is no company, folded.
    pub placeholder_companies: BTreeSet<String>,
    /// Words of CRM users and providers → industries.
    pub industries: Vec<Meaning>,
    /// Words in titles, and providers' levels → seniorities; the first that fits counts.
    pub seniorities: Vec<Meaning>,
    /// Words in titles, and providers' roles → departments; the first that fits counts.
    pub departments: Vec<Meaning>,
    /// The CRM status of a lead that is turned away.
    pub disqualified_status: String,
    /// Why leads are turned away, in the file's order.
    pub disqualifiers: Vec<Disqualifier>,
    /// How leads are scored.
    pub scoring: Scoring,
    /// When outcomes carry a proposal.
    pub feedback: FeedbackLevers,
    /// Which account a lead belongs to.
    pub matching: MatchRules,
}

/// Who is asked for data, and how long answers are kept.
#[derive(Debug, Clone)]
pub struct Enrichment {
    /// In this order, until one knows.
    pub waterfall: Vec<ProviderLevers>,
    /// How long a match is kept, in days.
    pub match_cache_days: u16,
    /// How long "nobody known" is kept, in days.
    pub no_match_cache_days: u16,
    /// Whether a company without a domain is looked up by its name.
    pub company_by_name: bool,
    /// The most that all together may cost on one day, in millionths of a US dollar.
    pub daily_budget_microusd: Option<u64>,
}

impl Enrichment {
    /// The budgets that a question to this provider counts in.
    #[must_use]
    pub fn budgets(&self, provider: &ProviderLevers) -> Vec<Budget> {
        let of = |name: &str, most: Option<u64>| most.map(|most| Budget { name: name.to_owned(), most_microusd: most });
        let all = of(Budget::ALL, self.daily_budget_microusd);
        all.into_iter().chain(of(&provider.provider, provider.daily_budget_microusd)).collect()
    }
}

/// One provider's levers.
#[derive(Debug, Clone)]
pub struct ProviderLevers {
    /// Its name.
    pub provider: String,
    /// How long it may take.
    pub timeout: Duration,
    /// How sure it must be, 1 to 10.
    pub min_likelihood: u8,
    /// What a company costs, in millionths of a US dollar.
    pub company_match_microusd: u64,
    /// What a person costs, in millionths of a US dollar.
    pub person_match_microusd: u64,
    /// The most that it may cost on one day, in millionths of a US dollar.
    pub daily_budget_microusd: Option<u64>,
}

/// When a value counts as verified.
#[derive(Debug, Clone, Copy)]
pub struct ProvenanceLevers {
    /// How sure a provider must be for its word alone to be enough, 1 to 10.
    pub sure_likelihood: u8,
    /// By how many percent two numbers of employees may differ and still agree.
    pub employees_within_percent: u8,
}

/// One name of ours, and how others say it.
#[derive(Debug, Clone)]
pub struct Meaning {
    /// Our name.
    pub name: String,
    /// Words or phrases as people type them, folded.
    pub words: Vec<String>,
    /// The same as providers write it, folded.
    pub provider_words: BTreeSet<String>,
}

/// One reason to turn a lead away.
#[derive(Debug, Clone)]
pub struct Disqualifier {
    /// Its id.
    pub id: String,
    /// The reason, for people.
    pub reason: String,
    /// When it holds.
    pub when: Condition,
}

/// When outcomes carry a proposal of other points.
#[derive(Debug, Clone)]
pub struct FeedbackLevers {
    /// Days after the score at which its outcome counts.
    pub ripe_days: u16,
    /// Outcomes needed in all.
    pub min_leads: usize,
    /// Conversions needed in all.
    pub min_conversions: usize,
    /// Outcomes needed on either side of a choice.
    pub min_leads_per_choice: usize,
    /// The most by which one proposal moves the points of a choice.
    pub max_change: i32,
}

impl QualifyConfig {
    /// The lead's company, unless its name says that there is none (`n/a`, `self-employed`).
    #[must_use]
    pub fn company_name<'a>(&self, lead: &'a Lead) -> Option<&'a str> {
        let name = lead.company.trim();
        (!name.is_empty() && !self.placeholder_companies.contains(&fold(name))).then_some(name)
    }

    /// The band of a score.
    #[must_use]
    pub fn band(&self, score: u8) -> Option<&Band> {
        self.scoring.bands.iter().find(|band| score >= band.min_score)
    }
}

impl Levers for QualifyConfig {
    const LOOP: &'static str = "qualify";
    const FILES: &'static [LeverFile] = &[
        LeverFile { name: "levers.yaml", schema: || schemars::schema_for!(raw::RawLevers) },
        LeverFile { name: "scoring.yaml", schema: || schemars::schema_for!(raw::RawScoring) },
        LeverFile { name: "matching.yaml", schema: || schemars::schema_for!(account::RawMatching) },
    ];

    fn check(sources: &Sources, problems: &mut Problems) -> Option<Self> {
        let before = problems.len();
        let names = check::Names::of(sources);
        // All files are read before any is given up, so that the problems of all are found.
        let levers = sources.get("levers.yaml").and_then(|document| check::levers(document, &names, problems));
        let scoring = sources.get("scoring.yaml").and_then(|document| check::scoring(document, &names, problems));
        // Versions from before there were accounts have no rules for them: they are matched by what is shipped.
        let matching = match sources.get("matching.yaml") {
            Some(document) => account::check(document, problems),
            None => Some(MatchRules::default()),
        };
        let mut config = levers?;
        config.scoring = scoring?;
        config.matching = matching?;
        (problems.len() == before).then_some(config)
    }
}

/// The form in which words are compared.
pub(crate) fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}
