mod decides;
mod looks_up;
mod shipped;
mod writes;

use std::path::PathBuf;
use std::sync::LazyLock;

use revloops_config::levers::read_sources;
use revloops_config::{Document, Levers as _, Problems, Sources};
use revloops_domain::events::LeadSaved;
use revloops_domain::{CompanyProfile, CorrelationId, Lead, LeadId, OrganizationId, Provenance};

use crate::QualifyConfig;
use crate::inputs::QualifyInput;

fn config_root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../config")
}

fn sources() -> Sources {
    let mut problems = Problems::new();
    let sources = read_sources::<QualifyConfig>(&config_root(), &mut problems);
    assert!(problems.is_empty(), "{problems}");
    sources
}

/// Read once: checking YAML against schemas is the slowest part of these tests.
static SHIPPED: LazyLock<QualifyConfig> = LazyLock::new(|| {
    let mut problems = Problems::new();
    let config = QualifyConfig::check(&sources(), &mut problems);
    assert!(problems.is_empty(), "{problems}");
    config.unwrap()
});

fn shipped() -> QualifyConfig {
    SHIPPED.clone()
}

/// The shipped sources with `from` changed to `to` in one file.
fn changed(file: &str, changes: &[(&str, &str)]) -> Sources {
    let mut sources = sources();
    let path = config_root().join("loops/qualify").join(file);
    let mut text = std::fs::read_to_string(path).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{from} is not in {file}");
        text = text.replacen(from, to, 1);
    }
    let mut problems = Problems::new();
    let document = Document::parse_yaml(&format!("loops/qualify/{file}"), &text, &mut problems);
    assert!(problems.is_empty(), "{problems}");
    sources.insert(file.to_owned(), document.unwrap());
    sources
}

fn event() -> LeadSaved {
    LeadSaved {
        event_id: "04lxx".into(),
        correlation_id: CorrelationId("c-1".into()),
        organization_id: OrganizationId::parse("00Dxx0000001gPLEAY").unwrap(),
        lead_id: LeadId::parse("00Qxx0000000001").unwrap(),
        trigger: "created".into(),
        occurred_at: "2026-11-22T09:59:58Z".parse().unwrap(),
        received_at: "2026-11-22T09:59:59Z".parse().unwrap(),
        redriven: false,
    }
}

/// Ida of Northwind, who wrote to us from her address at work.
fn ida() -> Lead {
    let mut lead = Lead::new(event().lead_id, "Northwind", "Holm");
    lead.first_name = Some("Ida".into());
    lead.title = Some("VP Sales".into());
    lead.email = Some("ida@northwind.example".into());
    lead.country_code = Some("DE".into());
    lead.lead_source = Some("Web".into());
    lead.description = Some("We plan territories in spreadsheets.".into());
    lead
}

fn input(lead: Lead) -> QualifyInput {
    QualifyInput { event: event(), lead }
}

fn northwind(likelihood: u8) -> CompanyProfile {
    CompanyProfile {
        name: "northwind".into(),
        domain: Some("northwind.example".into()),
        industry: Some("computer software".into()),
        employees: Some(420),
        founded: Some(1999),
        country_code: Some("DE".into()),
        region: None,
        locality: Some("hamburg".into()),
        summary: None,
        tags: Vec::new(),
        provenance: Provenance {
            provider: "people_data_labs".into(),
            likelihood,
            as_of: "2026-11-22".into(),
            cached: false,
        },
    }
}
