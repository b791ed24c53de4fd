//! Ticks on a world in memory: once whatever dies, and two at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::SignedDuration;
use revloops_config::{Document, Levers as _, Problems, Sources};
use revloops_domain::events::{LeadSaved, names};
use revloops_domain::{ConfigStamp, CorrelationId, OrganizationId, crm_datetime};
use revloops_loopkit::ports::CrmUser;
use revloops_loopkit::{Loaded, Outcome, RunContext};
use revloops_route::config::RouteConfig;
use revloops_runtime::WorldEffects;
use revloops_testkit::{Kill, TestWorld};
use serde_json::{Map, Value, json};

use super::*;
use crate::{Ticked, Watch, tick};

const LEASE: SignedDuration = SignedDuration::from_secs(60);
const ROUTED: &str = "2026-11-23T09:00:00Z";

/// Everybody works at every minute.
fn route() -> Loaded<RouteConfig> {
    let levers = "
first_touch:
  default_minutes: 60
  bands: [{band: A, minutes: 15}]
  untouched_statuses: [Open - Not Contacted]
  remind_at_percent: 80
  on_miss: {reassign: 1, then_queue: Triage}
fallback_rule: rest
feedback: {min_sample: 20, max_reassigned_percent: 25}
";
    let rules =
        "rules: [{id: rest, description: d, priority: 90, when: {always: true}, assign: {type: queue, queue: Triage}}]";
    let files = [
        ("levers.yaml", levers),
        ("rules.yaml", rules),
        ("territories.yaml", "{roles: [], territories: []}"),
        ("pools.yaml", "pools: []"),
    ];
    let mut problems = Problems::new();
    let mut sources = Sources::new();
    for (name, text) in files {
        sources.insert(name.to_owned(), Document::parse_yaml(name, text, &mut problems).unwrap());
    }
    let config = RouteConfig::check(&sources, &mut problems);
    let stamp = ConfigStamp { key: "k".into(), version_id: "v".into(), sha256: "s".into() };
    Loaded { config: problems.into_result(config).unwrap(), stamp }
}

struct Scene {
    world: Arc<TestWorld>,
    effects: WorldEffects,
    route: Loaded<RouteConfig>,
}

