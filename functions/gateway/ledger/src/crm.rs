//! The CRM's records → rows: what changed since the last look, by `SystemModstamp`.
//!
//! Each look goes back some minutes before where the last one ended: a transaction of the CRM may end later than the time that
//! its records carry. What is as it was is left out, so that looking twice writes nothing.
//!
//! Territories and who is in them leave no trace when they go. They are few: all are read, and what is missing is marked.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use revloops_domain::ErrorClass;
use revloops_lake::{Column, Dataset, Kind};
use revloops_loopkit::ports::{SnapshotOf, Snapshots, Territories};
use revloops_loopkit::{Failure, Outcome};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::Within;
use crate::keep::{Kept, Ledger, Reading, Unread};
use crate::told::{CrmState, Told};

/// So far each look goes back before the last one's end.
const OVERLAP: SignedDuration = SignedDuration::from_mins(10);

/// The folder of where each look ended.
const WATERMARKS: &str = "ledger/watermarks";

/// An object of the CRM, and what of it is copied.
struct Source {
    object: &'static str,
    dataset: &'static str,
    /// Column and field.
    fields: &'static [(&'static str, &'static str)],
    /// Whether all are read each time, as what goes leaves no trace; and how those of the active model are told.
    whole: Option<&'static str>,
}

const SOURCES: [Source; 6] = [
    Source {
        object: "Lead",
        dataset: "crm_leads",
        fields: &[
            ("id", "Id"),
            ("owner_id", "OwnerId"),
            ("company", "Company"),
            ("country", "CountryCode"),
            ("industry", "Industry"),
            ("source", "LeadSource"),
            ("status", "Status"),
            ("band", "RevLoops_Band__c"),
            ("disqualified_because", "RevLoops_Disqualified_Reason__c"),
            ("rule", "RevLoops_Rule__c"),
            ("account_id", "RevLoops_Account__c"),
            ("converted_account_id", "ConvertedAccountId"),
            ("converted_opportunity_id", "ConvertedOpportunityId"),
            ("score", "RevLoops_Score__c"),
            ("employees", "NumberOfEmployees"),
            ("is_converted", "IsConverted"),
            ("qualified_at", "RevLoops_Qualified_At__c"),
            ("routed_at", "RevLoops_Routed_At__c"),
            ("due_at", "RevLoops_First_Touch_By__c"),
            ("first_touch_at", "RevLoops_First_Touch_At__c"),
            ("created_at", "CreatedDate"),
            ("modified_at", MODIFIED),
            ("is_deleted", "IsDeleted"),
        ],
        whole: None,
    },
    Source {
        object: "Account",
        dataset: "crm_accounts",
        fields: &[
            ("id", "Id"),
            ("owner_id", "OwnerId"),
            ("name", "Name"),
            ("country", "BillingCountryCode"),
            ("industry", "Industry"),
            ("type", "Type"),
            ("parent_id", "ParentId"),
            ("employees", "NumberOfEmployees"),
            ("created_at", "CreatedDate"),
            ("modified_at", MODIFIED),
            ("is_deleted", "IsDeleted"),
        ],
        whole: None,
    },
    Source {
        object: "Opportunity",
        dataset: "crm_opportunities",
        fields: &[
            ("id", "Id"),
            ("owner_id", "OwnerId"),
            ("account_id", "AccountId"),
            ("name", "Name"),
            ("stage", "StageName"),
            ("source", "LeadSource"),
            ("play", "RevLoops_Play__c"),
            ("amount_cents", "Amount"),
            ("close_day", "CloseDate"),
            ("is_closed", "IsClosed"),
            ("is_won", "IsWon"),
            ("created_at", "CreatedDate"),
            ("modified_at", MODIFIED),
            ("is_deleted", "IsDeleted"),
        ],
        whole: None,
    },
    Source {
        object: "User",
        dataset: "crm_users",
        fields: &[
            ("id", "Id"),
            ("name", "Name"),
            ("username", "Username"),
            ("manager_id", "ManagerId"),
            ("role", "UserRole.Name"),
            ("is_active", "IsActive"),
            ("created_at", "CreatedDate"),
            ("modified_at", MODIFIED),
        ],
        whole: None,
    },
    Source {
        object: "Territory2",
        dataset: "crm_territories",
        fields: &[
            ("id", "Id"),
            ("name", "Name"),
            ("developer_name", "DeveloperName"),
            ("parent_id", "ParentTerritory2Id"),
            ("modified_at", MODIFIED),
        ],
        whole: Some("Territory2ModelId"),
    },
    Source {
        object: "UserTerritory2Association",
        dataset: "crm_user_territories",
        fields: &[
            ("id", "Id"),
            ("user_id", "UserId"),
            ("territory_id", "Territory2Id"),
            ("role", "RoleInTerritory2"),
            ("modified_at", MODIFIED),
        ],
        whole: Some("Territory2.Territory2ModelId"),
    },
];

