use revloops_deploy::logic::plan::{Described, NewTerritory, Step};
use revloops_loopkit::ports::{Lease, RunStore as _};
use revloops_testkit::{CrmTerritories, TestWorld, record};
use serde_json::{Value, json};

use super::*;

fn noon() -> Timestamp {
    "2027-02-01T12:00:00Z".parse().unwrap()
}

fn key() -> RunKey {
    RunKey { subject: "plan/e-1".into(), loop_name: "deploy".into(), trigger: "promoted".into() }
}

/// A plan for so many territories, each lying in the one before, so that each is a chunk of its own.
fn plan(count: usize) -> Plan {
    let place = |number: usize| json!({"id": format!("t{number}"), "name": format!("T{number}")});
    let steps: Vec<Step> = (0..count)
        .map(|number| {
            let is = Described {
                name: format!("T{number}"),
                developer_name: format!("t{number}"),
                revloops_id: Some(format!("t{number}")),
                about: None,
            };
            let parent = number.checked_sub(1).map(|above| serde_json::from_value(place(above)).unwrap());
            Step::CreateTerritory(NewTerritory { id: format!("t{number}"), is, parent })
        })
        .collect();
    serde_json::from_value(json!({
        "scenario": "s", "scenario_sha256": "h", "at": "2027-02-01T12:00:00Z", "snapshot": "n", "model": "0MA", "territory_type": "0M5",
        "steps": steps, "held": [], "waiting": [], "pending": [], "kept": [], "unmanaged": [], "absent": [],
        "counts": revloops_domain::territory_events::PlanCounts::default(), "cap": {"most": null, "placed": 0}, "left_alone": 0
    }))
    .unwrap()
}

async fn world_with(plan: &Plan) -> TestWorld {
    let world = TestWorld::new(noon());
    world.with(|memory| memory.crm = CrmTerritories::active());
    let lease = Lease { owner: "test".into(), until: noon() };
    world.claim(&key(), &lease, noon()).await.unwrap();
    let record = record(key(), Value::Null, json!(plan), noon());
    world.decided(&key(), "test", &record).await.unwrap();
    world
}

async fn call(world: &TestWorld, payload: Value) -> Outcome<Reply> {
    let ports =
        Ports { territories: world, making: world, collections: world, journal: world, placements: world, bus: world };
    handle(serde_json::from_value(payload).unwrap(), ports, world, noon()).await
}

#[tokio::test]
async fn an_invocation_does_a_bounded_piece_and_the_next_goes_on_until_it_is_done() {
    let plan = plan(7);
    let world = world_with(&plan).await;
    let asked = |from: u32| json!({"plan_run": key(), "approved": plan.hash(), "by": "helen", "from_chunk": from, "correlation_id": "c"});
    let first = call(&world, json!({"apply": asked(0)})).await.unwrap();
    assert_eq!((first.turn.done, first.turn.next_chunk, first.turn.written), (false, 5, 5));
    let last = call(&world, json!({"apply": asked(first.turn.next_chunk)})).await.unwrap();
    assert_eq!((last.turn.done, last.turn.written), (true, 7), "the last turn counts all");
    let reply = serde_json::to_value(&last).unwrap();
    assert_eq!((&reply["done"], &reply["plan"]), (&json!(true), &json!(plan.hash())));
    let back = call(&world, json!({"roll_back": asked(0)})).await.unwrap();
    let back = call(&world, json!({"roll_back": asked(back.turn.next_chunk)})).await.unwrap();
    assert!(back.turn.done && world.with(|memory| memory.crm.territories.is_empty()));
}

#[tokio::test]
async fn another_hash_and_a_run_that_there_is_not_are_refused_and_nothing_is_written() {
    let plan = plan(2);
    let world = world_with(&plan).await;
    let mut other = key();
    other.trigger = "drift".into();
    for payload in [
        json!({"apply": {"plan_run": key(), "approved": "0".repeat(64), "by": "helen"}}),
        json!({"apply": {"plan_run": other, "approved": plan.hash(), "by": "helen"}}),
    ] {
        let failure = call(&world, payload).await.unwrap_err();
        assert_eq!(failure.class(), ErrorClass::Rejected, "{failure}");
    }
    assert!(world.with(|memory| memory.crm.territories.is_empty()));
}
