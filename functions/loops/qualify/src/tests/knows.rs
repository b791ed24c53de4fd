//! Where values came from, and how well they are known.

use revloops_domain::{CompanyProfile, EnrichmentStatus, FieldState, Lead, PersonProfile};
use serde_json::json;

use super::{at, ida, northwind, shipped};
use crate::inputs::{LookUp, QualifyFacts};
use crate::logic::{KnownField, decide, provenance};

fn found<T>(found: T) -> LookUp<T> {
    LookUp { status: EnrichmentStatus::Matched, found: Some(found), asked: Vec::new() }
}

fn known(lead: &Lead, facts: &QualifyFacts) -> Vec<KnownField> {
    decide(&shipped(), lead, facts, at()).verdict.provenance
}

fn of_company(lead: &Lead, company: CompanyProfile) -> Vec<KnownField> {
    known(lead, &QualifyFacts { company: found(company), ..QualifyFacts::default() })
}

fn field<'a>(known: &'a [KnownField], name: &str) -> &'a KnownField {
    known.iter().find(|one| one.provenance.field == name).unwrap()
}

fn vp(likelihood: u8) -> PersonProfile {
    PersonProfile {
        full_name: None,
        title: Some("vice president of sales".into()),
        levels: vec!["vp".into()],
        role: Some("sales".into()),
        provenance: northwind(likelihood).provenance,
    }
}

#[test]
fn a_field_is_verified_unverified_contradicted_or_not_found() {
    let mut lead = ida();
    lead.modified_at = Some("2026-11-20T23:59:00Z".parse().unwrap());
    lead.employees = Some(400);
    lead.industry = Some("Banking".into());
    let known = of_company(&lead, northwind(9));
    for (name, state, source, compared_with, as_of) in [
        ("company", FieldState::Verified, Some("crm"), Some("people_data_labs"), Some("2026-11-20")),
        ("domain", FieldState::Verified, Some("crm"), Some("people_data_labs"), Some("2026-11-20")),
        ("country", FieldState::Verified, Some("crm"), Some("people_data_labs"), Some("2026-11-20")),
        ("state", FieldState::NotFound, None, None, None),
        ("industry", FieldState::Conflict, Some("crm"), Some("people_data_labs"), Some("2026-11-20")),
        ("employees", FieldState::Verified, Some("crm"), Some("people_data_labs"), Some("2026-11-20")),
        ("founded", FieldState::Verified, Some("people_data_labs"), None, Some("2026-11-22")),
        ("title", FieldState::Unverified, Some("crm"), None, Some("2026-11-20")),
        ("seniority", FieldState::Unverified, Some("crm"), None, Some("2026-11-20")),
        ("department", FieldState::Unverified, Some("crm"), None, Some("2026-11-20")),
        ("email", FieldState::Unverified, Some("crm"), None, Some("2026-11-20")),
        ("phone", FieldState::NotFound, None, None, None),
    ] {
        let one = &field(&known, name).provenance;
        let found = (one.state, one.source.as_deref(), one.compared_with.as_deref(), one.as_of.as_deref());
        assert_eq!(found, (state, source, compared_with, as_of), "{name}");
    }
    assert_eq!(known.len(), 12);
    let industry = field(&known, "industry");
    assert_eq!((industry.value.as_deref(), industry.instead.as_deref()), (Some("Banking"), Some("Technology")));
}

#[test]
fn numbers_of_employees_agree_within_the_levers_percent() {
    for (typed, state) in [
        (420, FieldState::Verified),
        (336, FieldState::Verified),
        (335, FieldState::Conflict),
        (525, FieldState::Verified),
        (526, FieldState::Conflict),
    ] {
        let mut lead = ida();
        lead.employees = Some(typed);
        assert_eq!(field(&of_company(&lead, northwind(9)), "employees").provenance.state, state, "{typed}");
    }
}

#[test]
fn names_agree_by_their_words_and_domains_by_what_they_are_under() {
    for (typed, provided, agree) in [
        ("Northwind", "northwind", true),
        ("Northwind & Søn A/S", "Northwind & Søn", true),
        ("Northwind", "Northwinders", false),
        ("Northwind", "Southwind", false),
    ] {
        let mut lead = ida();
        lead.company = typed.into();
        let mut company = northwind(9);
        company.name = provided.into();
        let state = if agree { FieldState::Verified } else { FieldState::Conflict };
        assert_eq!(field(&of_company(&lead, company), "company").provenance.state, state, "{typed} and {provided}");
    }
    for (address, state) in [
        ("ida@dk.northwind.example", FieldState::Verified),
        ("ida@evilnorthwind.example", FieldState::Conflict),
        ("ida@gmail.com", FieldState::Verified),
    ] {
        let mut lead = ida();
        lead.email = Some(address.into());
        assert_eq!(field(&of_company(&lead, northwind(9)), "domain").provenance.state, state, "{address}");
    }
}