const MODIFIED: &str = "SystemModstamp";

/// A CRM that can be copied.
#[derive(Clone, Copy)]
pub struct Crm<'a> {
    /// Its records.
    pub snapshots: &'a dyn Snapshots,
    /// Which territories hold.
    pub territories: &'a dyn Territories,
}

/// What one look at the CRM kept.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Refreshed {
    /// By dataset.
    pub datasets: BTreeMap<&'static str, Kept>,
    /// Whether there was time for everything; the next look goes on where this one ended.
    pub done: bool,
}

/// Copies what changed since the last look.
///
/// # Errors
/// Where CRM or bucket do not answer: what was copied stays, and the next look goes on.
pub async fn refresh(ledger: &Ledger, crm: Crm<'_>, within: &Within) -> Outcome<Refreshed> {
    let mut refreshed = Refreshed { done: true, ..Refreshed::default() };
    for source in &SOURCES {
        if within.is_over(ledger.clock.as_ref()) {
            refreshed.done = false;
            break;
        }
        let kept = match source.whole {
            None => changed(ledger, crm, source, within, &mut refreshed.done).await?,
            Some(model) => all(ledger, crm, source, model).await?,
        };
        refreshed.datasets.insert(source.dataset, kept);
    }
    Ok(refreshed)
}

/// What changed since the last look, page by page; where each page ends is noted.
async fn changed(ledger: &Ledger, crm: Crm<'_>, source: &Source, within: &Within, done: &mut bool) -> Outcome<Kept> {
    let dataset = ledger.dataset(source.dataset)?;
    let mark = format!("{WATERMARKS}/{}.json", source.dataset);
    let mut seen_until = watermark(ledger, &mark).await?;
    let since = seen_until.map(|at| at.checked_sub(OVERLAP).unwrap_or(Timestamp::MIN));
    let (mut known, mut kept, mut next) = (None, Kept::default(), None);
    loop {
        let page = snapshot(crm, source, since, None, next.as_deref()).await?;
        if !page.records.is_empty() {
            let known = match &mut known {
                Some(known) => known,
                None => known.insert(states(ledger, dataset).await?),
            };
            let mut reading = Reading::default();
            let mut newest = None;
            for record in &page.records {
                newest = newest.max(modified(record));
                take(dataset, source, record, known, &mut reading);
            }
            kept = kept.and(ledger.keep(source.dataset, reading).await?);
            if newest > seen_until {
                seen_until = newest;
                let note = json!({ "at": newest }).to_string();
                ledger.objects.put(&mark, note.into_bytes(), "application/json").await?;
            }
        }
        next = page.next;
        if next.is_none() {
            return Ok(kept);
        }
        if within.is_over(ledger.clock.as_ref()) {
            *done = false;
            return Ok(kept);
        }
    }
}

/// Every one of them; those that were there and are gone are marked.
async fn all(ledger: &Ledger, crm: Crm<'_>, source: &Source, model_field: &str) -> Outcome<Kept> {
    let dataset = ledger.dataset(source.dataset)?;
    let mut known = states(ledger, dataset).await?;
    let mut gone = known.clone();
    let mut reading = Reading::default();
    if let Some(model) = crm.territories.active_model().await? {
        let only = format!("{model_field} = '{}'", model.id);
        let mut next = None;
        loop {
            let page = snapshot(crm, source, None, Some(&only), next.as_deref()).await?;
            for record in &page.records {
                gone.remove(record.get("Id").and_then(Value::as_str).unwrap_or_default());
                take(dataset, source, record, &mut known, &mut reading);
            }
            next = page.next;
            if next.is_none() {
                break;
            }
        }
    }
    let now = ledger.clock.now();
    for (_, mut members) in gone {
        if members.get("is_deleted") == Some(&Value::Bool(true)) {
            continue;
        }
        members.insert("is_deleted".to_owned(), json!(true));
        members.insert("row_version".to_owned(), json!(now.as_millisecond()));
        reading.told.push(Told::Crm(CrmState { dataset: dataset.name.clone(), members }));
    }
    ledger.keep(source.dataset, reading).await
}

async fn snapshot(
    crm: Crm<'_>,
    source: &Source,
    since: Option<Timestamp>,
    only: Option<&str>,
    next: Option<&str>,
) -> Outcome<revloops_loopkit::ports::Snapshot> {
    let fields: Vec<&str> = source.fields.iter().map(|(_, field)| *field).collect();
    crm.snapshots.snapshot(&SnapshotOf { object: source.object, fields: &fields, since, only }, next).await
}

