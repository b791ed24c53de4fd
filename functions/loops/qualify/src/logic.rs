//! The decision: profile → points → band, and every reason to turn the lead away. Pure.

pub(crate) mod account;
pub(crate) mod behaviour;
pub mod fields;
pub(crate) mod profile;
pub mod provenance;
pub(crate) mod score;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use revloops_domain::events::{LeadProfile, QualifyStatus};
use revloops_domain::{EnrichmentStatus, Lead, Score};
use revloops_loopkit::{Because, Decision, Reason, Verdict};
use revloops_matching::MatchVerdict;

use crate::config::QualifyConfig;
use crate::inputs::QualifyFacts;
pub use provenance::KnownField;
pub use score::ScoredFactor;

/// Qualify's verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QualifyVerdict {
    /// Whether the lead goes on.
    pub status: QualifyStatus,
    /// 0 to 100.
    pub score: Score,
    /// The band's name.
    pub band: String,
    /// What each factor and then each behaviour gave, in the levers' order.
    pub contributions: Vec<ScoredFactor>,
    /// How many of the points are for what the person did.
    #[serde(default)]
    pub behaviour_points: i32,
    /// Every reason to turn the lead away.
    pub disqualified: Vec<Disqualified>,
    /// How looking up at the data providers ended.
    pub enrichment: EnrichmentStatus,
    /// What is known of the lead.
    pub profile: LeadProfile,
    /// Where that came from, and how well it is known.
    #[serde(default)]
    pub provenance: Vec<KnownField>,
    /// What a provider knew and the CRM did not.
    pub fill: Fill,
    /// The account that the lead belongs to, and which others came near.
    #[serde(default)]
    pub account: MatchVerdict,
}

/// One reason to turn the lead away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disqualified {
    /// The disqualifier's id.
    pub id: String,
    /// The reason in words.
    pub reason: String,
}

/// Values for empty fields of the CRM.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill {
    /// Industry, by a name that the CRM knows.
    pub industry: Option<String>,
    /// Number of employees.
    pub employees: Option<u32>,
}

/// Scores the lead and tries every disqualifier; a lead that one of them holds for is turned away, whatever its score.
/// What the person did is worth what is left of it `at` this time.
#[must_use]
pub fn decide(config: &QualifyConfig, lead: &Lead, facts: &QualifyFacts, at: Timestamp) -> Decision<QualifyVerdict> {
    let known = profile::known(config, lead, facts);
    let values = fields::values(config, lead, &known);

    let mut disqualified = Vec::new();
    let mut reasons = Vec::new();
    for one in &config.disqualifiers {
        let holds = one.when.holds(&values);
        if holds {
            disqualified.push(Disqualified { id: one.id.clone(), reason: one.reason.clone() });
        }
        let verdict = if holds { Verdict::Held } else { Verdict::Failed };
        reasons.push(Reason::new(format!("disqualifier {}", one.id), verdict, score::because(&one.when, &values)));
    }

    let mut sums = score::Sums::new(&config.scoring.groups);
    let (mut contributions, scored) = score::score(&config.scoring, &values, &mut sums);
    reasons.extend(scored);
    let (did, scored) = behaviour::score(&config.scoring, &facts.acts, at, &mut sums);
    let behaviour_points = did.iter().map(|one| one.points).sum();
    contributions.extend(did);
    reasons.extend(scored);
    let score = Score::clamped(contributions.iter().map(|one| i64::from(one.points)).sum());
    let (band, at_least) = config.band(score.points()).map_or(("", 0), |band| (band.id.as_str(), band.min_score));
    reasons.push(Reason::new(
        format!("band {band}"),
        Verdict::Held,
        vec![Because::new(format!("score at least {at_least}"), score.to_string(), true)],
    ));

    let provenance = provenance::of(config, lead, facts);
    reasons.push(provenance::reason(&provenance));
    let account = account::matched(config, lead, &known.profile, &facts.accounts);
    reasons.push(account::reason(&account));

    let (status, outcome) = if disqualified.is_empty() {
        (QualifyStatus::Qualified, "qualified")
    } else {
        (QualifyStatus::Disqualified, "disqualified")
    };
    let verdict = QualifyVerdict {
        status,
        score,
        band: band.to_owned(),
        contributions,
        behaviour_points,
        disqualified,
        enrichment: known.enrichment,
        profile: known.profile,
        provenance,
        fill: Fill { industry: known.fill_industry, employees: known.fill_employees },
        account,
    };
    Decision::sure(outcome, verdict, reasons)
}
