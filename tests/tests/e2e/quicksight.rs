//! What QuickSight asks the lake, as the template has it: each question is asked here, and the rules of who sees whose rows are held against the
//! CRM. QuickSight itself is not here.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, bail, ensure};
use revloops_aws::Athena;
use revloops_cli::crm_api::literal;
use revloops_loopkit::ports::{Answered, Warehouse as _};
use revloops_tests::system::System;
use serde_json::Value;

use super::demand::system;
use super::ledger;
use super::template::source;

type Pairs = BTreeMap<String, BTreeSet<String>>;

/// A dataset's question with this deployment's names, and the columns that it is declared to answer.
fn question(logical: &str, database: &str) -> anyhow::Result<(String, Vec<String>)> {
    let dataset = &source()["Resources"][logical]["Properties"];
    let tables = dataset["PhysicalTableMap"].as_object().context("tables")?;
    let table = &tables.values().next().context("a table")?["CustomSql"];
    let sql = table["SqlQuery"]["Fn::Sub"].as_str().context("a question")?;
    let sql = sql.replace("${LakeDatabase}", database).replace("${QuickSightUserPrefix}", "people/");
    let sql = sql.replace("${QuickSightEverything}", "everything");
    ensure!(!sql.contains("${"), "{logical}: {sql}");
    let columns = table["Columns"].as_array().context("columns")?.iter().filter_map(|one| one["Name"].as_str());
    Ok((sql, columns.map(str::to_owned).collect()))
}

async fn asked(system: &System, logical: &str) -> anyhow::Result<Answered> {
    let clients = system.endpoints.clients().await;
    let (database, workgroup) = (system.endpoints.output("LakeDatabase")?, system.endpoints.output("LakeWorkgroup")?);
    let (sql, columns) = question(logical, database)?;
    let answered = Athena::new(clients.athena.clone(), database, workgroup).ask(&sql).await?;
    assert_eq!(answered.columns, columns, "{logical}");
    Ok(answered)
}

async fn pairs(system: &System, soql: &str, [one, other]: [&str; 2]) -> anyhow::Result<Vec<(String, String)>> {
    let found = system.crm.query(soql).await?;
    let text = |record: &Value, field: &str| record[field].as_str().map(str::to_owned);
    Ok(found.iter().filter_map(|record| Some((text(record, one)?, text(record, other)?))).collect())
}

/// Everything that is reached going down from `top`, itself included.
fn reached(top: &str, above: &[(String, String)]) -> BTreeSet<String> {
    let mut reached = BTreeSet::from([top.to_owned()]);
    loop {
        let before = reached.len();
        let next: Vec<String> =
            above.iter().filter(|(_, higher)| reached.contains(higher)).map(|(lower, _)| lower.clone()).collect();
        reached.extend(next);
        if reached.len() == before {
            return reached;
        }
    }
}

/// By username, the users whose rows they see: as the CRM has managers and territories.
async fn by_the_crm(system: &System) -> anyhow::Result<Pairs> {
    let names = pairs(system, "SELECT Id, Username FROM User", ["Id", "Username"]).await?;
    let managers = pairs(system, "SELECT Id, ManagerId FROM User", ["Id", "ManagerId"]).await?;
    let territories = "SELECT Id, ParentTerritory2Id FROM Territory2 WHERE Territory2Model.State = 'Active'";
    let territories = pairs(system, territories, ["Id", "ParentTerritory2Id"]).await?;
    let places =
        "SELECT UserId, Territory2Id FROM UserTerritory2Association WHERE Territory2.Territory2Model.State = 'Active'";
    let places = pairs(system, places, ["UserId", "Territory2Id"]).await?;
    let mut seen = Pairs::new();
    for (id, username) in &names {
        let mut owners = reached(id, &managers);
        if managers.iter().any(|(_, manager)| manager == id) {
            for (_, top) in places.iter().filter(|(user, _)| user == id) {
                let mut below = reached(top, &territories);
                below.remove(top);
                owners.extend(places.iter().filter(|(_, at)| below.contains(at)).map(|(user, _)| user.clone()));
            }
        }
        seen.insert(format!("people/{username}"), owners);
    }
    Ok(seen)
}

