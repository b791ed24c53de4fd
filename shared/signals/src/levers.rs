//! `targets.yaml`: which tiers of target accounts there are, how often each is scanned, and at what price.
//!
//! The file is one of Generate's. The scanner reads Generate's active config, but of its files this one alone.

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Deserialize;

use revloops_config::{LeverFile, Levers, Problems, Sources};

/// The file's name in Generate's folder.
pub const FILE: &str = "targets.yaml";

/// The levers, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetLevers {
    /// In the file's order; never empty.
    pub tiers: Vec<Tier>,
    /// The most that scans may cost on one day (UTC), in millionths of a US dollar.
    pub daily_budget_microusd: u64,
    /// When a failed scan is tried again.
    pub backoff: Backoff,
    /// What a signal needs to count.
    pub evidence: Evidence,
    /// What the AI is told.
    pub agent: ScanAgent,
}

/// The file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawTargets {
    /// Tiers of target accounts; a target names one.
    #[schemars(length(min = 1))]
    tiers: Vec<Tier>,
    /// The most that scans may cost on one day (UTC), in millionths of a US dollar: 20,000,000 for $20.
    #[schemars(range(min = 1))]
    daily_budget_microusd: u64,
    /// When a failed scan is tried again: twice as late each time.
    backoff: Backoff,
    /// What a signal needs to count.
    evidence: Evidence,
    /// The AI that scans.
    agent: ScanAgent,
}

/// A tier of target accounts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// Its name.
    pub id: String,
    /// Hours from one scan to the next.
    #[schemars(range(min = 1, max = 8760))]
    pub scan_every_hours: u32,
}

/// When a failed scan is tried again.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Backoff {
    /// Minutes after the first failure; twice as many after each further one.
    #[schemars(range(min = 1, max = 1440))]
    pub first_minutes: u32,
    /// Never more minutes than these.
    #[schemars(range(min = 1, max = 20160))]
    pub most_minutes: u32,
}

impl Backoff {
    /// How long to wait after so many failures in a row, from 1.
    #[must_use]
    pub fn after(&self, failures: u32) -> SignedDuration {
        let doubled = u64::from(self.first_minutes) << failures.saturating_sub(1).min(20);
        let minutes = doubled.min(u64::from(self.most_minutes));
        SignedDuration::from_mins(i64::try_from(minutes).unwrap_or(i64::MAX))
    }
}

/// What a signal needs to count.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// What happened longer ago, in days, is no signal.
    #[schemars(range(min = 1, max = 730))]
    pub window_days: u16,
    /// Fewest articles, of those that the search returned, that a signal must link to.
    #[schemars(range(min = 1, max = 5))]
    pub min_sources: usize,
    /// Most signals that one scan may bring.
    #[schemars(range(min = 1, max = 50))]
    pub most_signals: usize,
}

/// What the AI is told.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScanAgent {
    /// Version of the texts: change it with every change of them.
    pub version: String,
    /// Who it is and what rules it keeps.
    pub system: String,
    /// What it is to do.
    pub task: String,
    /// At most so many tokens in the answer.
    #[schemars(range(min = 500, max = 8000))]
    pub max_tokens: u32,
    /// How often it may search the web for one account.
    #[schemars(range(min = 1, max = 10))]
    pub web_searches: u8,
}

/// The file's schema.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(RawTargets)
}

/// The levers of Generate's sources; adds everything that is wrong with them.
pub fn check(sources: &Sources, problems: &mut Problems) -> Option<TargetLevers> {
    let document = sources.get(FILE)?;
    let raw: RawTargets = document.read(problems)?;
    let before = problems.len();
    let mut seen: Vec<&str> = Vec::new();
    for (at, tier) in raw.tiers.iter().enumerate() {
        let pointer = format!("/tiers/{at}/id");
        if tier.id.trim().is_empty() {
            problems.at(document, &pointer, "the tier has no name", "give it one: targets name it");
        } else if seen.contains(&tier.id.as_str()) {
            problems.at(document, &pointer, format!("the tier `{}` is there twice", tier.id), "take one of them out");
        }
        seen.push(&tier.id);
    }
    if raw.backoff.most_minutes < raw.backoff.first_minutes {
        let what = format!(
            "{} minutes at most, and {} after the first failure",
            raw.backoff.most_minutes, raw.backoff.first_minutes
        );
        problems.at(document, "/backoff/most_minutes", what, "make it the longer of both");
    }
    for (name, text) in [("version", &raw.agent.version), ("system", &raw.agent.system), ("task", &raw.agent.task)] {
        if text.trim().is_empty() {
            problems.at(document, &format!("/agent/{name}"), "it is empty", "write what the AI is told");
        }
    }
    (problems.len() == before).then_some(TargetLevers {
        tiers: raw.tiers,
        daily_budget_microusd: raw.daily_budget_microusd,
        backoff: raw.backoff,
        evidence: raw.evidence,
        agent: raw.agent,
    })
}

impl TargetLevers {
    /// The tier of this name; of a name that is not there (any more) the one that is scanned the least often.
    #[must_use]
    pub fn tier(&self, id: &str) -> Option<&Tier> {
        let least = || self.tiers.iter().max_by_key(|tier| tier.scan_every_hours);
        self.tiers.iter().find(|tier| tier.id == id).or_else(least)
    }

    /// How long after a scan a target of this tier is due again.
    #[must_use]
    pub fn cadence(&self, tier: &str) -> SignedDuration {
        let hours = self.tier(tier).map_or(24, |tier| tier.scan_every_hours);
        SignedDuration::from_hours(hours.into())
    }
}

impl Levers for TargetLevers {
    const LOOP: &'static str = "generate";

    const FILES: &'static [LeverFile] = &[LeverFile { name: FILE, schema }];

    fn check(sources: &Sources, problems: &mut Problems) -> Option<Self> {
        check(sources, problems)
    }
}

#[cfg(test)]
mod tests {
    use revloops_config::Document;

    use super::*;

    const SHIPPED: &str = include_str!("../../../config/loops/generate/targets.yaml");

    fn checked(text: &str) -> (Option<TargetLevers>, Problems) {
        let mut problems = Problems::new();
        let document = Document::parse_yaml(FILE, text, &mut problems).unwrap();
        let levers = check(&Sources::from([(FILE.to_owned(), document)]), &mut problems);
        (levers, problems)
    }

    #[test]
    fn the_shipped_file_passes_and_its_tiers_have_their_cadence() {
        let levers = checked(SHIPPED).0.unwrap();
        assert!(levers.cadence("a") < levers.cadence("c"));
        assert_eq!(levers.cadence("was taken out"), levers.cadence("c"), "the least often");
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once_with_its_line() {
        let text = SHIPPED.replace("id: b", "id: a").replace("most_minutes: 2880", "most_minutes: 5");
        let (levers, problems) = checked(&text);
        assert!(levers.is_none());
        let told = problems.to_string();
        assert!(told.contains("`a` is there twice") && told.contains("5 minutes at most"), "{told}");
    }

    #[test]
    fn a_scan_that_keeps_failing_is_tried_less_and_less_often() {
        let backoff = Backoff { first_minutes: 30, most_minutes: 200 };
        let minutes: Vec<i64> = [1, 2, 3, 4, 99].map(|failures| backoff.after(failures).as_mins()).to_vec();
        assert_eq!(minutes, [30, 60, 120, 200, 200]);
    }
}
