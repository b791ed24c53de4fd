//! What territories and rules may ask about a lead.

use revloops_domain::{MailDomain, MatchedAccount};
use revloops_rules::FieldValues;

pub use revloops_scenario::fields::{LeadField, RULE_FIELDS, TERRITORY_FIELDS, fill_account, room};
use revloops_scenario::fields::{day, fill_matched};

use crate::inputs::RouteInput;

/// Fills in a lead's values; its territory is not known yet.
pub fn fill_lead(values: &mut FieldValues, input: &RouteInput) {
    let profile = &input.profile;
    values
        .clear()
        .text(LeadField::Country, profile.country_code.as_deref())
        .text(LeadField::State, profile.state_code.as_deref())
        .text(LeadField::PostalCode, profile.postal_code.as_deref())
        .text(LeadField::Industry, profile.industry.as_deref())
        .number(LeadField::Employees, profile.employees.map(i64::from))
        .text(LeadField::LeadSource, profile.lead_source.as_deref())
        .text(LeadField::Domain, profile.domain.as_ref().map(MailDomain::as_str))
        .text(LeadField::Company, Some(&profile.company))
        .text(LeadField::Title, profile.title.as_deref())
        .number(LeadField::Score, Some(i64::from(input.score.points())))
        .text(LeadField::Band, Some(&input.band))
        .date(LeadField::Created, Some(day(input.saved_at)));
    if let Some(MatchedAccount { account, matched_by, confidence, .. }) = &input.account {
        fill_matched(values, account);
        values
            .text(LeadField::AccountMatchedBy, Some(matched_by.name()))
            .number(LeadField::AccountConfidence, Some(i64::from(*confidence)));
    }
}
