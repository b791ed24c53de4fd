//! Generate's config file as operators write it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use revloops_rules::RawCondition;

/// `levers.yaml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLevers {
    /// What a signal of each kind is worth: funding, hiring, leadership_move, tech_change, product_launch, partnership,
    /// acquisition.
    pub(super) kinds: BTreeMap<String, RawKind>,
    /// What the second and each further signal of a kind is worth, in percent of the one before it.
    #[schemars(range(min = 0, max = 100))]
    pub(super) repeat_percent: u8,
    /// What a signal does that speaks against writing, by kind; a kind that is left out does nothing.
    #[serde(default)]
    pub(super) negative: BTreeMap<String, RawNegative>,
    /// When two signals are the same event.
    pub(super) dedupe: RawDedupe,
    /// What a signal must bring.
    pub(super) evidence: RawEvidence,
    /// How well an account fits: the first row that holds counts; the last holds always (`when: {always: true}`).
    pub(super) fit: Vec<RawFit>,
    /// The score from which somebody is written to.
    #[schemars(range(min = 1, max = 100))]
    pub(super) min_score: u8,
    /// For so many days after signals were handed on, the account is left alone.
    #[schemars(range(min = 0, max = 365))]
    pub(super) cool_down_days: u16,
    /// Words of job titles, the best first: of contacts whom no article names, the one with the best title is written to.
    pub(super) titles: Vec<String>,
    /// Which company is which.
    #[serde(default)]
    pub(super) matching: RawMatching,
    /// When outcomes carry a proposal.
    pub(super) feedback: RawFeedback,
}

/// What a signal of one kind is worth.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawKind {
    /// Points of a signal that has just happened.
    #[schemars(range(min = 0, max = 100))]
    pub(super) weight: u8,
    /// Days after which half of them are left.
    #[schemars(range(min = 1, max = 365))]
    pub(super) half_life_days: u16,
    /// At most so many signals of the kind count.
    #[schemars(range(min = 1, max = 10))]
    pub(super) most_counted: u8,
    /// So many articles must tell of it.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 5))]
    pub(super) min_sources: u8,
}

fn one() -> u8 {
    1
}

/// What a signal does that speaks against writing: `lower` with its half-life, or `stop_days`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawNegative {
    /// Points that a signal which has just happened takes away.
    #[serde(default)]
    #[schemars(range(min = 1, max = 100))]
    pub(super) lower: Option<u8>,
    /// Days after which half of them are left.
    #[serde(default)]
    #[schemars(range(min = 1, max = 365))]
    pub(super) half_life_days: Option<u16>,
    /// For so many days nobody is written to.
    #[serde(default)]
    #[schemars(range(min = 1, max = 730))]
    pub(super) stop_days: Option<u16>,
}

/// When two signals are the same event.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDedupe {
    /// Their days are at most so far apart.
    #[schemars(range(min = 1, max = 60))]
    pub(super) window_days: u16,
    /// Their words are at least so alike, in percent.
    #[schemars(range(min = 20, max = 95))]
    pub(super) min_likeness_percent: u8,
}

/// What a signal must bring.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEvidence {
    /// Characters of the article's own words.
    #[schemars(range(min = 1, max = 500))]
    pub(super) min_quote_chars: usize,
    /// Days after which it is no news.
    #[schemars(range(min = 1, max = 365))]
    pub(super) max_age_days: u16,
}

/// How well an account fits.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFit {
    /// Its id.
    pub(super) id: String,
    /// Which accounts; fields: country, state, industry, employees, account_kind.
    pub(super) when: RawCondition,
    /// What the points are multiplied by, in percent.
    #[schemars(range(min = 0, max = 200))]
    pub(super) percent: u16,
}

/// Which company is which, beyond the built-in rules.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawMatching {
    /// How many letters of its own a name needs to be enough where an article gives neither domain nor place.
    #[schemars(range(min = 4, max = 40))]
    pub(super) name_alone_letters: Option<usize>,
    /// Domains of one company, a list each.
    pub(super) aliases: Vec<Vec<String>>,
}

/// When outcomes carry a proposal.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFeedback {
    /// Days after a signal was handed on at which its outcome counts: earlier, the bad ones would be known and the good ones not.
    #[serde(default = "ripe_days")]
    #[schemars(range(max = 365))]
    pub(super) ripe_days: u16,
    /// Sequences of one kind needed.
    #[schemars(range(min = 10))]
    pub(super) min_sequences: usize,
    /// How far a weight is moved at once, in percent of what it is.
    #[schemars(range(min = 5, max = 100))]
    pub(super) max_step_percent: u8,
}

/// As it is in versions from before outcomes were joined.
const fn ripe_days() -> u16 {
    21
}
