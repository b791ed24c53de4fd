//! What becomes of an approved sequence, tick by tick.

use jiff::SignedDuration;
use serde_json::json;

use revloops_domain::sequence_state::{SequenceStatus, StepStatus};
use revloops_loopkit::ports::Sequences as _;
use revloops_testkit::{Kill, TestWorld};

use super::given::*;
use crate::clock::{SequenceClock, Ticked};
use crate::policy::Policy;

const LEASE: SignedDuration = SignedDuration::from_secs(60);

fn clock<'a>(world: &'a TestWorld, policy: &'a Policy) -> SequenceClock<'a> {
    SequenceClock { policy, sources: sources(world), writer: world, bus: world, clock: world, lease: LEASE }
}

async fn tick(world: &TestWorld, policy: &Policy) -> Ticked {
    clock(world, policy).tick(50).await.unwrap()
}

async fn statuses(world: &TestWorld, id: &str) -> (SequenceStatus, Vec<StepStatus>) {
    let kept = world.get(id).await.unwrap().unwrap();
    (kept.state.status, kept.state.steps.iter().map(|step| step.status).collect())
}

fn tasks(world: &TestWorld) -> Vec<(String, String, String)> {
    world.with(|memory| {
        let text =
            |fields: &serde_json::Map<String, serde_json::Value>, name: &str| fields[name].as_str().unwrap().to_owned();
        let tasks = memory.records.iter().filter(|((object, _), _)| object == "Task");
        tasks.map(|((_, key), task)| (key.clone(), text(task, "ActivityDate"), text(task, "Status"))).collect()
    })
}

#[tokio::test]
async fn steps_land_as_mail_tasks_on_their_days_and_the_sequence_completes() {
    let (world, policy) = (world(&[sequence(1, 1)]).await, policy());
    assert_eq!(tick(&world, &policy).await, Ticked::default(), "a draft is nothing to do");
    approve(&world, &policy, OWNER, "seq-1").await;
    assert_eq!(tick(&world, &policy).await.landed, 1);
    let task = world.with(|memory| memory.records[&("Task".to_owned(), "seq-1/introduce".to_owned())].clone());
    assert_eq!(task["TaskSubtype"], "Email");
    assert_eq!(task["WhoId"], json!(person(1)));
    assert!(!task.contains_key("WhatId"), "a lead's task relates to nothing else");
    assert!(task["Description"].as_str().unwrap().ends_with("We know you from what you told us."));
    assert_eq!(tick(&world, &policy).await.landed, 0);
    for hours in [47, 2, 71, 2] {
        world.pass(SignedDuration::from_hours(hours));
        tick(&world, &policy).await;
    }
    // Two days after Tuesday is Thursday; three days after that a Sunday, so the last waits for Monday.
    world.pass(SignedDuration::from_hours(24));
    tick(&world, &policy).await;
    let days: Vec<String> = tasks(&world).into_iter().map(|(key, day, _)| format!("{key} {day}")).collect();
    assert_eq!(days, ["seq-1/close 2026-06-08", "seq-1/follow_up 2026-06-04", "seq-1/introduce 2026-06-02"]);
    assert_eq!(statuses(&world, "seq-1").await, (SequenceStatus::Completed, vec![StepStatus::Landed; 3]));
    let names: Vec<String> = world.with(|memory| memory.events.iter().map(|event| event.name.clone()).collect());
    let due = "sequence.step_due";
    assert_eq!(names, ["sequence.approved", due, due, due, "sequence.completed"]);
}

#[tokio::test]
async fn an_opt_out_takes_back_what_the_rep_has_not_sent_and_leaves_what_is_done() {
    let (world, policy) = (world(&[sequence(1, 1)]).await, policy());
    approve(&world, &policy, OWNER, "seq-1").await;
    tick(&world, &policy).await;
    world.with(|memory| {
        let sent = memory.records.get_mut(&("Task".to_owned(), "seq-1/introduce".to_owned())).unwrap();
        sent.insert("Status".to_owned(), json!("Completed"));
    });
    world.pass(SignedDuration::from_hours(48));
    tick(&world, &policy).await;
    // The CRM's own field, set by the reader's link: the next step that is due finds it.
    world.with(|memory| memory.standings.get_mut(person(1).as_str()).unwrap().opted_out = true);
    world.pass(SignedDuration::from_hours(24 * 4));
    let ticked = tick(&world, &policy).await;
    assert_eq!((ticked.landed, ticked.stopped), (0, 1));
    let (status, steps) = statuses(&world, "seq-1").await;
    assert_eq!(status, SequenceStatus::Stopped);
    assert_eq!(steps, [StepStatus::Done, StepStatus::Withdrawn, StepStatus::Stopped]);
    let open: Vec<String> = tasks(&world).into_iter().map(|(_, _, status)| status).collect();
    assert_eq!(open, ["Deferred", "Completed"]);
    let list = world.with(|memory| memory.sequences.suppressed.len());
    assert_eq!(list, 2, "what the CRM says is on our list from now on, by person and by address");
}

