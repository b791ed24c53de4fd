//! The loop against a world that can die between any two side effects.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use revloops_domain::signal::{Signal, SignalKind, SignalSource, SignalsDetected};
use revloops_domain::{Account, ConfigStamp, CorrelationId, MailDomain, OwnerId, SalesforceId};
use revloops_loopkit::ports::{Applied, Bus as _, BusEvent, CrmPerson, CrmUser, Effects, Signals as _};
use revloops_loopkit::run::decide_again;
use revloops_loopkit::{Action, Effect, Loaded, Outcome, RunContext, run_once};
use revloops_testkit::{AccountsInMemory, Kill, TestWorld, account_id, shipped_config, user_id};

use crate::{Generate, GenerateConfig};

/// The two effects that this loop has.
struct Applies(Arc<TestWorld>);

#[async_trait]
impl Effects for Applies {
    async fn apply(&self, effect: &Effect, _attempted_before: bool) -> Outcome<Applied> {
        match &effect.action {
            Action::KeepSignals { account_id, signals } => self.0.keep(account_id, signals).await?,
            Action::Emit { name, detail } => {
                let event = BusEvent { name: name.clone(), id: effect.key.to_string(), detail: detail.clone() };
                self.0.publish(&[event]).await?.into_iter().collect::<Outcome<Vec<()>>>()?;
            }
            other @ (Action::UpdateRecord { .. } | Action::UpsertRecord { .. } | Action::KeepSequence { .. }) => {
                panic!("{other:?} is none of Generate's effects")
            }
        }
        Ok(Applied::Now)
    }
}

const NOW: &str = "2026-11-22T10:00:00Z";

fn world() -> Arc<TestWorld> {
    let world = TestWorld::new(NOW.parse().unwrap());
    let account = Account {
        id: account_id(1),
        name: "Velorix Robotics GmbH".into(),
        domain: MailDomain::parse("velorix.example"),
        country_code: Some("DE".into()),
        state_code: None,
        postal_code: None,
        city: None,
        phone: None,
        industry: None,
        employees: Some(300),
        kind: None,
        owner_id: Some(OwnerId::parse(user_id(1).as_str()).unwrap()),
        parent_id: None,
        created_at: None,
        modified_at: None,
    };
    let person = CrmPerson {
        id: SalesforceId::parse("003xx0000000001").unwrap(),
        first_name: Some("Ines".into()),
        last_name: "Castro".into(),
        title: Some("VP Sales".into()),
        email: Some("ines@velorix.example".into()),
        linkedin: None,
        opted_out: false,
    };
    world.with(|memory| {
        memory.signals.accounts.insert(account_id(1), account);
        memory.signals.people.insert(account_id(1), vec![person]);
        memory.users = vec![CrmUser {
            id: user_id(1),
            login: "maria@northfield.example".into(),
            name: "Maria".into(),
            active: true,
        }];
    });
    Arc::new(world)
}

fn scan(nth: u32, headline: &str) -> SignalsDetected {
    let signal = Signal {
        id: format!("sig-{nth}"),
        company: "Velorix Robotics".into(),
        domain: Some("velorix.example".into()),
        country_code: None,
        city: None,
        kind: SignalKind::Funding,
        negative: false,
        on: "2026-11-20".parse().unwrap(),
        headline: headline.into(),
        quote: format!("{headline}, the company said."),
        sources: vec![SignalSource {
            url: format!("https://news.example/{nth}"),
            title: headline.into(),
            published: None,
        }],
        people: Vec::new(),
    };
    SignalsDetected {
        event_id: format!("scan-{nth}"),
        correlation_id: CorrelationId(format!("c-{nth}")),
        account_id: account_id(1),
        scan: format!("scan-{nth}"),
        at: NOW.parse().unwrap(),
        signals: vec![signal],
        redriven: false,
    }
}

async fn run(world: &Arc<TestWorld>, event: SignalsDetected) -> Result<serde_json::Value, revloops_loopkit::Failure> {
    let the_loop = Generate {
        crm: world.clone(),
        directory: world.clone(),
        accounts: Arc::new(AccountsInMemory::default()),
        signals: world.clone(),
    };
    let stamp = ConfigStamp { key: "k".into(), version_id: "v".into(), sha256: "s".into() };
    let loaded = Loaded { config: shipped_config::<GenerateConfig>(), stamp };
    let effects = Applies(world.clone());
    let lease = SignedDuration::from_secs(60);
    let context =
        RunContext { clock: world.as_ref(), ids: world.as_ref(), runs: world.as_ref(), effects: &effects, lease };
    run_once(&the_loop, &loaded, event, &context).await.map(|run| run.reply)
}

#[tokio::test]
async fn a_signal_is_kept_published_and_handed_on_once_and_its_repeat_writes_to_nobody() {
    let world = world();
    let reply = run(&world, scan(1, "Velorix Robotics raises $12.5M")).await.unwrap();
    assert_eq!((reply["status"].as_str(), reply["person"]["last_name"].as_str()), (Some("qualified"), Some("Castro")));
    assert_eq!(run(&world, scan(1, "Velorix Robotics raises $12.5M")).await.unwrap(), reply);
    let again = run(&world, scan(2, "Velorix sammelt 12,5 Mio. Dollar ein")).await.unwrap();
    assert_eq!(again["passed_because"], serde_json::json!(["nothing_new", "cool_down"]));
    world.with(|memory| {
        let names: Vec<&str> = memory.events.iter().map(|event| event.name.as_str()).collect();
        assert_eq!(names, ["signal.qualified", "signal.passed"]);
        assert_eq!(memory.signals.kept.len(), 1);
        let kept = memory.signals.kept.values().next().unwrap();
        assert_eq!((kept.signal.sources.len(), kept.handed_on.is_some()), (2, true));
        let said = format!("{:?}", memory.events);
        assert!(!said.contains("Castro") && !said.contains("raises") && !said.contains("Velorix"), "{said}");
    });
}

#[tokio::test]
async fn killed_between_any_two_side_effects_the_next_attempt_ends_the_same() {
    for nth in 0..8 {
        for after in [false, true] {
            let world = world();
            world.kill(Kill { nth, after });
            let first = run(&world, scan(1, "Velorix Robotics raises $12.5M")).await;
            let died = world.revive();
            assert_eq!(died, first.is_err(), "at {nth}, after: {after}");
            world.pass(SignedDuration::from_secs(61));
            run(&world, scan(1, "Velorix Robotics raises $12.5M")).await.unwrap();
            world.with(|memory| {
                assert!(memory.all_done());
                assert_eq!(memory.signals.kept.len(), 1);
                let distinct: std::collections::BTreeSet<&str> =
                    memory.events.iter().map(|event| event.id.as_str()).collect();
                assert_eq!(distinct.len(), 1);
            });
        }
    }
}

#[tokio::test]
async fn the_record_gives_the_same_decision_again() {
    let world = world();
    run(&world, scan(1, "Velorix Robotics raises $12.5M")).await.unwrap();
    let config = shipped_config::<GenerateConfig>();
    world.with(|memory| {
        let record = memory.decided().into_iter().next().unwrap();
        assert_eq!(decide_again::<Generate>(record, &config).unwrap(), record.decision);
        assert!(record.decided_at == NOW.parse::<Timestamp>().unwrap());
    });
}
