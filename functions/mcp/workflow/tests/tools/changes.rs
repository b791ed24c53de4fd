//! Changes of config through the server: the desk's own tests have the rest.

use serde_json::{Value, json};

use crate::stage::{ADMIN, MANAGER, OPERATIONS, Stage};

fn entry(value: &str) -> Value {
    let operation = json!({
        "op": "add_entry", "loop": "qualify", "file": "levers.yaml", "list": "placeholder_companies", "value": value,
    });
    json!({"operations": [operation], "why": "people type it"})
}

#[tokio::test]
async fn a_change_is_proposed_approved_applied_and_taken_back_each_once() {
    let stage = Stage::set().await;
    let shown = stage.done(OPERATIONS, "propose_change", entry("tbd holding")).await;
    assert!(shown["diff"].as_str().unwrap().contains("+  - tbd holding"), "{shown}");
    let (id, sha256) = (&shown["proposal"]["id"], &shown["proposal"]["sha256"]);
    let why = stage.refused(ADMIN, "apply_change", json!({"id": id})).await;
    assert!(why.contains("approval"), "{why}");
    let why = stage.refused(ADMIN, "approve_change", json!({"id": id, "sha256": "0123456789abcdef"})).await;
    assert!(why.contains("hash"), "{why}");
    let simulated = stage.done(MANAGER, "simulate_change", json!({"id": id})).await;
    assert!(simulated["simulation"][0].as_str().unwrap().contains("0 of 0"), "{simulated}");
    for _ in 0..2 {
        stage.done(ADMIN, "approve_change", json!({"id": id, "sha256": sha256})).await;
    }
    for _ in 0..2 {
        let applied = stage.done(ADMIN, "apply_change", json!({"id": id})).await;
        assert_eq!(applied["proposal"]["state"], "applied");
    }
    let loops = stage.done(MANAGER, "list_loops", json!({})).await;
    let qualify = loops["loops"].as_array().unwrap().iter().find(|one| one["name"] == "qualify").unwrap();
    assert_eq!(&qualify["active"]["sha256"], sha256);
    for _ in 0..2 {
        stage
            .done(
                OPERATIONS,
                "roll_back",
                json!({"loop": "qualify", "sha256": sha256, "why": "a customer is called that"}),
            )
            .await;
    }
    let history = stage.done(MANAGER, "config_history", json!({"loop": "qualify"})).await;
    let how: Vec<&str> = history["moves"].as_array().unwrap().iter().map(|one| one["how"].as_str().unwrap()).collect();
    assert_eq!(how, ["rolled_back", "applied", "promoted"]);
}

#[tokio::test]
async fn a_proposal_is_rejected_by_others_and_withdrawn_by_whoever_made_it() {
    let stage = Stage::set().await;
    let first = stage.done(OPERATIONS, "propose_change", entry("tbd holding")).await;
    let id = &first["proposal"]["id"];
    let why = stage.refused(ADMIN, "withdraw_change", json!({"id": id, "why": "no"})).await;
    assert!(why.contains(OPERATIONS), "{why}");
    for _ in 0..2 {
        stage.done(OPERATIONS, "withdraw_change", json!({"id": id, "why": "a slip"})).await;
    }
    let second = stage.done(OPERATIONS, "propose_change", entry("to be decided")).await;
    let id = &second["proposal"]["id"];
    stage.done(ADMIN, "reject_change", json!({"id": id, "why": "a customer is called that"})).await;
    let shown = stage.done(MANAGER, "show_change", json!({"id": id})).await;
    assert!(shown["ended"].as_str().unwrap().contains(ADMIN), "{shown}");
    let waiting = stage.done(MANAGER, "list_changes", json!({})).await;
    assert_eq!(waiting["proposals"], json!([]));
    let all = stage.done(MANAGER, "list_changes", json!({"all": true, "loop": "qualify"})).await;
    assert_eq!(all["proposals"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_change_that_would_not_pass_keeps_nothing_and_tells_everything_wrong() {
    let stage = Stage::set().await;
    let set = json!({"op": "set_lever", "loop": "qualify", "file": "scoring.yaml", "path": "bands[id=A].min_score", "value": 900});
    let why = stage.refused(OPERATIONS, "propose_change", json!({"operations": [set], "why": "w"})).await;
    assert!(why.contains("scoring.yaml"), "{why}");
    let why = stage.refused(OPERATIONS, "propose_change", json!({"operations": [], "why": "w"})).await;
    assert!(why.contains("at least one"), "{why}");
    let all = stage.done(MANAGER, "list_changes", json!({"all": true})).await;
    assert_eq!(all["proposals"], json!([]));
}