/// By name, the owners whose rows the rules give; and what they give to a group.
async fn by_the_rules(system: &System) -> anyhow::Result<(Pairs, Vec<[Option<String>; 2]>)> {
    let (mut people, mut groups) = (Pairs::new(), Vec::new());
    for row in asked(system, "QuickSightVisible").await?.rows {
        match row.as_slice() {
            [Some(user), None, Some(owner)] => {
                ensure!(people.entry(user.clone()).or_default().insert(owner.clone()), "{user} has {owner} twice");
            }
            [None, group, owner] => groups.push([group.clone(), owner.clone()]),
            other => {
                bail!("a rule for nobody, or a person's without an owner, which would give them every row: {other:?}")
            }
        }
    }
    Ok((people, groups))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_quicksight_asks_is_answered_and_gives_each_person_the_rows_that_are_theirs() -> anyhow::Result<()> {
    let (_turn, system) = system().await?;
    let saved = ledger::leads(&system, System::now_ms()).await?;
    let mut runs = Vec::new();
    for lead in &saved {
        runs.extend(system.finished_runs(lead).await?);
    }
    ledger::in_the_lake(&system, &runs).await?;

    let mut told = (Pairs::new(), Pairs::new());
    for _ in 0..5 {
        // Beside us, others change people.
        ledger::refresh(&system).await?;
        let (people, groups) = by_the_rules(&system).await?;
        assert_eq!(groups, [[Some("everything".to_owned()), None]]);
        told = (people, by_the_crm(&system).await?);
        if told.0 == told.1 {
            break;
        }
    }
    assert_eq!(told.0, told.1);
    let of = |who: &str| told.0[&format!("people/{who}@northfield.example")].len();
    ensure!(of("erik.lind") == 1 && of("ingrid.solberg") > 5 && of("marcus.reed") > of("ingrid.solberg"), "{told:?}");

    // Whose a lead is, decides whose its decisions are.
    for (logical, id) in [("QuickSightLeads", "id"), ("QuickSightRuns", "record_id")] {
        let answered = asked(&system, logical).await?;
        let place = |name: &str| answered.columns.iter().position(|column| column == name).context("a column");
        let (id, owner) = (place(id)?, place("owner_id")?);
        for lead in &saved {
            let in_crm = system.crm.query(&format!("SELECT OwnerId FROM Lead WHERE Id = {}", literal(lead))).await?;
            let rows: Vec<_> = answered.rows.iter().filter(|row| row[id].as_deref() == Some(lead)).collect();
            ensure!(!rows.is_empty(), "{logical} has no row of {lead}");
            assert!(
                rows.iter().all(|row| row[owner].as_deref() == in_crm[0]["OwnerId"].as_str()),
                "{logical}: {rows:?}"
            );
        }
    }
    asked(&system, "QuickSightDeals").await?;
    Ok(())
}

#[test]
fn every_dataset_but_the_rules_themselves_is_under_the_rules() {
    let resources = source()["Resources"].as_object().unwrap();
    let datasets: Vec<_> = resources.iter().filter(|(_, one)| one["Type"] == "AWS::QuickSight::DataSet").collect();
    assert_eq!(datasets.len(), 4);
    for (name, dataset) in datasets {
        let properties = &dataset["Properties"];
        let rules = &properties["RowLevelPermissionDataSet"];
        if name == "QuickSightVisible" {
            assert!(rules.is_null());
            continue;
        }
        assert_eq!(rules["Arn"]["Fn::GetAtt"], serde_json::json!(["QuickSightVisible", "Arn"]), "{name}");
        assert_eq!(
            (&rules["Status"], &rules["PermissionPolicy"]),
            (&"ENABLED".into(), &"GRANT_ACCESS".into()),
            "{name}"
        );
        let tables = properties["PhysicalTableMap"].as_object().unwrap();
        for table in tables.values() {
            let columns = table["CustomSql"]["Columns"].as_array().unwrap();
            assert!(columns.iter().any(|column| column["Name"] == "owner_id"), "{name}: by what is it seen?");
        }
    }
    // Without an account for it, there is none of it.
    for (name, resource) in resources.iter().filter(|(name, _)| name.starts_with("QuickSight")) {
        assert_eq!(resource["Condition"], "HasQuickSight", "{name}");
    }
}
