//! What Qualify reports of each run.

use schemars::JsonSchema;
use serde::Serialize;

use revloops_domain::events::QualifyStatus;
use revloops_domain::{EnrichmentStatus, FieldState, LeadId, Score};

use crate::inputs::{Answer, QualifyFacts, QualifyInput};
use crate::logic::{KnownField, QualifyVerdict};

/// One row a run.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct QualifyFact {
    /// The lead.
    pub lead_id: LeadId,
    /// Whether it went on.
    pub status: QualifyStatus,
    /// 0 to 100.
    pub score: Score,
    /// The band's name.
    pub band: String,
    /// How looking up ended.
    pub enrichment: EnrichmentStatus,
    /// Who knew the company, else the person.
    pub provider: Option<String>,
    /// Whether all answers came from our cache.
    pub cached: bool,
    /// What the answers cost, in millionths of a US dollar.
    pub data_microusd: u64,
    /// Ids of the disqualifiers that held.
    pub disqualified_because: Vec<String>,
    /// How many of country, industry, employees and title the CRM knew.
    pub known_by_crm: u8,
    /// How many of them a provider added.
    pub known_by_provider: u8,
    /// How many nobody knows.
    pub unknown: u8,
    /// How many questions were not asked because the day's budget was spent.
    pub over_budget: usize,
    /// How many fields are known how well.
    pub provenance: ProvenanceCounts,
    /// Points for what the person did.
    pub behaviour_points: i32,
    /// How the account was found: `domain`, `name`, `similar_name`, or `none`.
    pub account_match: &'static str,
    /// How sure that is, 0 to 100.
    pub account_confidence: u8,
    /// What each factor gave.
    pub factors: Vec<FactorFact>,
}

/// Fields by how well they are known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ProvenanceCounts {
    /// The CRM and a provider agree, or a provider is sure.
    pub verified: usize,
    /// Only typed in, or a provider is not sure.
    pub unverified: usize,
    /// The CRM and a provider differ.
    pub conflict: usize,
    /// Nobody knows.
    pub not_found: usize,
}

impl ProvenanceCounts {
    fn of(fields: &[KnownField]) -> Self {
        let mut counts = Self::default();
        for field in fields {
            match field.provenance.state {
                FieldState::Verified => counts.verified += 1,
                FieldState::Unverified => counts.unverified += 1,
                FieldState::Conflict => counts.conflict += 1,
                FieldState::NotFound => counts.not_found += 1,
            }
        }
        counts
    }
}

/// One factor's part in a run; feedback reads it together with what became of the lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FactorFact {
    /// The factor's id.
    pub factor: String,
    /// The choice that held.
    pub choice: Option<String>,
    /// Points that it gave.
    pub points: i32,
}

pub(crate) fn fact(input: &QualifyInput, facts: &QualifyFacts, verdict: &QualifyVerdict) -> QualifyFact {
    let (lead, profile, account) = (&input.lead, &verdict.profile, verdict.account.matched.as_ref());
    let pairs = [
        (lead.country_code.is_some(), profile.country_code.is_some()),
        (lead.industry.is_some(), profile.industry.is_some()),
        (lead.employees.is_some(), profile.employees.is_some()),
        (lead.title.is_some(), profile.title.is_some()),
    ];
    let count = |of: (bool, bool)| u8::try_from(pairs.iter().filter(|pair| **pair == of).count()).unwrap_or(u8::MAX);
    QualifyFact {
        lead_id: lead.id.clone(),
        status: verdict.status,
        score: verdict.score,
        band: verdict.band.clone(),
        enrichment: verdict.enrichment,
        provider: facts.asked().find(|asked| asked.answer == Answer::Match).map(|asked| asked.provider.clone()),
        cached: facts.asked().next().is_some() && facts.asked().all(|asked| asked.cached),
        data_microusd: facts.asked().map(|asked| asked.microusd).sum(),
        disqualified_because: verdict.disqualified.iter().map(|one| one.id.clone()).collect(),
        known_by_crm: count((true, true)),
        known_by_provider: count((false, true)),
        unknown: count((false, false)),
        over_budget: facts.asked().filter(|asked| asked.answer == Answer::OverBudget).count(),
        provenance: ProvenanceCounts::of(&verdict.provenance),
        behaviour_points: verdict.behaviour_points,
        account_match: account.map_or("none", |matched| matched.matched_by.name()),
        account_confidence: account.map_or(0, |matched| matched.confidence),
        factors: verdict
            .contributions
            .iter()
            .map(|one| FactorFact { factor: one.factor.clone(), choice: one.choice.clone(), points: one.points })
            .collect(),
    }
}
