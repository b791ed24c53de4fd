//! What a case begins with: a routed lead, and the drafts that the AI gave.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use revloops_domain::events::{LeadProfile, LeadSaved, Owner, Qualified, QualifyStatus, RouteStatus, Routed};
use revloops_domain::{
    CompanyProfile, CorrelationId, EnrichmentStatus, LeadId, MailDomain, OrganizationId, OwnerId, Provenance, RunId,
    Score,
};

use super::DAY;
use super::signal::GivenSignal;
use crate::inputs::{EngageInput, RoutedLead, StoredDraft};

/// A routed lead, and the drafts that the AI gave.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// The lead.
    pub lead: GivenLead,
    /// The company as a provider knows it.
    #[serde(default)]
    pub company: Option<GivenCompany>,
    /// A signal at the lead's company: the lead's fields are then the account's and the contact's.
    #[serde(default)]
    pub signal: Option<GivenSignal>,
    /// Who owns the lead.
    #[serde(default)]
    pub owner: GivenOwner,
    /// The AI's drafts, the second after the first was refused.
    #[serde(default)]
    pub drafts: Vec<GivenDraft>,
}

/// The lead; what is left out is empty.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GivenLead {
    /// Company name.
    pub company: String,
    /// First name.
    pub first_name: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// Company domain.
    pub domain: Option<String>,
    /// ISO country code.
    pub country: Option<String>,
    /// Industry.
    pub industry: Option<String>,
    /// Number of employees.
    pub employees: Option<u32>,
    /// Where the lead came from.
    pub lead_source: Option<String>,
    /// What the person wrote.
    pub message: Option<String>,
    /// Qualify's band.
    pub band: String,
}

/// A company at a provider.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GivenCompany {
    /// Number of employees.
    pub employees: Option<u32>,
    /// Industry.
    pub industry: Option<String>,
    /// Year in which it was founded.
    pub founded: Option<u16>,
    /// City.
    pub city: Option<String>,
    /// ISO country code.
    pub country: Option<String>,
    /// What it does.
    pub summary: Option<String>,
    /// Days since the provider's answer.
    pub days_old: u16,
}

/// Who owns the lead.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GivenOwner {
    /// A person.
    #[default]
    User,
    /// A queue.
    Queue,
    /// Nobody.
    Nobody,
}

/// One draft.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenDraft {
    /// Its steps, in the AI's shape.
    pub steps: Vec<GivenStep>,
}

/// One step of a draft.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenStep {
    /// The template's step.
    pub id: String,
    /// Subject.
    pub subject: String,
    /// Sentences: `claim`s with the kinds of fact that they cite, or `phrase`s.
    pub sentences: Vec<GivenSentence>,
}

/// One sentence.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenSentence {
    /// A sentence that states something.
    #[serde(default)]
    pub claim: Option<String>,
    /// Kinds of the facts that it cites: `company_size`.
    #[serde(default)]
    pub cites: Vec<String>,
    /// A sentence that states nothing.
    #[serde(default)]
    pub phrase: Option<String>,
}
fn stored(draft: &GivenDraft, id: &dyn Fn(&String) -> String) -> StoredDraft {
    let sentence = |one: &GivenSentence| match (&one.claim, &one.phrase) {
        (Some(text), _) => {
            let ids: Vec<String> = one.cites.iter().map(id).collect();
            serde_json::json!({ "text": text, "kind": "claim", "fact_ids": ids })
        }
        (None, Some(text)) => serde_json::json!({ "text": text, "kind": "phrase", "fact_ids": [] }),
        (None, None) => Value::Null,
    };
    let steps: Vec<Value> = draft
        .steps
        .iter()
        .map(|step| {
            let sentences: Vec<Value> = step.sentences.iter().map(sentence).collect();
            serde_json::json!({ "id": step.id, "subject": step.subject, "sentences": sentences })
        })
        .collect();
    StoredDraft {
        answer: serde_json::json!({ "steps": steps }),
        model: "case".to_owned(),
        input_tokens: 0,
        output_tokens: 0,
        microusd: 0,
    }
}
impl Given {
    /// The drafts in the AI's shape; `id` turns a kind of fact into the id that the brief gave it.
    pub(super) fn stored(&self, id: &dyn Fn(&String) -> String) -> Vec<StoredDraft> {
        self.drafts.iter().map(|draft| stored(draft, id)).collect()
    }

