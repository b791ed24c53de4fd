//! The client of the data provider against the provider's stand-in, over real HTTP.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use revloops_domain::{CompanyProfile, ErrorClass, MailDomain, PersonProfile, Secret};
use revloops_enrichment::PeopleDataLabs;
use revloops_loopkit::ports::{CompanyQuery, Found, PersonQuery, Provider as _};
use revloops_loopkit::{Failure, Outcome};
use revloops_standins::enrichment;
use revloops_standins::host::Running;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::faults;

const KEY: &str = "e2e-enrichment-key";
const TIMEOUT: Duration = Duration::from_millis(500);

async fn stand_in() -> anyhow::Result<Running> {
    let options = enrichment::Options { api_key: KEY.into(), per_minute: 1_000 };
    enrichment::serve(TcpListener::bind("127.0.0.1:0").await?, options)
}

fn client(stand_in: &Running, key: &str) -> anyhow::Result<PeopleDataLabs> {
    Ok(PeopleDataLabs::new(&stand_in.url(), &Secret::new(key))?)
}

fn at() -> Timestamp {
    Timestamp::constant(1_795_341_600, 0)
}

fn company(domain: Option<&str>, name: &str, country_code: Option<&str>) -> CompanyQuery {
    CompanyQuery {
        domain: domain.and_then(MailDomain::parse),
        name: name.into(),
        country_code: country_code.map(str::to_owned),
    }
}

fn person(email: &str, last_name: Option<&str>) -> PersonQuery {
    PersonQuery { email: email.into(), first_name: None, last_name: last_name.map(str::to_owned), company: None }
}

fn matched<T>(found: Outcome<Found<T>>) -> anyhow::Result<T> {
    match found? {
        Found::Match(profile) => Ok(profile),
        Found::NoMatch => anyhow::bail!("no match"),
    }
}

async fn ask_company(client: &PeopleDataLabs, query: &CompanyQuery) -> Outcome<Found<CompanyProfile>> {
    client.company(query, 5, TIMEOUT, at()).await
}

async fn ask_person(client: &PeopleDataLabs, query: &PersonQuery) -> Outcome<Found<PersonProfile>> {
    client.person(query, 5, TIMEOUT, at()).await
}

#[tokio::test]
async fn every_company_of_the_library_is_found_by_its_domain_with_all_that_is_known() -> anyhow::Result<()> {
    let stand_in = stand_in().await?;
    let client = client(&stand_in, KEY)?;
    for known in enrichment::library() {
        let profile = matched(ask_company(&client, &company(Some(&known.domain), &known.name, None)).await)?;
        assert_eq!(profile.name, known.name);
        assert_eq!(profile.domain.as_deref(), Some(known.domain.as_str()));
        assert_eq!(profile.country_code.as_deref(), Some(known.country_code.as_str()), "{}", known.name);
        assert_eq!(profile.industry.as_deref(), Some(known.industry.as_str()));
        assert!(profile.employees.is_some_and(|employees| known.employees.is_none_or(|count| count == employees)));
        assert_eq!((profile.founded, profile.summary), (known.founded, Some(known.summary.clone())));
        assert_eq!(profile.tags, known.tags);
        assert_eq!((profile.provenance.provider.as_str(), profile.provenance.likelihood), ("people_data_labs", 10));
        assert_eq!((profile.provenance.as_of.as_str(), profile.provenance.cached), ("2026-11-22", false));
    }
    Ok(())
}

#[tokio::test]
async fn a_name_alone_matches_where_the_country_agrees() -> anyhow::Result<()> {
    let stand_in = stand_in().await?;
    let client = client(&stand_in, KEY)?;
    let found = matched(ask_company(&client, &company(None, "Isarcloud GmbH", Some("DE"))).await)?;
    assert_eq!((found.domain.as_deref(), found.provenance.likelihood), (Some("isarcloud.example"), 6));
    assert!(ask_company(&client, &company(None, "Isarcloud GmbH", Some("BR"))).await? == Found::NoMatch);
    Ok(())
}

#[tokio::test]
async fn nobody_known_is_a_normal_outcome() -> anyhow::Result<()> {
    let stand_in = stand_in().await?;
    let client = client(&stand_in, KEY)?;
    assert!(ask_company(&client, &company(Some("unheard-of.example"), "Unheard Of", None)).await? == Found::NoMatch);
    assert!(ask_person(&client, &person("info@northwind.example", None)).await? == Found::NoMatch);
    Ok(())
}

#[tokio::test]
async fn a_wrong_url_is_not_taken_for_nobody_known() -> anyhow::Result<()> {
    let stand_in = stand_in().await?;
    let client = PeopleDataLabs::new(&format!("{}/api", stand_in.url()), &Secret::new(KEY))?;
    let failure = ask_person(&client, &person("ida.holm@northwind.example", None)).await.unwrap_err();
    assert_eq!(failure.class(), ErrorClass::Rejected);
    assert_eq!(failure.to_string(), "people_data_labs: person: answered 404");
    Ok(())
}

