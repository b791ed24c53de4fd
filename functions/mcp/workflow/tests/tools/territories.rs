//! The plan of territories, and accounts that wait for a person.

use revloops_deploy::Plan;
use revloops_domain::{AccountId, CorrelationId, Secret};
use revloops_loopkit::RunKey;
use revloops_loopkit::ports::{Approvals as _, AskedPlan, Lease, PendingAccount, Placements as _, RunStore as _};
use revloops_testkit::{account_id, record};
use serde_json::{Value, json};

use crate::stage::{ADMIN, BASELINE, IBERIA, OPERATIONS, Stage, noon};

/// A plan of this name, which a person is asked about; its hash.
async fn asked(stage: &Stage, name: &str) -> String {
    let plan: Plan = serde_json::from_value(json!({
        "scenario": BASELINE, "scenario_sha256": "h", "at": noon(), "snapshot": name, "model": "0MA", "territory_type": "0M5",
        "steps": [], "held": [], "waiting": [], "pending": [], "kept": [], "unmanaged": [], "absent": [],
        "counts": revloops_domain::territory_events::PlanCounts::default(), "cap": {"most": null, "placed": 0}, "left_alone": 0,
    }))
    .unwrap();
    let key = RunKey { subject: format!("plan/{name}"), loop_name: "deploy".into(), trigger: "promoted".into() };
    let lease = Lease { owner: "test".into(), until: noon() };
    stage.memory.claim(&key, &lease, noon()).await.unwrap();
    let record = record(key.clone(), Value::Null, json!(plan), noon());
    stage.memory.decided(&key, "test", &record).await.unwrap();
    let scenario = stage.desk.pointer("scenario", noon()).await.unwrap().pointer.active;
    let wanted = AskedPlan {
        hash: plan.hash(),
        run: key,
        scenario_id: BASELINE.into(),
        scenario,
        correlation_id: CorrelationId("c".into()),
        execution: "e".into(),
        wanted_at: noon(),
    };
    stage.approvals.ask(&wanted, &Secret::new("token"), false, noon()).await.unwrap();
    plan.hash()
}

#[tokio::test]
async fn a_plan_is_approved_by_its_whole_hash_once() {
    let stage = Stage::set().await;
    let why = stage.refused(ADMIN, "show_territory_plan", json!({})).await;
    assert!(why.contains("nobody was asked"), "{why}");
    let hash = asked(&stage, "one").await;
    let shown = stage.done(OPERATIONS, "show_territory_plan", json!({})).await;
    assert_eq!((&shown["plan"]["hash"], &shown["plan"]["status"]), (&json!(hash), &json!("waiting")));
    assert!(shown["in_words"].as_str().unwrap().contains(BASELINE), "{shown}");

    for (given, wanted) in [(&hash[..12], "whole hash"), ("0123456789abcdef", "nobody was asked")] {
        let why = stage.refused(OPERATIONS, "approve_territory_plan", json!({"hash": given})).await;
        assert!(why.contains(wanted), "{why}");
    }
    assert_eq!(stage.approvals.resumed(), 0);
    for _ in 0..2 {
        let answered = stage.done(OPERATIONS, "approve_territory_plan", json!({"hash": hash})).await;
        assert_eq!(answered["plan"]["status"], "approved");
        assert_eq!(answered["plan"]["answered_by"], OPERATIONS);
    }
    let why = stage.refused(ADMIN, "reject_territory_plan", json!({"hash": hash})).await;
    assert!(why.contains(OPERATIONS), "who was faster is told: {why}");
}

#[tokio::test]
async fn a_rejected_plan_is_not_approved_and_a_newer_one_ends_an_older() {
    let stage = Stage::set().await;
    let (old, new) = (asked(&stage, "one").await, asked(&stage, "two").await);
    let why = stage.refused(ADMIN, "approve_territory_plan", json!({"hash": old})).await;
    assert!(why.contains("stale"), "{why}");
    let shown = stage.done(ADMIN, "show_territory_plan", json!({})).await;
    assert_eq!(shown["plan"]["hash"], new, "the one that waits");
    stage.done(ADMIN, "reject_territory_plan", json!({"hash": new})).await;
    let why = stage.refused(OPERATIONS, "approve_territory_plan", json!({"hash": new})).await;
    assert!(why.contains("rejected"), "{why}");
}

#[tokio::test]
async fn a_plan_of_a_scenario_that_is_not_active_any_more_is_not_approved() {
    let stage = Stage::set().await;
    let hash = asked(&stage, "one").await;
    let shown = stage.done(ADMIN, "promote_scenario", json!({"scenario": IBERIA, "why": "w"})).await;
    let (id, sha256) = (&shown["proposal"]["id"], &shown["proposal"]["sha256"]);
    stage.done(OPERATIONS, "approve_change", json!({"id": id, "sha256": sha256})).await;
    stage.done(OPERATIONS, "apply_change", json!({"id": id})).await;
    let why = stage.refused(OPERATIONS, "approve_territory_plan", json!({"hash": hash})).await;
    assert!(why.contains("not the active scenario"), "{why}");
    assert_eq!(stage.approvals.resumed(), 0);
}

fn waits(account: AccountId, name: &str) -> PendingAccount {
    PendingAccount {
        account,
        name: name.to_owned(),
        why: "its country is unclear".to_owned(),
        proposed: None,
        since: noon(),
    }
}

#[tokio::test]
async fn accounts_that_wait_are_listed_to_who_sees_them_and_a_word_is_kept_once() {
    let stage = Stage::set().await;
    let (seen, hidden) = (account_id(1), account_id(2));
    stage.memory.wait(&[waits(seen.clone(), "Alder"), waits(hidden.clone(), "Birch")]).await.unwrap();
    stage.shows(seen.as_str());
    let listed = stage.done(OPERATIONS, "list_pending_accounts", json!({})).await;
    let names: Vec<&str> =
        listed["accounts"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Alder"]);

    let territory = crate::stage::shipped_scenario(BASELINE).scenario.territories.iter().next().unwrap().id.clone();
    for (account, territory, why, wanted) in [
        (seen.as_str(), "atlantis", "w", "no territory atlantis"),
        (seen.as_str(), territory.as_str(), " ", "say why"),
        (hidden.as_str(), territory.as_str(), "w", "no account"),
        ("Alder", territory.as_str(), "w", "no account's id"),
    ] {
        let word = json!({"account": account, "territory": territory, "why": why});
        let told = stage.refused(OPERATIONS, "resolve_pending_account", word).await;
        assert!(told.contains(wanted), "{told}");
    }
    assert_eq!(stage.memory.resolutions().await.unwrap(), []);
    for _ in 0..2 {
        let word = json!({"account": seen.as_str(), "territory": territory, "why": "they told us"});
        let placed = stage.done(OPERATIONS, "resolve_pending_account", word).await;
        assert_eq!((&placed["territory"], &placed["by"]), (&json!(territory), &json!(OPERATIONS)));
    }
    assert_eq!(stage.memory.resolutions().await.unwrap().len(), 1);
}
