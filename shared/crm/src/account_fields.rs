//! The table by which an account is read.

use revloops_domain::{Account, AccountId, MailDomain, OwnerId};

use crate::wire::{FieldProblem, OnTheWire, Put, Wire, country, put, put_employees, time};

/// An account on the wire.
pub type AccountWire = Wire<Account>;

const ID: &str = "Id";
const NAME: &str = "Name";

impl OnTheWire for Account {
    const REQUIRED: &'static [&'static str] = &[ID, NAME];

    const OPTIONAL: &'static [(&'static str, Put<Self>)] = &[
        ("BillingCity", Put::Text(|account, text| account.city = Some(text))),
        (
            "BillingCountryCode",
            Put::Checked(|account, text| put(&mut account.country_code, country(text)), "a two-letter country code"),
        ),
        ("BillingPostalCode", Put::Text(|account, text| account.postal_code = Some(text))),
        ("BillingStateCode", Put::Text(|account, text| account.state_code = Some(text))),
        ("CreatedDate", Put::Checked(|account, text| put(&mut account.created_at, time(text)), "a point in time")),
        ("Industry", Put::Text(|account, text| account.industry = Some(text))),
        (
            "NumberOfEmployees",
            Put::Checked(|account, text| put_employees(&mut account.employees, text), "a whole number"),
        ),
        (
            "OwnerId",
            Put::Checked(|account, text| put(&mut account.owner_id, OwnerId::parse(text).ok()), "the id of an owner"),
        ),
        (
            "ParentId",
            Put::Checked(
                |account, text| put(&mut account.parent_id, AccountId::parse(text).ok()),
                "the id of an account",
            ),
        ),
        ("Phone", Put::Text(|account, text| account.phone = Some(text))),
        ("SystemModstamp", Put::Checked(|account, text| put(&mut account.modified_at, time(text)), "a point in time")),
        ("Type", Put::Text(|account, text| account.kind = Some(text))),
        // A website that is none, or free mail, is a habit of typing and no reason to do without the account.
        (
            "Website",
            Put::Text(|account, text| {
                account.domain = MailDomain::of_website(&text).filter(|domain| !domain.is_free_mail());
            }),
        ),
    ];

    fn required(mut take: impl FnMut(&'static str) -> Result<String, FieldProblem>) -> Result<Self, FieldProblem> {
        let id = AccountId::parse(&take(ID)?)
            .map_err(|_withheld| FieldProblem::Wrong { field: ID, expected: "the id of an account" })?;
        Ok(Self {
            id,
            name: take(NAME)?,
            domain: None,
            country_code: None,
            state_code: None,
            postal_code: None,
            city: None,
            phone: None,
            industry: None,
            employees: None,
            kind: None,
            owner_id: None,
            parent_id: None,
            created_at: None,
            modified_at: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn rest(record: Value) -> Result<Account, FieldProblem> {
        AccountWire::from_json(record.as_object().unwrap())?.read()
    }

    fn northwind() -> Value {
        json!({
            "attributes": {"type": "Account", "url": "/services/data/v68.0/sobjects/Account/001xx0000000001AAA"},
            "Id": "001xx0000000001AAA", "Name": "Northwind & Søn A/S", "Website": "https://www.northwind.example/dk",
            "BillingCountryCode": "dk", "BillingCity": " ", "NumberOfEmployees": 240, "Type": "Customer - Direct",
            "OwnerId": "005xx000001SwiUAAS", "ParentId": null, "SystemModstamp": "2026-11-22T06:45:10.000+0000",
        })
    }

    #[test]
    fn the_rest_apis_account_is_read_with_its_types() {
        let account = rest(northwind()).unwrap();
        assert_eq!(account.domain.unwrap().as_str(), "northwind.example");
        assert_eq!((account.country_code.as_deref(), account.city), (Some("DK"), None));
        assert_eq!((account.employees, account.parent_id), (Some(240), None));
        assert_eq!(account.modified_at, Some("2026-11-22T06:45:10Z".parse().unwrap()));
    }

    #[test]
    fn a_website_that_is_none_or_free_mail_leaves_the_account_without_a_domain() {
        for website in ["n/a", "gmail.com", "ask Bob"] {
            let mut record = northwind();
            record["Website"] = json!(website);
            assert_eq!(rest(record).unwrap().domain, None, "{website}");
        }
    }

    #[test]
    fn a_missing_or_wrong_field_is_named_without_its_value() {
        for (field, value, expected) in [
            ("Name", json!(" "), "Name is missing"),
            ("Id", json!("005xx000001SwiUAAS"), "Id is not the id of an account"),
            ("BillingCountryCode", json!("Denmark"), "BillingCountryCode is not a two-letter country code"),
            ("ParentId", json!("00Qxx0000000001EAA"), "ParentId is not the id of an account"),
            ("NumberOfEmployees", json!(2.5), "NumberOfEmployees is not a whole number"),
        ] {
            let mut record = northwind();
            record[field] = value;
            assert_eq!(rest(record).unwrap_err().to_string(), expected);
        }
    }
}
