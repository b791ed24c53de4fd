use std::sync::Mutex;

use async_trait::async_trait;
use revloops_catalogue::AllLoops;
use revloops_changes::Actor;
use revloops_changes::folder::Promoted;
use revloops_changes::proposal::ProposalState;
use revloops_config::store::pointer_key;
use revloops_config::{ConfigStore as _, Pointer};
use revloops_testkit::{ConfigInMemory, DocumentsInMemory, config_root};

use super::*;

#[derive(Default)]
struct Heard(Mutex<Vec<BusEvent>>);

#[async_trait]
impl Bus for Heard {
    async fn publish(&self, events: &[BusEvent]) -> Outcome<Vec<Outcome<()>>> {
        self.0.lock().unwrap().extend_from_slice(events);
        Ok(events.iter().map(|_| Ok(())).collect())
    }
}

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2026-11-28T12:00:00Z".parse().unwrap()
    }
}

struct World {
    store: Arc<ConfigInMemory>,
    heard: Arc<Heard>,
    ports: Ports,
}

/// The shipped config of Route is active.
async fn world() -> World {
    let (store, heard) = (Arc::new(ConfigInMemory::default()), Arc::new(Heard::default()));
    let desk = ChangeDesk {
        store: store.clone(),
        documents: Arc::new(DocumentsInMemory::default()),
        checks: Arc::new(AllLoops),
    };
    let route = revloops_catalogue::all().into_iter().find(|entry| entry.card.name == "route").unwrap();
    let candidate = (route.check)(&config_root()).unwrap();
    let promoted = desk.promote(&candidate, None, None, "git", Noon.now()).await.unwrap();
    assert!(matches!(promoted, Promoted::Moved(_)));
    let ports = Ports { desk, bus: heard.clone(), clock: Arc::new(Noon) };
    World { store, heard, ports }
}

impl World {
    async fn by_hand(&self, key: &str, bytes: &[u8]) -> Became {
        let version = self.store.put_by_hand(key, bytes);
        self.told(key, &version).await
    }

    async fn told(&self, key: &str, version: &str) -> Became {
        let told = json!({"Records": [{"eventName": "ObjectCreated:Put", "userIdentity": {"principalId": "AROA"},
            "s3": {"object": {"key": key, "versionId": version}}}]});
        handle(&told, &self.ports).await.unwrap().remove(0)
    }

    fn heard(&self) -> Vec<String> {
        self.heard.0.lock().unwrap().iter().map(|event| event.name.clone()).collect()
    }

    async fn pointer(&self) -> Pointer {
        self.store.pointer("route").await.unwrap().unwrap().pointer
    }
}

fn shipped(file: &str) -> String {
    std::fs::read_to_string(config_root().join("loops/route").join(file)).unwrap()
}

#[tokio::test]
async fn a_file_put_into_the_bucket_becomes_a_proposal_and_waits_for_two_people() {
    let world = world().await;
    let before = world.pointer().await;
    let text = shipped("pools.yaml").replacen("weight: 2", "weight: 3", 1);
    let key = "candidates/route/pools.yaml";
    let became = world.by_hand(key, text.as_bytes()).await;
    let Became::Proposed { proposal } = &became else { panic!("{became:?}") };
    let kept = world.ports.desk.show(proposal, Noon.now()).await.unwrap();
    assert!(kept.diff.contains("weight: 3}") && kept.cases > 10, "{}", kept.diff);
    assert_eq!((kept.state, kept.proposed_by.username.as_str()), (ProposalState::Open, "bucket:AROA"));
    let one = revloops_changes::Actor::person("kim", kept.proposed_by.role);
    let approved = world.ports.desk.approve(proposal, &kept.candidate.sha256, &one, Noon.now()).await.unwrap();
    assert_eq!(approved.state, ProposalState::Open, "whoever put it there may be the first who approves");
    let two = Actor { username: "lee".into(), ..one };
    world.ports.desk.approve(proposal, &kept.candidate.sha256, &two, Noon.now()).await.unwrap();
    assert_eq!(world.pointer().await, before, "nothing is active yet");
    world.ports.desk.apply(proposal, &two, Noon.now()).await.unwrap();
    assert_eq!(world.pointer().await.active.sha256, kept.candidate.sha256);
    // The bundle and the pointer that applying wrote are told of, too.
    let stored = world.pointer().await.active;
    assert_eq!(world.told(&stored.key, &stored.version_id).await, Became::Left);
    assert_eq!(world.told("active/route.json", "2").await, Became::Left);
    assert_eq!(world.heard(), [PROPOSED]);
}

