//! People Data Labs: how it is asked, and what each of its answers means for us.
//!
//! | answer | meaning |
//! |---|---|
//! | 200 | a match, with the provider's likelihood |
//! | 404 with the provider's `not_found` | nobody known: a normal outcome, not charged |
//! | 429 | `Throttled` |
//! | 408, 5xx, no answer in time, connection lost | `Transient` |
//! | 400, 401, 402 (out of credits), 403, any other | `Rejected`; another 404 too, which comes of a wrong URL |
//!
//! Source: <https://docs.peopledatalabs.com/docs/errors>.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use reqwest::{Response, StatusCode, Url};

use revloops_domain::{CompanyProfile, ErrorClass, PersonProfile, Secret};
use revloops_loopkit::ports::{CompanyQuery, Found, PersonQuery, Provider};
use revloops_loopkit::{Failure, Outcome};

use crate::country;
use crate::http::{Api, SetupError, body, endpoint, read, refused};
use crate::profile::On;
use crate::wire::{CompanyAnswer, ErrorAnswer, PersonAnswer};

/// The provider's name, as levers and provenance write it.
pub const PROVIDER: &str = "people_data_labs";

/// The client.
#[derive(Debug, Clone)]
pub struct PeopleDataLabs {
    api: Api,
    company: Url,
    person: Url,
}

impl PeopleDataLabs {
    /// A client of the API at `base`, `https://api.peopledatalabs.com` for one.
    ///
    /// # Errors
    /// When the key cannot be sent, the URL is none, or the HTTP client cannot be built.
    pub fn new(base: &str, key: &Secret) -> Result<Self, SetupError> {
        Ok(Self {
            api: Api::new(key)?,
            company: endpoint(base, "/v5/company/enrich")?,
            person: endpoint(base, "/v5/person/enrich")?,
        })
    }

    /// One request; the body of a 200, `None` for a 404.
    async fn ask(&self, url: &Url, query: &[(&str, String)], timeout: Duration) -> Outcome<Option<Vec<u8>>> {
        let response = self.api.get(url, query, timeout).await?;
        match response.status() {
            StatusCode::OK => Ok(Some(body(response, timeout).await?)),
            status => match refusal(status, response, timeout).await {
                Refusal::NobodyKnown => Ok(None),
                Refusal::Failed(failure) => Err(failure),
            },
        }
    }
}

#[async_trait]
impl Provider for PeopleDataLabs {
    fn name(&self) -> &'static str {
        PROVIDER
    }

    async fn company(
        &self,
        query: &CompanyQuery,
        min_likelihood: u8,
        timeout: Duration,
        at: Timestamp,
    ) -> Outcome<Found<CompanyProfile>> {
        let mut asked = Vec::new();
        if let Some(domain) = &query.domain {
            asked.push(("website", domain.as_str().to_owned()));
        }
        let name = query.name.trim();
        if !name.is_empty() {
            asked.push(("name", name.to_owned()));
        }
        if asked.is_empty() {
            return Ok(Found::NoMatch);
        }
        if let Some(country) = query.country_code.as_deref().and_then(country::name) {
            asked.push(("country", country.to_owned()));
        }
        asked.push(("min_likelihood", min_likelihood.to_string()));
        let answer = self.ask(&self.company, &asked, timeout).await.map_err(|failure| failure.during("company"));
        let Some(body) = answer.map_err(named)? else { return Ok(Found::NoMatch) };
        let answer: CompanyAnswer = read(&body).map_err(named)?;
        if answer.likelihood < min_likelihood {
            return Ok(Found::NoMatch);
        }
        CompanyProfile::try_from(On(answer, day(at))).map(Found::Match).map_err(unusable)
    }

    async fn person(
        &self,
        query: &PersonQuery,
        min_likelihood: u8,
        timeout: Duration,
        at: Timestamp,
    ) -> Outcome<Found<PersonProfile>> {
        let mut asked = vec![("email", query.email.trim().to_owned())];
        for (name, value) in
            [("first_name", &query.first_name), ("last_name", &query.last_name), ("company", &query.company)]
        {
            if let Some(value) = value.as_deref().map(str::trim).filter(|value| !value.is_empty()) {
                asked.push((name, value.to_owned()));
            }
        }
        asked.push(("min_likelihood", min_likelihood.to_string()));
        let answer = self.ask(&self.person, &asked, timeout).await.map_err(|failure| failure.during("person"));
        let Some(body) = answer.map_err(named)? else { return Ok(Found::NoMatch) };
        let answer: PersonAnswer = read(&body).map_err(named)?;
        if answer.likelihood < min_likelihood {
            return Ok(Found::NoMatch);
        }
        PersonProfile::try_from(On(answer, day(at))).map(Found::Match).map_err(unusable)
    }
}

