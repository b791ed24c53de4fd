//! The waterfall: order, thresholds, cache, outages, cost.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::{Map, Value};

use revloops_domain::events::ChainStep;
use revloops_domain::{CompanyProfile, EnrichmentStatus, ErrorClass, Lead, LeadId, PersonProfile};
use revloops_loopkit::ports::{Cache, CompanyQuery, CrmReader, Found, Leads, PersonQuery, Provider};
use revloops_loopkit::record::Mode;
use revloops_loopkit::{Failure, Loop as _, Outcome};
use revloops_testkit::{AccountsInMemory, TestWorld, lead_saved};

use super::{at, ida, input, northwind};
use crate::inputs::Answer;
use crate::{Qualify, QualifyConfig};

/// The shipped levers with their first provider alone.
fn shipped() -> QualifyConfig {
    let mut config = super::shipped();
    config.enrichment.waterfall.truncate(1);
    config
}

/// Companies by domain, or one failure for all; counts the questions.
#[derive(Default)]
struct Companies {
    known: Vec<CompanyProfile>,
    fails: Option<ErrorClass>,
    asked: Mutex<Vec<String>>,
}

#[async_trait]
impl Provider for Companies {
    fn name(&self) -> &'static str {
        "people_data_labs"
    }

    async fn company(
        &self,
        query: &CompanyQuery,
        _min_likelihood: u8,
        timeout: Duration,
        _at: Timestamp,
    ) -> Outcome<Found<CompanyProfile>> {
        assert_eq!(timeout, Duration::from_millis(2500));
        let domain = query.domain.as_ref().map(ToString::to_string);
        self.asked.lock().unwrap().push(domain.clone().unwrap_or_else(|| query.name.clone()));
        if let Some(class) = self.fails {
            return Err(Failure::new(class, "asking"));
        }
        let known = self.known.iter().find(|one| one.domain == domain);
        Ok(known.cloned().map_or(Found::NoMatch, Found::Match))
    }

    async fn person(
        &self,
        _query: &PersonQuery,
        _min_likelihood: u8,
        _timeout: Duration,
        _at: Timestamp,
    ) -> Outcome<Found<PersonProfile>> {
        self.fails.map_or(Ok(Found::NoMatch), |class| Err(Failure::new(class, "asking")))
    }
}

#[derive(Default)]
struct Memory {
    kept: Mutex<BTreeMap<String, (Value, u16)>>,
    down: bool,
}

#[async_trait]
impl Cache for Memory {
    async fn get(&self, key: &str, _at: Timestamp) -> Outcome<Option<Value>> {
        if self.down {
            return Err(Failure::new(ErrorClass::Transient, "cache"));
        }
        Ok(self.kept.lock().unwrap().get(key).map(|(value, _)| value.clone()))
    }

    async fn put(&self, key: &str, value: &Value, days: u16, _at: Timestamp) -> Outcome<()> {
        if self.down {
            return Err(Failure::new(ErrorClass::Transient, "cache"));
        }
        self.kept.lock().unwrap().insert(key.to_owned(), (value.clone(), days));
        Ok(())
    }
}

#[derive(Default)]
struct Records {
    told: Option<Lead>,
    in_crm: Option<Lead>,
}

#[async_trait]
impl Leads for Records {
    async fn remember(&self, _lead: &Lead) -> Outcome<()> {
        Ok(())
    }

    async fn newest(&self, _id: &LeadId) -> Outcome<Option<Lead>> {
        Ok(self.told.clone())
    }
}

#[async_trait]
impl CrmReader for Records {
    async fn lead(&self, _id: &LeadId) -> Outcome<Option<Lead>> {
        Ok(self.in_crm.clone())
    }

    async fn fields(&self, _object: &str, _id: &str, _fields: &[&str]) -> Outcome<Option<Map<String, Value>>> {
        Ok(None)
    }

    async fn has(&self, _object: &str, _field: &str, _value: &str) -> Outcome<bool> {
        Ok(false)
    }
}

struct World {
    provider: Arc<Companies>,
    cache: Arc<Memory>,
    qualify: Qualify,
}

fn world(provider: Companies, cache: Memory, records: Records) -> World {
    let (provider, cache, records) = (Arc::new(provider), Arc::new(cache), Arc::new(records));
    let elsewhere = Arc::new(TestWorld::new(at()));
    let qualify = Qualify {
        leads: records.clone(),
        crm: records,
        providers: vec![provider.clone()],
        cache: cache.clone(),
        spend: elsewhere.clone(),
        behaviour: elsewhere,
        accounts: Arc::new(AccountsInMemory::default()),
    };
    World { provider, cache, qualify }
}

impl World {
    async fn look_up(
        &self,
        config: &QualifyConfig,
        lead: Lead,
    ) -> revloops_loopkit::the_loop::LookedUp<crate::QualifyFacts> {
        self.qualify.look_up(config, &input(lead), at(), Mode::Live).await.unwrap()
    }

    fn asked(&self) -> Vec<String> {
        self.provider.asked.lock().unwrap().clone()
    }
}

fn knowing(likelihood: u8) -> World {
    world(
        Companies { known: vec![northwind(likelihood)], ..Companies::default() },
        Memory::default(),
        Records::default(),
    )
}