#[tokio::test]
async fn a_match_that_is_less_likely_than_asked_for_is_none() -> anyhow::Result<()> {
    let stand_in = stand_in().await?;
    let client = client(&stand_in, KEY)?;
    let contradicted = company(Some("northwind.example"), "Someone else", None);
    assert!(matched(client.company(&contradicted, 6, TIMEOUT, at()).await).is_ok());
    assert!(client.company(&contradicted, 7, TIMEOUT, at()).await? == Found::NoMatch);
    Ok(())
}

#[tokio::test]
async fn a_person_is_found_by_address_the_same_every_time() -> anyhow::Result<()> {
    let stand_in = stand_in().await?;
    let client = client(&stand_in, KEY)?;
    let query = person("ida.holm@northwind.example", Some("Holm"));
    let profile = matched(ask_person(&client, &query).await)?;
    assert_eq!(profile.full_name.as_deref(), Some("Ida Holm"));
    assert!(profile.title.is_some() && profile.role.is_some());
    assert_eq!(profile.provenance.likelihood, 10);
    assert!(matched(ask_person(&client, &query).await)? == profile);
    Ok(())
}

/// What the client makes of a fault.
async fn with_fault(rule: Value) -> anyhow::Result<Failure> {
    let stand_in = stand_in().await?;
    let client = client(&stand_in, KEY)?;
    faults::put(&stand_in, rule.clone()).await?;
    let query = person("ida.holm@northwind.example", Some("Holm"));
    let failure = match ask_person(&client, &query).await {
        Err(failure) => failure,
        Ok(_) => anyhow::bail!("{rule} did not hit"),
    };
    let told = format!("{failure} {failure:?}");
    for secret in ["ida", "Holm", "northwind", KEY] {
        anyhow::ensure!(!told.contains(secret), "{told}");
    }
    faults::clear(&stand_in).await?;
    anyhow::ensure!(matched(ask_person(&client, &query).await).is_ok(), "the fault did not pass");
    Ok(failure)
}

#[tokio::test]
async fn each_fault_has_the_class_that_decides_about_a_retry() -> anyhow::Result<()> {
    let cases = [
        (json!({"mode": "throttle"}), ErrorClass::Throttled),
        (json!({"mode": "error", "status": 402}), ErrorClass::Rejected),
        (json!({"mode": "error", "status": 400}), ErrorClass::Rejected),
        (json!({"mode": "error"}), ErrorClass::Transient),
        (json!({"mode": "error", "status": 503}), ErrorClass::Transient),
        (json!({"mode": "drop"}), ErrorClass::Transient),
        (json!({"mode": "apply_then_drop"}), ErrorClass::Transient),
    ];
    for (rule, class) in cases {
        assert_eq!(with_fault(rule.clone()).await?.class(), class, "{rule}");
    }
    Ok(())
}

#[tokio::test]
async fn a_slow_provider_is_given_up_on_at_the_time_out() -> anyhow::Result<()> {
    let started = Instant::now();
    let failure = with_fault(json!({"mode": "slow", "delay_ms": 5_000, "path_prefix": "/v5/person"})).await?;
    assert_eq!(failure.class(), ErrorClass::Transient);
    assert!(failure.to_string().contains("no answer within 500 ms"), "{failure}");
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    Ok(())
}

#[tokio::test]
async fn the_refusals_type_and_the_end_of_the_limit_are_told() -> anyhow::Result<()> {
    let failure = with_fault(json!({"mode": "error", "status": 402})).await?;
    assert_eq!(failure.to_string(), "people_data_labs: person: answered 402 payment_required");
    let options = enrichment::Options { api_key: KEY.into(), per_minute: 0 };
    let stand_in = enrichment::serve(TcpListener::bind("127.0.0.1:0").await?, options)?;
    let failure = ask_person(&client(&stand_in, KEY)?, &person("ida.holm@northwind.example", None)).await.unwrap_err();
    assert_eq!(failure.class(), ErrorClass::Throttled);
    assert!(failure.to_string().contains("answered 429 rate_limit_error, x-ratelimit-reset 20"), "{failure}");
    Ok(())
}

#[tokio::test]
async fn a_wrong_key_is_rejected_and_every_answer_says_that_it_is_a_stand_ins() -> anyhow::Result<()> {
    let stand_in = stand_in().await?;
    let failure = ask_company(&client(&stand_in, "wrong")?, &company(Some("northwind.example"), "", None)).await;
    assert_eq!(failure.unwrap_err().class(), ErrorClass::Rejected);
    let url = format!("{}/v5/company/enrich?website=northwind.example&api_key={KEY}", stand_in.url());
    let answer = reqwest::get(url).await?;
    assert_eq!(answer.headers().get("x-revloops-stand-in").unwrap(), "enrichment");
    assert_eq!(answer.headers().get("x-ratelimit-remaining").unwrap(), r#"{"minute":999}"#);
    assert_eq!(answer.headers().get("x-call-credits-spent").unwrap(), "1");
    Ok(())
}
