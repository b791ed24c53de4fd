//! Hunter: how it is asked, and what each of its answers means for us.
//!
//! | answer | meaning |
//! |---|---|
//! | 200 | a match; it tells no likelihood, so ours is what it was found by (see below) |
//! | 404 with the provider's errors | nobody known: a normal outcome, not charged |
//! | 451 | a person who asked not to be processed: for us nobody |
//! | 403 (too many a second or minute), 429 (the plan's calls are used up) | `Throttled` |
//! | 408, 5xx, no answer in time, connection lost | `Transient` |
//! | 400, 401, 422, any other | `Rejected`; another 404 too, which comes of a wrong URL |
//!
//! A company is looked up by its domain alone, which decides: likelihood 8. A person is looked up by the mail address:
//! likelihood 9, or 4 where the provider says that it found them only roughly (`fuzzy`).
//!
//! Source: <https://hunter.io/api-documentation/v2>, company and email enrichment.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use reqwest::{StatusCode, Url};
use serde::de::DeserializeOwned;

use revloops_domain::{CompanyProfile, ErrorClass, MailDomain, PersonProfile, Provenance, Secret};
use revloops_loopkit::ports::{CompanyQuery, Found, PersonQuery, Provider};
use revloops_loopkit::{Failure, Outcome};

use crate::client::day;
use crate::http::{Api, SetupError, body, endpoint, read, refused};
use crate::hunter_wire::{Answer, Company, Errors, Person};
use crate::profile::{at_least, text};

/// The provider's name, as levers and provenance write it.
pub const HUNTER: &str = "hunter";

/// A company with this very domain.
const BY_DOMAIN: u8 = 8;
/// A person with this very address.
const BY_ADDRESS: u8 = 9;
/// A person whom the provider found only roughly.
const ROUGHLY: u8 = 4;

/// The client.
#[derive(Debug, Clone)]
pub struct Hunter {
    api: Api,
    company: Url,
    person: Url,
}

impl Hunter {
    /// A client of the API at `base`, `https://api.hunter.io` for one.
    ///
    /// # Errors
    /// When the key cannot be sent, the URL is none, or the HTTP client cannot be built.
    pub fn new(base: &str, key: &Secret) -> Result<Self, SetupError> {
        Ok(Self {
            api: Api::new(key)?,
            company: endpoint(base, "/v2/companies/find")?,
            person: endpoint(base, "/v2/people/find")?,
        })
    }

    /// One request; `None` where nobody is known.
    async fn ask<T: DeserializeOwned>(&self, url: &Url, by: (&str, String), timeout: Duration) -> Outcome<Option<T>> {
        let response = self.api.get(url, &[by], timeout).await?;
        let status = response.status();
        if status == StatusCode::OK {
            return read::<Answer<T>>(&body(response, timeout).await?).map(|answer| Some(answer.data));
        }
        if status == StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS {
            return Ok(None);
        }
        let body = match body(response, timeout).await {
            Ok(body) => body,
            // Without its body a 404 cannot be told from a wrong URL's.
            Err(failure) if status == StatusCode::NOT_FOUND => return Err(failure),
            Err(_) => Vec::new(),
        };
        let first = serde_json::from_slice::<Errors>(&body).ok().and_then(|errors| errors.errors.into_iter().next());
        match first {
            Some(_) if status == StatusCode::NOT_FOUND => Ok(None),
            error => Err(refused(class_of(status), status, error.as_ref().map(|error| error.id.as_str()), "")),
        }
    }
}

#[async_trait]
impl Provider for Hunter {
    fn name(&self) -> &'static str {
        HUNTER
    }

    async fn company(
        &self,
        query: &CompanyQuery,
        min_likelihood: u8,
        timeout: Duration,
        at: Timestamp,
    ) -> Outcome<Found<CompanyProfile>> {
        let Some(domain) = query.domain.as_ref().filter(|_| BY_DOMAIN >= min_likelihood) else {
            return Ok(Found::NoMatch);
        };
        let by = ("domain", domain.as_str().to_owned());
        let asked = self.ask::<Company>(&self.company, by, timeout).await;
        match asked.map_err(|failure| failure.during("company").during(HUNTER))? {
            Some(company) => company_profile(company, at).map(Found::Match),
            None => Ok(Found::NoMatch),
        }
    }

    async fn person(
        &self,
        query: &PersonQuery,
        min_likelihood: u8,
        timeout: Duration,
        at: Timestamp,
    ) -> Outcome<Found<PersonProfile>> {
        let by = ("email", query.email.trim().to_owned());
        let asked = self.ask::<Person>(&self.person, by, timeout).await;
        let found = asked.map_err(|failure| failure.during("person").during(HUNTER))?;
        let profile = found.map(|person| person_profile(person, at));
        Ok(profile.filter(|one| one.provenance.likelihood >= min_likelihood).map_or(Found::NoMatch, Found::Match))
    }
}

fn class_of(status: StatusCode) -> ErrorClass {
    match status.as_u16() {
        403 | 429 => ErrorClass::Throttled,
        408 | 500..=599 => ErrorClass::Transient,
        _ => ErrorClass::Rejected,
    }
}

fn provenance(likelihood: u8, at: Timestamp) -> Provenance {
    Provenance { provider: HUNTER.to_owned(), likelihood, as_of: day(at), cached: false }
}

