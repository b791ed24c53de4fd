//! Batches as people run them: the command line, the CRM, the queue with its function.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use revloops_aws::TablePools;
use revloops_loopkit::ports::Pools as _;
use revloops_tests::system::System;
use serde_json::{Value, json};

/// Rules for accounts: by size and territory, and in turns.
const RULES: &str = include_str!("../../../infra/cli/src/route/drill/rules.yaml");
const POOLS: &str = include_str!("../../../infra/cli/src/route/drill/pools.yaml");

/// The command line, as it was built with this test.
fn revloops(arguments: &[&str]) -> Output {
    let this = std::env::current_exe().unwrap();
    Command::new(this.ancestors().nth(2).unwrap().join("revloops")).args(arguments).output().unwrap()
}

/// What a command tells as JSON, and whether it ended well.
fn told(arguments: &[&str]) -> (Value, bool) {
    let output = revloops(&[&["--json"], arguments].concat());
    let text = String::from_utf8_lossy(&output.stdout);
    let said = String::from_utf8_lossy(&output.stderr);
    let value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments:?}: {error}\n{text}\n{said}"));
    (value, output.status.success())
}

fn path(folder: &tempfile::TempDir, name: &str) -> String {
    folder.path().join(name).to_string_lossy().into_owned()
}

/// Accounts in the CRM, and a CSV file of them.
async fn accounts(system: &System, count: usize, file: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let countries = ["DE", "US", "FR", "GB", "SE"];
    let rows: Vec<(String, &str, usize)> =
        (0..count).map(|at| (format!("Batch {at}"), countries[at % 5], (at * 37) % 9000 + 1)).collect();
    let record = |(name, country, employees): &(String, &str, usize)| json!({"Name": name, "BillingCountryCode": country, "NumberOfEmployees": employees});
    let records: Vec<Value> = rows.iter().map(record).collect();
    let ids = system.crm.create_all("Account", &records).await?;
    let owners = owners(system, &ids).await?;
    let mut text = "Id,OwnerId,Name,BillingCountryCode,NumberOfEmployees\n".to_owned();
    for (id, (name, country, employees)) in ids.iter().zip(&rows) {
        writeln!(text, "{id},{},{name},{country},{employees}", owners[id])?;
    }
    std::fs::write(file, text)?;
    Ok(owners)
}

