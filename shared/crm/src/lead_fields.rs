//! The table by which a lead is read.

use revloops_domain::{Lead, LeadId, OpportunityId, OwnerId};

use crate::wire::{FieldProblem, OnTheWire, Put, Wire, country, put, put_employees, time};

/// A lead on the wire.
pub type LeadWire = Wire<Lead>;

const ID: &str = "Id";
const COMPANY: &str = "Company";
const LAST_NAME: &str = "LastName";

impl OnTheWire for Lead {
    const REQUIRED: &'static [&'static str] = &[ID, COMPANY, LAST_NAME];

    const OPTIONAL: &'static [(&'static str, Put<Self>)] = &[
        ("City", Put::Text(|lead, text| lead.city = Some(text))),
        (
            "ConvertedOpportunityId",
            Put::Checked(
                |lead, text| put(&mut lead.opportunity_id, OpportunityId::parse(text).ok()),
                "the id of an opportunity",
            ),
        ),
        (
            "CountryCode",
            Put::Checked(|lead, text| put(&mut lead.country_code, country(text)), "a two-letter country code"),
        ),
        ("CreatedDate", Put::Checked(|lead, text| put(&mut lead.created_at, time(text)), "a point in time")),
        ("Description", Put::Text(|lead, text| lead.description = Some(text))),
        ("Email", Put::Text(|lead, text| lead.email = Some(text))),
        ("FirstName", Put::Text(|lead, text| lead.first_name = Some(text))),
        ("Industry", Put::Text(|lead, text| lead.industry = Some(text))),
        ("IsConverted", Put::Checked(put_converted, "true or false")),
        ("LeadSource", Put::Text(|lead, text| lead.lead_source = Some(text))),
        ("NumberOfEmployees", Put::Checked(|lead, text| put_employees(&mut lead.employees, text), "a whole number")),
        (
            "OwnerId",
            Put::Checked(
                |lead, text| put(&mut lead.owner_id, OwnerId::parse(text).ok()),
                "the id of a user or a queue",
            ),
        ),
        ("Phone", Put::Text(|lead, text| lead.phone = Some(text))),
        ("PostalCode", Put::Text(|lead, text| lead.postal_code = Some(text))),
        ("StateCode", Put::Text(|lead, text| lead.state_code = Some(text))),
        ("Status", Put::Text(|lead, text| lead.status = Some(text))),
        ("SystemModstamp", Put::Checked(|lead, text| put(&mut lead.modified_at, time(text)), "a point in time")),
        ("Title", Put::Text(|lead, text| lead.title = Some(text))),
        ("Website", Put::Text(|lead, text| lead.website = Some(text))),
    ];

    fn required(mut take: impl FnMut(&'static str) -> Result<String, FieldProblem>) -> Result<Self, FieldProblem> {
        let id = LeadId::parse(&take(ID)?)
            .map_err(|_withheld| FieldProblem::Wrong { field: ID, expected: "the id of a lead" })?;
        Ok(Self::new(id, take(COMPANY)?, take(LAST_NAME)?))
    }
}

fn put_converted(lead: &mut Lead, text: &str) -> Option<()> {
    lead.converted = match text {
        "true" | "1" => true,
        "false" | "0" => false,
        _ => return None,
    };
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn rest(record: Value) -> Result<Lead, FieldProblem> {
        LeadWire::from_json(record.as_object().unwrap())?.read()
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
