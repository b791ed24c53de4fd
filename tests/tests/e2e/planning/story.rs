//! From a promotion to its taking back.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use revloops_aws::{Execution, TableRuns};
use revloops_loopkit::RunKey;
use revloops_loopkit::ports::RunStore as _;
use serde_json::{Value, json};

use super::mistakes::nothing_of_a_wrong_scenario_is_promoted;
use super::system::{Own, Picture};
use crate::demand::kill_one_of;

const ACCOUNTS: usize = 5_000;

/// Kills of the executor; then it is left in peace.
const KILLS: usize = 20;

static KILLED: AtomicUsize = AtomicUsize::new(0);

#[tokio::test(flavor = "multi_thread")]
async fn a_promoted_scenario_comes_into_the_crm_once_whatever_dies_and_can_be_taken_back() -> anyhow::Result<()> {
    let own = Own::new().await?;
    nothing_of_a_wrong_scenario_is_promoted(&own).await?;
    promotes_by_its_hash_alone(&own);
    is_stale_once_another_is_promoted(&own).await?;

    let wanted = own.accounts(ACCOUNTS).await?;
    let baseline = own.picture().await?;
    own.promote("end-to-end");
    let hash = is_planned_and_waits(&own, &baseline).await?;
    is_applied_while_its_executor_is_killed(&own, &hash).await;
    let applied = own.picture().await?;
    equals_the_scenario(&applied, &wanted);

    let (again, fine) = own.told(&["territories", "plan"]);
    assert!(fine && again["empty"] == true, "{again:#}");
    let (drift, fine) = own.told(&["territories", "drift"]);
    assert!(fine && drift["drift"] == json!([]), "{drift:#}");

    let changes = people_change_things(&own, &wanted).await?;
    drift_is_found_and_named(&own, &changes);
    is_taken_back_but_for_what_people_changed(&own, &hash, &baseline, &changes).await?;
    own.end().await
}

fn promotes_by_its_hash_alone(own: &Own) {
    let before = std::fs::read_to_string(own.active_file()).unwrap();
    std::fs::write(own.active_file(), format!("# Kept.\n{before}")).unwrap();
    let config = own.config().to_string_lossy().into_owned();
    let refused = own.revloops(&["design", "promote", "end-to-end", "--config", &config, "--approve", "0000"]);
    assert!(!refused.status.success());
    assert!(std::fs::read_to_string(own.active_file()).unwrap().contains("fy27-baseline"), "nothing was promoted");

    let promoted = own.promote("end-to-end");
    let lines = promoted["changes"]["territories"].to_string();
    assert!(lines.contains("poland is new") && lines.contains("DACH & Liechtenstein"), "{lines}");
    let file = std::fs::read_to_string(own.active_file()).unwrap();
    assert!(file.starts_with("# Kept.\n") && file.contains("active_scenario: end-to-end"), "{file}");
    // The same command once more: whoever died at the end of it does just that.
    let again = own.promote("end-to-end");
    assert_eq!(again["event"]["event_id"], promoted["event"]["event_id"]);
}

/// A plan that waits ends when the scenario before is promoted again, and cannot be approved any more.
async fn is_stale_once_another_is_promoted(own: &Own) -> anyhow::Result<()> {
    let older = own.waiting_plan("end-to-end").await;
    let config = own.config().to_string_lossy().into_owned();
    let rollback = ["design", "rollback", "--config", &config];
    let (shown, fine) = own.told(&rollback);
    assert!(fine && shown["scenario"] == "fy27-baseline" && shown["promoted"] == false, "{shown}");
    let (back, fine) = own.told(&[&rollback[..], &["--approve", shown["hash"].as_str().unwrap()]].concat());
    assert!(fine && back["promoted"] == true, "{back}");
    let hash = older["hash"].as_str().unwrap();
    let refused = own.revloops(&["territories", "approve", hash]);
    assert!(!refused.status.success(), "its scenario is not the active one");

    own.waiting_plan("fy27-baseline").await;
    let refused = own.revloops(&["territories", "approve", hash]);
    assert!(!refused.status.success());
    let (plans, _) = own.told(&["territories", "list"]);
    let older = plans.as_array().unwrap().iter().find(|plan| plan["plan"]["hash"] == hash).unwrap();
    assert_eq!(older["status"]["status"], "stale", "{older}");
    let steps = own.endpoints.clients().await.steps;
    let execution = revloops_aws::execution(&steps, older["plan"]["execution"].as_str().unwrap()).await?;
    let Execution::Ended(output) = execution else { panic!("its chain has not ended: {execution:?}") };
    assert_eq!(output["answer"], "stale", "{output}");
    Ok(())
}

