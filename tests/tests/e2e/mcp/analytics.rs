//! Numbers through the analytics server: a rep, a manager and an administrator each of their own rows, held against the CRM.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use revloops_aws::TableDocuments;
use revloops_cli::crm_api::literal;
use revloops_loopkit::ports::Clock as _;
use revloops_mcp::{AuditOutcome, DocumentAudit};
use revloops_runtime::SystemClock;
use revloops_tests::system::System;
use serde_json::{Value, json};

use super::{ADMIN, OTHER_REP, REP, Session, create, person};
use crate::{demand, ledger};

/// Above the reps of EMEA.
const MANAGER: &str = "ingrid.solberg@northfield.example";
/// Not below that manager.
const ABROAD: &str = "susan.ortiz@northfield.example";

async fn ask(system: &System, who: &str, calls: &[(&str, Value)]) -> anyhow::Result<Session> {
    let calls: Vec<Value> =
        calls.iter().map(|(tool, arguments)| json!({"tool": tool, "arguments": arguments})).collect();
    Session::of(system, "analytics", &person(who, "analytics.read"), json!({"calls": calls})).await
}

fn in_sql(ids: &[String]) -> String {
    ids.iter().map(|id| format!("'{id}'")).collect::<Vec<_>>().join(", ")
}

/// Their id in the CRM.
async fn user(system: &System, username: &str) -> anyhow::Result<Value> {
    let found = system.crm.query(&format!("SELECT Id FROM User WHERE Username = {}", literal(username))).await?;
    Ok(found.first().context("the user")?["Id"].clone())
}

/// A lead of each owner, whose chain has ended, and a private deal of the rep's colleague.
async fn owned(system: &System) -> anyhow::Result<(BTreeMap<String, String>, String)> {
    let saved = ledger::leads(system, System::now_ms()).await?;
    let mut runs = Vec::new();
    for lead in &saved {
        runs.extend(system.finished_runs(lead).await?);
    }
    ledger::in_the_lake(system, &runs).await?;
    let mut owners = BTreeMap::new();
    for (lead, username) in saved.iter().zip([REP, OTHER_REP, ABROAD]) {
        system.crm.update("Lead", lead, &json!({"OwnerId": user(system, username).await?})).await?;
        owners.insert(username.to_owned(), lead.clone());
    }
    let deal = json!({
        "Name": "Ribe Vinduer, secret price", "StageName": "Prospecting", "CloseDate": "2027-03-31", "Amount": 7_000,
        "OwnerId": user(system, OTHER_REP).await?,
    });
    let deal = create(system, "Opportunity", deal).await?;
    ledger::refresh(system).await?;
    Ok((owners, deal))
}