fn company_profile(company: Company, at: Timestamp) -> Outcome<CompanyProfile> {
    let Some(name) = text(company.name).or(text(company.legal_name)) else {
        return Err(Failure::new(ErrorClass::Rejected, "a company without a name").during(HUNTER));
    };
    let geo = company.geo.unwrap_or_default();
    let category = company.category.unwrap_or_default();
    let metrics = company.metrics.unwrap_or_default();
    Ok(CompanyProfile {
        name,
        domain: company.domain.and_then(|domain| MailDomain::of_website(&domain)).map(String::from),
        industry: text(category.industry).or(text(category.sector)),
        employees: metrics.employees.filter(|count| *count > 0).or_else(|| at_least(&metrics.employees_range?)),
        founded: company.founded_year,
        country_code: text(geo.country_code).map(|code| code.to_uppercase()),
        region: text(geo.state),
        locality: text(geo.city),
        summary: text(company.description),
        tags: company.tags.unwrap_or_default(),
        provenance: provenance(BY_DOMAIN, at),
    })
}

fn person_profile(person: Person, at: Timestamp) -> PersonProfile {
    let employment = person.employment.unwrap_or_default();
    let likelihood = if person.fuzzy.unwrap_or(false) { ROUGHLY } else { BY_ADDRESS };
    PersonProfile {
        full_name: person.name.and_then(|name| text(name.full_name)),
        title: text(employment.title),
        levels: text(employment.seniority).into_iter().collect(),
        role: text(employment.role),
        provenance: provenance(likelihood, at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> Timestamp {
        "2026-11-22T10:00:00Z".parse().unwrap()
    }

    #[test]
    fn each_status_has_the_class_that_decides_about_a_retry() {
        let class = |status| class_of(StatusCode::from_u16(status).unwrap());
        for status in [400, 401, 402, 404, 422] {
            assert_eq!(class(status), ErrorClass::Rejected, "{status}");
        }
        for status in [408, 500, 502, 503] {
            assert_eq!(class(status), ErrorClass::Transient, "{status}");
        }
        for status in [403, 429] {
            assert_eq!(class(status), ErrorClass::Throttled, "{status}");
        }
    }

    #[test]
    fn a_company_as_published_is_read_into_a_profile() {
        let answer: Answer<Company> = serde_json::from_str(include_str!("fixtures/hunter_company.json")).unwrap();
        let profile = company_profile(answer.data, at()).unwrap();
        let expected = CompanyProfile {
            name: "Kestrel Data".into(),
            domain: Some("kestreldata.example".into()),
            industry: Some("Internet Software & Services".into()),
            employees: Some(51),
            founded: Some(2015),
            country_code: Some("US".into()),
            region: Some("California".into()),
            locality: Some("San Francisco".into()),
            summary: Some("Kestrel Data builds reference data for product teams.".into()),
            tags: vec!["data".into(), "artificial intelligence".into()],
            provenance: provenance(8, at()),
        };
        assert!(profile == expected, "{}", serde_json::to_string_pretty(&profile).unwrap());
        assert_eq!(profile.provenance.as_of, "2026-11-22");
    }

    #[test]
    fn a_person_as_published_is_read_into_a_profile_and_one_found_roughly_is_less_likely() {
        let mut answer: Answer<Person> = serde_json::from_str(include_str!("fixtures/hunter_person.json")).unwrap();
        let exact = person_profile(answer.data, at());
        assert_eq!(exact.full_name.as_deref(), Some("Mirela O'Brien-Novak"));
        assert_eq!((exact.title.as_deref(), exact.role.as_deref()), (Some("VP Sales Operations"), Some("sales")));
        assert_eq!((exact.levels, exact.provenance.likelihood), (vec!["executive".to_owned()], 9));
        answer = serde_json::from_str(r#"{"data": {"fuzzy": true, "employment": null, "name": null}}"#).unwrap();
        assert_eq!(person_profile(answer.data, at()).provenance.likelihood, 4);
    }

    #[test]
    fn employees_come_as_a_number_or_as_a_range() {
        for (employees, range, count) in [
            ("84", "null", Some(84)),
            ("\"11-50\"", "null", Some(11)),
            ("\"10K+\"", "null", None),
            ("null", "\"51-200\"", Some(51)),
            ("0", "\"1-10\"", Some(1)),
            ("true", "7", None),
        ] {
            let json = format!(
                r#"{{"data": {{"name": "a", "metrics": {{"employees": {employees}, "employeesRange": {range}}}}}}}"#
            );
            let answer: Answer<Company> = serde_json::from_str(&json).unwrap();
            assert_eq!(company_profile(answer.data, at()).unwrap().employees, count, "{json}");
        }
    }

    #[tokio::test]
    async fn nothing_to_ask_by_is_no_match_and_asks_nobody() {
        // Port 9 answers nobody: a request would fail.
        let client = Hunter::new("http://127.0.0.1:9", &Secret::new("k")).unwrap();
        let query = CompanyQuery { domain: None, name: "Northwind".into(), country_code: Some("DE".into()) };
        assert!(client.company(&query, 5, Duration::from_millis(200), at()).await.unwrap() == Found::NoMatch);
    }

    #[tokio::test]
    async fn a_failure_names_no_person_and_no_key() {
        let client = Hunter::new("http://127.0.0.1:9", &Secret::new("s3cret")).unwrap();
        let query = PersonQuery {
            email: "ida@northwind.example".into(),
            first_name: Some("Ida".into()),
            last_name: None,
            company: None,
        };
        let failure = client.person(&query, 5, Duration::from_millis(200), at()).await.unwrap_err();
        assert_eq!(failure.class(), ErrorClass::Transient);
        let told = format!("{failure} {failure:?} {client:?}");
        assert!(told.contains("hunter: person"), "{told}");
        for secret in ["ida", "Ida", "northwind", "s3cret"] {
            assert!(!told.contains(secret), "{told}");
        }
    }
}