fn fields(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

/// One lead of user 1 with a preview task, routed at ten o'clock.
fn scene() -> Scene {
    let world = Arc::new(TestWorld::new(at(ROUTED)));
    world.with(|memory| {
        memory.users = [1, 2].map(user).into();
        let lead = json!({
            "OwnerId": owner(1), "Status": "Open - Not Contacted", "RevLoops_Band__c": "A", "SystemModstamp": ROUTED,
            "RevLoops_Routed_At__c": ROUTED, "RevLoops_Touch_Owner__c": owner(1), "RevLoops_Touch_Since__c": ROUTED,
            "RevLoops_First_Touch_By__c": "2026-11-23T09:15:00Z",
        });
        memory.records.insert(("Lead".into(), lead_id(1).to_string()), fields(lead));
        let preview = json!({"WhoId": lead_id(1), "OwnerId": owner(1), "Status": "Not Started"});
        memory.records.insert(("Task".into(), PREVIEW.into()), fields(preview));
    });
    Scene { effects: WorldEffects::new(world.clone(), world.clone(), world.clone()), world, route: route() }
}

fn user(nth: u32) -> CrmUser {
    CrmUser { id: user_id(nth), login: format!("user{nth}@n.example"), name: format!("User {nth}"), active: true }
}

impl Scene {
    async fn tick(&self) -> Outcome<Ticked> {
        let world = self.world.as_ref();
        let organization_id = OrganizationId::parse("00Dxx0000001gPLEAY").unwrap();
        let context = RunContext { clock: world, ids: world, runs: world, effects: &self.effects, lease: LEASE };
        let watch = Watch { touches: world, context, organization_id: &organization_id };
        tick(&watch, &self.route).await
    }

    async fn tick_at(&self, now: &str) -> Outcome<Ticked> {
        self.world.with(|memory| memory.now = at(now));
        self.tick().await
    }

    fn lead(&self, changes: Value) {
        self.world.with(|memory| {
            let lead = memory.records.get_mut(&("Lead".to_owned(), lead_id(1).to_string())).unwrap();
            lead.extend(fields(changes));
        });
    }

    /// What Route writes when the lead is routed to another.
    fn routed_to(&self, nth: u32, now: &str) {
        let due = at(now).saturating_add(SignedDuration::from_mins(15)).unwrap();
        self.lead(json!({
            "OwnerId": owner(nth), "RevLoops_Touch_Owner__c": owner(nth), "RevLoops_Touch_Since__c": now,
            "RevLoops_Routed_At__c": now, "RevLoops_First_Touch_By__c": crm_datetime(due), "SystemModstamp": now,
        }));
    }

    fn of_lead(&self, field: &str) -> Value {
        self.world.with(|memory| {
            memory.records[&("Lead".to_owned(), lead_id(1).to_string())].get(field).cloned().unwrap_or_default()
        })
    }

    fn events(&self, name: &str) -> Vec<Value> {
        let mut seen = std::collections::BTreeSet::new();
        self.world.with(|memory| {
            let events = memory.events.iter().filter(|event| event.name == name && seen.insert(event.id.clone()));
            events.map(|event| event.detail.clone()).collect()
        })
    }

    /// What the world shows: each write with its fields, each event once, each decision.
    fn picture(&self) -> BTreeMap<String, usize> {
        self.world.with(|memory| {
            let mut picture = BTreeMap::new();
            for write in &memory.writes {
                let fields: Vec<&str> = write.fields.keys().map(String::as_str).collect();
                *picture.entry(format!("write {} {} {fields:?}", write.object, write.id)).or_default() += 1;
            }
            for event in &memory.events {
                picture.insert(format!("event {} {}", event.name, event.id), 1);
            }
            for run in memory.decided() {
                picture.insert(format!("decision {} {}", run.key.trigger, run.decision.outcome), 1);
            }
            picture
        })
    }

    /// A lead's whole way; `died` is asked to take up what a tick that failed has left.
    async fn play(&self, mut died: impl AsyncFnMut()) {
        for now in WAY {
            if now == "2026-11-23T09:17:00Z" {
                self.routed_to(2, "2026-11-23T09:16:30Z");
            }
            if self.tick_at(now).await.is_err() {
                died().await;
            }
        }
    }
}

/// Reminded, missed, routed again in between, reminded again, missed again.
const WAY: [&str; 5] = [
    "2026-11-23T09:12:30Z",
    "2026-11-23T09:15:30Z",
    "2026-11-23T09:17:00Z",
    "2026-11-23T09:28:45Z",
    "2026-11-23T09:31:45Z",
];

async fn nobody_dies() {
    panic!("a tick failed");
}

#[tokio::test]
async fn a_lead_that_nobody_touches_is_reminded_of_and_routed_again_past_each_who_missed_it() {
    let scene = scene();
    scene.play(nobody_dies).await;

    let missed = scene.events(names::TOUCH_MISSED);
    assert_eq!(missed.len(), 2);
    assert_eq!(
        (&missed[0]["owner_id"], &missed[0]["misses"], &missed[0]["then"]),
        (&json!(owner(1)), &json!(1), &json!("routed_again"))
    );
    assert_eq!((&missed[0]["working_minutes"], &missed[0]["allotted_minutes"]), (&json!(15), &json!(15)));
    assert_eq!(
        (&missed[1]["owner_id"], &missed[1]["misses"], &missed[1]["then"]),
        (&json!(owner(2)), &json!(2), &json!("routed_again"))
    );

    let again: Vec<LeadSaved> = scene
        .events(names::LEAD_PASSED_OVER)
        .into_iter()
        .map(|detail| serde_json::from_value(detail).unwrap())
        .collect();
    let [once, twice] = &again[..] else { panic!("{again:?}") };
    assert_eq!((once.trigger.as_str(), &once.passed_over), ("touch-missed-1", &vec![owner(1)]));
    assert_eq!((twice.trigger.as_str(), &twice.passed_over), ("touch-missed-2", &vec![owner(1), owner(2)]));
    let first = CorrelationId::of(&format!("lead/{}", lead_id(1)), "created");
    assert!(
        once.correlation_id != first && once.correlation_id != twice.correlation_id,
        "each may be parked by itself"
    );

    scene.world.with(|memory| {
        let tasks: Vec<(&str, &Value, &Value)> = memory
            .records
            .iter()
            .filter(|((object, _), _)| object == "Task")
            .map(|((_, key), task)| (key.as_str(), &task["OwnerId"], &task["Status"]))
            .collect();
        let [preview, first, second] = tasks[..] else { panic!("{tasks:?}") };
        assert_eq!((preview.0, preview.1), (PREVIEW, &json!(owner(2))), "the preview went along");
        for (reminder, of) in [(first, 1), (second, 2)] {
            assert!(reminder.0.ends_with("/first_touch/reminder"), "{reminder:?}");
            assert_eq!(
                (reminder.1, reminder.2),
                (&json!(owner(of)), &json!("Completed")),
                "no reminder outlives its cause"
            );
        }
    });
    assert!(scene.world.with(|memory| memory.all_done()));
}

#[tokio::test]
async fn ticks_beyond_the_first_do_nothing_more() {
    let scene = scene();
    scene.play(nobody_dies).await;
    let picture = scene.picture();
    for _ in 0..3 {
        assert_eq!(scene.tick().await.unwrap().done, BTreeMap::new());
    }
    assert_eq!(scene.picture(), picture);
}

#[tokio::test]
async fn killed_at_every_side_effect_and_ticking_on_the_world_is_the_same() {
    let untouched = scene();
    untouched.play(nobody_dies).await;
    let wanted = untouched.picture();

    let mut deaths = 0;
    for nth in 0.. {
        let mut died = false;
        for after in [false, true] {
            let scene = scene();
            scene.world.kill(Kill { nth, after });
            let before = deaths;
            scene
                .play(async || {
                    assert!(scene.world.revive(), "killed at {nth}, after: {after}");
                    deaths += 1;
                    // Until what the dead one held is free again, ticks keep away; then one does what is missing.
                    scene.world.pass(LEASE);
                    scene.tick().await.unwrap();
                })
                .await;
            died |= deaths > before;
            assert_eq!(scene.picture(), wanted, "killed at {nth}, after: {after}");
        }
        if !died {
            break;
        }
    }
    assert!(deaths >= 20, "only {deaths} deaths");
}

#[tokio::test]
async fn two_ticks_at_once_do_it_once() {
    let scene = scene();
    scene.world.with(|memory| memory.now = at("2026-11-23T09:15:30Z"));
    let (one, other) = tokio::join!(scene.tick(), scene.tick());
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one.done.values().sum::<usize>() + other.done.values().sum::<usize>(), 1, "{one:?} {other:?}");
    assert_eq!((scene.events(names::TOUCH_MISSED).len(), scene.events(names::LEAD_PASSED_OVER).len()), (1, 1));
}

