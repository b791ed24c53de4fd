//! Values that follow from others: names, country and its code, what is closed, what a stage means.

use rusqlite::types::Value as Sql;

use super::campaigns;
use super::territories;
use super::values::as_text;
use super::write::Record;
use crate::crm::error::ApiError;
use crate::crm::schema::{Object, Schema};

/// Stage, probability in percent, whether it is closed, whether it is won.
const STAGES: [(&str, f64, bool, bool); 10] = [
    ("Prospecting", 10.0, false, false),
    ("Qualification", 10.0, false, false),
    ("Needs Analysis", 20.0, false, false),
    ("Value Proposition", 50.0, false, false),
    ("Id. Decision Makers", 60.0, false, false),
    ("Perception Analysis", 70.0, false, false),
    ("Proposal/Price Quote", 75.0, false, false),
    ("Negotiation/Review", 90.0, false, false),
    ("Closed Won", 100.0, true, true),
    ("Closed Lost", 0.0, true, false),
];

/// Fills in what follows from the values in `after`.
pub(super) fn apply(
    schema: &Schema,
    object: &Object,
    before: Option<&Record>,
    after: &mut Record,
    now: i64,
) -> Result<(), ApiError> {
    countries(schema, object, before, after)?;
    match object.name.as_str() {
        "Lead" | "Contact" | "User" => {
            let name =
                [text(after, "FirstName"), text(after, "LastName")].into_iter().flatten().collect::<Vec<_>>().join(" ");
            after.insert("Name".into(), Sql::Text(name));
        }
        "Task" => {
            let closed = text(after, "Status").is_some_and(|status| status.eq_ignore_ascii_case("Completed"));
            let was_closed = before.is_some_and(|before| before.get("IsClosed") == Some(&Sql::Integer(1)));
            let high = text(after, "Priority").is_some_and(|priority| priority.eq_ignore_ascii_case("High"));
            after.insert("IsClosed".into(), Sql::Integer(i64::from(closed)));
            after.insert("IsHighPriority".into(), Sql::Integer(i64::from(high)));
            if closed != was_closed {
                after.insert("CompletedDateTime".into(), if closed { Sql::Integer(now) } else { Sql::Null });
            }
            let account = text(after, "WhatId").filter(|id| id.starts_with("001")).map(str::to_owned);
            after.insert("AccountId".into(), account.map_or(Sql::Null, Sql::Text));
        }
        "Opportunity" => opportunity(before, after, now),
        "CampaignMember" => campaigns::responded(after, now),
        "Territory2Model" => {
            territories::named(after, "Name");
            territories::dated(before, after, now);
        }
        "Territory2" => territories::named(after, "Name"),
        "Territory2Type" => territories::named(after, "MasterLabel"),
        "ObjectTerritory2Association" => territories::typed(after),
        "Group" if text(after, "DeveloperName").is_none() => {
            let name: String = text(after, "Name")
                .unwrap_or_default()
                .chars()
                .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' })
                .collect();
            after.insert("DeveloperName".into(), Sql::Text(name));
        }
        _ => {}
    }
    Ok(())
}

fn opportunity(before: Option<&Record>, after: &mut Record, now: i64) {
    let stage = text(after, "StageName").map(str::to_owned);
    let known = STAGES.iter().find(|(name, ..)| stage.as_deref().is_some_and(|stage| stage.eq_ignore_ascii_case(name)));
    let stage_changed = changed(before, after, "StageName");
    if before.is_some() && stage_changed {
        after.insert("LastStageChangeDate".into(), Sql::Integer(now));
    }
    let probability_given = changed(before, after, "Probability");
    if let Some((_, probability, closed, won)) = known {
        after.insert("IsClosed".into(), Sql::Integer(i64::from(*closed)));
        after.insert("IsWon".into(), Sql::Integer(i64::from(*won)));
        if stage_changed && !probability_given {
            after.insert("Probability".into(), Sql::Real(*probability));
        }
    }
    let expected = match (after.get("Amount"), after.get("Probability")) {
        (Some(Sql::Real(amount)), Some(Sql::Real(probability))) => Sql::Real((amount * probability).round() / 100.0),
        _ => Sql::Null,
    };
    after.insert("ExpectedRevenue".into(), expected);
}

/// Country and its code say the same, whichever of them was written.
fn countries(schema: &Schema, object: &Object, before: Option<&Record>, after: &mut Record) -> Result<(), ApiError> {
    for prefix in ["", "Billing", "Shipping", "Mailing", "Other"] {
        let (name_field, code_field) = (format!("{prefix}Country"), format!("{prefix}CountryCode"));
        if object.field(&code_field).is_none() {
            continue;
        }
        let refuse = |field: &str| {
            let message = "There's a problem with this country, even though it may appear correct. Please select a country/territory from the list of valid countries.: Country/Territory";
            Err(ApiError::bad("FIELD_INTEGRITY_EXCEPTION", message).about([field]))
        };
        if changed(before, after, &code_field) {
            let Some(code) = text(after, &code_field).map(str::to_ascii_uppercase) else {
                after.insert(name_field, Sql::Null);
                continue;
            };
            let Some(name) = schema.countries.name(&code) else { return refuse(&code_field) };
            after.insert(name_field, Sql::Text(name.to_owned()));
            after.insert(code_field, Sql::Text(code));
        } else if changed(before, after, &name_field) {
            let Some(name) = text(after, &name_field) else {
                after.insert(code_field, Sql::Null);
                continue;
            };
            let Some(code) = schema.countries.code(name) else { return refuse(&name_field) };
            after.insert(code_field, Sql::Text(code.to_owned()));
        }
    }
    Ok(())
}

fn changed(before: Option<&Record>, after: &Record, field: &str) -> bool {
    let now = after.get(field).filter(|value| **value != Sql::Null);
    let then = before.and_then(|before| before.get(field)).filter(|value| **value != Sql::Null);
    now != then
}

fn text<'a>(record: &'a Record, field: &str) -> Option<&'a str> {
    record.get(field).and_then(as_text)
}
