//! The one table by which a lead is read, whether from the REST API's JSON or from an outbound message's XML.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde_json::{Map, Value};
use thiserror::Error;

use revloops_domain::{Lead, LeadId, OwnerId};

/// Why a record is no lead that we can work on. Names the field and never its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LeadProblem {
    /// A field that the CRM requires is missing or empty.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A field's value is not of its kind.
    #[error("{field} is not {expected}")]
    Wrong {
        /// API name.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
    },
}

/// How a field gets into the domain's lead.
enum Put {
    Text(fn(&mut Lead, String)),
    Checked(fn(&mut Lead, &str) -> Option<()>, &'static str),
}

const ID: &str = "Id";
const COMPANY: &str = "Company";
const LAST_NAME: &str = "LastName";

/// The fields that the CRM requires come first, by hand; the rest is this table, in the order of API names.
const OPTIONAL: &[(&str, Put)] = &[
    ("City", Put::Text(|lead, text| lead.city = Some(text))),
    ("CountryCode", Put::Checked(put_country, "a two-letter country code")),
    ("CreatedDate", Put::Checked(|lead, text| put_time(&mut lead.created_at, text), "a point in time")),
    ("Description", Put::Text(|lead, text| lead.description = Some(text))),
    ("Email", Put::Text(|lead, text| lead.email = Some(text))),
    ("FirstName", Put::Text(|lead, text| lead.first_name = Some(text))),
    ("Industry", Put::Text(|lead, text| lead.industry = Some(text))),
    ("IsConverted", Put::Checked(put_converted, "true or false")),
    ("LeadSource", Put::Text(|lead, text| lead.lead_source = Some(text))),
    ("NumberOfEmployees", Put::Checked(put_employees, "a whole number")),
    ("OwnerId", Put::Checked(put_owner, "the id of a user or a queue")),
    ("Phone", Put::Text(|lead, text| lead.phone = Some(text))),
    ("PostalCode", Put::Text(|lead, text| lead.postal_code = Some(text))),
    ("StateCode", Put::Text(|lead, text| lead.state_code = Some(text))),
    ("Status", Put::Text(|lead, text| lead.status = Some(text))),
    ("SystemModstamp", Put::Checked(|lead, text| put_time(&mut lead.modified_at, text), "a point in time")),
    ("Title", Put::Text(|lead, text| lead.title = Some(text))),
    ("Website", Put::Text(|lead, text| lead.website = Some(text))),
];

/// API names of all fields that make a lead.
pub fn names() -> impl Iterator<Item = &'static str> + Clone {
    [ID, COMPANY, LAST_NAME].into_iter().chain(OPTIONAL.iter().map(|(name, _)| *name))
}

/// A lead on the wire: API name → text, of the fields in the table alone. What is empty is not there.
///
/// Its `Debug` shows which fields there are, and no value.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct LeadWire(BTreeMap<&'static str, String>);

impl LeadWire {
    /// Takes a field, if it is in the table and not blank.
    pub fn put(&mut self, name: &str, text: impl Into<String>) {
        let text = text.into();
        if let Some(known) = names().find(|known| *known == name)
            && !text.trim().is_empty()
        {
            self.0.insert(known, text);
        }
    }

    /// Reads the REST API's JSON; fields that are not in the table are left out.
    ///
    /// # Errors
    /// When a field of the table is an object or a list.
    pub fn from_json(record: &Map<String, Value>) -> Result<Self, LeadProblem> {
        let mut wire = Self::default();
        for name in names() {
            match record.get(name) {
                None | Some(Value::Null) => {}
                Some(Value::String(text)) => wire.put(name, text.as_str()),
                Some(Value::Number(number)) => wire.put(name, number.to_string()),
                Some(Value::Bool(yes)) => wire.put(name, yes.to_string()),
                Some(Value::Array(_) | Value::Object(_)) => {
                    return Err(LeadProblem::Wrong { field: name, expected: "a single value" });
                }
            }
        }
        Ok(wire)
    }
}

impl fmt::Debug for LeadWire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl TryFrom<LeadWire> for Lead {
    type Error = LeadProblem;

    fn try_from(LeadWire(mut texts): LeadWire) -> Result<Self, LeadProblem> {
        let mut take = |name| texts.remove(name).ok_or(LeadProblem::Missing(name));
        let id = LeadId::parse(&take(ID)?)
            .map_err(|_withheld| LeadProblem::Wrong { field: ID, expected: "the id of a lead" })?;
        let mut lead = Lead::new(id, take(COMPANY)?, take(LAST_NAME)?);
        for (name, put) in OPTIONAL {
            let Some(text) = texts.remove(name) else { continue };
            match put {
                Put::Text(put) => put(&mut lead, text),
                Put::Checked(put, expected) => {
                    put(&mut lead, text.trim()).ok_or(LeadProblem::Wrong { field: name, expected })?;
                }
            }
        }
        Ok(lead)
    }
}

