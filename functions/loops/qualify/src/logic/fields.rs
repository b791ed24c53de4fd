//! The fields that Qualify's factors and disqualifiers may ask about.

use revloops_domain::Lead;
use revloops_rules::{Field, FieldId, FieldTable, FieldValues};

use super::profile::Known;
use crate::config::QualifyConfig;

const COMPANY: FieldId = FieldId(0);
const DOMAIN: FieldId = FieldId(1);
const EMAIL_DOMAIN: FieldId = FieldId(2);
const FREE_MAIL: FieldId = FieldId(3);
const COUNTRY: FieldId = FieldId(4);
const STATE: FieldId = FieldId(5);
const POSTAL_CODE: FieldId = FieldId(6);
pub(crate) const INDUSTRY: FieldId = FieldId(7);
const EMPLOYEES: FieldId = FieldId(8);
const FOUNDED: FieldId = FieldId(9);
const LEAD_SOURCE: FieldId = FieldId(10);
const TITLE: FieldId = FieldId(11);
pub(crate) const SENIORITY: FieldId = FieldId(12);
pub(crate) const DEPARTMENT: FieldId = FieldId(13);
const MESSAGE: FieldId = FieldId(14);
const PHONE: FieldId = FieldId(15);
pub(crate) const ENRICHMENT: FieldId = FieldId(16);

/// The table; a field's id is its place.
pub const TABLE: FieldTable = FieldTable::new(&[
    Field::text("company"),
    Field::text("domain"),
    Field::text("email_domain"),
    Field::flag("free_mail"),
    Field::text("country"),
    Field::text("state"),
    Field::text("postal_code"),
    Field::text("industry"),
    Field::number("employees"),
    Field::number("founded"),
    Field::text("lead_source"),
    Field::text("title"),
    Field::text("seniority"),
    Field::text("department"),
    Field::flag("message"),
    Field::flag("phone"),
    Field::text("enrichment"),
]);

/// Fields whose values say something about a person: a reason may not quote them.
pub const PRIVATE: &[&str] = &["title", "postal_code"];

/// The values of one lead. `company` is absent where its name says that there is none; `message` and `phone` say only
/// whether there is one.
pub(crate) fn values(config: &QualifyConfig, lead: &Lead, known: &Known) -> FieldValues {
    let profile = &known.profile;
    let address = lead.email.as_deref().and_then(revloops_domain::MailDomain::of_address);
    let given = |text: Option<&str>| text.is_some_and(|text| !text.trim().is_empty());
    let mut values = FieldValues::new(&TABLE);
    values
        .text(COMPANY, config.company_name(lead))
        .text(DOMAIN, profile.domain.as_ref().map(revloops_domain::MailDomain::as_str))
        .text(EMAIL_DOMAIN, address.as_ref().map(revloops_domain::MailDomain::as_str))
        .flag(FREE_MAIL, address.as_ref().map(revloops_domain::MailDomain::is_free_mail))
        .text(COUNTRY, profile.country_code.as_deref())
        .text(STATE, profile.state_code.as_deref())
        .text(POSTAL_CODE, profile.postal_code.as_deref())
        .text(INDUSTRY, profile.industry.as_deref())
        .number(EMPLOYEES, profile.employees.map(i64::from))
        .number(FOUNDED, known.founded.map(i64::from))
        .text(LEAD_SOURCE, profile.lead_source.as_deref())
        .text(TITLE, profile.title.as_deref())
        .text(SENIORITY, known.seniority.as_deref())
        .text(DEPARTMENT, known.department.as_deref())
        .flag(MESSAGE, Some(given(profile.message.as_deref())))
        .flag(PHONE, Some(given(lead.phone.as_deref())))
        .text(ENRICHMENT, Some(known.enrichment.name()));
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_names_its_own_field() {
        let named = [
            (COMPANY, "company"),
            (DOMAIN, "domain"),
            (EMAIL_DOMAIN, "email_domain"),
            (FREE_MAIL, "free_mail"),
            (COUNTRY, "country"),
            (STATE, "state"),
            (POSTAL_CODE, "postal_code"),
            (INDUSTRY, "industry"),
            (EMPLOYEES, "employees"),
            (FOUNDED, "founded"),
            (LEAD_SOURCE, "lead_source"),
            (TITLE, "title"),
            (SENIORITY, "seniority"),
            (DEPARTMENT, "department"),
            (MESSAGE, "message"),
            (PHONE, "phone"),
            (ENRICHMENT, "enrichment"),
        ];
        assert_eq!(named.len(), TABLE.len());
        for (id, name) in named {
            assert_eq!(TABLE.name(id), name);
        }
        for name in PRIVATE {
            assert!(TABLE.find(name).is_some(), "{name}");
        }
    }
}
