//! Scenarios: listed, compared, and promoted by two people.

use revloops_config::ConfigStore as _;
use revloops_config::store::SCENARIO;
use revloops_domain::events::names;
use revloops_scenario::stored;
use serde_json::{Value, json};

use crate::stage::{ADMIN, BASELINE, IBERIA, MANAGER, OPERATIONS, Stage, shipped_scenario};

async fn proposed(stage: &Stage, who: &str, id: &str) -> Value {
    stage.done(who, "promote_scenario", json!({"scenario": id, "why": "the board has decided"})).await
}

async fn active(stage: &Stage) -> String {
    let read = stage.store.pointer(SCENARIO).await.unwrap().unwrap();
    stored::id_of(&read.pointer.active).unwrap().to_owned()
}

async fn territories(stage: &Stage) -> Vec<String> {
    let route = stage.desk.active("route", crate::stage::noon()).await.unwrap().bundle;
    let all = route.files["territories.yaml"]["territories"].as_array().unwrap();
    all.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

fn of(scenario: &str) -> Vec<String> {
    shipped_scenario(scenario).scenario.territories.iter().map(|one| one.id.clone()).collect()
}

#[tokio::test]
async fn stored_scenarios_are_listed_with_the_active_one_and_with_what_is_wrong_with_others() {
    let stage = Stage::set().await;
    stage.store.put_by_hand("scenarios/torn.json", b"{}");
    let listed = stage.done(MANAGER, "list_scenarios", json!({})).await;
    let told: Vec<_> = listed["scenarios"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["id"].as_str().unwrap(), one["active"].as_bool().unwrap(), one["problem"].is_string()))
        .collect();
    assert_eq!(told, [(BASELINE, true, false), (IBERIA, false, false), ("torn", false, true)]);
}

#[tokio::test]
async fn causes_of_a_difference_are_named_and_add_up_to_it() {
    let stage = Stage::set().await;
    let compared = stage.done(OPERATIONS, "compare_scenarios", json!({"to": IBERIA})).await;
    let changes = &compared["changes"];
    assert_eq!((changes["from"]["id"].as_str(), changes["to"]["id"].as_str()), (Some(BASELINE), Some(IBERIA)));
    let causes = changes["causes"].as_array().unwrap();
    assert!(causes.iter().all(|cause| !cause["what"].as_str().unwrap().is_empty()) && !causes.is_empty());
    let sum: i64 = causes.iter().map(|cause| cause["amounts"]["capacity"].as_i64().unwrap()).sum();
    let years = changes["years"].as_array().unwrap();
    let by_year = |name: &str| years.iter().filter_map(|year| year[name].as_i64()).sum::<i64>();
    assert_eq!(sum, by_year("capacity") - by_year("capacity_before"));
    let back = stage.done(OPERATIONS, "compare_scenarios", json!({"from": IBERIA, "to": BASELINE})).await;
    assert_eq!(back["changes"]["from"]["id"], IBERIA);

    let why = stage.refused(OPERATIONS, "compare_scenarios", json!({"to": "fy99"})).await;
    assert!(why.contains("no scenario `fy99`"), "{why}");
    let why = stage.refused(OPERATIONS, "compare_scenarios", json!({"to": "../active/scenario"})).await;
    assert!(why.contains("no scenario"), "{why}");
}