async fn is_planned_and_waits(own: &Own, baseline: &Picture) -> anyhow::Result<String> {
    let plan = own.waiting_plan("end-to-end").await;
    let hash = plan["hash"].as_str().unwrap().to_owned();
    let (shown, _) = own.told(&["territories", "show"]);
    assert_eq!(shown["hash"], plan["hash"]);
    let counts = &shown["plan"]["counts"];
    assert!(counts["accounts_in"].as_u64().unwrap() >= ACCOUNTS as u64, "{counts}");
    assert_eq!(own.picture().await?, *baseline, "a plan writes nothing");
    its_record_is_beside_the_table(own, &plan["run"]).await?;
    let refused = own.revloops(&["territories", "approve", "0000"]);
    assert!(!refused.status.success());
    Ok(hash)
}

/// The plan of so many accounts, with what it was made from, is more than an item of a table holds.
async fn its_record_is_beside_the_table(own: &Own, run: &Value) -> anyhow::Result<()> {
    let key: RunKey = serde_json::from_value(run.clone())?;
    let clients = own.endpoints.clients().await;
    let runs = TableRuns::new(clients.dynamodb.clone(), own.endpoints.output("RunsTable")?);
    let without = runs.one(&key).await.unwrap_err();
    assert!(without.to_string().contains(&format!("runs/{}/", key.run_id())), "{without}");
    let bucket = clients.bucket(own.endpoints.output("RecordsBucket")?)?;
    let stored = runs.with_large_records(bucket).one(&key).await?.unwrap();
    let bytes = serde_json::to_vec(&stored.record)?;
    assert!(bytes.len() > 400_000, "{} bytes would fit an item", bytes.len());
    assert_eq!(stored.record.key, key);
    assert_eq!(stored.applied.len(), stored.record.effects.len(), "all is applied, and noted in the item");
    Ok(())
}

