//! Generate's levers: what a signal is worth, when two are the same, whom we write to.

mod check;
mod raw;

use std::collections::BTreeMap;

use revloops_config::{LeverFile, Levers, Problems, Sources};
use revloops_domain::signal::SignalKind;
use revloops_matching::MatchRules;
use revloops_rules::Condition;

/// Generate's checked config.
#[derive(Debug, Clone)]
pub struct GenerateConfig {
    /// What a signal of each kind is worth.
    pub kinds: BTreeMap<SignalKind, KindLevers>,
    /// What the second and each further signal of a kind is worth, in percent of the one before it.
    pub repeat_percent: u8,
    /// What a signal that speaks against writing does, by kind. A kind that is not listed does nothing.
    pub negative: BTreeMap<SignalKind, NegativeLevers>,
    /// When two signals are the same event.
    pub dedupe: DedupeLevers,
    /// What a signal must bring.
    pub evidence: EvidenceLevers,
    /// How well an account fits; the first row that holds counts, and the last holds always.
    pub fit: Vec<FitRow>,
    /// The score from which somebody is written to.
    pub min_score: u8,
    /// For so many days after signals were handed on, the account is left alone.
    pub cool_down_days: u16,
    /// Words of job titles, the best first: of the contacts whom no article names, the one with the best title is taken.
    pub titles: Vec<String>,
    /// Which company is which.
    pub matching: MatchRules,
    /// When outcomes carry a proposal.
    pub feedback: FeedbackLevers,
}

/// What a signal of one kind is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindLevers {
    /// Points of a signal that has just happened.
    pub weight: u8,
    /// Days after which half of them are left.
    pub half_life_days: u16,
    /// At most so many signals of the kind count.
    pub most_counted: u8,
    /// So many articles must tell of it.
    pub min_sources: u8,
}

/// What a signal does that speaks against writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NegativeLevers {
    /// It takes points away, which fade.
    Lower {
        /// Points of a signal that has just happened.
        points: u8,
        /// Days after which half of them are left.
        half_life_days: u16,
    },
    /// Nobody is written to for so many days.
    Stop {
        /// Days.
        days: u16,
    },
}

/// When two signals are the same event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DedupeLevers {
    /// Their days are at most so far apart.
    pub window_days: u16,
    /// Their words are at least so alike, in percent.
    pub min_likeness_percent: u8,
}

/// What a signal must bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EvidenceLevers {
    /// Characters of the article's own words.
    pub min_quote_chars: usize,
    /// Days after which it is no news.
    pub max_age_days: u16,
}

/// How well an account fits.
#[derive(Debug, Clone)]
pub struct FitRow {
    /// Its id.
    pub id: String,
    /// Which accounts.
    pub when: Condition,
    /// What the points are multiplied by, in percent; 0 leaves nothing.
    pub percent: u16,
}

/// When outcomes carry a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedbackLevers {
    /// Days after a signal was handed on at which its outcome counts.
    pub ripe_days: u16,
    /// Sequences of one kind needed.
    pub min_sequences: usize,
    /// How far a weight is moved at once, in percent of what it is.
    pub max_step_percent: u8,
}

impl GenerateConfig {
    /// How far back signals can still matter: counted, the same as a new one, in force against writing, or handed on within
    /// the cool-down.
    #[must_use]
    pub fn look_back_days(&self) -> i64 {
        let stops = self.negative.values().map(|one| match one {
            NegativeLevers::Lower { .. } => 0,
            NegativeLevers::Stop { days } => i64::from(*days),
        });
        let counted = i64::from(self.evidence.max_age_days);
        let cooling = counted + i64::from(self.cool_down_days);
        stops.max().unwrap_or(0).max(cooling).max(counted + i64::from(self.dedupe.window_days))
    }
}

impl Levers for GenerateConfig {
    const LOOP: &'static str = "generate";
    const FILES: &'static [LeverFile] = &[
        LeverFile { name: "levers.yaml", schema: || schemars::schema_for!(raw::RawLevers) },
        LeverFile { name: revloops_signals::FILE, schema: revloops_signals::schema },
    ];

    fn check(sources: &Sources, problems: &mut Problems) -> Option<Self> {
        let before = problems.len();
        // The scanner's part: checked and promoted with the rest, read by the scanner alone.
        let _scanners = revloops_signals::check(sources, problems);
        let config = sources.get("levers.yaml").and_then(|document| check::levers(document, problems));
        config.filter(|_| problems.len() == before)
    }
}