#[tokio::test]
async fn the_same_notification_twice_is_one_proposal() {
    let world = world().await;
    let text = shipped("pools.yaml").replacen("weight: 2", "weight: 3", 1);
    let key = "candidates/route/pools.yaml";
    let first = world.by_hand(key, text.as_bytes()).await;
    assert_eq!(world.told(key, "1").await, first);
    assert_eq!(world.ports.desk.list(Noon.now()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_does_not_pass_is_parked_with_every_problem() {
    let world = world().await;
    let text = shipped("pools.yaml").replacen("weight: 2", "weight: heavy", 1).replacen(
        "id: customer-desk",
        "id: Customer Desk",
        1,
    );
    let became = world.by_hand("candidates/route/pools.yaml", text.as_bytes()).await;
    let Became::Refused { key } = &became else { panic!("{became:?}") };
    let parked: Value = serde_json::from_slice(&world.store.newest(key).await.unwrap().unwrap()).unwrap();
    let said = parked["problems"].to_string();
    assert!(said.contains("pools.yaml") && said.contains("heavy") && said.contains("Customer Desk"), "{parked:#}");
    for (key, bytes) in [
        ("candidates/route/pool.yaml", b"pools: []\n".as_slice()),
        ("candidates/rout/pools.yaml", b"pools: []\n"),
        ("candidates/route/x.json", b"{\"file\": 1}"),
        ("candidates/route/pools.yaml", b"\xff\xfe"),
        ("loops/route/bundle.json", b"{}"),
    ] {
        assert!(matches!(world.by_hand(key, bytes).await, Became::Refused { .. }), "{key}");
    }
    assert!(world.ports.desk.list(Noon.now()).await.unwrap().is_empty());
    assert!(world.heard().iter().all(|name| name == REFUSED));
}

#[tokio::test]
async fn a_bundle_put_over_the_system_s_own_becomes_a_proposal() {
    let world = world().await;
    let active = world.pointer().await.active;
    let bytes = world.store.get(&active.key, &active.version_id).await.unwrap();
    let changed = String::from_utf8(bytes).unwrap().replacen("weight: 2", "weight: 3", 1);
    let became = world.by_hand("loops/route/bundle.json", changed.as_bytes()).await;
    assert!(matches!(became, Became::Proposed { .. }), "{became:?}");
    assert_eq!(world.pointer().await.active, active);
}

#[tokio::test]
async fn a_pointer_moved_by_hand_goes_back_and_raises_an_alarm() {
    let world = world().await;
    let right = world.pointer().await;
    let version = world.store.put_by_hand("loops/route/bundle.json", b"{\"loop\":\"route\",\"files\":{}}");
    let mut wrong = right.clone();
    wrong.active.version_id = version;
    for pointer in [
        wrong.clone(),
        Pointer { change: None, ..right.clone() },
        Pointer { moved_by: "nobody".into(), change: Some("route.00000009".into()), ..right.clone() },
    ] {
        let became = world.by_hand(&pointer_key("route"), &serde_json::to_vec(&pointer).unwrap()).await;
        assert!(matches!(became, Became::Returned { .. }), "{became:?}");
        assert_eq!(world.pointer().await, right);
    }
    assert_eq!(world.heard(), [POINTER_RETURNED; 3]);
    // The guard's own write is told of as well, and left.
    assert_eq!(world.told(&pointer_key("route"), "9").await, Became::Left);
}

#[tokio::test]
async fn an_older_pointer_restored_by_hand_goes_back_too() {
    let world = world().await;
    let older = world.pointer().await;
    let text = shipped("pools.yaml").replacen("weight: 2", "weight: 3", 1);
    let became = world.by_hand("candidates/route/pools.yaml", text.as_bytes()).await;
    let Became::Proposed { proposal } = became else { panic!("{became:?}") };
    let kept = world.ports.desk.show(&proposal, Noon.now()).await.unwrap();
    let people = ["kim", "lee"].map(|name| Actor::person(name, kept.proposed_by.role));
    for person in &people {
        world.ports.desk.approve(&proposal, &kept.candidate.sha256, person, Noon.now()).await.unwrap();
    }
    world.ports.desk.apply(&proposal, &people[0], Noon.now()).await.unwrap();
    let newer = world.pointer().await;
    let became = world.by_hand(&pointer_key("route"), &serde_json::to_vec(&older).unwrap()).await;
    assert!(matches!(became, Became::Returned { .. }), "{became:?}");
    assert_eq!(world.pointer().await, newer);
}

#[tokio::test]
async fn a_first_pointer_without_a_record_is_an_alarm_and_other_objects_are_left() {
    let world = world().await;
    let pointer = world.pointer().await;
    let became = world.by_hand(&pointer_key("qualify"), &serde_json::to_vec(&pointer).unwrap()).await;
    assert_eq!(became, Became::Unaccounted);
    assert_eq!(world.heard(), [POINTER_UNACCOUNTED]);
    let became = world.by_hand(&pointer_key(SCENARIO), &serde_json::to_vec(&pointer).unwrap()).await;
    assert_eq!(became, Became::Unaccounted);
    for key in [
        "active/somebody.json",
        "scenarios/a.json",
        "proposals/route/x.json",
        "refused/route/x.json",
        "candidates/route",
    ] {
        assert_eq!(world.by_hand(key, b"{}").await, Became::Left, "{key}");
    }
}

#[test]
fn the_shipped_policy_passes_its_check() {
    let mut problems = revloops_config::Problems::new();
    let document =
        revloops_config::Document::read_yaml(&config_root(), revloops_changes::policy::FILE, &mut problems).unwrap();
    let policy = revloops_changes::Policy::check(&document, &AllLoops, &mut problems);
    assert!(problems.is_empty(), "{problems}");
    assert_eq!(policy.unwrap().needs_two("route", &["rules.yaml".to_owned()], None).len(), 1);
}

#[tokio::test]
async fn what_operators_say_passes_the_real_checks_and_keeps_every_comment() {
    let world = world().await;
    let by = Actor::machine("test");
    let comments = |text: &str| text.matches('#').count();
    for said in [
        json!({"op": "move_rule", "rule": "key-accounts", "before": "customer-cover"}),
        json!({"op": "set_first_touch", "band": "B", "minutes": 45}),
        json!({"op": "add_pool_member", "pool": "customer-desk", "login": "dan.whitaker@northfield.example"}),
        json!({"op": "add_absence", "login": "lena.vogt@northfield.example", "from": "2027-02-01", "to": "2027-02-05"}),
        json!({"op": "add_list_value", "list": "key-accounts", "value": "hooli.example"}),
    ] {
        let operations = vec![serde_json::from_value(said.clone()).unwrap()];
        let proposed = revloops_changes::Proposed { operations, why: "a test".to_owned() };
        let proposal =
            world.ports.desk.propose(proposed, &by, Noon.now()).await.unwrap_or_else(|error| panic!("{said}: {error}"));
        let after = world.ports.desk.bundle(&proposal.candidate).await.unwrap();
        for (file, text) in &after.texts {
            assert_eq!(comments(text), comments(&shipped(file)), "{said}: {file}");
        }
    }
    let wrong =
        serde_json::from_value(json!({"op": "add_pool_member", "pool": "inbound-sdr", "login": "x", "weight": 0}))
            .unwrap();
    let proposed = revloops_changes::Proposed { operations: vec![wrong], why: "a test".to_owned() };
    let said = world.ports.desk.propose(proposed, &by, Noon.now()).await.unwrap_err().to_string();
    assert!(said.contains("loops/route/pools.yaml:"), "every problem has its line: {said}");
}
