//! The shipped config of Route, a CRM with its people, and leads that the real loop decides.

use std::sync::Arc;

use jiff::SignedDuration;
use revloops_catalogue::AllLoops;
use revloops_changes::{Actor, ChangeDesk, Operation, Proposal, Proposed};
use revloops_config::{Bundle, ConfigStore as _};
use revloops_domain::ConfigStamp;
use revloops_identity::Role;
use revloops_loopkit::ports::{Clock as _, CrmUser, Queue};
use revloops_loopkit::{Loaded, RunContext, run_once};
use revloops_route::Route;
use revloops_route::config::RouteConfig;
use revloops_runtime::WorldEffects;
use revloops_testkit::{ConfigInMemory, DocumentsInMemory, TestWorld, config_root, lead_id, user_id};
use serde_json::{Value, json};

use crate::{Ticked, Within, World, tick};

/// Who is known to the CRM, by their place.
const PEOPLE: [&str; 7] =
    ["tom.becker", "lena.vogt", "sam.price", "nora.diaz", "james.hart", "helen.brandt", "dan.whitaker"];

/// A company of so many people sends good leads, which go to the territory's account executive.
pub(super) const HOT: u32 = 300;

pub(super) struct Stage {
    pub(super) world: Arc<TestWorld>,
    pub(super) store: Arc<ConfigInMemory>,
    pub(super) desk: ChangeDesk,
    pub(super) outcomes: Arc<DocumentsInMemory>,
    route: Route,
    effects: WorldEffects,
}

pub(super) fn person(name: &str) -> Actor {
    Actor::person(name, Role::Operations)
}

/// Days after which Route's outcomes are ripe, as shipped.
pub(super) const RIPE: SignedDuration = SignedDuration::from_hours(3 * 24 + 1);

impl Stage {
    pub(super) async fn new() -> Self {
        let world = Arc::new(TestWorld::new("2026-11-23T10:00:00Z".parse().unwrap()));
        world.with(|memory| {
            let user = |(at, name): (usize, &&str)| CrmUser {
                id: user_id(u32::try_from(at).unwrap() + 1),
                login: format!("{name}@northfield.example"),
                name: (*name).to_owned(),
                active: true,
            };
            memory.users = PEOPLE.iter().enumerate().map(user).collect();
            let queue = |name: &str| Queue {
                id: revloops_domain::OwnerId::parse("00G000000000001EAA").unwrap(),
                developer_name: name.to_owned(),
                name: name.to_owned(),
            };
            memory.queues = vec![queue("RevLoops_Triage")];
        });
        let store = Arc::new(ConfigInMemory::default());
        let documents = Arc::new(DocumentsInMemory::default());
        let desk = ChangeDesk { store: store.clone(), documents, checks: Arc::new(AllLoops) };
        let entry = revloops_catalogue::all().into_iter().find(|entry| entry.card.name == "route").unwrap();
        let candidate = (entry.check)(&config_root()).unwrap();
        desk.promote(&candidate, None, None, "git", world.now()).await.unwrap();
        let route =
            Route { directory: world.clone(), workload: world.clone(), pools: world.clone(), model: world.clone() };
        let effects = WorldEffects::new(world.clone(), world.clone(), world.clone());
        let stage = Self { world, store, desk, outcomes: Arc::new(DocumentsInMemory::default()), route, effects };
        let pool = json!({"id": "lighthouse", "members": [
            {"login": "tom.becker@northfield.example", "weight": 2}, {"login": "lena.vogt@northfield.example", "weight": 1}
        ]});
        let rule = json!({
            "id": "lighthouse", "description": "What the lighthouse brings.",
            "when": {"field": "lead_source", "is": "Lighthouse"}, "assign": {"type": "round_robin", "pool": "lighthouse"}
        });
        let add = Operation::AddEntry {
            loop_name: "route".to_owned(),
            file: "pools.yaml".to_owned(),
            list: "pools".parse().unwrap(),
            value: pool,
            before: None,
            after: None,
        };
        let rule = Operation::AddRule {
            rule: rule.as_object().unwrap().clone(),
            before: Some("partner-leads".to_owned()),
            after: None,
        };
        let made = stage.approved(vec![add, rule]).await;
        stage.desk.apply(&made.id, &person("lee"), stage.world.now()).await.unwrap();
        stage
    }

