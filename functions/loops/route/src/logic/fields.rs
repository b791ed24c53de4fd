//! What territories and rules may ask about a lead.

use revloops_rules::{Field, FieldId, FieldTable, FieldValues};

use crate::inputs::RouteInput;

/// Fields in the order of [`ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LeadField {
    Country,
    State,
    PostalCode,
    Industry,
    Employees,
    LeadSource,
    Domain,
    Company,
    Title,
    Score,
    Band,
    Territory,
}

impl From<LeadField> for FieldId {
    fn from(field: LeadField) -> Self {
        Self(field as u16)
    }
}

const ALL: &[Field] = &[
    Field::text("country"),
    Field::text("state"),
    Field::text("postal_code"),
    Field::text("industry"),
    Field::number("employees"),
    Field::text("lead_source"),
    Field::text("domain"),
    Field::text("company"),
    Field::text("title"),
    Field::number("score"),
    Field::text("band"),
    Field::text("territory"),
];

/// What rules may ask about: everything, the territory that the lead fell into included.
pub(crate) const RULE_FIELDS: FieldTable = FieldTable::new(ALL);

/// What territories may ask about: everything but the territory.
pub(crate) const TERRITORY_FIELDS: FieldTable = FieldTable::new(ALL.split_at(LeadField::Territory as usize).0);

/// The lead's values; its territory is not known yet.
pub(crate) fn values_of(input: &RouteInput) -> FieldValues {
    let profile = &input.profile;
    let mut values = FieldValues::new(&RULE_FIELDS);
    values
        .text(LeadField::Country, profile.country_code.as_deref())
        .text(LeadField::State, profile.state_code.as_deref())
        .text(LeadField::PostalCode, profile.postal_code.as_deref())
        .text(LeadField::Industry, profile.industry.as_deref())
        .number(LeadField::Employees, profile.employees.map(i64::from))
        .text(LeadField::LeadSource, profile.lead_source.as_deref())
        .text(LeadField::Domain, profile.domain.as_ref().map(revloops_domain::MailDomain::as_str))
        .text(LeadField::Company, Some(&profile.company))
        .text(LeadField::Title, profile.title.as_deref())
        .number(LeadField::Score, Some(i64::from(input.score.points())))
        .text(LeadField::Band, Some(&input.band));
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_stands_at_its_place_in_the_table() {
        for (field, name) in [
            (LeadField::Country, "country"),
            (LeadField::State, "state"),
            (LeadField::PostalCode, "postal_code"),
            (LeadField::Industry, "industry"),
            (LeadField::Employees, "employees"),
            (LeadField::LeadSource, "lead_source"),
            (LeadField::Domain, "domain"),
            (LeadField::Company, "company"),
            (LeadField::Title, "title"),
            (LeadField::Score, "score"),
            (LeadField::Band, "band"),
            (LeadField::Territory, "territory"),
        ] {
            assert_eq!(RULE_FIELDS.name(field.into()), name);
        }
        assert_eq!(TERRITORY_FIELDS.len() + 1, RULE_FIELDS.len());
    }
}
