//! What is known, by whom, and how long it holds.

use super::{ida, shipped};
use crate::logic::brief::{Fact, FactKind};
use crate::logic::plan::plan;

fn brief(input: &crate::EngageInput) -> Vec<Fact> {
    plan(&shipped(), input).plan.unwrap().brief
}

fn fact(facts: &[Fact], kind: FactKind) -> Option<&Fact> {
    facts.iter().find(|fact| fact.kind == kind)
}

#[test]
fn each_fact_has_its_id_source_day_and_end() {
    let facts = brief(&ida());
    let said: Vec<String> = facts
        .iter()
        .map(|fact| format!("{} {} | {} | {} | {}", fact.id, fact.text, fact.source, fact.as_of, fact.expires))
        .collect();
    assert_eq!(
        said,
        [
            "F1 Northwind works in this industry: Technology | people_data_labs | 2026-11-20 | 2027-11-20",
            "F2 Northwind has 420 employees | people_data_labs | 2026-11-20 | 2027-08-17",
            "F3 Northwind is based in Hamburg, Germany | people_data_labs | 2026-11-20 | 2027-11-20",
            "F4 Northwind was founded in 1999 | people_data_labs | 2026-11-20 | 2027-11-20",
            "F5 Northwind is described as: Northwind makes planning boards for shipyards. | people_data_labs | 2026-11-20 | 2027-11-20",
            "F6 The recipient's job title is VP Sales | crm | 2026-11-22 | 2027-05-21",
            "F7 The recipient came to us by: Web | crm | 2026-11-22 | 2027-02-20",
        ]
    );
}

#[test]
fn the_crms_own_value_is_the_crms_fact() {
    let mut input = ida();
    input.qualified.profile.employees = Some(400);
    let facts = brief(&input);
    let size = fact(&facts, FactKind::CompanySize).unwrap();
    assert_eq!((size.value.as_deref(), size.source.as_str()), (Some("400"), "crm"));
}

#[test]
fn a_contradiction_is_no_fact() {
    let mut input = ida();
    input.qualified.profile.employees = Some(90);
    assert!(fact(&brief(&input), FactKind::CompanySize).is_none());
    input.qualified.profile.country_code = Some("FR".into());
    let place = brief(&input);
    assert_eq!(fact(&place, FactKind::Location).unwrap().value.as_deref(), Some("France"));
}

#[test]
fn texts_from_outside_are_cut_and_lie_on_one_line() {
    let mut input = ida();
    input.qualified.profile.message = Some("word \n\t".repeat(500));
    let facts = brief(&input);
    let message = fact(&facts, FactKind::LeadMessage).unwrap();
    assert!(message.text.chars().count() < 450 && !message.text.contains('\n'));
    assert_eq!(message.value, None);
}