async fn owners(system: &System, ids: &[String]) -> anyhow::Result<BTreeMap<String, String>> {
    let mut owners = BTreeMap::new();
    for some in ids.chunks(200) {
        let list: Vec<String> = some.iter().map(|id| format!("'{id}'")).collect();
        let soql = format!("SELECT Id, OwnerId, RevLoops_Rule__c FROM Account WHERE Id IN ({})", list.join(","));
        for record in system.crm.query(&soql).await? {
            owners.insert(record["Id"].as_str().unwrap().to_owned(), record["OwnerId"].as_str().unwrap().to_owned());
        }
    }
    Ok(owners)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_accounts_go_through_the_queue_and_come_back_but_for_what_people_changed() -> anyhow::Result<()> {
    let system = System::running().await?;
    let folder = tempfile::tempdir()?;
    let (file, rules, plan) = (path(&folder, "a.csv"), path(&folder, "rules.yaml"), path(&folder, "plan.parquet"));
    let pools = path(&folder, "pools.yaml");
    std::fs::write(&rules, RULES)?;
    std::fs::write(&pools, POOLS)?;
    let before = accounts(&system, 1_000, Path::new(&file)).await?;
    let ids: Vec<String> = before.keys().cloned().collect();

    let assign = ["route", "assign", "--from", &file, "--object", "account", "--out", &plan];
    let (assigned, fine) = told(&[&assign[..], &["--rules", &rules, "--rules", &pools]].concat());
    assert!(fine, "{assigned}");
    let moves = assigned["counts"]["moves"].as_u64().unwrap();
    assert!(moves > 900, "{assigned}");
    assert_eq!(owners(&system, &ids).await?, before, "a plan writes nothing");
    let refused = revloops(&["route", "apply", &plan, "--approve", "0000"]);
    assert!(!refused.status.success());
    assert_eq!(owners(&system, &ids).await?, before, "what is not approved is not applied");

    let hash = assigned["hash"].as_str().unwrap();
    let (applied, fine) = told(&["route", "apply", &plan, "--approve", hash, "--on", "queue"]);
    assert!(fine, "{applied}");
    assert_eq!((applied["tally"]["written"].as_u64(), applied["confirmed"].as_u64()), (Some(moves), Some(moves)));
    let job = applied["job"]["id"].as_str().unwrap();
    let (again, _) = told(&["route", "apply", &plan, "--approve", hash, "--on", "queue"]);
    assert_eq!(again["tally"], applied["tally"], "the same plan is the same job");

    // A person gives one account away, and another back to where it was.
    let after = owners(&system, &ids).await?;
    let moved: Vec<&String> = ids.iter().filter(|id| before[*id] != after[*id]).collect();
    let other = after.values().find(|owner| **owner != after[moved[0]] && **owner != before[moved[0]]).unwrap();
    system.crm.update("Account", moved[0], &json!({"OwnerId": other})).await?;
    system.crm.update("Account", moved[1], &json!({"OwnerId": before[moved[1]]})).await?;
    let (undone, fine) = told(&["route", "undo", job]);
    assert!(fine, "{undone}");
    let mut wanted = before.clone();
    wanted.insert(moved[0].clone(), other.clone());
    assert_eq!(owners(&system, &ids).await?, wanted);
    assert_eq!(undone["told"][0]["left"][0], "OwnerId", "{undone}");
    let (jobs, _) = told(&["route", "jobs"]);
    let ours = jobs.as_array().unwrap().iter().find(|one| one["job"]["id"] == job).unwrap();
    assert_eq!(ours["how_far"], "undone");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_rules_give_the_same_owners_live_and_simulated() -> anyhow::Result<()> {
    let system = System::running().await?;
    let folder = tempfile::tempdir()?;
    let lead = |at: usize, country: &str, employees: u32| {
        json!({"LastName": "Batch", "FirstName": "Ida", "Company": format!("Simulated {at}"), "CountryCode": country,
               "Email": format!("ida@simulated-{at}.example"), "NumberOfEmployees": employees, "LeadSource": "Web"})
    };
    let leads = system.save(&[lead(1, "DE", 300), lead(2, "FR", 12), lead(3, "US", 9000), lead(4, "GB", 80)]).await?;
    system.wait_for_ends(&leads, Duration::from_secs(90)).await?;

    let (all, ours) = (path(&folder, "all.csv"), path(&folder, "ours.csv"));
    let (exported, fine) = told(&["route", "history", "export", "--last", "1h", "--out", &all]);
    assert!(fine, "{exported}");
    let text = std::fs::read_to_string(&all)?;
    let ours_only = text
        .lines()
        .enumerate()
        .filter(|(at, line)| *at == 0 || leads.iter().any(|lead| line.starts_with(lead.as_str())));
    let lines: Vec<&str> = ours_only.map(|(_, line)| line).collect();
    assert!(lines.len() > 1, "none of the leads was routed: {text}");
    std::fs::write(&ours, lines.join("\n") + "\n")?;
    let (simulated, fine) = told(&["route", "simulate", "--history", &ours]);
    assert!(fine, "{simulated}");
    let comparison = &simulated["comparison"];
    assert_eq!(comparison["compared"].as_u64(), Some(lines.len() as u64 - 1));
    assert_eq!(comparison["moved"].as_u64(), Some(0), "{simulated}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_simulation_tells_who_moves_and_writes_nothing() -> anyhow::Result<()> {
    let system = System::running().await?;
    let folder = tempfile::tempdir()?;
    let (history, rules, plan) = (path(&folder, "h.parquet"), path(&folder, "rules.yaml"), path(&folder, "p.csv"));
    let (made, fine) = told(&["route", "history", "make", "--leads", "2000", "--seed", "7", "--out", &history]);
    assert!(fine && made["decisions"] == 2000, "{made}");
    let shipped = revloops_tests::tools::project_root().join("config/loops/route/rules.yaml");
    let text = std::fs::read_to_string(shipped)?;
    assert!(text.contains("at_least: 5000"));
    std::fs::write(&rules, text.replacen("at_least: 5000", "at_least: 1000", 1))?;

    let pools = TablePools::new(system.endpoints.clients().await.dynamodb, system.endpoints.output("PoolsTable")?);
    let (began, state) = (System::now_ms(), pools.state("inbound-sdr").await?);
    let simulate = ["route", "simulate", "--history", &history, "--rules", &rules, "--out", &plan];
    let (simulated, _) = told(&simulate);
    let of_history = |write: &&Value| {
        let id = write["id"].as_str().unwrap_or_default();
        std::fs::read_to_string(&plan).unwrap().contains(id)
    };
    let writes = system.crm.writes("Lead", began).await?;
    assert_eq!(writes.iter().filter(of_history).count(), 0);
    let now = pools.state("inbound-sdr").await?;
    assert!(now.drawn >= state.drawn, "other tests may draw, a simulation does not take back");

    let comparison = &simulated["comparison"];
    let moved = comparison["moved"].as_u64().unwrap();
    assert!(moved > 50 && comparison["compared"] == 2000, "{comparison}");
    let strategic: u64 = comparison["by_rule"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|moves| moves["after"] == "strategic-accounts")
        .map(|moves| moves["leads"].as_u64().unwrap())
        .sum();
    assert!(strategic > 0 && strategic <= moved, "{comparison}");
    let rows = std::fs::read_to_string(&plan)?.lines().count() as u64 - 1;
    assert_eq!(rows, moved, "each move has its row in the plan");
    Ok(())
}

#[test]
fn the_drill_holds_on_a_small_scale() {
    let (drilled, fine) = told(&["route", "drill", "--records", "1500", "--leads", "1000", "--edits-percent", "30"]);
    assert!(fine && drilled["holds"] == true, "{drilled:#}");
    assert_eq!(drilled["proofs"].as_array().unwrap().len(), 6, "{drilled:#}");
}

#[test]
fn rows_that_cannot_be_read_are_told_with_line_and_column_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let (file, plan, config) = (path(&folder, "a.csv"), path(&folder, "plan.csv"), config());
    let text = "Id,OwnerId,Name,BillingCountryCode,NumberOfEmployees\n\
                001000000000001,005000000000001,Fine,DE,100\n\
                001000000000002,005000000000001,Wrong,Germany,many\n\
                001000000000003,005000000000001,\"Too, long\",DE,1,2,3\n";
    std::fs::write(&file, text).unwrap();
    let assign = ["route", "assign", "--from", &file, "--object", "Account", "--out", &plan];
    let (told, fine) = told(&[&assign[..], &["--offline", "--config", &config]].concat());
    assert!(!fine, "rows that were left out are no success");
    assert_eq!(told["counts"]["rejected"], 2, "{told}");
    let rejects = std::fs::read_to_string(told["rejects"].as_str().unwrap()).unwrap();
    for expected in [
        "\"line 3, BillingCountryCode\"",
        "BillingCountryCode: `Germany` is no ISO country code; NumberOfEmployees: `many` is no whole number",
        "line 4,\"it has 7 values, the header names 5 columns\"",
        "\"1,2,3\"",
    ] {
        assert!(rejects.contains(expected), "{expected} is not in\n{rejects}");
    }
}

fn config() -> String {
    revloops_tests::tools::project_root().join("config").to_string_lossy().into_owned()
}
