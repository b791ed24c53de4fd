//! Plans through the workflow server: a scenario is compared, promoted by two people and back, its territories are approved;
//! and somebody is put on the list of those who must not be written to.

use std::time::Duration;

use anyhow::bail;
use revloops_cli::config::store;
use revloops_config::Problems;
use revloops_loopkit::ports::Clock as _;
use revloops_runtime::SystemClock;
use revloops_scenario::{Resolved, stored};
use revloops_tests::system::System;
use revloops_tests::tools::project_root;
use serde_json::{Value, json};

use super::{Session, create, person};

const OPERATIONS: &str = "olivia.grant@northfield.example";
const ADMIN: &str = "admin@northfield.example";
const SCOPE: &str = "workflow.read workflow.write";
const BASELINE: &str = "fy27-baseline";
const OPERATORS: &str = "operators-plan";

async fn ask(system: &System, who: &str, calls: &[(&str, Value)]) -> anyhow::Result<Session> {
    let calls: Vec<Value> =
        calls.iter().map(|(tool, arguments)| json!({"tool": tool, "arguments": arguments})).collect();
    Session::of(system, "workflow", &person(who, SCOPE), json!({"calls": calls})).await
}

/// The baseline with another name for a territory, which no run before has given it.
fn another_plan() -> anyhow::Result<Resolved> {
    let mut problems = Problems::new();
    let Some(baseline) = revloops_scenario::read(&project_root().join("config"), BASELINE, &mut problems) else {
        bail!("the shipped scenario has problems: {problems}");
    };
    let mut content = baseline.content;
    content["name"] = json!("Operators' plan");
    let territories = content["territories"].as_array_mut().unwrap();
    let dach = territories.iter_mut().find(|one| one["id"] == "dach").unwrap();
    dach["name"] = json!(format!("DACH {}", SystemClock.now().as_second()));
    Ok(Resolved::from_content(OPERATORS, content)?)
}

/// Proposed by the one, approved by the other, applied.
async fn promoted(system: &System, scenario: &str, by: &str, second: &str) -> anyhow::Result<()> {
    let wanted = json!({"scenario": scenario, "why": "the plan of the operators' tests"});
    let proposed = ask(system, by, &[("promote_scenario", wanted)]).await?;
    let proposal = &proposed.answer(0)["proposal"];
    let yes = json!({"id": proposal["id"], "sha256": proposal["sha256"]});
    let alone =
        ask(system, by, &[("approve_change", yes.clone()), ("apply_change", json!({"id": proposal["id"]}))]).await?;
    for call in [0, 1] {
        assert!(alone.refusal(call).contains("approval"), "one person alone: {}", alone.refusal(call));
    }
    let other = json!({"id": proposal["id"], "sha256": "0123456789abcdef"});
    let calls = [("approve_change", other), ("approve_change", yes), ("apply_change", json!({"id": proposal["id"]}))];
    let answered = ask(system, second, &calls).await?;
    assert!(answered.refusal(0).contains("hash"), "{}", answered.refusal(0));
    assert_eq!(answered.answer(2)["proposal"]["state"], "applied");
    Ok(())
}

/// The plan of this scenario's territories, once it is in this state.
async fn plan(system: &System, scenario: &str, status: &str) -> anyhow::Result<Value> {
    let mut seen = String::new();
    for _attempt in 0..60 {
        let shown = ask(system, OPERATIONS, &[("show_territory_plan", json!({}))]).await?;
        if shown.told["calls"][0]["is_error"] == false {
            let plan = &shown.answer(0)["plan"];
            if plan["scenario"] == scenario && plan["status"] == status {
                return Ok(shown.answer(0).clone());
            }
            seen = plan.to_string();
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    bail!("no plan of {scenario} is {status}; the last seen was {seen}")
}

fn active(listed: &Value) -> Vec<&str> {
    let all = listed["scenarios"].as_array().unwrap().iter();
    all.filter(|one| one["active"] == true).map(|one| one["id"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_promoted_by_two_people_and_back_and_its_territories_are_approved() -> anyhow::Result<()> {
    let system = System::running().await?;
    stored::keep(&store(&system.endpoints).await?, &another_plan()?).await?;
    let looked =
        ask(&system, OPERATIONS, &[("list_scenarios", json!({})), ("compare_scenarios", json!({"to": OPERATORS}))])
            .await?;
    assert_eq!(active(looked.answer(0)), [BASELINE]);
    let territories = looked.answer(1)["changes"]["territories"].to_string();
    assert!(territories.contains("dach is called DACH"), "{territories}");

    promoted(&system, OPERATORS, OPERATIONS, ADMIN).await?;
    let waiting = plan(&system, OPERATORS, "waiting").await?;
    assert!(waiting["in_words"].as_str().unwrap().contains(OPERATORS), "{waiting}");
    let hash = waiting["plan"]["hash"].as_str().unwrap();
    let answered = ask(
        &system,
        OPERATIONS,
        &[("approve_territory_plan", json!({"hash": &hash[..12]})), ("approve_territory_plan", json!({"hash": hash}))],
    )
    .await?;
    assert!(answered.refusal(0).contains("whole hash"), "{}", answered.refusal(0));
    assert_eq!(answered.answer(1)["plan"]["answered_by"], OPERATIONS);
    plan(&system, OPERATORS, "applied").await?;

    promoted(&system, BASELINE, ADMIN, OPERATIONS).await?;
    let waiting = plan(&system, BASELINE, "waiting").await?;
    let hash = json!({"hash": waiting["plan"]["hash"]});
    let back = ask(
        &system,
        OPERATIONS,
        &[
            ("reject_territory_plan", hash),
            ("list_scenarios", json!({})),
            ("config_history", json!({"loop": "scenario"})),
            ("list_pending_accounts", json!({})),
        ],
    )
    .await?;
    assert_eq!(back.answer(0)["plan"]["status"], "rejected");
    assert_eq!(active(back.answer(1)), [BASELINE]);
    assert_eq!(back.answer(2)["moves"][0]["by"], OPERATIONS);
    back.answer(3);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_is_suppressed_and_listed_and_taken_off_the_list() -> anyhow::Result<()> {
    let system = System::running().await?;
    let account = create(&system, "Account", json!({"Name": "Vardø Fisk AS", "BillingCountryCode": "NO"})).await?;
    let contact = json!({"LastName": "Nilsen", "AccountId": account, "Email": "nilsen@vardo-fisk.example"});
    let contact = create(&system, "Contact", contact).await?;
    let who = json!({"kind": "person", "value": contact});
    let whom = json!({"kind": "person", "value": contact, "reason": "asked by phone"});
    let calls = [("suppress", whom.clone()), ("suppress", whom), ("list_suppressions", json!({})), ("unsuppress", who)];
    let done = ask(&system, OPERATIONS, &calls).await?;
    assert_eq!((&done.answer(0)["new"], &done.answer(1)["new"]), (&json!(true), &json!(false)));
    let listed = done.answer(2)["suppressions"].as_array().unwrap();
    let entry = listed.iter().find(|one| one["key"] == format!("person/{contact}"));
    assert_eq!(entry.map(|one| &one["by"]), Some(&json!(OPERATIONS)), "{listed:?}");
    assert_eq!(done.answer(3)["was_there"], true);
    Ok(())
}
