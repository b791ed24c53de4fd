//! Ticks over a world in memory.

use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use revloops_domain::ConfigStamp;
use revloops_loopkit::{Loaded, RunContext};
use revloops_pursue::PursueConfig;
use revloops_runtime::WorldEffects;
use revloops_testkit::{Kill, TestWorld, shipped_config, user_id};

use crate::{Ticked, Watch, tick};

const DEAL: &str = "006xx0000000001AAA";
const LEASE: SignedDuration = SignedDuration::from_secs(60);

fn map(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn key(milestone: &str) -> String {
    format!("opportunity/{DEAL}/pursue/standard/{milestone}")
}

/// A deal of a company in this country, with one open milestone on each of these days.
fn world(now: &str, country: &str, days: &[(&str, &str)]) -> std::sync::Arc<TestWorld> {
    let world = TestWorld::new(now.parse().unwrap());
    world.with(|memory| {
        let account = "001xx0000000001AAA";
        let fields = map(&json!({"BillingCountryCode": country, "OwnerId": user_id(1)}));
        memory.records.insert(("Account".into(), account.into()), fields);
        let fields = map(&json!({"AccountId": account, "OwnerId": user_id(1)}));
        memory.records.insert(("Opportunity".into(), DEAL.into()), fields);
        for (milestone, day) in days {
            let fields = json!({
                "WhatId": DEAL, "OwnerId": user_id(1), "Status": "Not Started", "ActivityDate": day,
                "RevLoops_Due__c": day, "RevLoops_Play_Day__c": day,
            });
            memory.records.insert(("Task".into(), key(milestone)), map(&fields));
        }
    });
    std::sync::Arc::new(world)
}

async fn ticked(world: &std::sync::Arc<TestWorld>) -> revloops_loopkit::Outcome<Ticked> {
    let effects = WorldEffects::new(world.clone(), world.clone(), world.clone());
    let stamp = ConfigStamp { key: "k".into(), version_id: "v".into(), sha256: "s".into() };
    let loaded = Loaded { config: shipped_config::<PursueConfig>(), stamp };
    let context = RunContext {
        clock: world.as_ref(),
        ids: world.as_ref(),
        runs: world.as_ref(),
        effects: &effects,
        lease: LEASE,
    };
    tick(&Watch { deals: world.as_ref(), context }, &loaded).await
}

fn events(world: &TestWorld) -> Vec<(String, String, i64)> {
    let told = |event: &revloops_loopkit::ports::BusEvent| {
        let milestone = event.detail["milestone"].as_str().unwrap().to_owned();
        (event.name.clone(), milestone, event.detail["business_days_over"].as_i64().unwrap())
    };
    world.with(|memory| memory.events.iter().map(told).collect())
}

#[tokio::test]
async fn what_is_due_and_what_was_missed_is_told_once_however_often_the_schedule_runs() {
    let days = [("first-call", "2026-12-01"), ("demonstration", "2026-12-03"), ("offer", "2026-12-04")];
    let world = world("2026-12-03T04:00:00Z", "DE", &days);
    let first = ticked(&world).await.unwrap();
    assert_eq!((first.due, first.missed), (1, 1));
    let again = ticked(&world).await.unwrap();
    assert_eq!((again.due, again.missed, again.told_before), (0, 0, 1));
    let told = |name: &str, milestone: &str, over| (format!("milestone.{name}"), milestone.to_owned(), over);
    assert_eq!(events(&world), [told("missed", "first-call", 2), told("due", "demonstration", 0)]);
    world.pass(SignedDuration::from_hours(24));
    ticked(&world).await.unwrap();
    let later = [told("missed", "demonstration", 1), told("due", "offer", 0)];
    assert_eq!(events(&world)[2..], later);
}

#[tokio::test]
async fn the_day_is_the_region_s_and_weekends_count_for_nothing() {
    // In New York it is still the evening of the 2nd, in Berlin the 3rd.
    for (country, expected) in [("US", "milestone.due"), ("DE", "milestone.missed")] {
        let world = world("2026-12-03T03:00:00Z", country, &[("offer", "2026-12-02")]);
        ticked(&world).await.unwrap();
        assert_eq!(events(&world)[0].0, expected, "{country}");
    }
    let world = world("2026-12-07T12:00:00Z", "DE", &[("offer", "2026-12-04")]);
    ticked(&world).await.unwrap();
    assert_eq!(events(&world)[0].2, 1);
}

#[tokio::test]
async fn a_milestone_that_gets_another_day_can_be_missed_again_and_one_that_is_ticked_off_cannot() {
    let world = world("2026-12-03T12:00:00Z", "DE", &[("offer", "2026-12-01"), ("decision", "2026-12-02")]);
    ticked(&world).await.unwrap();
    world.with(|memory| {
        let mut set = |milestone: &str, field: &str, value: &str| {
            memory.records.get_mut(&("Task".into(), key(milestone))).unwrap().insert(field.into(), json!(value));
        };
        set("offer", "ActivityDate", "2026-12-04");
        set("decision", "Status", "Completed");
    });
    world.pass(SignedDuration::from_hours(48));
    let later = ticked(&world).await.unwrap();
    assert_eq!((later.missed, later.looked_at), (1, 1));
    assert_eq!(events(&world).len(), 3);
}

#[tokio::test]
async fn killed_at_every_side_effect_each_milestone_is_still_told_by_one_event_id() {
    for nth in 0..12 {
        for after in [false, true] {
            let days = [("first-call", "2026-12-01"), ("demonstration", "2026-12-03")];
            let world = world("2026-12-03T12:00:00Z", "DE", &days);
            world.kill(Kill { nth, after });
            let _died = ticked(&world).await;
            world.revive();
            world.pass(LEASE);
            ticked(&world).await.unwrap();
            let ids: std::collections::BTreeSet<String> =
                world.with(|memory| memory.events.iter().map(|event| event.id.clone()).collect());
            assert_eq!(ids.len(), 2, "killed at {nth}, after: {after}");
            let missed = world.with(|memory| memory.records[&("Task".into(), key("first-call"))].clone());
            assert_eq!(missed["RevLoops_Missed__c"], "2026-12-01", "killed at {nth}, after: {after}");
        }
    }
}