#[test]
fn a_provider_that_is_not_sure_neither_confirms_nor_contradicts() {
    let mut lead = ida();
    lead.industry = Some("Banking".into());
    let known = of_company(&lead, northwind(7));
    for name in ["company", "country", "industry", "employees", "founded"] {
        assert_eq!(field(&known, name).provenance.state, FieldState::Unverified, "{name}");
    }
    assert_eq!(field(&known, "employees").provenance.source.as_deref(), Some("people_data_labs"));
    assert_eq!(field(&known, "industry").instead, None);
}

#[test]
fn titles_agree_by_level_and_department_and_an_address_by_who_answers_to_it() {
    let facts = |likelihood| QualifyFacts { person: found(vp(likelihood)), ..QualifyFacts::default() };
    let sure = known(&ida(), &facts(9));
    for name in ["title", "seniority", "department", "email"] {
        assert_eq!(field(&sure, name).provenance.state, FieldState::Verified, "{name}");
    }
    assert_eq!(field(&known(&ida(), &facts(6)), "email").provenance.state, FieldState::Unverified);
    let mut lead = ida();
    lead.title = Some("Sales Manager".into());
    let differing = known(&lead, &facts(9));
    for (name, state) in
        [("title", FieldState::Conflict), ("seniority", FieldState::Conflict), ("department", FieldState::Verified)]
    {
        assert_eq!(field(&differing, name).provenance.state, state, "{name}");
    }
    lead.title = None;
    let provided = known(&lead, &facts(9));
    assert_eq!(field(&provided, "seniority").value.as_deref(), Some("VP"));
    assert_eq!(field(&provided, "seniority").provenance.source.as_deref(), Some("people_data_labs"));
}

#[test]
fn a_rep_reads_contradictions_first_with_both_values() {
    let mut lead = ida();
    lead.employees = Some(60);
    lead.modified_at = Some(at());
    let text = provenance::in_words(&of_company(&lead, northwind(9)));
    assert_eq!(
        text,
        "The CRM and the provider differ; the CRM's is used:\n  \
         employees: 60 (crm, 2026-11-22; people_data_labs says 420)\n\
         Verified:\n  \
         company: Northwind (crm, 2026-11-22; people_data_labs agrees)\n  \
         domain: northwind.example (crm, 2026-11-22; people_data_labs agrees)\n  \
         country: DE (crm, 2026-11-22; people_data_labs agrees)\n  \
         industry: Technology (people_data_labs, 2026-11-22)\n  \
         founded: 1999 (people_data_labs, 2026-11-22)\n\
         Not verified:\n  \
         title: VP Sales (crm, 2026-11-22)\n  \
         seniority: VP (crm, 2026-11-22)\n  \
         department: Sales (crm, 2026-11-22)\n  \
         email: ida@northwind.example (crm, 2026-11-22)\n\
         Not found:\n  \
         state, phone"
    );
}

#[test]
fn the_record_tells_each_field_and_a_conflict_fails() {
    let mut lead = ida();
    lead.employees = Some(60);
    let facts = QualifyFacts { company: found(northwind(9)), ..QualifyFacts::default() };
    let decision = decide(&shipped(), &lead, &facts, at());
    let reason = decision.reasons.iter().find(|one| one.what == "provenance").unwrap();
    let employees = reason.because.iter().find(|one| one.condition.starts_with("employees")).unwrap();
    assert_eq!(employees.condition, "employees is verified: conflict (crm; people_data_labs says 420)");
    assert_eq!((employees.found.as_str(), employees.holds), ("60", false));
}

#[test]
fn what_is_published_says_who_and_how_well_and_no_value() {
    let known = of_company(&ida(), northwind(9));
    let published = json!(known.iter().map(|one| &one.provenance).collect::<Vec<_>>()).to_string();
    for value in ["ida@", "VP", "northwind"] {
        assert!(!published.contains(value), "{value} in {published}");
    }
    assert!(published.contains(r#""field":"domain","state":"verified","source":"crm""#), "{published}");
}
