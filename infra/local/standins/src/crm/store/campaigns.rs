//! Members of campaigns: who they are, whether they responded, and that nobody is a member twice.
//!
//! A campaign has the two statuses that a new one has at the vendor's: `Sent`, and `Responded`, which counts as a response.

use rusqlite::types::Value as Sql;

use super::values::{as_text, datetime_text};
use super::write::{Record, Scope};
use crate::crm::error::ApiError;
use crate::crm::schema::Object;

/// `HasResponded` and the first day of it, which stays when the status goes back.
pub(super) fn responded(after: &mut Record, now: i64) {
    let responded = text(after, "Status").is_some_and(|status| status.eq_ignore_ascii_case("Responded"));
    after.insert("HasResponded".into(), Sql::Integer(i64::from(responded)));
    if responded && text(after, "FirstRespondedDate").is_none() {
        let today: String = datetime_text(now, "").chars().take(10).collect();
        after.insert("FirstRespondedDate".into(), Sql::Text(today));
    }
}

impl Scope<'_> {
    /// A member is one lead or one contact, and once.
    pub(super) fn check_member(&self, members: &Object, after: &Record) -> Result<(), ApiError> {
        let who = match (text(after, "LeadId"), text(after, "ContactId")) {
            (Some(lead), None) => ("LeadId", lead),
            (None, Some(contact)) => ("ContactId", contact),
            (None, None) | (Some(_), Some(_)) => {
                let message = "A campaign member is a lead or a contact: set one of LeadId and ContactId";
                return Err(ApiError::bad("FIELD_INTEGRITY_EXCEPTION", message).about(["LeadId"]));
            }
        };
        let mut statement = self.conn.prepare_cached(&format!(
            r#"SELECT 1 FROM "{}" WHERE "CampaignId" = ?1 AND "{}" = ?2 AND "IsDeleted" = 0"#,
            members.name, who.0
        ))?;
        if statement.exists([text(after, "CampaignId").unwrap_or_default(), who.1])? {
            return Err(ApiError::bad("DUPLICATE_VALUE", "Already a campaign member."));
        }
        Ok(())
    }
}

fn text<'a>(record: &'a Record, field: &str) -> Option<&'a str> {
    record.get(field).and_then(as_text)
}