/// Approves, while the executor is killed at moments that have nothing to do with what it is doing; then carries on with
/// what the chain, which tries a few times, has parked.
async fn is_applied_while_its_executor_is_killed(own: &Own, hash: &str) {
    let killer = tokio::spawn(kill_the_executor(own.context.layout.state.clone()));
    own.revloops(&["territories", "approve", hash]);
    let status = || {
        let (plans, _) = own.told(&["territories", "list"]);
        let plan = plans.as_array().unwrap().iter().find(|plan| plan["plan"]["hash"] == hash).unwrap().clone();
        plan["status"]["status"].as_str().unwrap().to_owned()
    };
    for _attempt in 0..60 {
        if status() == "applied" {
            break;
        }
        // It may be killed as well, or find that the chain was sent again and is at it.
        own.revloops(&["territories", "apply", hash]);
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert_eq!(status(), "applied");
    killer.abort();
    let killed = KILLED.load(Ordering::Relaxed);
    assert!(killed >= 5, "only {killed} kills hit");
}

async fn kill_the_executor(state: PathBuf) {
    let mut wait = 0x9e37_79b9_u64;
    while KILLED.load(Ordering::Relaxed) < KILLS {
        // Any sequence will do; this one is the same in each run.
        wait = wait.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        tokio::time::sleep(Duration::from_millis(100 + (wait >> 33) % 1_400)).await;
        KILLED.fetch_add(kill_one_of(&state, &["TerritorySync"]), Ordering::Relaxed);
    }
}

fn equals_the_scenario(picture: &Picture, wanted: &BTreeMap<String, &'static str>) {
    let territories = [
        ("emea", "EMEA", ""),
        ("americas", "Americas", ""),
        ("dach", "DACH & Liechtenstein", "emea"),
        ("france-benelux", "France & Benelux", "emea"),
        ("nordics", "Nordics", "emea"),
        ("uk-ireland", "UK & Ireland", "emea"),
        ("iberia", "Iberia", "emea"),
        ("poland", "Poland", "emea"),
        ("latin-america", "Latin America", "americas"),
        ("us-west", "US West", "americas"),
        ("us-east", "US East", "americas"),
        ("apac", "APAC", ""),
    ];
    let territories: BTreeMap<String, (String, String)> =
        territories.into_iter().map(|(id, name, above)| (id.to_owned(), (name.to_owned(), above.to_owned()))).collect();
    assert_eq!(picture.territories, territories);
    assert_eq!(picture.count, territories.len(), "no territory is there twice");
    for (territory, login) in
        [("dach", "maria.keller"), ("poland", "tom.becker"), ("us-west", "dan.whitaker"), ("emea", "helen.brandt")]
    {
        let login = format!("{login}@northfield.example");
        assert!(picture.users.contains(&(territory.to_owned(), login.clone())), "{login} is not in {territory}");
    }
    assert_eq!(picture.associations.0, picture.users.len(), "nobody is in a territory twice");
    for (account, territory) in wanted {
        assert_eq!(picture.placed.get(account), Some(&BTreeSet::from([(*territory).to_owned()])), "{account}");
    }
    let placed: usize = picture.placed.values().map(BTreeSet::len).sum();
    assert_eq!(picture.associations.1, placed, "no account is in a territory twice");
}

/// What people did by hand after the plan.
struct Changes {
    /// The account that somebody put elsewhere, and the territory.
    account: String,
    /// The association that somebody took away: territory and username.
    left: (String, String),
}

async fn people_change_things(own: &Own, wanted: &BTreeMap<String, &'static str>) -> anyhow::Result<Changes> {
    let account = wanted.iter().find(|(_, territory)| **territory == "dach").unwrap().0.clone();
    let soql = format!("SELECT Id FROM ObjectTerritory2Association WHERE ObjectId = '{account}'");
    let there: Vec<String> =
        own.crm.query(&soql).await?.iter().map(|one| one["Id"].as_str().unwrap().to_owned()).collect();
    own.crm.delete_all(&there).await?;
    let moved = json!({"ObjectId": account, "Territory2Id": own.territory("nordics").await?, "AssociationCause": "Territory2Manual"});
    own.crm.create_all("ObjectTerritory2Association", &[moved]).await?;

    own.crm.update("Territory2", &own.territory("apac").await?, &json!({"Name": "Asia and the Pacific"})).await?;

    let poland = own.territory("poland").await?;
    let soql = format!("SELECT Id FROM UserTerritory2Association WHERE Territory2Id = '{poland}'");
    let there: Vec<String> =
        own.crm.query(&soql).await?.iter().map(|one| one["Id"].as_str().unwrap().to_owned()).collect();
    assert!(!there.is_empty());
    own.crm.delete_all(&there).await?;
    Ok(Changes { account, left: ("poland".to_owned(), "tom.becker@northfield.example".to_owned()) })
}

fn drift_is_found_and_named(own: &Own, changes: &Changes) {
    let (drift, fine) = own.told(&["territories", "drift"]);
    assert!(!fine, "drift is no success");
    let lines: Vec<&str> = drift["drift"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    let named = |words: &[&str]| lines.iter().any(|line| words.iter().all(|word| line.contains(word)));
    assert!(named(&[&changes.account]), "{lines:#?}");
    assert!(named(&["Asia and the Pacific"]), "{lines:#?}");
    assert!(named(&["tom.becker", "Poland"]), "{lines:#?}");
    assert!(lines.len() <= 6, "only what was changed is told: {lines:#?}");
}

async fn is_taken_back_but_for_what_people_changed(
    own: &Own,
    hash: &str,
    baseline: &Picture,
    changes: &Changes,
) -> anyhow::Result<()> {
    let (rolled, fine) = own.told(&["territories", "rollback", hash]);
    assert!(fine, "{rolled:#}");
    let after = own.picture().await?;
    // A person put this account there, so it and its territory stay, with what that one lies in; all else is as before.
    let stays: BTreeMap<String, BTreeSet<String>> =
        BTreeMap::from([(changes.account.clone(), BTreeSet::from(["nordics".to_owned()]))]);
    assert_eq!(after.placed, stays);
    assert!(!after.users.contains(&changes.left));
    assert!(after.territories.contains_key("nordics") && after.territories.contains_key("emea"), "{after:#?}");
    // A person renamed it, so it is theirs now.
    assert!(after.territories.get("apac").is_none_or(|(name, _)| name == "Asia and the Pacific"), "{after:#?}");
    for gone in ["dach", "poland", "us-west", "us-east", "iberia", "latin-america"] {
        assert!(!after.territories.contains_key(gone), "{gone} is still there");
    }
    assert!(baseline.territories.keys().all(|id| after.territories.contains_key(id)));
    let (twice, fine) = own.told(&["territories", "rollback", hash]);
    assert!(fine, "{twice:#}");
    assert_eq!(own.picture().await?, after, "taking it back twice changes nothing");
    let (plans, _) = own.told(&["territories", "list"]);
    let status: Vec<&Value> = plans.as_array().unwrap().iter().map(|plan| &plan["status"]["status"]).collect();
    assert!(status.contains(&&json!("rolled_back")), "{plans:#}");
    Ok(())
}