    pub(crate) fn input(&self) -> Option<EngageInput> {
        let lead_id = LeadId::parse("00Qxx0000000001").ok()?;
        let run_id = RunId("case".to_owned());
        let told: Timestamp = format!("{DAY}T11:00:00Z").parse().ok()?;
        let (id, name) = match self.owner {
            GivenOwner::User => ("005xx0000000001", "Dana Fox"),
            GivenOwner::Queue | GivenOwner::Nobody => ("00Gxx0000000001", "Inbound"),
        };
        let owner = Owner { id: OwnerId::parse(id).ok()?, name: name.to_owned(), login: name.to_owned() };
        let owner = (self.owner != GivenOwner::Nobody).then_some(owner);
        let routed = Routed {
            status: if owner.is_some() { RouteStatus::Routed } else { RouteStatus::Unresolved },
            run_id: run_id.clone(),
            lead_id: lead_id.clone(),
            owner,
            rule: None,
            territory: None,
        };
        let event = LeadSaved {
            event_id: "case".to_owned(),
            correlation_id: CorrelationId("case".to_owned()),
            organization_id: OrganizationId::parse("00Dxx0000001gPLEAY").ok()?,
            lead_id: lead_id.clone(),
            trigger: "created".to_owned(),
            occurred_at: told,
            received_at: told,
            redriven: false,
            passed_over: Vec::new(),
        };
        let lead = RoutedLead { event, routed, qualified: self.qualified(lead_id, run_id) };
        match &self.signal {
            None => Some(lead.into()),
            Some(signal) => Some(signal.step(&lead, DAY)?.into()),
        }
    }

    fn qualified(&self, lead_id: LeadId, run_id: RunId) -> Qualified {
        let given = &self.lead;
        let company = self.company.as_ref().map(|company| company.profile(&given.company));
        let found = company.as_ref();
        Qualified {
            status: QualifyStatus::Qualified,
            run_id,
            lead_id,
            score: Score::clamped(60),
            band: given.band.clone(),
            disqualified_because: Vec::new(),
            contributions: Vec::new(),
            enrichment: if found.is_some() { EnrichmentStatus::Matched } else { EnrichmentStatus::NotFound },
            profile: LeadProfile {
                company: given.company.clone(),
                domain: given.domain.as_deref().and_then(MailDomain::parse),
                country_code: given.country.clone().or_else(|| found.and_then(|one| one.country_code.clone())),
                state_code: None,
                postal_code: None,
                industry: given.industry.clone().or_else(|| found.and_then(|one| one.industry.clone())),
                employees: given.employees.or_else(|| found.and_then(|one| one.employees)),
                lead_source: given.lead_source.clone(),
                first_name: given.first_name.clone(),
                last_name: "Case".to_owned(),
                title: given.title.clone(),
                message: given.message.clone(),
            },
            provenance: Vec::new(),
            account: None,
            company,
            person: None,
        }
    }
}

impl GivenCompany {
    fn profile(&self, name: &str) -> CompanyProfile {
        let day: Option<jiff::civil::Date> = DAY.parse().ok();
        let as_of = day.map(|day| day.saturating_sub(jiff::Span::new().days(i64::from(self.days_old))));
        CompanyProfile {
            name: name.to_owned(),
            domain: None,
            industry: self.industry.clone(),
            employees: self.employees,
            founded: self.founded,
            country_code: self.country.clone(),
            region: None,
            locality: self.city.clone(),
            summary: self.summary.clone(),
            tags: Vec::new(),
            provenance: Provenance {
                provider: "people_data_labs".to_owned(),
                likelihood: 9,
                as_of: as_of.map(|day| day.to_string()).unwrap_or_default(),
                cached: false,
            },
        }
    }
}
