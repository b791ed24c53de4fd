//! The waterfall with several providers, and what a day may cost.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use revloops_domain::{CompanyProfile, EnrichmentStatus, ErrorClass, Lead, PersonProfile};
use revloops_loopkit::ports::{Budget, CompanyQuery, Found, PersonQuery, Provider, Reserved, Spend as _};
use revloops_loopkit::record::Mode;
use revloops_loopkit::the_loop::LookedUp;
use revloops_loopkit::{Failure, Loop as _, Outcome};
use revloops_testkit::{AccountsInMemory, Kill, TestWorld};

use super::{at, ida, input, northwind, shipped};
use crate::inputs::Answer;
use crate::{Qualify, QualifyConfig, QualifyFacts};

const PRICE: u64 = 1_000;

#[derive(Clone, Copy)]
enum Says {
    Knows(u8),
    Nobody,
    Fails(ErrorClass),
}

/// A provider of companies that bills a match; nobody knows people here.
struct Billing {
    name: &'static str,
    says: Says,
    asked: AtomicU64,
    billed: AtomicU64,
}

#[async_trait]
impl Provider for Billing {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn company(
        &self,
        _query: &CompanyQuery,
        _min_likelihood: u8,
        _timeout: Duration,
        _at: Timestamp,
    ) -> Outcome<Found<CompanyProfile>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        // Others come in between the question and its bill.
        tokio::task::yield_now().await;
        match self.says {
            Says::Knows(likelihood) => {
                self.billed.fetch_add(PRICE, Ordering::SeqCst);
                Ok(Found::Match(northwind(likelihood)))
            }
            Says::Nobody => Ok(Found::NoMatch),
            Says::Fails(class) => Err(Failure::new(class, "asking")),
        }
    }

    async fn person(
        &self,
        _query: &PersonQuery,
        _min_likelihood: u8,
        _timeout: Duration,
        _at: Timestamp,
    ) -> Outcome<Found<PersonProfile>> {
        Ok(Found::NoMatch)
    }
}

struct World {
    world: Arc<TestWorld>,
    providers: Vec<Arc<Billing>>,
    qualify: Qualify,
}

fn world(says: [Says; 2]) -> World {
    let world = Arc::new(TestWorld::new(at()));
    let of = |name, says| Arc::new(Billing { name, says, asked: AtomicU64::new(0), billed: AtomicU64::new(0) });
    let [first, second] = says;
    let providers = vec![of("people_data_labs", first), of("hunter", second)];
    let qualify = Qualify {
        leads: world.clone(),
        crm: world.clone(),
        providers: providers.iter().map(|one| one.clone() as Arc<dyn Provider>).collect(),
        cache: world.clone(),
        spend: world.clone(),
        behaviour: world.clone(),
        accounts: Arc::new(AccountsInMemory::default()),
    };
    World { world, providers, qualify }
}

/// Both providers at one price for a company and none for a person, with these budgets a day.
fn config(all: Option<u64>, first: Option<u64>, second: Option<u64>) -> QualifyConfig {
    let mut config = shipped();
    config.enrichment.daily_budget_microusd = all;
    for (levers, most) in config.enrichment.waterfall.iter_mut().zip([first, second]) {
        levers.company_match_microusd = PRICE;
        levers.person_match_microusd = 0;
        levers.daily_budget_microusd = most;
    }
    config
}

/// The `n`-th company's lead, which no other lead's cached answer is for.
fn lead(n: u32) -> Lead {
    let mut lead = ida();
    lead.email = Some(format!("ida@company-{n}.example"));
    lead
}

impl World {
    async fn look_up(&self, config: &QualifyConfig, n: u32) -> LookedUp<QualifyFacts> {
        self.qualify.look_up(config, &input(lead(n)), at(), Mode::Live).await.unwrap()
    }

    fn asked(&self) -> Vec<u64> {
        self.providers.iter().map(|one| one.asked.load(Ordering::SeqCst)).collect()
    }

    fn billed(&self) -> u64 {
        self.providers.iter().map(|one| one.billed.load(Ordering::SeqCst)).sum()
    }

    async fn counted(&self, name: &str) -> u64 {
        self.world.spent("2026-11-22".parse().unwrap(), name).await.unwrap()
    }
}

fn answers(looked_up: &LookedUp<QualifyFacts>) -> Vec<Answer> {
    looked_up.facts.company.asked.iter().map(|one| one.answer).collect()
}

#[tokio::test]
async fn the_waterfall_stops_at_the_first_answer_that_is_likely_enough() {
    for (says, wanted, asked) in [
        ([Says::Knows(9), Says::Knows(9)], vec![Answer::Match], [1, 0]),
        ([Says::Nobody, Says::Knows(9)], vec![Answer::NoMatch, Answer::Match], [1, 1]),
        ([Says::Knows(2), Says::Knows(9)], vec![Answer::TooUnlikely, Answer::Match], [1, 1]),
        ([Says::Fails(ErrorClass::Transient), Says::Knows(9)], vec![Answer::Failed, Answer::Match], [1, 1]),
        ([Says::Fails(ErrorClass::Throttled), Says::Nobody], vec![Answer::Throttled, Answer::NoMatch], [1, 1]),
    ] {
        let world = world(says);
        let looked_up = world.look_up(&config(None, None, None), 1).await;
        assert_eq!(answers(&looked_up), wanted);
        assert_eq!(world.asked(), asked);
    }
}

