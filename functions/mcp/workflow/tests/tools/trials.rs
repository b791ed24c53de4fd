//! A version is tried beside the active one.

use serde_json::{Value, json};

use crate::stage::{ADMIN, MANAGER, OPERATIONS, Stage};

async fn proposal(stage: &Stage) -> Value {
    let operation = json!({
        "op": "add_entry", "loop": "qualify", "file": "levers.yaml", "list": "placeholder_companies", "value": "tbd holding",
    });
    let change = json!({"operations": [operation], "why": "people type it"});
    stage.done(OPERATIONS, "propose_change", change).await["proposal"].take()
}

#[tokio::test]
async fn a_shadow_is_begun_shown_and_ended_once() {
    let stage = Stage::set().await;
    let none = stage.done(MANAGER, "show_trial", json!({"loop": "qualify"})).await;
    assert_eq!(none, json!({}), "none is under way");
    let proposal = proposal(&stage).await;
    let how = json!({"id": proposal["id"], "mode": "shadow", "share_percent": 100});
    let begun = stage.done(OPERATIONS, "begin_trial", how.clone()).await;
    let again = stage.done(ADMIN, "begin_trial", how).await;
    assert_eq!(again["id"], begun["id"], "the same trial is one");
    let shown = stage.done(MANAGER, "show_trial", json!({"loop": "qualify"})).await;
    assert_eq!((&shown["trial"]["proposal"], &shown["trial"]["by"]), (&proposal["id"], &json!(OPERATIONS)));
    assert_eq!(shown["compared"], json!({"records": 0, "different": 0, "examples": []}));
    assert!(shown.get("verdict").is_none(), "nobody has looked at it yet: {shown}");

    let why = stage.refused(OPERATIONS, "end_trial", json!({"loop": "qualify", "why": " "})).await;
    assert!(why.contains("say why"), "{why}");
    let ended = stage.done(OPERATIONS, "end_trial", json!({"loop": "qualify", "why": "enough seen"})).await;
    assert_eq!(ended["moved"]["how"], "trial_ended");
    let again = stage.done(OPERATIONS, "end_trial", json!({"loop": "qualify", "why": "enough seen"})).await;
    assert_eq!(again, json!({}), "nothing is done twice");
}

#[tokio::test]
async fn guards_standing_is_shown_as_it_was_when_the_trial_was_looked_at() {
    let stage = Stage::set().await;
    let proposal = proposal(&stage).await;
    let (id, sha256) = (&proposal["id"], &proposal["sha256"]);
    let canary = json!({
        "id": id, "mode": "canary", "share_percent": 20, "guards": [{"metric": "reassigned", "least_worse_points": 5}],
    });
    let why = stage.refused(OPERATIONS, "begin_trial", canary.clone()).await;
    assert!(why.contains("approval"), "a canary acts, so it is approved first: {why}");
    stage.done(ADMIN, "approve_change", json!({"id": id, "sha256": sha256})).await;
    stage.done(OPERATIONS, "begin_trial", canary).await;
    stage.desk.look_at_trial("qualify", &[], crate::stage::noon()).await.unwrap();
    let shown = stage.done(MANAGER, "show_trial", json!({"loop": "qualify"})).await;
    assert_eq!(shown["verdict"]["verdict"], "goes_on", "{shown}");
    assert_eq!(shown["verdict"]["guards"][0]["metric"], "reassigned", "{shown}");
}

#[tokio::test]
async fn a_trial_that_cannot_be_meant_is_refused() {
    let stage = Stage::set().await;
    let proposal = proposal(&stage).await;
    let id = &proposal["id"];
    for (how, wanted) in [
        (json!({"id": "0123456789ab", "mode": "shadow"}), "no proposal"),
        (json!({"id": id, "mode": "sometimes"}), "sometimes"),
        (json!({"id": id, "mode": "canary", "share_percent": 0}), "trial"),
        (json!({"id": id, "mode": "shadow", "share_percent": 900}), "trial"),
    ] {
        let why = stage.refused(OPERATIONS, "begin_trial", how.clone()).await;
        assert!(why.contains(wanted), "{how}: {why}");
    }
    let why = stage.refused(MANAGER, "show_trial", json!({"loop": "qualfy"})).await;
    assert!(why.contains("qualify"), "the nearest name is told: {why}");
}
