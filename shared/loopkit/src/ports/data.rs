use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;

use revloops_domain::{CompanyProfile, MailDomain, PersonProfile};

use crate::failure::Outcome;

/// How to look a company up: by domain, else by name.
#[derive(Clone, PartialEq, Eq)]
pub struct CompanyQuery {
    /// Company domain.
    pub domain: Option<MailDomain>,
    /// Company name.
    pub name: String,
    /// ISO country code, to tell namesakes apart.
    pub country_code: Option<String>,
}

/// How to look a person up.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonQuery {
    /// Mail address.
    pub email: String,
    /// First name, where it is known.
    pub first_name: Option<String>,
    /// Last name, where it is known.
    pub last_name: Option<String>,
    /// Company name, where it is known.
    pub company: Option<String>,
}

/// What a provider answered.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found<T> {
    /// A match, at least as likely as asked for.
    Match(T),
    /// Nobody known: a normal outcome.
    NoMatch,
}

/// A provider of company and person data.
#[async_trait]
pub trait Provider: Send + Sync {
    /// The provider's name, as levers and provenance write it.
    fn name(&self) -> &'static str;

    /// A company. `min_likelihood` is 1 to 10. Fails with `Transient` after `timeout`, `Throttled` on 429.
    async fn company(
        &self,
        query: &CompanyQuery,
        min_likelihood: u8,
        timeout: Duration,
        at: Timestamp,
    ) -> Outcome<Found<CompanyProfile>>;

    /// A person. As for companies.
    async fn person(
        &self,
        query: &PersonQuery,
        min_likelihood: u8,
        timeout: Duration,
        at: Timestamp,
    ) -> Outcome<Found<PersonProfile>>;
}

/// A cache by key with days to live.
#[async_trait]
pub trait Cache: Send + Sync {
    /// The value under `key`, unless it has run out at `at`.
    async fn get(&self, key: &str, at: Timestamp) -> Outcome<Option<Value>>;

    /// Keeps `value` for `days` days from `at`.
    async fn put(&self, key: &str, value: &Value, days: u16, at: Timestamp) -> Outcome<()>;
}
