//! The operators' own tests: given this lead and these data, expect this band and these reasons.

mod account;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Deserialize;

use revloops_domain::events::QualifyStatus;
use revloops_domain::{CompanyProfile, EnrichmentStatus, FieldState, Lead, LeadId, PersonProfile, Provenance};
use revloops_loopkit::Mismatch;
use revloops_loopkit::ports::{Act, ActKind};

use crate::config::QualifyConfig;
use crate::inputs::{LookUp, QualifyFacts};
use crate::logic;
use account::GivenAccount;

/// One case.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QualifyCase {
    /// What is known.
    pub given: Given,
    /// What must come out.
    pub expect: Expect,
}

/// A lead, and what a provider knows.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// The lead as the CRM has it.
    pub lead: GivenLead,
    /// The company as a provider knows it; leave it out where nobody does.
    #[serde(default)]
    pub company: Option<GivenCompany>,
    /// The person as a provider knows them; leave it out where nobody does.
    #[serde(default)]
    pub person: Option<GivenPerson>,
    /// Whether the providers are down.
    #[serde(default)]
    pub providers_down: bool,
    /// What the person did.
    #[serde(default)]
    pub behaviour: Vec<GivenAct>,
    /// Accounts of the CRM.
    #[serde(default)]
    pub accounts: Vec<GivenAccount>,
}

/// Something that the person did: an answer to a campaign, or a completed `activity`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GivenAct {
    /// Type of the campaign.
    pub campaign_type: Option<String>,
    /// Status of the member.
    pub status: Option<String>,
    /// Whether that status counts as a response.
    pub responded: bool,
    /// Kind of the activity: `Call`.
    pub activity: Option<String>,
    /// How long ago.
    #[schemars(range(max = 36500))]
    pub days_ago: u16,
}

/// The lead's fields; what is left out is empty.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GivenLead {
    /// Company name.
    pub company: String,
    /// Job title.
    pub title: Option<String>,
    /// Mail address.
    pub email: Option<String>,
    /// Phone number.
    pub phone: Option<String>,
    /// Website.
    pub website: Option<String>,
    /// ISO country code.
    pub country: Option<String>,
    /// City.
    pub city: Option<String>,
    /// State code.
    pub state: Option<String>,
    /// Industry.
    pub industry: Option<String>,
    /// Number of employees.
    pub employees: Option<u32>,
    /// Where the lead came from.
    pub lead_source: Option<String>,
    /// What the person wrote.
    pub message: Option<String>,
}

/// A company at a provider.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GivenCompany {
    /// Website's domain.
    pub domain: Option<String>,
    /// Industry in the provider's words.
    pub industry: Option<String>,
    /// Number of employees.
    pub employees: Option<u32>,
    /// Year in which it was founded.
    pub founded: Option<u16>,
    /// ISO country code.
    pub country: Option<String>,
}

/// A person at a provider.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GivenPerson {
    /// Job title.
    pub title: Option<String>,
    /// Levels in the provider's words.
    pub levels: Vec<String>,
    /// Field of work in the provider's words.
    pub role: Option<String>,
}

/// What must come out; what is left out may be anything.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// `qualified` or `disqualified`.
    #[serde(default)]
    pub status: Option<QualifyStatus>,
    /// The band.
    #[serde(default)]
    pub band: Option<String>,
    /// The score.
    #[serde(default)]
    pub score: Option<u8>,
    /// Ids of the disqualifiers that hold, in their order; `[]` for none.
    #[serde(default)]
    pub disqualifiers: Option<Vec<String>>,
    /// Points by factor.
    #[serde(default)]
    pub points: BTreeMap<String, i32>,
    /// The industry after enrichment.
    #[serde(default)]
    pub industry: Option<String>,
    /// How well fields are known: `verified`, `unverified`, `conflict` or `not_found`, by field.
    #[serde(default)]
    pub provenance: BTreeMap<String, FieldState>,
    /// Name of the account that the lead belongs to; `none` where it belongs to none.
    #[serde(default)]
    pub account: Option<String>,
    /// How it was found: `domain`, `name` or `similar_name`.
    #[serde(default)]
    pub matched_by: Option<String>,
}

/// Cases happen at one time, so that what was done so many days ago is always as old.
const AT: Timestamp = Timestamp::constant(1_767_225_600, 0);