#[tokio::test]
async fn a_match_is_paid_once_and_comes_from_the_cache_the_second_time() {
    let world = knowing(8);
    let first = world.look_up(&shipped(), ida()).await;
    assert_eq!(first.facts.enrichment(), EnrichmentStatus::Matched);
    assert_eq!(first.cost.data_microusd, 100_000);

    let second = world.look_up(&shipped(), ida()).await;
    assert_eq!(second.cost.data_microusd, 0);
    assert!(second.facts.company.found.unwrap().provenance.cached);
    assert_eq!(world.asked(), ["northwind.example"]);
    let days: Vec<u16> = world.cache.kept.lock().unwrap().values().map(|(_, days)| *days).collect();
    assert_eq!(days, [30, 7], "the match and the unknown person");
}

#[tokio::test]
async fn a_match_that_is_too_unlikely_is_no_match_even_from_the_cache() {
    let world = knowing(5);
    for cached in [false, true] {
        let looked_up = world.look_up(&shipped(), ida()).await;
        let asked = &looked_up.facts.company.asked[0];
        assert_eq!((asked.answer, asked.cached), (Answer::TooUnlikely, cached));
        assert_eq!(looked_up.facts.enrichment(), EnrichmentStatus::NotFound);
    }
    assert_eq!(world.asked().len(), 1);
}

#[tokio::test]
async fn lowering_the_threshold_makes_a_cached_nobody_be_asked_again() {
    let world = world(Companies::default(), Memory::default(), Records::default());
    world.look_up(&shipped(), ida()).await;
    let mut config = shipped();
    config.enrichment.waterfall[0].min_likelihood = 3;
    world.look_up(&config, ida()).await;
    assert_eq!(world.asked().len(), 2);
}

#[tokio::test]
async fn a_provider_that_is_throttled_or_down_leaves_the_lead_unenriched_and_costs_nothing() {
    for (class, answer) in [
        (ErrorClass::Throttled, Answer::Throttled),
        (ErrorClass::Transient, Answer::Failed),
        (ErrorClass::Rejected, Answer::Failed),
    ] {
        let world =
            world(Companies { fails: Some(class), ..Companies::default() }, Memory::default(), Records::default());
        let looked_up = world.look_up(&shipped(), ida()).await;
        assert_eq!(looked_up.facts.enrichment(), EnrichmentStatus::Unavailable);
        assert_eq!(looked_up.facts.company.asked[0].answer, answer);
        assert_eq!(looked_up.cost.data_microusd, 0);
        assert!(world.cache.kept.lock().unwrap().is_empty(), "an outage is not kept");
    }
}

#[tokio::test]
async fn a_cache_that_is_down_costs_money_and_no_lead() {
    let known = Companies { known: vec![northwind(8)], ..Companies::default() };
    let world = world(known, Memory { down: true, ..Memory::default() }, Records::default());
    assert_eq!(world.look_up(&shipped(), ida()).await.facts.enrichment(), EnrichmentStatus::Matched);
}

#[tokio::test]
async fn a_free_mail_domain_is_never_looked_up() {
    let world = knowing(8);
    let mut lead = ida();
    lead.email = Some("ida@gmail.com".into());
    world.look_up(&shipped(), lead.clone()).await;
    assert_eq!(world.asked(), ["Northwind"], "by name instead");

    let mut config = shipped();
    config.enrichment.company_by_name = false;
    lead.email = None;
    let looked_up = world.look_up(&config, lead).await;
    assert_eq!(looked_up.facts.enrichment(), EnrichmentStatus::NothingToLookUp);
    assert_eq!(world.asked().len(), 1);
}

#[tokio::test]
async fn keys_of_the_cache_hold_no_mail_address() {
    let world = knowing(8);
    world.look_up(&shipped(), ida()).await;
    for key in world.cache.kept.lock().unwrap().keys() {
        assert!(!key.contains('@') && !key.contains("ida"), "{key}");
    }
}

#[tokio::test]
async fn a_dry_run_leaves_nothing_in_the_cache() {
    let world = knowing(8);
    world.qualify.look_up(&shipped(), &input(ida()), at(), Mode::DryRun).await.unwrap();
    assert!(world.cache.kept.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_newest_version_told_comes_before_the_crms_answer() {
    let mut old = ida();
    old.company = "Old name".into();
    let step = || ChainStep { event: lead_saved(), previous: None, qualified: None };
    let records = Records { told: Some(ida()), in_crm: Some(old.clone()) };
    let told = world(Companies::default(), Memory::default(), records);
    assert_eq!(told.qualify.input(step(), Mode::Live).await.unwrap().lead.company, "Northwind");
    let records = Records { told: None, in_crm: Some(old) };
    let untold = world(Companies::default(), Memory::default(), records);
    assert_eq!(untold.qualify.input(step(), Mode::Live).await.unwrap().lead.company, "Old name");
}

#[tokio::test]
async fn a_lead_that_is_gone_or_converted_is_refused_for_good() {
    let mut converted = ida();
    converted.converted = true;
    for (records, why) in [
        (Records::default(), "is not in the CRM any more"),
        (Records { told: Some(converted), in_crm: None }, "has been converted already"),
    ] {
        let world = world(Companies::default(), Memory::default(), records);
        let step = ChainStep { event: lead_saved(), previous: None, qualified: None };
        let failure = world.qualify.input(step, Mode::Live).await.unwrap_err();
        assert_eq!(failure.class(), ErrorClass::Rejected);
        assert!(failure.to_string().contains(why), "{failure}");
    }
}
