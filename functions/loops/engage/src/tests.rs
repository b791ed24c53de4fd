mod briefs;
mod corpus;
mod drafts;
mod hostile;
mod many;
mod rules;
mod shipped;
mod signals;
mod writes;

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use revloops_domain::events::{LeadProfile, Owner, Qualified, QualifyStatus, RouteStatus, Routed};
use revloops_domain::{CompanyProfile, EnrichmentStatus, OwnerId, Provenance, RunId, Score};
use revloops_testkit::{lead_saved, shipped_config};

use crate::EngageConfig;
use crate::inputs::{EngageFacts, EngageInput, RoutedLead, StoredDraft};
use crate::logic::draft::Rule;
use crate::logic::plan::plan;
use crate::logic::validate::Checker;

/// Read once: checking YAML against schemas is the slowest part of these tests.
static SHIPPED: LazyLock<EngageConfig> = LazyLock::new(shipped_config);

fn shipped() -> EngageConfig {
    SHIPPED.clone()
}

fn at() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

/// Ida of Northwind in Hamburg, owned by Dana Fox; the template is `standard`. Facts: F1 industry, F2 company size,
/// F3 location, F4 founded, F5 summary, F6 person's title, F7 lead source.
fn ida() -> RoutedLead {
    let event = lead_saved();
    let lead_id = event.lead_id.clone();
    let run_id = RunId("r-0".into());
    let routed = Routed {
        status: RouteStatus::Routed,
        run_id: run_id.clone(),
        lead_id: lead_id.clone(),
        owner: Some(Owner {
            id: OwnerId::parse("005xx0000000001").unwrap(),
            name: "Dana Fox".into(),
            login: "dana@northfield.example".into(),
        }),
        rule: Some("dach".into()),
        territory: None,
    };
    let qualified = Qualified {
        status: QualifyStatus::Qualified,
        run_id,
        lead_id,
        score: Score::clamped(60),
        band: "B".into(),
        disqualified_because: Vec::new(),
        contributions: Vec::new(),
        enrichment: EnrichmentStatus::Matched,
        profile: LeadProfile {
            company: "Northwind".into(),
            domain: None,
            country_code: Some("DE".into()),
            state_code: None,
            postal_code: None,
            industry: Some("Technology".into()),
            employees: Some(420),
            lead_source: Some("Web".into()),
            first_name: Some("Ida".into()),
            last_name: "Holm".into(),
            title: Some("VP Sales".into()),
            message: None,
        },
        provenance: Vec::new(),
        account: None,
        company: Some(CompanyProfile {
            name: "northwind".into(),
            domain: Some("northwind.example".into()),
            industry: Some("computer software".into()),
            employees: Some(420),
            founded: Some(1999),
            country_code: Some("DE".into()),
            region: None,
            locality: Some("hamburg".into()),
            summary: Some("Northwind makes planning boards for shipyards.".into()),
            tags: Vec::new(),
            provenance: Provenance {
                provider: "people_data_labs".into(),
                likelihood: 8,
                as_of: "2026-11-20".into(),
                cached: false,
            },
        }),
        person: None,
    };
    RoutedLead { event, routed, qualified }
}

fn claim(text: &str, fact_ids: &[&str]) -> Value {
    json!({ "text": text, "kind": "claim", "fact_ids": fact_ids })
}

fn phrase(text: &str) -> Value {
    json!({ "text": text, "kind": "phrase", "fact_ids": [] })
}

/// A draft for `standard` with these sentences in its first step.
fn draft(sentences: Vec<Value>) -> Value {
    json!({ "steps": [
        { "id": "introduce", "subject": "A thought on planning", "sentences": sentences },
        { "id": "follow_up", "subject": "One more idea", "sentences": [phrase("Would that help?")] },
        { "id": "close", "subject": "A last note", "sentences": [phrase("I will leave it here.")] },
    ]})
}

fn good() -> Value {
    draft(vec![phrase("Hello Ida,"), claim("Northwind has 420 employees in Hamburg.", &["F2", "F3"])])
}

fn stored(answer: Value) -> StoredDraft {
    StoredDraft { answer, model: "claude-test".into(), input_tokens: 900, output_tokens: 300, microusd: 7_200 }
}

fn facts(answers: Vec<Value>) -> EngageFacts {
    EngageFacts { drafts: answers.into_iter().map(stored).collect(), ..EngageFacts::default() }
}

/// The rules that `answer` breaks for `input`, each once; empty where it holds.
fn broken_for(input: &RoutedLead, answer: &Value) -> Vec<Rule> {
    broken_of(&input.clone().into(), answer)
}

fn broken_of(input: &EngageInput, answer: &Value) -> Vec<Rule> {
    let (config, today) = (shipped(), at().to_zoned(TimeZone::UTC).date());
    let planned = plan(&config, input, None, today).plan.unwrap();
    let checker = Checker::new(&config, &planned, today);
    let mut rules: Vec<Rule> =
        checker.check(answer).err().unwrap_or_default().into_iter().map(|fault| fault.rule).collect();
    rules.sort();
    rules.dedup();
    rules
}

fn broken(answer: &Value) -> Vec<Rule> {
    broken_for(&ida(), answer)
}