#[tokio::test]
async fn a_scenario_is_promoted_by_two_people_and_back_and_route_has_its_territories() {
    let stage = Stage::set().await;
    let shown = proposed(&stage, OPERATIONS, IBERIA).await;
    let proposal = &shown["proposal"];
    assert!(shown["diff"].as_str().unwrap().contains("in the place of fy27-baseline"), "{shown}");
    assert_eq!(proposal["needs_two"].as_array().unwrap().len(), 1, "{proposal}");
    let (id, sha256) = (proposal["id"].clone(), proposal["sha256"].clone());
    let again = proposed(&stage, OPERATIONS, IBERIA).await;
    assert_eq!(again["proposal"]["id"], id, "the same proposal, as long as it waits");
    assert_eq!(active(&stage).await, BASELINE, "nothing is active by a proposal");

    let why = stage.refused(OPERATIONS, "approve_change", json!({"id": id, "sha256": sha256})).await;
    assert!(why.contains("somebody else"), "who proposes cannot alone approve: {why}");
    let why = stage.refused(OPERATIONS, "apply_change", json!({"id": id})).await;
    assert!(why.contains("approval"), "{why}");
    let why = stage.refused(ADMIN, "approve_change", json!({"id": id, "sha256": "0123456789abcdef"})).await;
    assert!(why.contains("hash"), "{why}");
    let why = stage.refused(ADMIN, "simulate_change", json!({"id": id})).await;
    assert!(why.contains("compared"), "{why}");

    let approved = stage.done(ADMIN, "approve_change", json!({"id": id, "sha256": sha256})).await;
    assert_eq!(approved["proposal"]["state"], "approved");
    assert_eq!(active(&stage).await, BASELINE, "nor by an approval");
    for _ in 0..2 {
        let applied = stage.done(OPERATIONS, "apply_change", json!({"id": id})).await;
        assert_eq!(applied["proposal"]["state"], "applied");
    }
    assert_eq!(active(&stage).await, IBERIA);
    assert_eq!(territories(&stage).await, of(IBERIA));
    let events = stage.memory.with(|memory| memory.events.clone());
    assert!(
        events.iter().all(|event| event.name == names::SCENARIO_PROMOTED && event.id == events[0].id),
        "{events:?}"
    );
    assert_eq!(events[0].detail["by"], OPERATIONS);
    let history = stage.done(MANAGER, "config_history", json!({"loop": "scenario"})).await;
    assert_eq!(history["moves"].as_array().unwrap().len(), 2, "the first, and this one: applied once");
    assert_eq!(history["moves"][0]["why"], "the board has decided");

    let back = proposed(&stage, ADMIN, BASELINE).await;
    let (id, sha256) = (&back["proposal"]["id"], &back["proposal"]["sha256"]);
    stage.done(OPERATIONS, "approve_change", json!({"id": id, "sha256": sha256})).await;
    stage.done(ADMIN, "apply_change", json!({"id": id})).await;
    assert_eq!(active(&stage).await, BASELINE);
    assert_eq!(territories(&stage).await, of(BASELINE));
}

#[tokio::test]
async fn a_promotion_that_died_anywhere_is_carried_on_by_the_same_call() {
    for writes in 0..8 {
        let stage = Stage::set().await;
        let shown = proposed(&stage, OPERATIONS, IBERIA).await;
        let (id, sha256) = (&shown["proposal"]["id"], &shown["proposal"]["sha256"]);
        stage.done(ADMIN, "approve_change", json!({"id": id, "sha256": sha256})).await;
        stage.store.die_after(Some(writes));
        let died = stage.call(ADMIN, "apply_change", json!({"id": id})).await.is_err();
        stage.store.die_after(None);
        stage.done(ADMIN, "apply_change", json!({"id": id})).await;
        assert_eq!(active(&stage).await, IBERIA, "after {writes} writes, died: {died}");
        assert_eq!(territories(&stage).await, of(IBERIA), "after {writes} writes");
        assert_eq!(stage.events().first().map(String::as_str), Some(names::SCENARIO_PROMOTED), "after {writes} writes");
        let history = stage.done(MANAGER, "config_history", json!({"loop": "scenario"})).await;
        assert_eq!(history["moves"].as_array().unwrap().len(), 2, "after {writes} writes: {history}");
        assert!(died || writes > 2, "the test kills nothing");
    }
}

#[tokio::test]
async fn of_two_who_propose_the_second_is_told_that_another_scenario_is_active_by_now() {
    let stage = Stage::set().await;
    let mut other = shipped_scenario(IBERIA).renamed("fy27-other").unwrap();
    other.scenario.name = "Another".to_owned();
    stored::keep(stage.store.as_ref(), &other).await.unwrap();
    let (first, second) =
        (proposed(&stage, OPERATIONS, IBERIA).await, proposed(&stage, OPERATIONS, "fy27-other").await);
    for shown in [&first, &second] {
        let (id, sha256) = (&shown["proposal"]["id"], &shown["proposal"]["sha256"]);
        stage.done(ADMIN, "approve_change", json!({"id": id, "sha256": sha256})).await;
    }
    stage.done(ADMIN, "apply_change", json!({"id": first["proposal"]["id"]})).await;
    let why = stage.refused(OPERATIONS, "apply_change", json!({"id": second["proposal"]["id"]})).await;
    assert!(why.contains(ADMIN), "{why}");
    assert_eq!(active(&stage).await, IBERIA);
}

#[tokio::test]
async fn what_cannot_be_promoted_is_refused_with_its_reason() {
    let stage = Stage::set().await;
    stage.store.put_by_hand("scenarios/torn.json", b"{}");
    for (scenario, why, wanted) in [
        (BASELINE, "again", "active scenario already"),
        ("fy99", "a new year", "no scenario `fy99`"),
        ("torn", "in haste", "no exported scenario"),
        (IBERIA, "  ", "why"),
    ] {
        let told = stage.refused(ADMIN, "promote_scenario", json!({"scenario": scenario, "why": why})).await;
        assert!(told.contains(wanted), "{scenario}: {told}");
    }
    let listed = stage.done(MANAGER, "list_changes", json!({"all": true})).await;
    assert_eq!(listed["proposals"], json!([]), "nothing was kept");
}
