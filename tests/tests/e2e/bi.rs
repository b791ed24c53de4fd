//! The dashboards, served and drawn in a browser: each number on them is computed once more, from the CRM and the runs' records alone.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, bail, ensure};
use jiff::Timestamp;
use revloops_aws::{Athena, BucketObjects};
use revloops_cli::aws::Aws;
use revloops_cli::bi;
use revloops_loopkit::Record;
use revloops_loopkit::ports::{Objects as _, Warehouse as _};
use revloops_tests::system::System;
use serde_json::{Map, Value, json};

use crate::acquisition;
use crate::browser::script;
use crate::crm_standin::run;
use crate::demand;
use crate::ledger;

#[tokio::test(flavor = "multi_thread")]
async fn every_number_on_the_dashboards_is_what_crm_and_runs_say() -> anyhow::Result<()> {
    let (_turn, system) = demand::system().await?;
    let (lead, deal) = leads(&system).await?;
    let expected = published(&system).await?;

    let report = run(script("bi_site.mjs", &bi::url(&system.endpoints))?).await?;
    assert!(report.ends_with("18 of 18 held\n"), "{report}");
    let figures = report.lines().find_map(|line| line.strip_prefix("figures ")).context("the figures")?;
    let figures: Map<String, Value> = serde_json::from_str(figures)?;

    assert!(expected["created"] >= 4 && expected["runs"] >= 12, "{expected:?}");
    for (name, value) in &expected {
        let shown = figures.get(*name).with_context(|| format!("no figure {name} among {figures:?}"))?;
        // A figure's value is the text of its attribute.
        let shown = shown.as_f64().or_else(|| shown.as_str()?.parse().ok());
        assert_eq!(shown, Some(*value as f64), "{name}");
    }
    a_won_deal_leads_back_to_what_brought_it(&system, &lead, &deal).await
}

/// One query, in Athena: from the deal to lead, rule, version of the config, and sequence.
async fn a_won_deal_leads_back_to_what_brought_it(system: &System, lead: &str, deal: &str) -> anyhow::Result<()> {
    let clients = system.endpoints.clients().await;
    let (database, workgroup) = (system.endpoints.output("LakeDatabase")?, system.endpoints.output("LakeWorkgroup")?);
    let athena = Athena::new(clients.athena.clone(), database, workgroup);
    let answered = athena.ask(include_str!("../../../infra/bi/queries/lineage.sql")).await?;
    let place = |name: &str| answered.columns.iter().position(|column| column == name).context("a column");
    let (id, mut told) = (place("opportunity_id")?, BTreeMap::new());
    let row = answered.rows.iter().find(|row| row[id].as_deref() == Some(deal)).context("the deal's row")?;
    for name in ["lead_id", "amount_cents", "rule", "config_version", "sequence_run_id"] {
        told.insert(name, row[place(name)?].clone().unwrap_or_default());
    }
    let runs = system.finished_runs(lead).await?;
    let last = |name: &str| {
        let of_loop = runs.iter().filter(|run| run.key.loop_name == name);
        of_loop.max_by_key(|run| run.decided_at).context("a run")
    };
    let (route, engage) = (last("route")?, last("engage")?);
    let rule = route.decision.verdict["rule"].as_str().unwrap_or_default();
    let expected = BTreeMap::from([
        ("lead_id", lead.to_owned()),
        ("amount_cents", "4800000".to_owned()),
        ("rule", rule.to_owned()),
        ("config_version", route.config.version_id.clone()),
        ("sequence_run_id", engage.run_id.0.clone()),
    ]);
    assert_eq!(told, expected);
    Ok(())
}

/// Publishes the marts at a moment at which nothing changes: the numbers before are those after.
async fn published(system: &System) -> anyhow::Result<BTreeMap<&'static str, i64>> {
    let mut before = computed(system).await?;
    for _ in 0..12 {
        bi::refresh(&system.context, &system.endpoints, Timestamp::UNIX_EPOCH).await?;
        let after = computed(system).await?;
        if after == before {
            return Ok(after);
        }
        before = after;
    }
    bail!("the system does not come to rest: {before:?}")
}

/// Leads of every kind, one of them converted into a deal that is won: that lead, and the deal.
async fn leads(system: &System) -> anyhow::Result<(String, String)> {
    ledger::leads(system, System::now_ms()).await?;
    // The CRM converts no lead that a queue owns.
    let owned = acquisition::drafted_lead(system, "Brandvold Werke", "DE", "ebba@brandvold-werke.example").await?;
    let deal = system.crm.convert(&owned).await?;
    system.crm.update("Opportunity", &deal, &json!({"Amount": 48_000, "StageName": "Closed Won"})).await?;
    Ok((owned, deal))
}

