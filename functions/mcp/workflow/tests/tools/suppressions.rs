//! Who must not be written to.

use serde_json::{Value, json};

use crate::stage::{ADMIN, MANAGER, OPERATIONS, REP, Stage};

const LEAD: &str = "00Q000000000001EAA";
const HIDDEN: &str = "00Q000000000002EAA";

async fn listed(stage: &Stage, who: &str) -> Vec<Value> {
    let answer = stage.done(who, "list_suppressions", json!({})).await;
    answer["suppressions"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_rep_suppresses_somebody_whom_they_see_and_it_is_done_once() {
    let stage = Stage::set().await;
    stage.shows(LEAD);
    let whom = json!({"kind": "person", "value": LEAD, "reason": "asked by phone"});
    assert_eq!(stage.done(REP, "suppress", whom.clone()).await["new"], true);
    assert_eq!(stage.done(REP, "suppress", whom).await["new"], false, "twice is once");
    let all = listed(&stage, REP).await;
    assert_eq!(all.len(), 1);
    assert_eq!((&all[0]["key"], &all[0]["by"]), (&json!(format!("person/{LEAD}")), &json!(REP)));

    let why = stage.refused(MANAGER, "unsuppress", json!({"kind": "person", "value": LEAD})).await;
    assert!(why.contains("operations"), "{why}");
    assert_eq!(stage.done(OPERATIONS, "unsuppress", json!({"kind": "person", "value": LEAD})).await["was_there"], true);
    assert_eq!(
        stage.done(OPERATIONS, "unsuppress", json!({"kind": "person", "value": LEAD})).await["was_there"],
        false
    );
    assert_eq!(listed(&stage, ADMIN).await, [] as [Value; 0]);
}

#[tokio::test]
async fn a_domain_takes_a_manager_and_what_names_nobody_is_refused() {
    let stage = Stage::set().await;
    stage.shows(LEAD);
    for (kind, value, reason, wanted) in [
        ("domain", "alder.example", "a competitor", "ask a manager"),
        ("person", HIDDEN, "asked", "no record"),
        ("person", "alder", "asked", "alder"),
        ("address", "no address", "asked", "address"),
        ("person", LEAD, " ", "say why"),
    ] {
        let whom = json!({"kind": kind, "value": value, "reason": reason});
        let why = stage.refused(REP, "suppress", whom).await;
        assert!(why.contains(wanted), "{kind} {value}: {why}");
    }
    assert_eq!(listed(&stage, ADMIN).await, [] as [Value; 0]);
    let whom = json!({"kind": "domain", "value": "alder.example", "reason": "a competitor"});
    assert_eq!(stage.done(MANAGER, "suppress", whom).await["new"], true);
}

#[tokio::test]
async fn the_list_shows_a_rep_whom_they_see_and_what_is_theirs_and_a_manager_domains_too() {
    let stage = Stage::set().await;
    stage.shows(LEAD);
    stage.shows(HIDDEN);
    for (kind, value) in [("person", LEAD), ("person", HIDDEN), ("domain", "alder.example")] {
        stage.done(ADMIN, "suppress", json!({"kind": kind, "value": value, "reason": "asked"})).await;
    }
    stage.done(REP, "suppress", json!({"kind": "address", "value": "ada@alder.example", "reason": "asked"})).await;
    stage.hides(HIDDEN);
    let kinds = |all: Vec<Value>| -> Vec<String> {
        all.iter().map(|one| one["key"].as_str().unwrap().split('/').next().unwrap().to_owned()).collect()
    };
    assert_eq!(kinds(listed(&stage, REP).await), ["person", "address"]);
    assert_eq!(kinds(listed(&stage, MANAGER).await), ["person", "address", "domain"]);
    let all = listed(&stage, MANAGER).await;
    assert!(!json!(all).to_string().contains("ada@"), "addresses are digests: {all:?}");
}
