//! Lead conversion: the lead becomes an account, a contact and an opportunity, and its open tasks go with it.

use jiff::{Span, Timestamp};
use rusqlite::types::Value as Sql;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::error::ApiError;
use super::ids;
use super::schema::Object;
use super::store::values::{as_text, datetime_text, to_json};
use super::store::write::{Record, Scope};

/// What the page asks for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Wishes {
    lead_id: String,
    /// The account to join instead of a new one.
    account_id: Option<String>,
    opportunity_name: Option<String>,
    #[serde(default)]
    without_opportunity: bool,
}

impl Wishes {
    pub(crate) fn lead_id(&self) -> &str {
        &self.lead_id
    }
}

/// Lead field, account field, contact field.
type Row = (&'static str, Option<&'static str>, Option<&'static str>);

const MAPPING: [Row; 20] = [
    ("Company", Some("Name"), None),
    ("Industry", Some("Industry"), None),
    ("AnnualRevenue", Some("AnnualRevenue"), None),
    ("NumberOfEmployees", Some("NumberOfEmployees"), None),
    ("Website", Some("Website"), None),
    ("Rating", Some("Rating"), None),
    ("LeadSource", Some("AccountSource"), Some("LeadSource")),
    ("Phone", Some("Phone"), Some("Phone")),
    ("Fax", Some("Fax"), Some("Fax")),
    ("Street", Some("BillingStreet"), Some("MailingStreet")),
    ("City", Some("BillingCity"), Some("MailingCity")),
    ("State", Some("BillingState"), Some("MailingState")),
    ("StateCode", Some("BillingStateCode"), Some("MailingStateCode")),
    ("PostalCode", Some("BillingPostalCode"), Some("MailingPostalCode")),
    ("CountryCode", Some("BillingCountryCode"), Some("MailingCountryCode")),
    ("FirstName", None, Some("FirstName")),
    ("LastName", None, Some("LastName")),
    ("Salutation", None, Some("Salutation")),
    ("Title", None, Some("Title")),
    ("Email", None, Some("Email")),
];

/// Converts a lead as the vendor's page does.
///
/// # Errors
/// 404 for an unknown lead, `CONVERTED_LEAD` for one that is converted, `CANNOT_CONVERT_QUEUE` for one that a queue owns.
pub(crate) fn convert(scope: &Scope<'_>, wishes: &Wishes) -> Result<Json, ApiError> {
    let object = |name: &str| scope.schema.object(name).ok_or_else(ApiError::not_found);
    let lead_object = object("Lead")?;
    let lead_id = ids::normalise(&wishes.lead_id).ok_or_else(|| ApiError::bad("MALFORMED_ID", "leadId"))?;
    let lead = scope.existing(lead_object, &lead_id)?;
    if lead.get("IsConverted") == Some(&Sql::Integer(1)) {
        return Err(ApiError::bad("CANNOT_UPDATE_CONVERTED_LEAD", "the lead is converted already"));
    }
    let owner = lead.get("OwnerId").and_then(as_text).unwrap_or_default().to_owned();
    if !owner.starts_with("005") {
        return Err(ApiError::bad(
            "FIELD_INTEGRITY_EXCEPTION",
            "a lead that a queue owns has to get a person as its owner first",
        ));
    }
    let mapped = |pick: fn(&Row) -> Option<&'static str>| mapped(lead_object, &lead, &owner, pick);

    let account_id = match wishes.account_id.as_deref() {
        Some(id) => ids::normalise(id).ok_or_else(|| ApiError::bad("MALFORMED_ID", "accountId"))?,
        None => scope.create(object("Account")?, &mapped(|row| row.1))?,
    };
    let mut contact = mapped(|row| row.2);
    contact.insert("AccountId".into(), account_id.clone().into());
    let contact_id = scope.create(object("Contact")?, &contact)?;
    let opportunity_id = if wishes.without_opportunity {
        None
    } else {
        let company = lead.get("Company").and_then(as_text).unwrap_or_default();
        let name: String =
            wishes.opportunity_name.clone().unwrap_or_else(|| format!("{company}-")).chars().take(120).collect();
        let fields = json!({
            "AccountId": account_id, "Name": name, "StageName": "Prospecting", "CloseDate": quarter_end(scope.now)?, "OwnerId": owner, "ContactId": contact_id,
            "LeadSource": lead.get("LeadSource").and_then(as_text),
        });
        let id = scope.create(object("Opportunity")?, fields.as_object().unwrap_or(&Map::new()))?;
        let role = json!({ "OpportunityId": id, "ContactId": contact_id, "IsPrimary": true });
        scope.create(object("OpportunityContactRole")?, role.as_object().unwrap_or(&Map::new()))?;
        Some(id)
    };
    let today = datetime_text(scope.now, "");
    let changes = json!({
        "IsConverted": true, "Status": "Closed - Converted", "ConvertedDate": today.get(..10), "ConvertedAccountId": account_id, "ConvertedContactId": contact_id,
        "ConvertedOpportunityId": opportunity_id,
    });
    scope.update(lead_object, &lead_id, changes.as_object().unwrap_or(&Map::new()))?;
    scope.history(&lead_id, "leadConverted", None, None)?;
    move_tasks(scope, object("Task")?, &lead_id, &contact_id, opportunity_id.as_deref())?;
    Ok(json!({ "leadId": lead_id, "accountId": account_id, "contactId": contact_id, "opportunityId": opportunity_id }))
}

fn mapped(
    lead_object: &Object,
    lead: &Record,
    owner: &str,
    pick: fn(&Row) -> Option<&'static str>,
) -> Map<String, Json> {
    let mut fields = Map::new();
    for row in &MAPPING {
        if let (Some(target), Some(field), Some(value)) = (pick(row), lead_object.field(row.0), lead.get(row.0)) {
            fields.insert(target.to_owned(), to_json(field.kind, value));
        }
    }
    fields.insert("OwnerId".into(), owner.into());
    fields
}

/// The lead's tasks become the contact's, and the opportunity's.
fn move_tasks(
    scope: &Scope<'_>,
    tasks: &Object,
    lead_id: &str,
    contact_id: &str,
    opportunity_id: Option<&str>,
) -> Result<(), ApiError> {
    let who = tasks.field("WhoId").ok_or_else(ApiError::not_found)?;
    for id in scope.ids_where(tasks, who, &Sql::Text(lead_id.to_owned()))? {
        let fields = json!({ "WhoId": contact_id, "WhatId": opportunity_id });
        scope.update(tasks, &id, fields.as_object().unwrap_or(&Map::new()))?;
    }
    Ok(())
}

/// The last day of the present quarter, which is what the vendor's page proposes.
fn quarter_end(now: i64) -> Result<String, ApiError> {
    let odd = |_| ApiError::new(500, "UNKNOWN_EXCEPTION", "the clock is out of range");
    let today = Timestamp::from_millisecond(now).map_err(odd)?.to_zoned(jiff::tz::TimeZone::UTC).date();
    let months_left = (3 - today.month() % 3) % 3;
    let last_month = today.first_of_month().checked_add(Span::new().months(months_left)).map_err(odd)?;
    Ok(last_month.last_of_month().to_string())
}