#[tokio::test]
async fn a_lead_that_was_touched_in_time_is_noted_once_and_left_alone() {
    let scene = scene();
    let call = json!({"WhoId": lead_id(1), "OwnerId": owner(1), "CompletedDateTime": "2026-11-23T09:10:00Z"});
    scene.world.with(|memory| memory.records.insert(("Task".into(), "00T1".into()), fields(call)));
    for now in ["2026-11-23T09:10:30Z", "2026-11-23T09:20:00Z", "2026-11-24T09:20:00Z"] {
        scene.tick_at(now).await.unwrap();
    }
    assert_eq!(scene.of_lead("RevLoops_First_Touch_At__c"), json!("2026-11-23T09:10:00.000+0000"));
    let [made] = &scene.events(names::TOUCH_MADE)[..] else { panic!("once") };
    assert_eq!((&made["working_minutes"], &made["in_time"], &made["by"]), (&json!(10), &json!(true), &json!("task")));
    assert_eq!(scene.world.with(|memory| memory.events.len()), 1, "neither reminded nor missed");
    let record = scene.world.with(|memory| memory.decided().remove(0).clone());
    assert_eq!((&record.metrics[0]["outcome"], &record.metrics[0]["band"]), (&json!("touched"), &json!("A")));
    assert_eq!(record.correlation_id, CorrelationId::of(&format!("lead/{}", lead_id(1)), "created"));
}

#[tokio::test]
async fn a_lead_given_away_by_hand_has_the_new_owners_time_and_whoever_misses_it_is_told_apart() {
    let scene = scene();
    scene.lead(json!({"OwnerId": owner(2), "SystemModstamp": "2026-11-23T09:10:00Z"}));
    scene.tick_at("2026-11-23T09:10:30Z").await.unwrap();
    assert_eq!(scene.of_lead("RevLoops_First_Touch_By__c"), json!("2026-11-23T09:25:00.000+0000"));
    assert_eq!(scene.of_lead("RevLoops_Touch_Owner__c"), json!(owner(2)));
    assert_eq!(
        scene.world.with(|memory| memory.records[&("Task".to_owned(), PREVIEW.to_owned())]["OwnerId"].clone()),
        json!(owner(2))
    );
    scene.tick_at("2026-11-23T09:15:30Z").await.unwrap();
    assert!(scene.events(names::TOUCH_MISSED).is_empty(), "the first owner's time is not the second's");
    scene.tick_at("2026-11-23T09:25:30Z").await.unwrap();
    assert_eq!(scene.events(names::TOUCH_MISSED)[0]["owner_id"], json!(owner(2)));
}
