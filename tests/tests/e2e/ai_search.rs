//! Searching the web and Amazon Bedrock, against the AI's stand-in over real HTTP.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use revloops_ai::{Anthropic, Billed, Metered as _, Prices, Settings};
use revloops_aws::Clients;
use revloops_domain::{AccountId, ErrorClass, MailDomain, Secret};
use revloops_loopkit::ports::{Clock, Model as _, ModelRequest, Target};
use revloops_signals::{Found, Scanned, TargetLevers, read};
use revloops_standins::ai;
use revloops_standins::host::Running;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::faults;

const KEY: &str = "e2e-ai-key";
const NEWER: &str = "claude-sonnet-5-5";

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2026-11-28T12:00:00Z".parse().unwrap()
    }
}

async fn stand_in() -> anyhow::Result<Running> {
    ai::serve(TcpListener::bind("127.0.0.1:0").await?, ai::Options { api_key: KEY.into() })
}

fn client(stand_in: &Running) -> anyhow::Result<Anthropic> {
    let settings = Settings { timeout: Duration::from_secs(5), ..Settings::new(stand_in.url(), NEWER, Prices::list()) };
    Ok(Anthropic::new(settings, &Secret::new(KEY))?)
}

fn levers() -> TargetLevers {
    let mut problems = revloops_config::Problems::new();
    let root = revloops_tests::tools::project_root().join("config");
    let sources = revloops_config::levers::read_sources::<TargetLevers>(&root, &mut problems);
    <TargetLevers as revloops_config::Levers>::check(&sources, &mut problems).unwrap()
}

fn northwind() -> Target {
    Target {
        account: AccountId::parse("001000000000001").unwrap(),
        name: "Northwind & Soen AS".into(),
        domain: MailDomain::parse("northwind.example"),
        country: Some("DK".into()),
        tier: "a".into(),
        listed: Noon.now(),
        due: Noon.now(),
        scans: 0,
        failures: 0,
        scanned: None,
    }
}

fn today() -> jiff::civil::Date {
    jiff::civil::date(2026, 11, 28)
}

fn request(target: &Target) -> ModelRequest {
    revloops_scanner::request(&levers(), target, today())
}

async fn behave(stand_in: &Running, how: Value) -> anyhow::Result<()> {
    let url = format!("{}/_standin/search", stand_in.url());
    reqwest::Client::new().put(url).json(&how).send().await?.error_for_status()?;
    Ok(())
}

async fn scanned(stand_in: &Running) -> anyhow::Result<(Found, Scanned, u64)> {
    let target = northwind();
    let answer = client(stand_in)?.answer(&request(&target)).await?;
    let scanned = Scanned { answer: answer.answer, searched: answer.searched };
    Ok((read(&levers().evidence, &target, &scanned, today()), scanned, answer.searches))
}

#[tokio::test]
async fn a_scan_brings_signals_that_link_to_what_the_search_returned() -> anyhow::Result<()> {
    let stand_in = stand_in().await?;
    let (found, scanned, searches) = scanned(&stand_in).await?;
    assert_eq!(searches, 1);
    assert!(scanned.searched.iter().any(|hit| hit.url.contains("airlines")), "the namesake was found");
    assert!(found.signals.len() >= 4 && found.dropped.is_empty(), "{found:?}");
    let urls: Vec<&str> = scanned.searched.iter().map(|hit| hit.url.as_str()).collect();
    for signal in &found.signals {
        assert!(signal.sources.iter().all(|source| urls.contains(&source.url.as_str()) && source.published.is_some()));
        assert!(!signal.company.contains("Airlines") && !signal.headline.contains("Acme"), "{}", signal.headline);
    }
    stand_in.stop().await;
    Ok(())
}