pub(crate) fn run(config: &QualifyConfig, case: &QualifyCase) -> Result<(), Vec<Mismatch>> {
    let lead = case.given.lead().ok_or_else(|| {
        vec![Mismatch {
            what: "lead".to_owned(),
            expected: "a lead".to_owned(),
            found: "none could be built".to_owned(),
        }]
    })?;
    let verdict = logic::decide(config, &lead, &case.given.facts(), AT).verdict;
    let expect = &case.expect;
    let mut mismatches = Vec::new();
    if let Some(status) = expect.status {
        let word = |status| if status == QualifyStatus::Qualified { "qualified" } else { "disqualified" };
        mismatches.extend(Mismatch::unless_equal("status", word(status), word(verdict.status)));
    }
    if let Some(band) = &expect.band {
        mismatches.extend(Mismatch::unless_equal("band", band, &verdict.band));
    }
    if let Some(score) = expect.score {
        mismatches.extend(Mismatch::unless_equal("score", score, verdict.score));
    }
    if let Some(wanted) = &expect.disqualifiers {
        let found: Vec<&str> = verdict.disqualified.iter().map(|one| one.id.as_str()).collect();
        mismatches.extend(Mismatch::unless_equal("disqualifiers", wanted.join(", "), found.join(", ")));
    }
    for (factor, points) in &expect.points {
        let found = verdict.contributions.iter().find(|one| &one.factor == factor);
        let found = found.map_or_else(|| "no such factor".to_owned(), |one| one.points.to_string());
        mismatches.extend(Mismatch::unless_equal(&format!("points of {factor}"), points, found));
    }
    if let Some(industry) = &expect.industry {
        let found = verdict.profile.industry.as_deref().unwrap_or("nothing");
        mismatches.extend(Mismatch::unless_equal("industry", industry, found));
    }
    for (field, state) in &expect.provenance {
        let found = verdict.provenance.iter().find(|one| &one.provenance.field == field);
        let found = found.map_or("no such field", |one| one.provenance.state.name());
        mismatches.extend(Mismatch::unless_equal(&format!("provenance of {field}"), state.name(), found));
    }
    mismatches.extend(account::mismatches(expect.account.as_deref(), expect.matched_by.as_deref(), &verdict.account));
    if mismatches.is_empty() { Ok(()) } else { Err(mismatches) }
}

impl Given {
    fn lead(&self) -> Option<Lead> {
        let given = &self.lead;
        let mut lead = Lead::new(LeadId::parse("00Qxx0000000001").ok()?, given.company.clone(), "Case");
        lead.title.clone_from(&given.title);
        lead.email.clone_from(&given.email);
        lead.phone.clone_from(&given.phone);
        lead.website.clone_from(&given.website);
        lead.country_code.clone_from(&given.country);
        lead.city.clone_from(&given.city);
        lead.state_code.clone_from(&given.state);
        lead.industry.clone_from(&given.industry);
        lead.employees = given.employees;
        lead.lead_source.clone_from(&given.lead_source);
        lead.description.clone_from(&given.message);
        Some(lead)
    }

    fn facts(&self) -> QualifyFacts {
        let provenance = || Provenance {
            provider: "case".to_owned(),
            likelihood: 10,
            as_of: "2026-01-01".to_owned(),
            cached: false,
        };
        let company = self.company.as_ref().map(|given| CompanyProfile {
            name: self.lead.company.clone(),
            domain: given.domain.clone(),
            industry: given.industry.clone(),
            employees: given.employees,
            founded: given.founded,
            country_code: given.country.clone(),
            region: None,
            locality: None,
            summary: None,
            tags: Vec::new(),
            provenance: provenance(),
        });
        let person = self.person.as_ref().map(|given| PersonProfile {
            full_name: None,
            title: given.title.clone(),
            levels: given.levels.clone(),
            role: given.role.clone(),
            provenance: provenance(),
        });
        QualifyFacts {
            company: self.look_up(company),
            person: self.look_up(person),
            acts: self.behaviour.iter().enumerate().map(|(at, given)| given.act(at)).collect(),
            accounts: account::facts(&self.accounts),
        }
    }

    fn look_up<T>(&self, found: Option<T>) -> LookUp<T> {
        let status = match (&found, self.providers_down) {
            (Some(_), _) => EnrichmentStatus::Matched,
            (None, true) => EnrichmentStatus::Unavailable,
            (None, false) => EnrichmentStatus::NotFound,
        };
        LookUp { status, found, asked: Vec::new() }
    }
}

impl GivenAct {
    fn act(&self, place: usize) -> Act {
        let kind = match &self.activity {
            Some(subtype) => ActKind::Activity { subtype: Some(subtype.clone()) },
            None => ActKind::Campaign {
                campaign_type: self.campaign_type.clone(),
                status: self.status.clone(),
                responded: self.responded,
            },
        };
        let age = SignedDuration::from_hours(24 * i64::from(self.days_ago));
        Act { id: format!("act {place}"), kind, at: AT.saturating_sub(age).unwrap_or(Timestamp::MIN) }
    }
}