fn put_country(lead: &mut Lead, text: &str) -> Option<()> {
    let code = (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic())).then_some(text)?;
    lead.country_code = Some(code.to_ascii_uppercase());
    Some(())
}

fn put_converted(lead: &mut Lead, text: &str) -> Option<()> {
    lead.converted = match text {
        "true" | "1" => true,
        "false" | "0" => false,
        _ => return None,
    };
    Some(())
}

/// XML writes an integer plainly, JSON sometimes with a fraction of nought. The CRM lets a person type a negative
/// number of employees, which says nothing, so it is as good as none.
fn put_employees(lead: &mut Lead, text: &str) -> Option<()> {
    let whole = text
        .split_once('.')
        .map_or(Some(text), |(whole, fraction)| fraction.bytes().all(|digit| digit == b'0').then_some(whole))?;
    lead.employees = u32::try_from(whole.parse::<i64>().ok()?).ok();
    Some(())
}

fn put_owner(lead: &mut Lead, text: &str) -> Option<()> {
    lead.owner_id = Some(OwnerId::parse(text).ok()?);
    Some(())
}

/// Outbound messages write `…Z`, the REST API `…+0000`.
pub(crate) fn time(text: &str) -> Option<Timestamp> {
    text.trim().parse().ok()
}

fn put_time(place: &mut Option<Timestamp>, text: &str) -> Option<()> {
    *place = Some(time(text)?);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rest(record: Value) -> Result<Lead, LeadProblem> {
        LeadWire::from_json(record.as_object().unwrap())?.try_into()
    }

    fn ida() -> Value {
        json!({
            "attributes": {"type": "Lead", "url": "/services/data/v68.0/sobjects/Lead/00Qxx0000000001EAA"},
            "Id": "00Qxx0000000001EAA", "Company": "Northwind & Søn A/S", "LastName": "Holm", "FirstName": null,
            "Title": "  ", "Email": "ida@northwind.example", "CountryCode": "dk", "NumberOfEmployees": 240,
            "IsConverted": false, "OwnerId": "005xx000001SwiUAAS", "SystemModstamp": "2026-11-22T06:45:10.000+0000",
        })
    }

    #[test]
    fn the_rest_apis_lead_is_read_with_its_types() {
        let lead = rest(ida()).unwrap();
        assert_eq!(lead.company, "Northwind & Søn A/S");
        assert_eq!((lead.first_name, lead.title), (None, None));
        assert_eq!(lead.country_code.as_deref(), Some("DK"));
        assert_eq!(lead.employees, Some(240));
        assert_eq!(lead.modified_at, Some("2026-11-22T06:45:10Z".parse().unwrap()));
        assert!(!lead.owner_id.unwrap().is_queue());
    }

    #[test]
    fn a_missing_or_wrong_field_is_named_without_its_value() {
        for (field, value, expected) in [
            ("Company", json!(" "), "Company is missing"),
            ("LastName", json!(null), "LastName is missing"),
            ("Id", json!("005xx000001SwiUAAS"), "Id is not the id of a lead"),
            ("CountryCode", json!("Denmark"), "CountryCode is not a two-letter country code"),
            ("NumberOfEmployees", json!("many"), "NumberOfEmployees is not a whole number"),
            ("NumberOfEmployees", json!(2.5), "NumberOfEmployees is not a whole number"),
            ("OwnerId", json!("00Qxx0000000001EAA"), "OwnerId is not the id of a user or a queue"),
            ("SystemModstamp", json!("yesterday"), "SystemModstamp is not a point in time"),
            ("IsConverted", json!("perhaps"), "IsConverted is not true or false"),
            ("Email", json!({"at": 1}), "Email is not a single value"),
        ] {
            let mut record = ida();
            record[field] = value;
            assert_eq!(rest(record).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn a_nonsense_number_of_employees_is_none_and_a_fraction_of_nought_is_fine() {
        for (value, expected) in [(json!(-5), None), (json!(240.0), Some(240)), (json!("240"), Some(240))] {
            let mut record = ida();
            record["NumberOfEmployees"] = value;
            assert_eq!(rest(record).unwrap().employees, expected);
        }
    }

    #[test]
    fn debug_shows_fields_and_no_values() {
        let wire = LeadWire::from_json(ida().as_object().unwrap()).unwrap();
        let shown = format!("{wire:?}");
        assert!(shown.contains("Email") && !shown.contains("northwind"), "{shown}");
    }
}
