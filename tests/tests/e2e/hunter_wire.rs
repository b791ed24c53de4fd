//! The client of the second data provider against its stand-in, over real HTTP.

use std::time::Duration;

use jiff::Timestamp;
use revloops_domain::{CompanyProfile, ErrorClass, MailDomain, PersonProfile, Secret};
use revloops_enrichment::{Hunter, PeopleDataLabs};
use revloops_loopkit::Outcome;
use revloops_loopkit::ports::{CompanyQuery, Found, PersonQuery, Provider};
use revloops_standins::enrichment;
use revloops_standins::host::Running;
use serde_json::json;
use tokio::net::TcpListener;

use crate::faults;

const KEY: &str = "e2e-hunter-key";
const TIMEOUT: Duration = Duration::from_millis(500);

async fn stand_in() -> anyhow::Result<Running> {
    let options = enrichment::Options { api_key: KEY.into(), per_minute: 1_000 };
    enrichment::serve(TcpListener::bind("127.0.0.1:0").await?, options)
}

fn client(stand_in: &Running, key: &str) -> anyhow::Result<Hunter> {
    Ok(Hunter::new(&stand_in.url(), &Secret::new(key))?)
}

fn company(domain: &str) -> CompanyQuery {
    CompanyQuery { domain: MailDomain::parse(domain), name: String::new(), country_code: None }
}

async fn ask_company(client: &dyn Provider, domain: &str) -> Outcome<Found<CompanyProfile>> {
    client.company(&company(domain), 6, TIMEOUT, Timestamp::constant(1_795_341_600, 0)).await
}

async fn ask_person(client: &dyn Provider, email: &str, min_likelihood: u8) -> Outcome<Found<PersonProfile>> {
    let query = PersonQuery { email: email.into(), first_name: None, last_name: None, company: None };
    client.person(&query, min_likelihood, TIMEOUT, Timestamp::constant(1_795_341_600, 0)).await
}

#[tokio::test]
async fn what_the_first_provider_does_not_know_the_second_does() -> anyhow::Result<()> {
    let stand_in = stand_in().await?;
    let first = PeopleDataLabs::new(&stand_in.url(), &Secret::new(KEY))?;
    let second = client(&stand_in, KEY)?;
    for known in enrichment::only_hunter_knows() {
        assert!(ask_company(&first, &known.domain).await? == Found::NoMatch, "{}", known.domain);
        let Found::Match(profile) = ask_company(&second, &known.domain).await? else {
            anyhow::bail!("{} is not known", known.domain);
        };
        assert_eq!((&profile.name, profile.domain.as_deref()), (&known.name, Some(known.domain.as_str())));
        assert_eq!(profile.country_code.as_deref(), Some(known.country_code.as_str()));
        assert_eq!(profile.industry.as_deref().map(str::to_lowercase), Some(known.industry.clone()));
        let least = known.size.split('-').next().and_then(|least| least.parse().ok());
        assert_eq!((profile.employees, profile.founded), (least, known.founded), "{}", known.name);
        assert_eq!((profile.provenance.provider.as_str(), profile.provenance.likelihood), ("hunter", 8));
    }
    Ok(())
}

#[tokio::test]
async fn nobody_known_is_a_normal_outcome_and_a_wrong_url_is_not_taken_for_it() -> anyhow::Result<()> {
    let stand_in = stand_in().await?;
    let hunter = client(&stand_in, KEY)?;
    assert!(ask_company(&hunter, "unheard-of.example").await? == Found::NoMatch);
    assert!(ask_person(&hunter, "info@tideworks-instruments.example", 6).await? == Found::NoMatch);
    let lost = Hunter::new(&format!("{}/api", stand_in.url()), &Secret::new(KEY))?;
    let failure = ask_company(&lost, "tideworks-instruments.example").await.unwrap_err();
    assert_eq!(
        (failure.class(), failure.to_string().as_str()),
        (ErrorClass::Rejected, "hunter: company: answered 404")
    );
    Ok(())
}

#[tokio::test]
async fn people_are_found_by_address_and_those_found_roughly_only_where_that_is_enough() -> anyhow::Result<()> {
    let stand_in = stand_in().await?;
    let hunter = client(&stand_in, KEY)?;
    let (mut surely, mut roughly, mut nobody) = (0, 0, 0);
    for n in 0..60 {
        let email = format!("a{n}.holm@tideworks-instruments.example");
        match (ask_person(&hunter, &email, 6).await?, ask_person(&hunter, &email, 1).await?) {
            (Found::Match(person), Found::Match(again)) => {
                assert!(person == again && person.provenance.likelihood == 9);
                assert_eq!(person.full_name, Some(format!("A{n} Holm")));
                surely += 1;
            }
            (Found::NoMatch, Found::Match(person)) => {
                assert_eq!(person.provenance.likelihood, 4);
                roughly += 1;
            }
            (Found::NoMatch, Found::NoMatch) => nobody += 1,
            (Found::Match(_), Found::NoMatch) => panic!("{email}: sure, and not sure enough for less"),
        }
    }
    assert!(surely > 20 && roughly > 3 && nobody > 0, "{surely} {roughly} {nobody}");
    Ok(())
}

#[tokio::test]
async fn each_refusal_has_the_class_that_decides_about_a_retry_and_names_nobody() -> anyhow::Result<()> {
    let stand_in = stand_in().await?;
    let hunter = client(&stand_in, KEY)?;
    for (rule, class) in [
        (json!({"mode": "throttle"}), ErrorClass::Throttled),
        (json!({"mode": "error", "status": 403}), ErrorClass::Throttled),
        (json!({"mode": "error", "status": 402}), ErrorClass::Rejected),
        (json!({"mode": "error", "status": 503}), ErrorClass::Transient),
        (json!({"mode": "drop"}), ErrorClass::Transient),
        (json!({"mode": "slow", "delay_ms": 5_000}), ErrorClass::Transient),
    ] {
        faults::put(&stand_in, rule.clone()).await?;
        let failure = ask_person(&hunter, "ida.holm@tideworks-instruments.example", 1).await.unwrap_err();
        assert_eq!(failure.class(), class, "{rule}");
        let told = format!("{failure} {failure:?}");
        for secret in ["ida", "tideworks", KEY] {
            assert!(!told.contains(secret), "{told}");
        }
    }
    faults::clear(&stand_in).await?;
    let wrong = ask_company(&client(&stand_in, "wrong")?, "tideworks-instruments.example").await.unwrap_err();
    assert_eq!(wrong.class(), ErrorClass::Rejected);
    assert_eq!(wrong.to_string(), "hunter: company: answered 401 authentication_failed");
    let options = enrichment::Options { api_key: KEY.into(), per_minute: 0 };
    let full = enrichment::serve(TcpListener::bind("127.0.0.1:0").await?, options)?;
    let failure = ask_company(&client(&full, KEY)?, "tideworks-instruments.example").await.unwrap_err();
    assert_eq!(
        (failure.class(), failure.to_string().as_str()),
        (ErrorClass::Throttled, "hunter: company: answered 403 rate_limit")
    );
    Ok(())
}
