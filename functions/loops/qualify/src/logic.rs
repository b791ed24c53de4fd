//! The decision: profile → points → band, and every reason to turn the lead away. Pure.

pub mod fields;
pub(crate) mod profile;
pub(crate) mod score;

use serde::{Deserialize, Serialize};

use revloops_domain::events::{LeadProfile, QualifyStatus};
use revloops_domain::{EnrichmentStatus, Lead, Score};
use revloops_loopkit::{Because, Decision, Reason, Verdict};

use crate::config::QualifyConfig;
use crate::inputs::QualifyFacts;
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
    /// What each factor gave, in the levers' order.
    pub contributions: Vec<ScoredFactor>,
    /// Every reason to turn the lead away.
    pub disqualified: Vec<Disqualified>,
    /// How looking up at the data providers ended.
    pub enrichment: EnrichmentStatus,
    /// What is known of the lead.
    pub profile: LeadProfile,
    /// What a provider knew and the CRM did not.
    pub fill: Fill,
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
#[must_use]
pub fn decide(config: &QualifyConfig, lead: &Lead, facts: &QualifyFacts) -> Decision<QualifyVerdict> {
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

    let (contributions, scored) = score::score(&config.scoring, &values);
    reasons.extend(scored);
    let score = Score::clamped(contributions.iter().map(|one| i64::from(one.points)).sum());
    let (band, at_least) = config.band(score.points()).map_or(("", 0), |band| (band.id.as_str(), band.min_score));
    reasons.push(Reason::new(
        format!("band {band}"),
        Verdict::Held,
        vec![Because::new(format!("score at least {at_least}"), score.to_string(), true)],
    ));

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
        disqualified,
        enrichment: known.enrichment,
        profile: known.profile,
        fill: Fill { industry: known.fill_industry, employees: known.fill_employees },
    };
    Decision::sure(outcome, verdict, reasons)
}
