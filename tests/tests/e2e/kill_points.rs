//! The demand chain's loops on a world in memory, killed at **every** side effect, before it and right after it, and then
//! tried again: the world ends as if nothing had happened.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::SignedDuration;
use revloops_config::Levers;
use revloops_domain::events::{ChainStep, LeadSaved, Qualified, Routed};
use revloops_domain::{ConfigStamp, CorrelationId, OrganizationId};
use revloops_engage::Engage;
use revloops_loopkit::ports::{CrmUser, Effects, ModelAnswer, Queue};
use revloops_loopkit::{Loaded, Loop, Outcome, RunContext, run_once};
use revloops_qualify::Qualify;
use revloops_route::Route;
use revloops_runtime::WorldEffects;
use revloops_testkit::{AccountsInMemory, Kill, TestWorld, lead, shipped_config, user_id};
use serde_json::{Value, json};

const LEASE: SignedDuration = SignedDuration::from_secs(25);

fn loaded<C: Levers>() -> Loaded<C> {
    Loaded {
        config: shipped_config(),
        stamp: ConfigStamp { key: "k".into(), version_id: "v".into(), sha256: "s".into() },
    }
}

struct Chain {
    world: Arc<TestWorld>,
    effects: WorldEffects,
    qualify: (Qualify, Loaded<<Qualify as Loop>::Config>),
    route: (Route, Loaded<<Route as Loop>::Config>),
    engage: (Engage, Loaded<<Engage as Loop>::Config>),
    saved: LeadSaved,
}

fn user(at: u32, login: &str) -> CrmUser {
    CrmUser { id: user_id(at), login: format!("{login}@northfield.example"), name: login.to_owned(), active: true }
}

fn chain() -> Chain {
    let world = Arc::new(TestWorld::new("2026-11-23T10:00:00Z".parse().unwrap()).where_everybody_is_known());
    let lead = lead("Harbourline")
        .named("Ada", "Moss")
        .email("ada@harbourline.example")
        .country("GB")
        .employees(30)
        .title("VP Sales")
        .build();
    let saved = LeadSaved {
        event_id: "04l1".into(),
        correlation_id: CorrelationId("c1".into()),
        organization_id: OrganizationId::parse("00Dxx0000001gPLEAY").unwrap(),
        lead_id: lead.id.clone(),
        trigger: "created".into(),
        occurred_at: "2026-11-23T10:00:00Z".parse().unwrap(),
        received_at: "2026-11-23T10:00:00Z".parse().unwrap(),
        redriven: false,
        passed_over: Vec::new(),
    };
    world.with(|memory| {
        memory.told_leads.insert(lead.id.to_string(), lead.clone());
        memory.records.insert(("Lead".into(), lead.id.to_string()), serde_json::Map::new());
        let logins = [
            "maria.keller",
            "pierre.laurent",
            "erik.lind",
            "james.hart",
            "susan.ortiz",
            "dan.whitaker",
            "aiko.tanaka",
            "helen.brandt",
            "tom.becker",
            "lena.vogt",
            "sam.price",
            "nora.diaz",
        ];
        memory.users = logins.iter().zip(1..).map(|(login, at)| user(at, login)).collect();
        memory.queues = ["RevLoops_Triage", "Partner_Desk", "Unassigned_Leads"]
            .iter()
            .zip(1..)
            .map(|(name, at)| Queue {
                id: revloops_domain::OwnerId::parse(&format!("00Gxx{at:010}")).unwrap(),
                developer_name: (*name).to_owned(),
                name: (*name).to_owned(),
            })
            .collect();
        // Nothing sensible: the draft is blocked or replaced by the template's own text, which is enough here.
        memory.answers = vec![ModelAnswer {
            answer: json!({"steps": []}),
            model: "test".into(),
            input_tokens: 1,
            output_tokens: 1,
            microusd: 1,
            ..ModelAnswer::default()
        }];
    });
    Chain {
        effects: WorldEffects::new(world.clone(), world.clone(), world.clone()).with_sequences(world.clone()),
        qualify: (
            Qualify {
                leads: world.clone(),
                crm: world.clone(),
                providers: Vec::new(),
                cache: world.clone(),
                spend: world.clone(),
                behaviour: world.clone(),
                accounts: Arc::new(AccountsInMemory::default()),
            },
            loaded(),
        ),
        route: (
            Route { directory: world.clone(), workload: world.clone(), pools: world.clone(), model: world.clone() },
            loaded(),
        ),
        engage: (Engage::of(world.clone(), world.clone(), world.clone()), loaded()),
        world,
        saved,
    }
}

