//! Hunter's answers, as published. A value of another type than the documented one reads as absent.
//!
//! Source: <https://hunter.io/api-documentation/v2>, company and email enrichment.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::wire::lenient;

/// Every 200: what was asked for is in `data`; `meta` repeats the question and is left out.
#[derive(Deserialize)]
pub(crate) struct Answer<T> {
    pub(crate) data: T,
}

/// `GET /v2/companies/find`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Company {
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) legal_name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) domain: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) category: Option<Category>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) tags: Option<Vec<String>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) description: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) founded_year: Option<u16>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) geo: Option<Geo>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) metrics: Option<Metrics>,
}

/// Fields of business, from wide to narrow.
#[derive(Default, Deserialize)]
pub(crate) struct Category {
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) sector: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) industry: Option<String>,
}

/// Where it is.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Geo {
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) city: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) state: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) country_code: Option<String>,
}

/// How large it is. `employees` comes as a number or as a range such as `11-50`.
#[derive(Default)]
pub(crate) struct Metrics {
    pub(crate) employees: Option<u32>,
    pub(crate) employees_range: Option<String>,
}

impl<'de> Deserialize<'de> for Metrics {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let all = Value::deserialize(deserializer)?;
        let employees = all.get("employees");
        let count = employees.and_then(Value::as_u64).and_then(|count| u32::try_from(count).ok());
        let range = [employees, all.get("employeesRange")].into_iter().flatten().find_map(Value::as_str);
        Ok(Self { employees: count, employees_range: range.map(str::to_owned) })
    }
}

/// `GET /v2/people/find`.
#[derive(Deserialize)]
pub(crate) struct Person {
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) name: Option<Name>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) employment: Option<Employment>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) fuzzy: Option<bool>,
}

/// What they are called.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Name {
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) full_name: Option<String>,
}

/// What they do.
#[derive(Default, Deserialize)]
pub(crate) struct Employment {
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) title: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) role: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) seniority: Option<String>,
}

/// Every answer but 200.
#[derive(Deserialize)]
pub(crate) struct Errors {
    pub(crate) errors: Vec<Error>,
}

/// One error; its details are left out, for they may repeat what we asked by.
#[derive(Deserialize)]
pub(crate) struct Error {
    pub(crate) id: String,
}