fn named(failure: Failure) -> Failure {
    failure.during(PROVIDER)
}

pub(crate) fn day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).date().to_string()
}

/// What an answer other than 200 means.
enum Refusal {
    NobodyKnown,
    Failed(Failure),
}

/// Any status but 200, by its class. The type is told, the message is not: it may repeat what we asked by.
async fn refusal(status: StatusCode, response: Response, timeout: Duration) -> Refusal {
    let class = class_of(status);
    // The provider sends the window's end in a header of its own; gateways in front of it send the standard one.
    let again = ["retry-after", "x-ratelimit-reset"].into_iter().find_map(|name| {
        let value = response.headers().get(name)?.to_str().ok()?.trim();
        let fits = value.len() <= 40 && value.chars().all(|c| c.is_ascii_alphanumeric() || "-:.+ ,".contains(c));
        fits.then(|| format!(", {name} {value}"))
    });
    let body = match body(response, timeout).await {
        Ok(body) => body,
        // Without its body a 404 cannot be told from a wrong URL's.
        Err(failure) if status == StatusCode::NOT_FOUND => return Refusal::Failed(failure),
        Err(_) => Vec::new(),
    };
    let kind = serde_json::from_slice::<ErrorAnswer>(&body).ok().map(|answer| answer.error.kind);
    if status == StatusCode::NOT_FOUND && kind.as_deref() == Some("not_found") {
        return Refusal::NobodyKnown;
    }
    Refusal::Failed(refused(class, status, kind.as_deref(), &again.unwrap_or_default()))
}

fn class_of(status: StatusCode) -> ErrorClass {
    match status.as_u16() {
        429 => ErrorClass::Throttled,
        408 | 500..=599 => ErrorClass::Transient,
        _ => ErrorClass::Rejected,
    }
}

fn unusable(error: crate::profile::Unusable) -> Failure {
    named(Failure::new(ErrorClass::Rejected, "an answer that cannot be used").caused_by(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_has_the_class_that_decides_about_a_retry() {
        let class = |status| class_of(StatusCode::from_u16(status).unwrap());
        for status in [400, 401, 402, 403, 405, 422] {
            assert_eq!(class(status), ErrorClass::Rejected, "{status}");
        }
        for status in [408, 500, 502, 503, 504] {
            assert_eq!(class(status), ErrorClass::Transient, "{status}");
        }
        assert_eq!(class(429), ErrorClass::Throttled);
    }

    #[test]
    fn a_base_that_is_no_web_address_is_refused() {
        let key = Secret::new("k");
        assert!(PeopleDataLabs::new("api.peopledatalabs.com", &key).is_err());
        assert!(PeopleDataLabs::new("file:///tmp", &key).is_err());
        let client = PeopleDataLabs::new("https://api.peopledatalabs.com/", &key).unwrap();
        assert_eq!(client.person.as_str(), "https://api.peopledatalabs.com/v5/person/enrich");
    }

    #[test]
    fn a_key_is_sent_without_the_blanks_around_it_and_refused_where_no_header_may_hold_it() {
        let client_with = |key| PeopleDataLabs::new("http://127.0.0.1:9", &Secret::new(key));
        assert_eq!(client_with(" s3cret\n").unwrap().api.key, "s3cret");
        for key in ["", "  ", "a\nb"] {
            assert!(matches!(client_with(key), Err(SetupError::Key)), "{key:?}");
        }
    }

    #[tokio::test]
    async fn nothing_to_ask_by_is_no_match_and_asks_nobody() {
        // Port 9 answers nobody: a request would fail.
        let client = PeopleDataLabs::new("http://127.0.0.1:9", &Secret::new("k")).unwrap();
        let query = CompanyQuery { domain: None, name: " ".into(), country_code: Some("DE".into()) };
        let found = client.company(&query, 5, Duration::from_millis(200), Timestamp::UNIX_EPOCH).await;
        assert!(found.unwrap() == Found::NoMatch);
    }

    #[tokio::test]
    async fn a_failure_names_no_person_and_no_key() {
        let client = PeopleDataLabs::new("http://127.0.0.1:9", &Secret::new("s3cret")).unwrap();
        let query = PersonQuery {
            email: "ida@northwind.example".into(),
            first_name: Some("Ida".into()),
            last_name: None,
            company: None,
        };
        let failure = client.person(&query, 5, Duration::from_millis(200), Timestamp::UNIX_EPOCH).await.unwrap_err();
        assert_eq!(failure.class(), ErrorClass::Transient);
        let told = format!("{failure} {failure:?} {client:?}");
        assert!(told.contains("people_data_labs"), "{told}");
        for secret in ["ida", "Ida", "northwind", "s3cret"] {
            assert!(!told.contains(secret), "{told}");
        }
    }
}
