mod accounts;
mod behaves;
mod decides;
mod joins;
mod knows;
mod looks_up;
mod shipped;
mod spends;
mod writes;

use std::sync::LazyLock;

use jiff::Timestamp;

use revloops_domain::{CompanyProfile, Lead, Provenance};
use revloops_testkit::{lead_id, lead_saved, shipped_config};

use crate::QualifyConfig;
use crate::inputs::QualifyInput;

/// Read once: checking YAML against schemas is the slowest part of these tests.
static SHIPPED: LazyLock<QualifyConfig> = LazyLock::new(shipped_config);

fn shipped() -> QualifyConfig {
    SHIPPED.clone()
}

/// Ida of Northwind, who wrote to us from her address at work.
fn ida() -> Lead {
    let mut lead = Lead::new(lead_id(1), "Northwind", "Holm");
    lead.first_name = Some("Ida".into());
    lead.title = Some("VP Sales".into());
    lead.email = Some("ida@northwind.example".into());
    lead.country_code = Some("DE".into());
    lead.lead_source = Some("Web".into());
    lead.description = Some("We plan territories in spreadsheets.".into());
    lead
}

fn at() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

fn input(lead: Lead) -> QualifyInput {
    QualifyInput { event: lead_saved(), lead }
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
