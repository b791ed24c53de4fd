//! A change of config from words to live and back, by two operators who talk to the workflow server.

use std::time::Duration;

use anyhow::Context as _;
use revloops_loopkit::Record;
use revloops_tests::system::System;
use serde_json::{Value, json};

use super::{Session, person};

const OPERATIONS: &str = "olivia.grant@northfield.example";
const ADMIN: &str = "admin@northfield.example";
const SCOPE: &str = "workflow.read workflow.write";

async fn ask(system: &System, who: &str, calls: &[(&str, Value)]) -> anyhow::Result<Session> {
    let calls: Vec<Value> =
        calls.iter().map(|(tool, arguments)| json!({"tool": tool, "arguments": arguments})).collect();
    Session::of(system, "workflow", &person(who, SCOPE), json!({"calls": calls})).await
}

/// Qualify's decision about a new lead of this company.
async fn decided(system: &System, company: &str, mail: &str) -> anyhow::Result<Record> {
    let lead = json!({
        "FirstName": "Pia", "LastName": "Holm", "Company": company, "Email": mail, "Title": "Head of Sales", "CountryCode": "DK",
        "LeadSource": "Web",
    });
    let ids = system.save(&[lead]).await?;
    system.wait_for_ends(&ids, Duration::from_secs(60)).await?;
    let runs = system.finished_runs(ids.first().context("one lead")?).await?;
    runs.into_iter().find(|run| run.key.loop_name == "qualify").context("Qualify has decided")
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_goes_from_words_to_live_and_back_and_the_next_lead_shows_it() -> anyhow::Result<()> {
    let system = System::running().await?;
    let before = decided(&system, "Tbd Holding", "pia@tbd-one.example").await?;

    let operation = json!({
        "op": "add_entry", "loop": "qualify", "file": "levers.yaml", "list": "placeholder_companies", "value": "tbd holding",
    });
    let change = json!({"operations": [operation], "why": "people type it where they know no company"});
    let rival = json!({
        "op": "add_entry", "loop": "qualify", "file": "levers.yaml", "list": "placeholder_companies", "value": "to be decided",
    });
    let rival = json!({"operations": [rival], "why": "another word of the same kind"});
    let proposed = ask(&system, OPERATIONS, &[("propose_change", change), ("propose_change", rival)]).await?;
    let proposal = &proposed.answer(0)["proposal"];
    let diff = text(proposed.answer(0), "diff");
    let changed: Vec<&str> = diff
        .lines()
        .filter(|line| {
            (line.starts_with('+') || line.starts_with('-')) && !line.starts_with("+++") && !line.starts_with("---")
        })
        .collect();
    assert_eq!(changed, ["+  - tbd holding"], "the rest of the file, comments too, stays as it was: {diff}");
    let (id, sha256) = (text(proposal, "id"), text(proposal, "sha256"));
    let other = &proposed.answer(1)["proposal"];

    let rep = ask(&system, super::REP, &[("apply_change", json!({"id": id}))]).await?;
    assert!(rep.refusal(0).contains("operations"), "{}", rep.refusal(0));

    let answered = ask(
        &system,
        ADMIN,
        &[
            ("simulate_change", json!({"id": id})),
            ("approve_change", json!({"id": id, "sha256": "0123456789abcdef"})),
            ("approve_change", json!({"id": id, "sha256": sha256})),
            ("approve_change", json!({"id": other["id"], "sha256": other["sha256"]})),
            ("apply_change", json!({"id": id})),
            ("apply_change", json!({"id": other["id"]})),
        ],
    )
    .await?;
    let simulated = answered.answer(0)["simulation"][0].as_str().unwrap();
    assert!(simulated.contains("decisions of the last 30 days"), "{simulated}");
    assert!(answered.refusal(1).contains("hash"), "an approval of something else: {}", answered.refusal(1));
    assert_eq!(answered.answer(4)["proposal"]["state"], "applied");
    let overtaken = answered.refusal(5);
    assert!(overtaken.contains(ADMIN), "the other is told by whom they were overtaken: {overtaken}");

    tokio::time::sleep(Duration::from_secs(3)).await;
    let live = decided(&system, "Tbd Holding", "pia@tbd-two.example").await?;
    assert_eq!(live.config.sha256, sha256);
    assert_ne!(live.decision.verdict, before.decision.verdict, "the next lead is decided by the new version");

    let back = json!({"loop": "qualify", "sha256": sha256, "why": "a customer is called that"});
    let back = ask(&system, OPERATIONS, &[("roll_back", back), ("config_history", json!({"loop": "qualify"}))]).await?;
    back.answer(0);
    let newest = &back.answer(1)["moves"][0];
    assert_eq!((text(newest, "by"), text(newest, "how")), (OPERATIONS, "rolled_back"));
    tokio::time::sleep(Duration::from_secs(3)).await;
    let again = decided(&system, "Tbd Holding", "pia@tbd-three.example").await?;
    assert_eq!(again.config.sha256, before.config.sha256);
    Ok(())
}
