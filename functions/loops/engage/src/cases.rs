//! The operators' own tests: given this lead and this draft, expect this template, and that it holds or does not.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use jiff::Timestamp;
use revloops_domain::events::{
    EngageStatus, LeadProfile, LeadSaved, Owner, Qualified, QualifyStatus, RouteStatus, Routed,
};
use revloops_domain::{
    CompanyProfile, CorrelationId, EnrichmentStatus, LeadId, MailDomain, OrganizationId, OwnerId, Provenance, RunId,
    Score,
};
use revloops_loopkit::Mismatch;

use crate::config::EngageConfig;
use crate::inputs::{EngageFacts, EngageInput, StoredDraft};
use crate::logic::{self, EngageVerdict, Writer};

/// The day on which cases happen.
const DAY: &str = "2026-06-01";

/// One case.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EngageCase {
    /// What is known.
    pub given: Given,
    /// What must come out.
    pub expect: Expect,
}

/// A routed lead, and the drafts that the AI gave.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// The lead.
    pub lead: GivenLead,
    /// The company as a provider knows it.
    #[serde(default)]
    pub company: Option<GivenCompany>,
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

/// What must come out; what is left out may be anything.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// `drafted` or `blocked`.
    #[serde(default)]
    pub status: Option<EngageStatus>,
    /// The template.
    #[serde(default)]
    pub template: Option<String>,
    /// `ai` or `fallback`.
    #[serde(default)]
    pub written_by: Option<String>,
    /// Kinds of facts in the brief, in its order.
    #[serde(default)]
    pub facts: Option<Vec<String>>,
    /// Rules that refuse the first draft, each once, in the order of their names in the reference.
    #[serde(default)]
    pub broken_rules: Option<Vec<String>>,
    /// Why nothing was drafted.
    #[serde(default)]
    pub blocked_because: Option<Vec<String>>,
    /// Number of steps.
    #[serde(default)]
    pub steps: Option<usize>,
}

pub(crate) fn run(config: &EngageConfig, case: &EngageCase) -> Result<(), Vec<Mismatch>> {
    let wrong = |what: &str, found: String| {
        vec![Mismatch { what: what.to_owned(), expected: "a case that can be built".to_owned(), found }]
    };
    let input = case.given.input().ok_or_else(|| wrong("lead", "none could be built".to_owned()))?;
    let at: Timestamp = format!("{DAY}T12:00:00Z").parse().map_err(|_| wrong("day", DAY.to_owned()))?;
    // Kinds are turned into the ids of the brief that this config makes.
    let brief = logic::plan::plan(config, &input).plan.map(|plan| plan.brief).unwrap_or_default();
    let id = |kind: &String| {
        let fact = brief.iter().find(|fact| fact.kind.name() == kind);
        fact.map_or_else(|| format!("no {kind}"), |fact| fact.id.clone())
    };
    let drafts = case.given.drafts.iter().map(|draft| stored(draft, &id)).collect();
    let verdict = logic::decide(config, &input, &EngageFacts { drafts }, at).verdict;
    let mismatches = case.expect.mismatches(&verdict);
    if mismatches.is_empty() { Ok(()) } else { Err(mismatches) }
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

impl Expect {
    fn mismatches(&self, verdict: &EngageVerdict) -> Vec<Mismatch> {
        let mut mismatches = Vec::new();
        if let Some(status) = self.status {
            let word = |status| if status == EngageStatus::Drafted { "drafted" } else { "blocked" };
            mismatches.extend(Mismatch::unless_equal("status", word(status), word(verdict.status)));
        }
        if let Some(template) = &self.template {
            mismatches.extend(Mismatch::unless_equal(
                "template",
                template,
                verdict.template.as_deref().unwrap_or("none"),
            ));
        }
        if let Some(written_by) = &self.written_by {
            let found = match &verdict.written_by {
                Some(Writer::Model(_)) => "ai",
                Some(Writer::Template) => "fallback",
                None => "nobody",
            };
            let mut faults: Vec<String> = verdict.drafts.iter().flatten().map(ToString::to_string).collect();
            faults.truncate(5);
            let found_why = if written_by == found { found.to_owned() } else { format!("{found} {faults:?}") };
            mismatches.extend(Mismatch::unless_equal("written_by", written_by, found_why));
        }
        if let Some(facts) = &self.facts {
            let found: Vec<&str> = verdict.brief.iter().map(|fact| fact.kind.name()).collect();
            mismatches.extend(Mismatch::unless_equal("facts", facts.join(", "), found.join(", ")));
        }
        if let Some(rules) = &self.broken_rules {
            let mut found: Vec<_> = verdict.drafts.first().into_iter().flatten().map(|fault| fault.rule).collect();
            found.sort();
            found.dedup();
            let found: Vec<String> = found
                .into_iter()
                .filter_map(|rule| serde_json::to_value(rule).ok()?.as_str().map(str::to_owned))
                .collect();
            mismatches.extend(Mismatch::unless_equal("broken_rules", rules.join(", "), found.join(", ")));
        }
        if let Some(because) = &self.blocked_because {
            let found = verdict.blocked_because.join(", ");
            mismatches.extend(Mismatch::unless_equal("blocked_because", because.join(", "), found));
        }
        if let Some(steps) = self.steps {
            mismatches.extend(Mismatch::unless_equal("steps", steps, verdict.steps.len()));
        }
        mismatches
    }
}

impl Given {
    fn input(&self) -> Option<EngageInput> {
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
        };
        Some(EngageInput { event, routed, qualified: self.qualified(lead_id, run_id) })
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