#[tokio::test]
async fn the_models_mistakes_are_seen_and_dropped() -> anyhow::Result<()> {
    let stand_in = stand_in().await?;
    let right = scanned(&stand_in).await?.0;
    for (mistake, why) in [
        ("no_link", "0 of its 0 links"),
        ("invented_link", "0 of its 1 links"),
        ("namesake", "a namesake"),
        ("stale", "days old"),
    ] {
        behave(&stand_in, json!({"mistakes": [mistake]})).await?;
        let found = scanned(&stand_in).await?.0;
        assert!(found.dropped.iter().any(|dropped| dropped.why.contains(why)), "{mistake}: {:?}", found.dropped);
        assert!(found.signals.iter().all(|signal| right.signals.contains(signal)), "{mistake} adds no signal");
    }
    stand_in.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_paused_turn_is_carried_on_and_searched_and_paid_for_once() -> anyhow::Result<()> {
    let stand_in = stand_in().await?;
    let at_once = scanned(&stand_in).await?;
    behave(&stand_in, json!({"pauses": true})).await?;
    let paused = scanned(&stand_in).await?;
    assert_eq!((paused.0.signals, paused.2), (at_once.0.signals, 1));
    assert_eq!(paused.1.searched, at_once.1.searched);
    stand_in.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_search_that_fails_leaves_nothing_to_report_and_no_bill_for_it() -> anyhow::Result<()> {
    let stand_in = stand_in().await?;
    for code in ["max_uses_exceeded", "too_many_requests", "unavailable"] {
        behave(&stand_in, json!({"error_code": code})).await?;
        let (found, scanned, searches) = scanned(&stand_in).await?;
        assert_eq!((found.signals.len(), scanned.searched.len(), searches), (0, 0, 0), "{code}");
    }
    stand_in.stop().await;
    Ok(())
}

#[tokio::test]
async fn what_is_billed_is_never_more_than_what_was_reserved_and_failures_bill_nothing() -> anyhow::Result<()> {
    let stand_in = stand_in().await?;
    let (client, request) = (client(&stand_in)?, request(&northwind()));
    behave(&stand_in, json!({"pauses": true})).await?;
    let asked = client.ask(&request).await;
    let Billed::Exactly(billed) = asked.billed else { panic!("{:?}", asked.billed) };
    let most = client.most_microusd(&request);
    assert_eq!(billed, asked.outcome?.microusd);
    assert!(billed > 10_000 && billed <= most, "{billed} of {most}");
    for (status, class) in [(429, ErrorClass::Throttled), (529, ErrorClass::Throttled), (500, ErrorClass::Transient)] {
        let mode = if status == 500 { "error" } else { "throttle" };
        faults::put(&stand_in, json!({"mode": mode, "status": status, "count": 1})).await?;
        let asked = client.ask(&request).await;
        assert_eq!(asked.outcome.unwrap_err().class(), class, "{status}");
        assert_eq!(asked.billed, Billed::Exactly(0), "{status}");
    }
    faults::put(&stand_in, json!({"mode": "apply_then_drop", "count": 1})).await?;
    let asked = client.ask(&request).await;
    assert!(asked.outcome.is_err());
    assert_eq!(asked.billed, Billed::Unknown, "the work was done, and its answer lost");
    stand_in.stop().await;
    Ok(())
}

#[tokio::test]
async fn bedrock_answers_the_same_by_a_signature_and_refuses_to_search() -> anyhow::Result<()> {
    let stand_in = stand_in().await?;
    let model = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0";
    let settings = Settings { timeout: Duration::from_secs(5), ..Settings::new(stand_in.url(), model, Prices::list()) };
    let signer = Clients::emulated(&stand_in.url(), "eu-central-1").await.signer("bedrock", Arc::new(Noon))?;
    let bedrock = Anthropic::on_bedrock(settings, Arc::new(signer))?;
    let searching = request(&northwind());
    let failure = bedrock.answer(&searching).await.unwrap_err();
    assert_eq!(failure.class(), ErrorClass::ConfigInvalid);
    assert!(failure.to_string().contains("AiProvider"), "{failure}");
    let answer = bedrock.answer(&ModelRequest { web_searches: 0, ..searching.clone() }).await?;
    assert_eq!(answer.answer, json!({"signals": []}), "nothing was searched, so nothing was found");
    assert!(answer.microusd > 0 && answer.searches == 0);
    let unknown = "eu.anthropic.claude-sonnet-4-5";
    let settings = Settings::new(stand_in.url(), unknown, Prices::list());
    let signer = Clients::emulated(&stand_in.url(), "eu-central-1").await.signer("bedrock", Arc::new(Noon))?;
    let bedrock = Anthropic::on_bedrock(settings, Arc::new(signer))?;
    let failure = bedrock.answer(&ModelRequest { web_searches: 0, ..searching }).await.unwrap_err();
    assert_eq!(failure.class(), ErrorClass::Rejected);
    assert!(failure.to_string().contains("400 ValidationException"), "{failure}");
    stand_in.stop().await;
    Ok(())
}
