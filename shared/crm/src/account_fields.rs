//! The one table by which an account is read, whether from the REST API's JSON or from an outbound message's XML.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use revloops_domain::{Account, AccountId, MailDomain, OwnerId};

use crate::lead_fields::{LeadProblem, time};

const ID: &str = "Id";
const NAME: &str = "Name";

/// How a field gets into the domain's account.
enum Put {
    Text(fn(&mut Account, String)),
    Checked(fn(&mut Account, &str) -> Option<()>, &'static str),
}

/// The fields that the CRM requires come first, by hand; the rest is this table, in the order of API names.
const OPTIONAL: &[(&str, Put)] = &[
    ("BillingCity", Put::Text(|account, text| account.city = Some(text))),
    ("BillingCountryCode", Put::Checked(put_country, "a two-letter country code")),
    ("BillingPostalCode", Put::Text(|account, text| account.postal_code = Some(text))),
    ("BillingStateCode", Put::Text(|account, text| account.state_code = Some(text))),
    ("CreatedDate", Put::Checked(|account, text| put(&mut account.created_at, time(text)), "a point in time")),
    ("Industry", Put::Text(|account, text| account.industry = Some(text))),
    ("NumberOfEmployees", Put::Checked(put_employees, "a whole number")),
    (
        "OwnerId",
        Put::Checked(|account, text| put(&mut account.owner_id, OwnerId::parse(text).ok()), "the id of an owner"),
    ),
    (
        "ParentId",
        Put::Checked(|account, text| put(&mut account.parent_id, AccountId::parse(text).ok()), "the id of an account"),
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

/// API names of all fields that make an account.
pub fn names() -> impl Iterator<Item = &'static str> + Clone {
    [ID, NAME].into_iter().chain(OPTIONAL.iter().map(|(name, _)| *name))
}

/// An account on the wire: API name → text, of the fields in the table alone. What is empty is not there.
///
/// Its `Debug` shows which fields there are, and no value.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct AccountWire(BTreeMap<&'static str, String>);

impl AccountWire {
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

impl fmt::Debug for AccountWire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl TryFrom<AccountWire> for Account {
    type Error = LeadProblem;

    fn try_from(AccountWire(mut texts): AccountWire) -> Result<Self, LeadProblem> {
        let mut take = |name| texts.remove(name).ok_or(LeadProblem::Missing(name));
        let id = AccountId::parse(&take(ID)?)
            .map_err(|_withheld| LeadProblem::Wrong { field: ID, expected: "the id of an account" })?;
        let mut account = Self {
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
        };
        for (name, put) in OPTIONAL {
            let Some(text) = texts.remove(name) else { continue };
            match put {
                Put::Text(put) => put(&mut account, text),
                Put::Checked(put, expected) => {
                    put(&mut account, text.trim()).ok_or(LeadProblem::Wrong { field: name, expected })?;
                }
            }
        }
        Ok(account)
    }
}

fn put<T>(place: &mut Option<T>, read: Option<T>) -> Option<()> {
    *place = Some(read?);
    Some(())
}

fn put_country(account: &mut Account, text: &str) -> Option<()> {
    let code = (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic())).then_some(text)?;
    account.country_code = Some(code.to_ascii_uppercase());
    Some(())
}

/// XML writes an integer plainly, JSON sometimes with a fraction of nought; a negative number says nothing.
fn put_employees(account: &mut Account, text: &str) -> Option<()> {
    let whole = text
        .split_once('.')
        .map_or(Some(text), |(whole, fraction)| fraction.bytes().all(|digit| digit == b'0').then_some(whole))?;
    account.employees = u32::try_from(whole.parse::<i64>().ok()?).ok();
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rest(record: Value) -> Result<Account, LeadProblem> {
        AccountWire::from_json(record.as_object().unwrap())?.try_into()
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