#[tokio::test]
async fn the_levers_order_is_the_order_of_asking() {
    let world = world([Says::Knows(9), Says::Knows(9)]);
    let mut config = config(None, None, None);
    config.enrichment.waterfall.reverse();
    let looked_up = world.look_up(&config, 1).await;
    assert_eq!(looked_up.facts.company.asked[0].provider, "hunter");
    assert_eq!(world.asked(), [0, 1]);
}

#[tokio::test]
async fn a_provider_over_its_budget_is_passed_by_and_the_next_is_asked() {
    let world = world([Says::Knows(9), Says::Knows(9)]);
    let config = config(None, Some(2 * PRICE), None);
    for n in 0..2 {
        assert_eq!(answers(&world.look_up(&config, n).await), [Answer::Match]);
    }
    let third = world.look_up(&config, 2).await;
    assert_eq!(answers(&third), [Answer::OverBudget, Answer::Match]);
    assert_eq!(third.facts.enrichment(), EnrichmentStatus::Matched);
    assert_eq!(world.asked(), [2, 1]);
    assert_eq!(world.counted("hunter").await, 0, "what has no budget is not counted");
}

#[tokio::test]
async fn over_the_budget_of_all_nobody_is_asked_and_the_lead_goes_on() {
    let world = world([Says::Knows(9), Says::Knows(9)]);
    let config = config(Some(PRICE), None, None);
    world.look_up(&config, 0).await;
    let second = world.look_up(&config, 1).await;
    assert_eq!(answers(&second), [Answer::OverBudget, Answer::OverBudget]);
    assert_eq!(second.facts.company.status, EnrichmentStatus::OverBudget);
    assert_eq!(second.cost.data_microusd, 0);
    // A company in the cache costs nothing, whatever is left.
    assert_eq!(answers(&world.look_up(&config, 0).await), [Answer::Match]);
    assert_eq!(world.asked(), [1, 0]);

    let tomorrow = "2026-11-23T00:00:00Z".parse().unwrap();
    let looked_up = world.qualify.look_up(&config, &input(lead(1)), tomorrow, Mode::Live).await.unwrap();
    assert_eq!(answers(&looked_up), [Answer::Match], "a new day, a new budget");
}

#[tokio::test]
async fn what_is_not_billed_is_given_back_and_a_lost_answer_is_not() {
    for (says, left_counted) in [
        (Says::Knows(9), PRICE),
        (Says::Nobody, 0),
        (Says::Fails(ErrorClass::Throttled), 0),
        (Says::Fails(ErrorClass::Rejected), 0),
        (Says::Fails(ErrorClass::Transient), PRICE),
    ] {
        let world = world([says, Says::Nobody]);
        world.look_up(&config(Some(10 * PRICE), Some(10 * PRICE), None), 1).await;
        assert_eq!(world.counted("people_data_labs").await, left_counted);
        assert_eq!(world.counted(Budget::ALL).await, left_counted);
    }
}

#[tokio::test]
async fn where_nobody_can_say_what_is_left_nobody_is_asked() {
    let world = world([Says::Knows(9), Says::Knows(9)]);
    // The first write that the look-up makes is the reservation; from then on the store is away.
    world.world.kill(Kill { nth: 0, after: false });
    let config = config(Some(PRICE), None, None);
    let (cache, spend) = (world.world.as_ref(), world.world.as_ref());
    let providers = &world.qualify.providers;
    let input = input(lead(1));
    let looked_up = crate::inputs::enrich(providers, cache, spend, &config, &input, at(), Mode::Live).await;
    assert_eq!(answers(&looked_up), [Answer::Failed, Answer::Failed]);
    assert_eq!(world.asked(), [0, 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_leads_at_once_never_overrun_a_budget_and_spend_all_of_it() {
    let world = Arc::new(world([Says::Knows(9), Says::Knows(9)]));
    let config = Arc::new(config(Some(300 * PRICE), Some(200 * PRICE), Some(250 * PRICE)));
    let mut at_work = tokio::task::JoinSet::new();
    for n in 0..1_000 {
        let (world, config) = (world.clone(), config.clone());
        at_work.spawn(async move { world.look_up(&config, n).await.facts.enrichment() });
    }
    let mut went_on = 0;
    let mut matched = 0;
    while let Some(status) = at_work.join_next().await {
        went_on += 1;
        let status = status.unwrap();
        assert!([EnrichmentStatus::Matched, EnrichmentStatus::OverBudget].contains(&status), "{status:?}");
        matched += usize::from(status == EnrichmentStatus::Matched);
    }
    assert_eq!((went_on, matched), (1_000, 300), "no lead is lost, and what there is is spent");
    let billed: Vec<u64> = world.providers.iter().map(|one| one.billed.load(Ordering::SeqCst)).collect();
    assert_eq!((billed[0], world.billed()), (200 * PRICE, 300 * PRICE));
    assert_eq!(world.counted(Budget::ALL).await, 300 * PRICE);
}

#[tokio::test]
async fn a_reservation_counts_in_all_budgets_or_in_none() {
    let world = TestWorld::new(at());
    let day = "2026-11-22".parse().unwrap();
    let budget = |name: &str, most_microusd| Budget { name: name.into(), most_microusd };
    let both = [budget(Budget::ALL, 10), budget("hunter", 5)];
    assert_eq!(world.reserve(day, 5, &both).await.unwrap(), Reserved::Yes);
    assert_eq!(world.reserve(day, 1, &both).await.unwrap(), Reserved::OverBudget);
    assert_eq!(world.spent(day, Budget::ALL).await.unwrap(), 5);
    world.give_back(day, 5, &both).await.unwrap();
    assert_eq!(world.reserve(day, 5, &both).await.unwrap(), Reserved::Yes);
}