    /// A lead that the lighthouse brought (a small company), or an enterprise, decided by whichever version is its own.
    pub(super) async fn lead(&self, n: u32, employees: u32) -> ConfigStamp {
        let pointer = self.store.pointer("route").await.unwrap().unwrap().pointer;
        let subject = format!("lead/{}", lead_id(n));
        let tried = pointer.rollout.filter(|rollout| rollout.acts(&subject) == revloops_config::Arm::Candidate);
        let stamp = tried.map_or(pointer.active, |rollout| rollout.candidate);
        let bytes = self.store.get(&stamp.key, &stamp.version_id).await.unwrap();
        let loaded = Loaded { config: Bundle::load::<RouteConfig>(&bytes, &stamp).unwrap(), stamp: stamp.clone() };
        let source = if employees < 50 { "Lighthouse" } else { "Web" };
        let band = if employees == HOT { "A" } else { "C" };
        let step = json!({
            "event": {
                "event_id": format!("e-{n}"), "correlation_id": format!("c-{n}"), "organization_id": "00Dxx0000001gPLEAY",
                "lead_id": lead_id(n), "trigger": "created",
                "occurred_at": self.world.now(), "received_at": self.world.now()
            },
            "previous": {
                "status": "qualified", "run_id": "r-1", "lead_id": lead_id(n), "score": 50, "band": band,
                "contributions": [], "enrichment": "matched",
                "profile": {"company": format!("Company {n}"), "country_code": "GB", "employees": employees, "lead_source": source, "last_name": "Holm"}
            }
        });
        let context = RunContext {
            clock: self.world.as_ref(),
            ids: self.world.as_ref(),
            runs: self.world.as_ref(),
            effects: &self.effects,
            lease: SignedDuration::from_secs(60),
        };
        run_once(&self.route, &loaded, serde_json::from_value(step).unwrap(), &context).await.unwrap();
        self.world.pass(SignedDuration::from_secs(60));
        stamp
    }

    /// A rep gives the lead to somebody.
    pub(super) fn give(&self, n: u32, name: &str) {
        let place = PEOPLE.iter().position(|one| *one == name).unwrap();
        let owner: Value = json!(user_id(u32::try_from(place).unwrap() + 1));
        self.world.with(|memory| {
            let lead = memory.records.get_mut(&("Lead".to_owned(), lead_id(n).to_string())).unwrap();
            lead.insert("OwnerId".to_owned(), owner);
        });
    }

    pub(super) async fn tick(&self) -> Ticked {
        let world = World {
            desk: &self.desk,
            outcomes: self.outcomes.as_ref(),
            past: self.world.as_ref(),
            records: self.world.as_ref(),
            directory: self.world.as_ref(),
            deals: self.world.as_ref(),
            meetings: self.world.as_ref(),
            sequences: self.world.as_ref(),
            clock: self.world.as_ref(),
        };
        let within = Within { began: self.world.now(), works_for: SignedDuration::from_secs(60) };
        tick(&world, &within).await.unwrap()
    }

    /// What the schedule finds three days later.
    pub(super) async fn tick_when_ripe(&self) -> Ticked {
        self.world.pass(RIPE);
        self.tick().await
    }

    /// What feedback has proposed.
    pub(super) async fn proposals(&self) -> Vec<Proposal> {
        let mut all = self.desk.list(self.world.now()).await.unwrap();
        all.retain(|proposal| proposal.proposed_by.username == crate::NAME);
        all
    }

    /// A change that two people want, approved.
    pub(super) async fn approved(&self, operations: Vec<Operation>) -> Proposal {
        let (at, kim, lee) = (self.world.now(), person("kim"), person("lee"));
        let proposed = Proposed { operations, why: "a try".to_owned() };
        let proposal = self.desk.propose(proposed, &kim, at).await.unwrap();
        self.desk.approve(&proposal.id, &proposal.candidate.sha256, &lee, at).await.unwrap()
    }
}

/// Minutes to the first touch: a change that moves no lead.
pub(super) fn other_minutes() -> Vec<Operation> {
    vec![Operation::SetFirstTouch { band: "C".to_owned(), minutes: 333 }]
}
