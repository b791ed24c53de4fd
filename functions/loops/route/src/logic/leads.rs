//! All leads that there can be: what each field can hold, with values that people understand.
//!
//! A field says no more than is sure. Countries, for one, are whatever the CRM holds, so that nothing is proved by there
//! being no other country.

use jiff::civil::Date;

use revloops_config::{Document, Problems};
use revloops_domain::{MatchedBy, is_country_code};
use revloops_rules::{Condition, Derived, Domain, FieldId, Ground, RawCondition, compile};

use crate::config::Territories;
use crate::logic::fields::{LeadField, RULE_FIELDS};

/// Countries that witnesses come from, as long as no condition names them all.
const COUNTRIES: [&str; 13] = ["DE", "US", "FR", "GB", "ES", "PL", "CA", "IN", "BR", "ZA", "EG", "TR", "KE"];

/// What a lead can be, for [`revloops_rules::Space`].
pub(crate) struct Leads<'c> {
    domains: Vec<Domain>,
    never: Vec<Condition>,
    territories: Vec<(&'c str, &'c Condition)>,
}

impl<'c> Leads<'c> {
    /// All leads, with bands such as these, in these territories.
    pub(crate) fn new<'b>(bands: impl IntoIterator<Item = &'b str>, territories: &'c Territories) -> Self {
        let territories = territories.iter().filter_map(|one| Some((one.id.as_str(), one.when.as_ref()?))).collect();
        Self { domains: domains(bands), never: never(), territories }
    }

    pub(crate) fn ground(&self) -> Ground<'_> {
        let derived = Derived { field: LeadField::Territory.into(), names: &self.territories };
        Ground { table: &RULE_FIELDS, domains: &self.domains, derived: Some(derived), never: &self.never }
    }

    /// As [`Leads::ground`], where nothing is known of territories, and of what goes together.
    pub(crate) fn ground_alone(&self) -> Ground<'_> {
        Ground { table: &RULE_FIELDS, domains: &self.domains, derived: None, never: &[] }
    }
}

/// In the order of the fields.
fn domains<'b>(bands: impl IntoIterator<Item = &'b str>) -> Vec<Domain> {
    let size = || Domain::any().between(0, i64::from(u32::MAX)).numbers_such_as([240, 12, 1200, 25, 5000]);
    let points = || Domain::any().between(0, 100).numbers_such_as([50, 85, 20]);
    let country = || Domain::any().such_as(countries()).codes();
    let industry = || Domain::any().such_as(["Software", "Manufacturing", "Retail"]);
    vec![
        country(),
        Domain::any().such_as(["CA", "NY", "BY"]).codes(),
        Domain::any().such_as(["10115", "94105"]),
        industry(),
        size(),
        Domain::any().such_as(["Web", "Trade Show", "Partner Referral"]),
        Domain::any().such_as(["acme.example", "brauhaus.example"]),
        Domain::any().such_as(["Acme", "Brauhaus Nord"]),
        Domain::any().such_as(["Head of Sales", "Engineer"]),
        points(),
        Domain::any().such_as(bands),
        Domain::any().days_such_as([Date::constant(2026, 6, 15)]),
        Domain::any().such_as(["001Dn00000Acme1IAB"]),
        Domain::any().such_as(["Prospect", "Customer - Direct"]),
        industry(),
        size(),
        country(),
        Domain::any().such_as(["005Dn00000Owner1IAB"]),
        Domain::any().only([MatchedBy::Domain, MatchedBy::Name, MatchedBy::SimilarName].map(MatchedBy::name)),
        points(),
    ]
}

/// All countries, those that everybody knows first.
fn countries() -> Vec<String> {
    let letters = || 'A'..='Z';
    let all = letters().flat_map(|a| letters().map(move |b| format!("{a}{b}"))).filter(|code| is_country_code(code));
    COUNTRIES.map(str::to_owned).into_iter().chain(all).collect()
}

/// Without an account nothing is known of it.
fn never() -> Vec<Condition> {
    let of_account = [
        LeadField::AccountKind,
        LeadField::AccountIndustry,
        LeadField::AccountEmployees,
        LeadField::AccountCountry,
        LeadField::AccountOwner,
        LeadField::AccountMatchedBy,
        LeadField::AccountConfidence,
    ];
    let without = |field| all_of(vec![present(LeadField::Account, false), present(field, true)]);
    of_account.into_iter().filter_map(|field| compiled(&without(field))).collect()
}

/// The condition that a field has a value.
pub(crate) fn has(field: LeadField) -> Option<Condition> {
    compiled(&present(field, true))
}

fn present(field: LeadField, present: bool) -> RawCondition {
    let name = RULE_FIELDS.name(FieldId::from(field));
    RawCondition { field: Some(name.to_owned()), present: Some(present), ..RawCondition::default() }
}

fn all_of(parts: Vec<RawCondition>) -> RawCondition {
    RawCondition { all: Some(parts), ..RawCondition::default() }
}

fn compiled(raw: &RawCondition) -> Option<Condition> {
    let document = Document::from_value("leads", serde_json::Value::Null);
    compile(raw, &RULE_FIELDS, &document, "", &mut Problems::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_but_the_derived_one_has_its_values() {
        assert_eq!(domains(["A"]).len() + 1, RULE_FIELDS.len());
        assert_eq!(never().len(), 7);
        assert!(has(LeadField::Account).is_some() && countries().len() > 249);
    }
}