#[tokio::test(flavor = "multi_thread")]
async fn each_person_gets_the_numbers_of_the_rows_that_are_theirs() -> anyhow::Result<()> {
    let (_turn, system) = demand::system().await?;
    let (owners, deal) = owned(&system).await?;
    let mine: Vec<String> = owners.values().cloned().collect();
    let leads = json!({"sql": format!("SELECT id FROM crm_leads WHERE id IN ({}) ORDER BY id", in_sql(&mine))});
    let decided = json!({"sql": format!("SELECT DISTINCT record_id FROM decisions WHERE record_id IN ({}) ORDER BY 1", in_sql(&mine))});
    let price = json!({"sql": format!("SELECT name, amount_cents FROM crm_opportunities WHERE id = '{deal}'")});
    // Whether a hidden amount is 7,000.00 could be told by whether this fails.
    let oracle =
        json!({"sql": format!("SELECT 1 / (amount_cents - 700000) FROM crm_opportunities WHERE id = '{deal}'")});
    let by_owner = json!({"metric": "leads_created", "by": ["owner"]});
    let calls = [
        ("run_sql", leads),
        ("run_sql", decided),
        ("run_sql", price),
        ("run_metric", by_owner),
        ("my_access", json!({})),
        ("run_sql", oracle),
    ];
    for (who, sees) in [
        (REP, vec![REP]),
        (OTHER_REP, vec![OTHER_REP]),
        (MANAGER, vec![REP, OTHER_REP]),
        (ADMIN, vec![REP, OTHER_REP, ABROAD]),
    ] {
        let session = ask(&system, who, &calls).await?;
        let expected: BTreeSet<&str> = sees.iter().map(|owner| owners[*owner].as_str()).collect();
        for call in [0, 1] {
            let rows = session.answer(call)["rows"].as_array().context("rows")?;
            let ids: BTreeSet<&str> = rows.iter().filter_map(|row| row[0].as_str()).collect();
            assert_eq!(ids, expected, "{who}");
        }
        let priced = session.answer(2)["rows"].as_array().context("rows")?.len();
        assert_eq!(priced == 1, sees.contains(&OTHER_REP), "{who} and the colleague's deal");
        // As the CRM counts; each lead of an owner below is counted, and nobody else's.
        let rows = session.answer(3)["answer"]["rows"].as_array().context("rows")?;
        let told: BTreeMap<&str, i64> =
            rows.iter().filter_map(|row| Some((row[0].as_str()?, row[1].as_i64()?))).collect();
        let people = session.answer(4)["people"]["rows"].as_array();
        for owner in [REP, OTHER_REP, ABROAD] {
            let soql = format!("SELECT Id, Owner.Name FROM Lead WHERE Owner.Username = {}", literal(owner));
            let in_crm = system.crm.query(&soql).await?;
            let name = in_crm[0]["Owner"]["Name"].as_str().context("a name")?;
            let count = sees.contains(&owner).then_some(in_crm.len() as i64);
            assert_eq!(told.get(name).copied(), count, "{who}: leads of {name}");
            let named = people.is_none_or(|rows| rows.iter().any(|row| row[0] == json!(name)));
            assert_eq!(named, sees.contains(&owner), "{who}: {name}");
        }
        let of_everything = session.answer(0)["seen"] == json!("everything");
        assert_eq!((of_everything, session.answer(0)["bytes_scanned"].is_u64()), (who == ADMIN, who == ADMIN));
        if sees.contains(&OTHER_REP) {
            assert!(session.refusal(5).contains("failed while it ran"), "{who}: {}", session.refusal(5));
        } else {
            assert_eq!(session.answer(5)["rows"], json!([]), "{who}");
        }
    }
    a_lead_that_is_given_away_is_seen_by_its_new_owner(&system, &owners).await?;
    calls_are_in_the_audit_log_with_their_plans(&system).await
}

/// What was decided about a lead goes with the lead.
async fn a_lead_that_is_given_away_is_seen_by_its_new_owner(
    system: &System,
    owners: &BTreeMap<String, String>,
) -> anyhow::Result<()> {
    let lead = &owners[REP];
    system.crm.update("Lead", lead, &json!({"OwnerId": user(system, ABROAD).await?})).await?;
    ledger::refresh(system).await?;
    let count = |dataset: &str| json!({"sql": format!("SELECT count(*) FROM {dataset} WHERE record_id = '{lead}'")});
    for (who, seen) in [(REP, false), (MANAGER, false), (ABROAD, true)] {
        let calls = ["decisions", "effects", "qualify_facts"].map(|dataset| ("run_sql", count(dataset)));
        let session = ask(system, who, &calls).await?;
        for (place, (_, call)) in calls.iter().enumerate() {
            let rows = session.answer(place)["rows"][0][0].as_i64().context("a count")?;
            assert_eq!(rows > 0, seen, "{who}: {call}");
        }
    }
    Ok(())
}