/// The rows that the lake has, by id and without when they were seen.
async fn states(ledger: &Ledger, dataset: &Dataset) -> Outcome<BTreeMap<String, Map<String, Value>>> {
    let rows = ledger.lake().rows(dataset).await?;
    let state = |row: revloops_lake::Row| {
        let mut members = row.members(dataset);
        members.remove("seen_at");
        let id = members.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        (id, members)
    };
    Ok(rows.into_iter().map(state).collect())
}

/// Takes a record, unless the lake has it so.
fn take(
    dataset: &Dataset,
    source: &Source,
    record: &Map<String, Value>,
    known: &mut BTreeMap<String, Map<String, Value>>,
    reading: &mut Reading,
) {
    let id = record.get("Id").and_then(Value::as_str).unwrap_or_default();
    let members = match members(dataset, source, record) {
        Ok(members) => members,
        Err(reason) => {
            reading.unread.push(Unread { name: format!("{}/{id}", dataset.name), reason });
            return;
        }
    };
    if known.get(id) == Some(&members) {
        return;
    }
    known.insert(id.to_owned(), members.clone());
    reading.told.push(Told::Crm(CrmState { dataset: dataset.name.clone(), members }));
}

fn modified(record: &Map<String, Value>) -> Option<Timestamp> {
    record.get(MODIFIED)?.as_str()?.parse().ok()
}

/// A record's fields as the dataset has them, in the order of its columns and without what is null.
fn members(dataset: &Dataset, source: &Source, record: &Map<String, Value>) -> Result<Map<String, Value>, String> {
    let version = modified(record).ok_or_else(|| format!("{MODIFIED} is no point in time"))?;
    let mut members = Map::new();
    for column in &dataset.columns {
        if column.name == "row_version" {
            members.insert(column.name.clone(), json!(version.as_millisecond()));
        } else if column.name == "is_deleted" && source.whole.is_some() {
            members.insert(column.name.clone(), json!(false));
        } else if let Some((_, field)) = source.fields.iter().find(|(name, _)| *name == column.name) {
            let value = at(record, field);
            if !value.is_null() {
                let read = cell(column, value);
                members.insert(
                    column.name.clone(),
                    read.ok_or_else(|| format!("{field} is not {}", column.kind.words()))?,
                );
            }
        }
    }
    Ok(members)
}

/// The field, or that of a parent: `UserRole.Name`.
fn at<'a>(record: &'a Map<String, Value>, field: &str) -> &'a Value {
    let mut steps = field.split('.');
    let first = steps.next().and_then(|step| record.get(step)).unwrap_or(&Value::Null);
    steps.fold(first, |value, step| value.get(step).unwrap_or(&Value::Null))
}

/// A cell as rows have it: the CRM writes whole numbers with a fraction, times with an offset, amounts in whole units.
fn cell(column: &Column, value: &Value) -> Option<Value> {
    match column.kind {
        Kind::Text => Some(value.as_str()?.into()),
        Kind::Truth => Some(value.as_bool()?.into()),
        Kind::Number => Some(value.as_f64()?.into()),
        Kind::Time => Some(value.as_str()?.parse::<Timestamp>().ok()?.to_string().into()),
        Kind::Day => Some(value.as_str()?.parse::<jiff::civil::Date>().ok()?.to_string().into()),
        Kind::Whole => {
            let hundredths = column.unit == Some("cents");
            match value.as_i64().filter(|_| !hundredths) {
                Some(number) => Some(number.into()),
                None => whole(value.as_f64()? * if hundredths { 100.0 } else { 1.0 }).map(Value::from),
            }
        }
    }
}

/// The nearest whole number, of those that a float holds exactly.
fn whole(number: f64) -> Option<i64> {
    const MOST: f64 = 9_007_199_254_740_992.0;
    let rounded = number.round();
    #[expect(clippy::cast_possible_truncation, reason = "whole, and within what 53 bits hold")]
    (rounded.abs() <= MOST).then_some(rounded as i64)
}

async fn watermark(ledger: &Ledger, key: &str) -> Outcome<Option<Timestamp>> {
    let Some(object) = ledger.objects.read(key).await? else { return Ok(None) };
    let note: Value = serde_json::from_slice(&object.bytes)
        .map_err(|error| Failure::unreadable(ErrorClass::Bug, format_args!("reading {key}"), &error))?;
    Ok(note.get("at").and_then(Value::as_str).and_then(|at| at.parse().ok()))
}