/// The numbers, from SOQL and the records of the runs.
async fn computed(system: &System) -> anyhow::Result<BTreeMap<&'static str, i64>> {
    let leads = system
        .crm
        .query("SELECT Id, IsConverted, RevLoops_First_Touch_At__c, ConvertedOpportunityId FROM Lead")
        .await?;
    let won: BTreeMap<String, i64> = system
        .crm
        .query("SELECT Id, Amount FROM Opportunity WHERE IsWon = true")
        .await?
        .iter()
        .map(|deal| {
            let cents = (deal["Amount"].as_f64().unwrap_or(0.0) * 100.0).round();
            (deal["Id"].as_str().unwrap_or_default().to_owned(), cents as i64)
        })
        .collect();
    let ids: BTreeSet<&str> = leads.iter().filter_map(|lead| lead["Id"].as_str()).collect();
    let count = |holds: &dyn Fn(&Value) -> bool| leads.iter().filter(|lead| holds(lead)).count() as i64;
    let became = |lead: &Value| won.get(lead["ConvertedOpportunityId"].as_str().unwrap_or_default()).copied();

    let records = records(system).await?;
    let mut last: BTreeMap<(&str, &str), &Record> = BTreeMap::new();
    for record in &records {
        let Some(lead) = record.key.subject.strip_prefix("lead/").filter(|lead| ids.contains(lead)) else { continue };
        let place = last.entry((lead, &record.key.loop_name)).or_insert(record);
        if (record.decided_at, &record.run_id.0) > (place.decided_at, &place.run_id.0) {
            *place = record;
        }
    }
    let ended = |name: &str, outcome: &str| {
        let of_loop = last.iter().filter(|((_, of), _)| *of == name);
        of_loop.filter(|(_, record)| record.decision.outcome == outcome).count() as i64
    };
    let of = |name: &'static str| records.iter().filter(move |record| record.key.loop_name == name);
    let facts = |name: &'static str| of(name).flat_map(|record| record.metrics.iter());
    let matched: BTreeSet<(String, &str, &str)> = of("route")
        .filter(|record| record.decision.outcome == "routed")
        .filter_map(|record| {
            let rule = record.decision.verdict.get("rule")?.as_str()?;
            Some((record.decided_at.strftime("%F").to_string(), rule, record.key.subject.as_str()))
        })
        .collect();
    let rules: BTreeSet<&str> = matched.iter().map(|(_, rule, _)| *rule).collect();
    let said = |name: &'static str, status: &str| facts(name).filter(|fact| fact["status"] == status).count() as i64;
    let sum = |of: &dyn Fn(&Record) -> u64| records.iter().map(of).sum::<u64>() as i64;
    Ok(BTreeMap::from([
        ("created", leads.len() as i64),
        ("qualified", ended("qualify", "qualified")),
        ("disqualified", ended("qualify", "disqualified")),
        ("routed", ended("route", "routed")),
        ("drafted", ended("engage", "drafted")),
        ("touched", count(&|lead| !lead["RevLoops_First_Touch_At__c"].is_null())),
        ("converted", count(&|lead| lead["IsConverted"] == true)),
        ("won", count(&|lead| became(lead).is_some())),
        ("won_cents", leads.iter().filter_map(became).sum()),
        ("runs", records.len() as i64),
        ("data_microusd", sum(&|record| record.cost.data_microusd)),
        ("ai_microusd", sum(&|record| record.cost.ai_microusd)),
        ("rule_matches", matched.len() as i64),
        ("rules_used", rules.len() as i64),
        ("sequences_drafted", said("engage", "drafted")),
        ("sequences_blocked", said("engage", "blocked")),
        ("signals_detected", facts("generate").filter_map(|fact| fact["detected"].as_i64()).sum()),
        ("signals_qualified", said("generate", "qualified")),
        ("lineage_deals_won", won.len() as i64),
        ("lineage_won_cents", won.values().sum()),
    ]))
}

/// Every record of a decision, read from the table's items themselves.
async fn records(system: &System) -> anyhow::Result<Vec<Record>> {
    let aws = Aws::local(&system.context.layout, &system.endpoints);
    let table = system.endpoints.output("RunsTable")?;
    let projection = "#r, record_key";
    let names = r##"{"#r": "record"}"##;
    let arguments = ["dynamodb", "scan", "--table-name", table, "--projection-expression", projection];
    let scanned = aws.json(arguments.into_iter().chain(["--expression-attribute-names", names])).await?;
    let large = BucketObjects::new(system.endpoints.clients().await.bucket(system.endpoints.output("RecordsBucket")?)?);
    let mut records = Vec::new();
    for item in scanned["Items"].as_array().context("items")? {
        let text = match (item["record"]["S"].as_str(), item["record_key"]["S"].as_str()) {
            (Some(text), _) => text.to_owned(),
            (None, Some(key)) => String::from_utf8(large.read(key).await?.context("a large record")?.bytes)?,
            (None, None) => continue,
        };
        records.push(serde_json::from_str(&text)?);
    }
    ensure!(!records.is_empty(), "no run is in the table");
    Ok(records)
}