#[tokio::test]
async fn a_reply_stops_everybody_at_the_account_or_the_person_alone_as_config_says() {
    for (scope, colleague) in [("account", SequenceStatus::Stopped), ("person", SequenceStatus::Approved)] {
        let world = world(&[sequence(1, 1), sequence(2, 1)]).await;
        let policy = policy_with(&[
            ("on_reply: account", &format!("on_reply: {scope}")),
            ("one_at_a_time_per: [person, account]", "one_at_a_time_per: [person]"),
            ("account: 7", "account: 0"),
        ])
        .unwrap();
        approve(&world, &policy, OWNER, "seq-1").await;
        approve(&world, &policy, OWNER, "seq-2").await;
        tick(&world, &policy).await;
        world.pass(SignedDuration::from_hours(1));
        world.with(|memory| memory.standings.get_mut(person(2).as_str()).unwrap().answered_at = Some(memory.now));
        world.pass(SignedDuration::from_hours(48));
        tick(&world, &policy).await;
        assert_eq!(statuses(&world, "seq-2").await.0, SequenceStatus::Stopped, "{scope}");
        assert_eq!(statuses(&world, "seq-1").await.0, colleague, "{scope}");
    }
}

#[tokio::test]
async fn outside_the_window_and_over_the_cap_a_step_is_held_back_with_its_trace() {
    let drafts: Vec<_> = (1..=3).map(|nth| sequence(nth, nth)).collect();
    let world = world(&drafts).await;
    let policy = policy_with(&[("per_rep_a_day: 40", "per_rep_a_day: 2")]).unwrap();
    world.with(|memory| memory.now = at("2026-06-02T20:00:00Z"));
    for nth in 1..=3 {
        approve(&world, &policy, OWNER, &format!("seq-{nth}")).await;
    }
    assert_eq!(tick(&world, &policy).await.held, 3);
    let kept = world.get("seq-1").await.unwrap().unwrap();
    assert_eq!(kept.state.next_at.unwrap().to_string(), "2026-06-03T07:00:00Z");
    let window = kept.state.steps[0].trace.iter().find(|rule| rule.rule == "send_window").unwrap();
    assert!(!window.passes && window.because.starts_with("it is Tue 22:00 in Europe/Berlin"), "{window:?}");
    world.with(|memory| memory.now = at("2026-06-03T07:00:00Z"));
    let ticked = tick(&world, &policy).await;
    assert_eq!((ticked.landed, ticked.held), (2, 1));
    world.pass(SignedDuration::from_hours(24));
    assert_eq!(tick(&world, &policy).await.landed, 1, "the next day has room again");
}

/// Whoever dies anywhere is taken over, and the world looks as if nobody had died.
#[tokio::test]
async fn a_death_at_any_write_loses_nothing_and_doubles_nothing() {
    let policy = policy();
    let mut deaths = 0;
    for nth in 0..24 {
        for after in [false, true] {
            let world = world(&[sequence(1, 1)]).await;
            approve(&world, &policy, OWNER, "seq-1").await;
            world.kill(Kill { nth, after });
            let _ = clock(&world, &policy).tick(50).await;
            deaths += u32::from(world.revive());
            world.pass(LEASE);
            for hours in [0, 48, 24 * 5] {
                world.pass(SignedDuration::from_hours(hours));
                tick(&world, &policy).await;
            }
            let made = world
                .with(|memory| memory.writes.iter().filter(|write| write.fields.contains_key("TaskSubtype")).count());
            assert_eq!(made, 3, "killed at {nth}, after: {after}");
            assert_eq!(statuses(&world, "seq-1").await.0, SequenceStatus::Completed, "killed at {nth}, after: {after}");
            let mut ids: Vec<String> =
                world.with(|memory| memory.events.iter().map(|event| event.id.clone()).collect());
            ids.sort();
            ids.dedup();
            assert_eq!(ids.len(), 5, "killed at {nth}, after: {after}: {ids:?}");
        }
    }
    assert!(deaths > 8, "only {deaths} deaths");
}
