//! What territories and rules may ask about a lead or an account.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use revloops_domain::{Account, MailDomain, OwnerId};
use revloops_rules::{Field, FieldId, FieldTable, FieldValues};

/// Fields in the order of [`ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeadField {
    /// ISO country code.
    Country,
    /// State or province code.
    State,
    /// Postal code.
    PostalCode,
    /// Industry.
    Industry,
    /// Number of employees.
    Employees,
    /// Where the lead came from.
    LeadSource,
    /// Company domain.
    Domain,
    /// Company name.
    Company,
    /// Job title.
    Title,
    /// Qualify's score.
    Score,
    /// Qualify's band.
    Band,
    /// The day, in UTC, on which the lead was saved, or the account made.
    Created,
    /// Id of the account that the lead belongs to.
    Account,
    /// The account's kind: `Customer - Direct`, …
    AccountKind,
    /// The account's industry.
    AccountIndustry,
    /// The account's number of employees.
    AccountEmployees,
    /// The account's ISO country code.
    AccountCountry,
    /// Id of the account's owner.
    AccountOwner,
    /// How lead and account were matched: `domain`, `name`, `similar_name`.
    AccountMatchedBy,
    /// How sure the match is, in percent.
    AccountConfidence,
    /// The territory, which is looked for before the rules are.
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
    Field::domain("domain"),
    Field::text("company"),
    Field::text("title"),
    Field::number("score"),
    Field::text("band"),
    Field::date("created"),
    Field::text("account"),
    Field::text("account_kind"),
    Field::text("account_industry"),
    Field::number("account_employees"),
    Field::text("account_country"),
    Field::text("account_owner"),
    Field::text("account_matched_by"),
    Field::number("account_confidence"),
    Field::text("territory"),
];

/// What rules may ask about: everything, the territory that the lead fell into included.
pub const RULE_FIELDS: FieldTable = FieldTable::new(ALL);

/// What territories may ask about: everything but the territory.
pub const TERRITORY_FIELDS: FieldTable = FieldTable::new(ALL.split_at(LeadField::Territory as usize).0);

/// Room for one subject's values, to be filled again and again.
#[must_use]
pub fn room() -> FieldValues {
    FieldValues::new(&RULE_FIELDS)
}

/// Fills in an account's values: its own fields stand where a lead's would, and it is its own account.
pub fn fill_account(values: &mut FieldValues, account: &Account) {
    values
        .clear()
        .text(LeadField::Country, account.country_code.as_deref())
        .text(LeadField::State, account.state_code.as_deref())
        .text(LeadField::PostalCode, account.postal_code.as_deref())
        .text(LeadField::Industry, account.industry.as_deref())
        .number(LeadField::Employees, account.employees.map(i64::from))
        .text(LeadField::Domain, account.domain.as_ref().map(MailDomain::as_str))
        .text(LeadField::Company, Some(&account.name))
        .date(LeadField::Created, account.created_at.map(day));
    fill_matched(values, account);
}

/// Fills in the values of the account that a lead belongs to.
pub fn fill_matched(values: &mut FieldValues, account: &Account) {
    values
        .text(LeadField::Account, Some(account.id.as_str()))
        .text(LeadField::AccountKind, account.kind.as_deref())
        .text(LeadField::AccountIndustry, account.industry.as_deref())
        .number(LeadField::AccountEmployees, account.employees.map(i64::from))
        .text(LeadField::AccountCountry, account.country_code.as_deref())
        .text(LeadField::AccountOwner, account.owner_id.as_ref().map(OwnerId::as_str));
}

/// The day, in UTC.
#[must_use]
pub fn day(at: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(at).date()
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
            (LeadField::Created, "created"),
            (LeadField::Account, "account"),
            (LeadField::AccountKind, "account_kind"),
            (LeadField::AccountIndustry, "account_industry"),
            (LeadField::AccountEmployees, "account_employees"),
            (LeadField::AccountCountry, "account_country"),
            (LeadField::AccountOwner, "account_owner"),
            (LeadField::AccountMatchedBy, "account_matched_by"),
            (LeadField::AccountConfidence, "account_confidence"),
            (LeadField::Territory, "territory"),
        ] {
            assert_eq!(RULE_FIELDS.name(field.into()), name);
        }
        assert_eq!(TERRITORY_FIELDS.len() + 1, RULE_FIELDS.len());
        assert_eq!(RULE_FIELDS.len(), LeadField::Territory as usize + 1);
    }
}