impl Chain {
    async fn step<L: Loop>(&self, (the_loop, config): &(L, Loaded<L::Config>), payload: Value) -> Outcome<Value> {
        let effects: &dyn Effects = &self.effects;
        let world = self.world.as_ref();
        let context = RunContext { clock: world, ids: world, runs: world, effects, lease: LEASE };
        let trigger: L::Trigger = serde_json::from_value(payload).unwrap();
        Ok(run_once(the_loop, config, trigger, &context).await?.reply)
    }

    /// The three steps, as the state machine calls them.
    async fn run(&self) -> Outcome<()> {
        let first = ChainStep { event: self.saved.clone(), previous: None::<Value>, qualified: None };
        let qualified = self.step(&self.qualify, serde_json::to_value(first).unwrap()).await?;
        let qualified: Qualified = serde_json::from_value(qualified).unwrap();
        let second = ChainStep { event: self.saved.clone(), previous: qualified.clone(), qualified: None };
        let routed = self.step(&self.route, serde_json::to_value(second).unwrap()).await?;
        let routed: Routed = serde_json::from_value(routed).unwrap();
        let third = ChainStep { event: self.saved.clone(), previous: routed, qualified: Some(qualified) };
        self.step(&self.engage, serde_json::to_value(third).unwrap()).await?;
        Ok(())
    }

    /// What the world shows at the end: times aside, for a retry happens later.
    fn picture(&self) -> BTreeMap<String, usize> {
        self.world.with(|memory| {
            let mut picture = BTreeMap::new();
            for write in &memory.writes {
                let fields: Vec<&str> = write.fields.keys().map(String::as_str).collect();
                *picture.entry(format!("write {} {}", write.object, fields.join(","))).or_default() += 1;
            }
            // The bus delivers at least once by itself; what counts is that each event has one id, by which a repeat is known.
            let events: std::collections::BTreeSet<String> =
                memory.events.iter().map(|event| format!("event {} {}", event.name, event.id)).collect();
            for event in events {
                picture.insert(event, 1);
            }
            for run in memory.decided() {
                *picture.entry(format!("decision {} {}", run.key.loop_name, run.decision.outcome)).or_default() += 1;
            }
            for (pool, state) in &memory.pools {
                picture.insert(format!("pool {pool}"), usize::try_from(state.drawn).unwrap());
            }
            picture
        })
    }
}

#[tokio::test]
async fn killed_at_every_side_effect_and_tried_again_the_world_is_the_same() {
    let untouched = chain();
    untouched.run().await.unwrap();
    let wanted = untouched.picture();
    assert!(wanted.keys().any(|line| line.contains("OwnerId")), "{wanted:#?}");

    let mut deaths = 0;
    for nth in 0.. {
        let mut died = false;
        for after in [false, true] {
            let chain = chain();
            chain.world.kill(Kill { nth, after });
            if chain.run().await.is_ok() {
                continue;
            }
            died = true;
            deaths += 1;
            assert!(chain.world.revive());
            // While the dead one's lease holds, others keep away; then one takes over.
            chain.world.pass(LEASE);
            chain.run().await.unwrap_or_else(|failure| panic!("killed at {nth}, after: {after}: {failure}"));
            assert_eq!(chain.picture(), wanted, "killed at {nth}, after: {after}");
            assert!(chain.world.with(|memory| memory.all_done()));
        }
        if !died {
            break;
        }
    }
    assert!(deaths >= 20, "only {deaths} deaths: the chain has more side effects than that");
}

#[tokio::test]
async fn a_dead_run_s_lease_keeps_others_away_only_until_it_runs_out() {
    let chain = chain();
    chain.world.kill(Kill { nth: 1, after: false });
    chain.run().await.unwrap_err();
    chain.world.revive();
    let busy = chain.run().await.unwrap_err();
    assert_eq!(busy.class(), revloops_domain::ErrorClass::Busy);
    chain.world.pass(LEASE);
    chain.run().await.unwrap();
}
