//! Loops, config, timelines, and parked work.

use jiff::{SignedDuration, Timestamp};
use revloops_identity::Scope;
use revloops_loopkit::ports::{Parked as _, ParkedItem, ParkedStatus};
use serde_json::json;

use crate::stage::{ADMIN, MANAGER, OPERATIONS, REP, Stage, noon};

#[tokio::test]
async fn loops_are_listed_with_what_is_active_and_config_is_read_by_file() {
    let stage = Stage::set().await;
    let loops = stage.done(REP, "list_loops", json!({})).await;
    let all = loops["loops"].as_array().unwrap();
    assert_eq!(all.len(), 7);
    let active: Vec<&str> =
        all.iter().filter(|one| one["active"].is_object()).map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(active, ["qualify", "route"], "of the others none is active here");
    let read = stage.done(MANAGER, "read_config", json!({"loop": "route", "file": "rules.yaml"})).await;
    assert_eq!(read["files"].as_object().unwrap().keys().collect::<Vec<_>>(), ["rules.yaml"]);
    for (which, wanted) in [
        (json!({"loop": "routing"}), "there is no loop `routing`"),
        (json!({"loop": "route", "file": "rule.yaml"}), "rules.yaml"),
        (json!({"loop": "engage"}), "no config of `engage` is active"),
    ] {
        let why = stage.refused(MANAGER, "read_config", which).await;
        assert!(why.contains(wanted), "{why}");
    }
}

#[tokio::test]
async fn resources_have_each_loops_card_and_prompts_name_tools_that_there_are() {
    let stage = Stage::set().await;
    let (_, read) = stage.request(REP, &Scope::ALL, "resources/read", json!({"uri": "revloops://loops/route"})).await;
    assert!(read["result"]["contents"][0]["text"].as_str().unwrap().starts_with("# route"), "{read}");
    let tools: Vec<&str> = revloops_mcp_workflow::tools::all().iter().map(|tool| tool.spec().name).collect();
    for prompt in revloops_mcp_workflow::prompts::all() {
        let named = prompt.text.split('`').skip(1).step_by(2).filter(|word| word.contains('_'));
        for name in named {
            assert!(tools.contains(&name), "{} names `{name}`", prompt.name);
        }
    }
}

#[tokio::test]
async fn a_record_that_somebody_does_not_see_has_no_timeline() {
    let stage = Stage::set().await;
    let record = json!({"record": "00Q000000000001EAA"});
    let why = stage.refused(REP, "timeline", record.clone()).await;
    assert!(why.contains("no record"), "{why}");
    stage.shows("00Q000000000001EAA");
    let told = stage.done(REP, "timeline", record).await;
    assert_eq!(told["decisions"], json!([]));
    let why = stage.refused(REP, "timeline", json!({"record": "Alder"})).await;
    assert!(why.contains("Alder"), "{why}");
}

fn parked(id: &str, next: Option<Timestamp>) -> ParkedItem {
    serde_json::from_value(json!({
        "parked_id": id, "step": "qualify", "class": "Transient", "reason": "the provider is down", "attempts": 1,
        "payload": {}, "parked_at": noon(), "next_attempt_at": next, "correlation_id": null, "input": {}, "status": ParkedStatus::Waiting,
    }))
    .unwrap()
}

#[tokio::test]
async fn parked_work_is_made_due_once_and_what_needs_a_person_is_left() {
    let stage = Stage::set().await;
    let later = noon().checked_add(SignedDuration::from_hours(1)).unwrap();
    stage.parked.park(&parked("one", Some(later))).await.unwrap();
    stage.parked.park(&parked("two", None)).await.unwrap();
    let listed = stage.done(MANAGER, "list_parked", json!({"step": "qualify"})).await;
    assert_eq!((listed["items"].as_array().unwrap().len(), &listed["complete"]), (2, &json!(true)));
    for _ in 0..2 {
        let redriven = stage.done(OPERATIONS, "redrive", json!({"parked_ids": ["one", "two", "three"]})).await;
        assert_eq!((&redriven["due"], &redriven["gone"]), (&json!(["one"]), &json!(["three"])));
        assert_eq!(redriven["need_a_person"][0]["parked_id"], "two");
    }
    let why = stage.refused(ADMIN, "redrive", json!({"parked_ids": []})).await;
    assert!(why.contains("1 to 200"), "{why}");
    let why = stage.refused(MANAGER, "list_parked", json!({"at_most": 0})).await;
    assert!(why.contains("1 to 200"), "{why}");
}
