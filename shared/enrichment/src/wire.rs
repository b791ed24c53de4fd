//! The provider's answers, as published. A field that a plan does not include comes as `null`, or as `true` or `false` for
//! "there is a value"; both read as absent.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// 200 of `GET /v5/company/enrich`: the company's fields beside the likelihood, not inside a `data` object as elsewhere.
///
/// Source: <https://docs.peopledatalabs.com/docs/output-response-company-enrichment-api>.
#[derive(Deserialize)]
pub(crate) struct CompanyAnswer {
    pub(crate) likelihood: u8,
    #[serde(flatten)]
    pub(crate) company: Company,
}

/// The fields of a company that we read.
#[derive(Deserialize)]
pub(crate) struct Company {
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) display_name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) website: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) industry: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) industry_v2: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) employee_count: Option<u32>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) size: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) founded: Option<u16>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) summary: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) tags: Option<Vec<String>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) location: Option<Location>,
}

/// Where a company has its headquarters; all in lower case.
#[derive(Deserialize)]
pub(crate) struct Location {
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) locality: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) region: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) country: Option<String>,
}

/// 200 of `GET /v5/person/enrich`.
///
/// Source: <https://docs.peopledatalabs.com/docs/output-response-person-enrichment-api>.
#[derive(Deserialize)]
pub(crate) struct PersonAnswer {
    pub(crate) likelihood: u8,
    pub(crate) data: Person,
}

/// The fields of a person that we read.
#[derive(Deserialize)]
pub(crate) struct Person {
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) full_name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) job_title: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) job_title_levels: Option<Vec<String>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) job_title_role: Option<String>,
}

/// Every answer but 200: `{"status": 401, "error": {"type": …, "message": …}}`.
#[derive(Deserialize)]
pub(crate) struct ErrorAnswer {
    pub(crate) error: ErrorBody,
}

/// The error's type, which is a word. Its message is left out: it may repeat what we asked by.
#[derive(Deserialize)]
pub(crate) struct ErrorBody {
    #[serde(rename = "type")]
    pub(crate) kind: String,
}

/// A value of another type than the documented one reads as absent: one odd field must not lose the whole answer.
pub(crate) fn lenient<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).ok())
}