async fn calls_are_in_the_audit_log_with_their_plans(system: &System) -> anyhow::Result<()> {
    let clients = system.endpoints.clients().await;
    let log = DocumentAudit::new(Arc::new(TableDocuments::new(
        clients.dynamodb.clone(),
        system.endpoints.output("AuditTable")?,
    )));
    let now = SystemClock.now();
    let mut entries = Vec::new();
    for hours in [0, 24] {
        let day = (now - jiff::SignedDuration::from_hours(hours)).strftime("%Y-%m-%d").to_string();
        entries.extend(log.of_day(&day, now).await?);
    }
    let mine: Vec<_> = entries.iter().filter(|entry| entry.server == "analytics" && entry.username == REP).collect();
    let (asked, failed) = (
        mine.iter().filter(|entry| entry.tool == "run_sql" && entry.outcome == AuditOutcome::Done),
        entries.iter().filter(|entry| entry.server == "analytics" && entry.outcome == AuditOutcome::Refused),
    );
    let mut hashes = BTreeSet::new();
    for entry in asked {
        let [question] = entry.notes["questions"].as_slice() else { anyhow::bail!("{entry:?}") };
        ensure!(question["bytes"].as_u64() > Some(0), "{entry:?}");
        hashes.insert(question["plan_sha256"].as_str().context("a hash")?.to_owned());
    }
    ensure!(hashes.len() >= 4, "{hashes:?}");
    // What failed while it ran has a plan, too.
    let planned =
        failed.filter(|entry| entry.notes.get("questions").is_some_and(|asked| asked[0]["plan_sha256"].is_string()));
    ensure!(planned.count() >= 3, "the failures are noted with their plans");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_found_described_and_explained_down_to_its_records() -> anyhow::Result<()> {
    let (_turn, system) = demand::system().await?;
    let (owners, _) = owned(&system).await?;
    let session = ask(
        &system,
        OTHER_REP,
        &[
            ("list_datasets", json!({})),
            ("describe_dataset", json!({"dataset": "decisions"})),
            ("sample_rows", json!({"dataset": "decisions", "at_most": 3})),
            ("list_metrics", json!({"about": "cost"})),
            ("explain_metric", json!({"metric": "runs", "by": ["loop"], "each": "day"})),
            ("run_sql", json!({"sql": "SELECT * FROM read_csv('/etc/passwd')"})),
            ("run_metric", json!({"metric": "runs", "colour": "blue"})),
        ],
    )
    .await?;
    let datasets = session.answer(0)["datasets"].as_array().context("datasets")?;
    ensure!(datasets.len() == revloops_catalogue::datasets().len(), "{datasets:?}");
    let described = session.answer(1);
    ensure!(described["minutes_old"].as_i64().is_some_and(|minutes| minutes < 60), "{described}");
    ensure!(described["columns"].as_array().is_some_and(|columns| columns.iter().all(|one| one["description"] != "")));
    assert_eq!(session.answer(2)["rows"].as_array().map(Vec::len), Some(3));
    ensure!(session.answer(3)["metrics"].as_array().is_some_and(|metrics| metrics.len() >= 3));
    let explained = session.answer(4);
    let records = explained["records"].as_array().context("records")?;
    ensure!(!records.is_empty() && records.len() <= 10, "{records:?}");
    ensure!(!records.contains(&json!(owners[REP])), "a colleague's lead is among {records:?}");
    let decided = explained["decided_by"]["rows"].as_array().context("versions")?;
    let counted = explained["number"]["answer"]["rows"].as_array().context("rows")?;
    let sum = |rows: &[Value], place: usize| rows.iter().filter_map(|row| row[place].as_i64()).sum::<i64>();
    assert_eq!(sum(decided, 3), sum(counted, 2), "each run was decided by one version: {explained}");
    ensure!(session.refusal(5).contains("a function is no table"), "{}", session.refusal(5));
    ensure!(session.refusal(6).contains("colour"), "{}", session.refusal(6));
    // What it was decided by is told by the workflow server, of the same record.
    let calls = json!({"calls": [{"tool": "timeline", "arguments": {"record": records[0]}}]});
    let workflow = Session::of(&system, "workflow", &person(OTHER_REP, "workflow.read"), calls).await?;
    ensure!(workflow.answer(0)["decisions"].as_array().is_some_and(|decisions| !decisions.is_empty()));
    Ok(())
}
