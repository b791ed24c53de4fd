//! Leads on the local cloud, and the lake's rows of them: equal to the CRM and the runs, whatever comes late or twice, and the
//! same when the lake is made anew from its archive.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use revloops_aws::BucketObjects;
use revloops_cli::aws::Aws;
use revloops_cli::crm_api::literal;
use revloops_lake::{Dataset, Lake};
use revloops_loopkit::ports::Objects;
use revloops_loopkit::{Action, Record};
use revloops_tests::system::System;
use serde_json::{Map, Value, json};

use super::demand::system;

const PATIENCE: Duration = Duration::from_secs(180);

/// The lake as the test reads it.
struct Look {
    objects: Arc<dyn Objects>,
    datasets: Vec<Dataset>,
}

type Rows = BTreeMap<String, Map<String, Value>>;

impl Look {
    async fn at(system: &System) -> anyhow::Result<Self> {
        let clients = system.endpoints.clients().await;
        let bucket = clients.bucket(system.endpoints.output("LakeBucket")?)?;
        Ok(Self { objects: Arc::new(BucketObjects::new(bucket)), datasets: revloops_catalogue::datasets() })
    }

    /// Rows of a dataset by their key, without when they were seen.
    async fn rows(&self, folder: &str, dataset: &str) -> anyhow::Result<Rows> {
        let dataset = self.datasets.iter().find(|one| one.name == dataset).context("a dataset")?;
        let rows = Lake::below(Arc::clone(&self.objects), folder).rows(dataset).await?;
        let mut found = Rows::new();
        for row in rows {
            let mut members = row.members(dataset);
            members.remove("seen_at");
            let key: Vec<String> = dataset.key.iter().map(|name| members[name].to_string()).collect();
            ensure!(found.insert(key.join("/"), members).is_none(), "{}: {key:?} is there twice", dataset.name);
        }
        Ok(found)
    }

    /// The rows about these records.
    async fn about(&self, dataset: &str, records: &BTreeSet<&str>) -> anyhow::Result<Vec<Map<String, Value>>> {
        let rows = self.rows("lake", dataset).await?;
        let mine = |row: &Map<String, Value>| {
            row.get("record_id").and_then(Value::as_str).is_some_and(|id| records.contains(id))
        };
        Ok(rows.into_values().filter(mine).collect())
    }
}

async fn ledger(system: &System, payload: Value) -> anyhow::Result<Value> {
    let aws = Aws::local(&system.context.layout, &system.endpoints);
    aws.invoke(system.endpoints.output("LedgerFunction")?, &payload).await
}

/// Has the CRM read, once more.
pub(crate) async fn refresh(system: &System) -> anyhow::Result<()> {
    ledger(system, json!({"refresh": true})).await.map(drop)
}

/// Waits until the lake has a row for each of these decisions.
pub(crate) async fn in_the_lake(system: &System, runs: &[Record]) -> anyhow::Result<()> {
    decisions(&Look::at(system).await?, runs).await.map(drop)
}

/// Four leads of one company each, whose messages come twice.
pub(crate) async fn leads(system: &System, stamp: i64) -> anyhow::Result<Vec<String>> {
    let lead = |nth: usize, country: &str, title: &str| {
        json!({
            "FirstName": "Maja", "LastName": format!("Lagerkvist {nth}"), "Company": format!("Lagerkvist {stamp} {nth}"),
            "CountryCode": country, "Email": format!("maja@lagerkvist-{stamp}-{nth}.example"), "Title": title,
            "LeadSource": "Web", "NumberOfEmployees": 120 * (nth + 1),
        })
    };
    let saved = system
        .save(&[
            lead(0, "DK", "Head of Operations"),
            lead(1, "DE", "VP Sales"),
            lead(2, "US", "Student"),
            lead(3, "FR", "Chief Revenue Officer"),
        ])
        .await?;
    system.crm.resend(&saved).await?;
    system.wait_for_ends(&saved, PATIENCE).await?;
    Ok(saved)
}

/// Waits until the lake has a row for each of these decisions; their rows.
async fn decisions(look: &Look, runs: &[Record]) -> anyhow::Result<Rows> {
    let began = Instant::now();
    loop {
        let mut rows = look.rows("lake", "decisions").await?;
        rows.retain(|_, row| runs.iter().any(|run| row["run_id"] == json!(run.run_id)));
        if rows.len() >= runs.len() {
            return Ok(rows);
        }
        if began.elapsed() > PATIENCE {
            bail!("the lake has {} of {} decisions", rows.len(), runs.len());
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_leads_leave_behind_is_in_the_lake_as_crm_and_runs_have_it() -> anyhow::Result<()> {
    let (_turn, system) = system().await?;
    let look = Look::at(&system).await?;
    let stamp = System::now_ms();
    let saved = leads(&system, stamp).await?;
    let ids: BTreeSet<&str> = saved.iter().map(String::as_str).collect();
    let mut runs = Vec::new();
    for lead in &saved {
        runs.extend(system.finished_runs(lead).await?);
    }
    ensure!(runs.len() >= 8, "{} runs", runs.len());

    let rows = decisions(&look, &runs).await?;
    for run in &runs {
        let row = rows.values().find(|row| row["run_id"] == json!(run.run_id)).context("a decision's row")?;
        let lead = run.key.subject.strip_prefix("lead/").context("a lead's run")?;
        let wanted = json!({
            "loop": run.key.loop_name, "subject": run.key.subject, "record_id": lead, "trigger": run.key.trigger,
            "outcome": run.decision.outcome, "config_hash": run.config.sha256, "config_version": run.config.version_id,
            "reasons": run.decision.reasons.len(), "effects": run.effects.len(), "data_microusd": run.cost.data_microusd,
            "ai_microusd": run.cost.ai_microusd, "ai_calls": run.ai_calls.len(), "compute_ms": run.cost.compute_ms,
            "decided_at": row["decided_at"],
        });
        for (name, value) in wanted.as_object().context("an object")? {
            assert_eq!(row.get(name), Some(value), "{name} of {}", run.run_id);
        }
        let owner = run.decision.verdict.pointer("/owner/id").filter(|_| run.key.loop_name == "route");
        assert_eq!(row.get("owner_id"), owner.filter(|owner| !owner.is_null()), "owner of {}", run.run_id);
    }

    // Each effect of each run, and each fact, once.
    let effects = look.about("effects", &ids).await?;
    let of_runs = |name: &str| runs.iter().filter(|run| run.key.loop_name == name).collect::<Vec<_>>();
    assert_eq!(effects.len(), runs.iter().map(|run| run.effects.len()).sum::<usize>());
    for name in ["qualify", "route", "engage"] {
        let facts = look.about(&format!("{name}_facts"), &ids).await?;
        assert_eq!(facts.len(), of_runs(name).iter().map(|run| run.metrics.len()).sum::<usize>(), "facts of {name}");
    }
    let factors = look.about("qualify_factors", &ids).await?;
    let wanted: usize =
        of_runs("qualify").iter().map(|run| run.metrics[0]["factors"].as_array().map_or(0, Vec::len)).sum();
    assert_eq!(factors.len(), wanted);

    // Each event that a run has published, though messages came twice.
    let emitted: BTreeSet<String> = runs
        .iter()
        .flat_map(|run| &run.effects)
        .filter(|effect| matches!(effect.action, Action::Emit { .. }))
        .map(|effect| effect.key.to_string())
        .collect();
    let began = Instant::now();
    let events = loop {
        let events = look.about("events", &ids).await?;
        let told: BTreeSet<&str> = events.iter().filter_map(|row| row["event_id"].as_str()).collect();
        if emitted.iter().all(|id| told.contains(id.as_str())) {
            break events;
        }
        ensure!(began.elapsed() < PATIENCE, "events are missing: {emitted:?} of {told:?}");
        tokio::time::sleep(Duration::from_millis(500)).await;
    };
    for lead in &saved {
        let saved = events.iter().filter(|row| row["name"] == "lead.saved" && row["record_id"] == json!(lead));
        assert_eq!(saved.count(), 1, "{lead} was created once");
    }

    // The CRM, field by field.
    refresh(&system).await?;
    let in_lake = look.rows("lake", "crm_leads").await?;
    for lead in &saved {
        let query = format!(
            "SELECT OwnerId, Company, CountryCode, Status, RevLoops_Band__c, RevLoops_Score__c, RevLoops_Rule__c, NumberOfEmployees, \
             IsConverted, RevLoops_Routed_At__c FROM Lead WHERE Id = {}",
            literal(lead)
        );
        let in_crm = system.crm.query(&query).await?.pop().context("the lead")?;
        let row = in_lake.values().find(|row| row["id"] == json!(lead)).context("the lead's row")?;
        let pairs = [
            ("owner_id", "OwnerId"),
            ("company", "Company"),
            ("country", "CountryCode"),
            ("status", "Status"),
            ("band", "RevLoops_Band__c"),
            ("rule", "RevLoops_Rule__c"),
            ("is_converted", "IsConverted"),
        ];
        for (column, field) in pairs {
            assert_eq!(row.get(column).unwrap_or(&Value::Null), &in_crm[field], "{column} of {lead}");
        }
        for (column, field) in [("score", "RevLoops_Score__c"), ("employees", "NumberOfEmployees")] {
            assert_eq!(row.get(column).and_then(Value::as_f64), in_crm[field].as_f64(), "{column} of {lead}");
        }
        assert_eq!(row.get("routed_at").is_some(), !in_crm["RevLoops_Routed_At__c"].is_null(), "{lead}");
        let text = Value::Object(row.clone()).to_string();
        assert!(!text.contains("Maja") && !text.contains("maja@"), "the row names a person: {text}");
    }

    what_comes_late_or_twice_changes_no_row(&system, &look, stamp).await?;
    the_lake_made_anew_has_the_same_rows(&system, &look, &ids, stamp).await
}

async fn what_comes_late_or_twice_changes_no_row(system: &System, look: &Look, stamp: i64) -> anyhow::Result<()> {
    let event = |at: &str| {
        let detail = json!({"event_id": format!("late-{stamp}"), "correlation_id": "c", "received_at": at}).to_string();
        let detail: Value = serde_json::from_str(&detail).unwrap_or_default();
        let envelope = json!({
            "id": format!("e-{stamp}"), "detail-type": "ledger.tried", "source": "revloops", "time": "2026-11-28T12:00:00Z",
            "detail": detail,
        });
        json!({"messageId": "m", "eventSource": "aws:sqs", "body": envelope.to_string()})
    };
    // Of a day that is long over, and delivered again.
    let late = event("2020-02-29T23:59:59Z");
    for records in [json!([late]), json!([late, late])] {
        ledger(system, json!({"Records": records})).await?;
    }
    let rows = look.rows("lake", "events").await?;
    let mine: Vec<_> = rows.values().filter(|row| row["event_id"] == json!(format!("late-{stamp}"))).collect();
    assert_eq!(mine.len(), 1, "{mine:?}");
    assert_eq!(mine[0]["at"], "2020-02-29T23:59:59Z");
    let key = "lake/events/day=2020-02-29/rows.parquet";
    ensure!(look.objects.read(key).await?.is_some(), "there is no {key}");

    // Everything once more, from the runs table.
    let before = look.rows("lake", "decisions").await?;
    let caught = ledger(system, json!({"catch_up": {"after": "2020-01-01T00:00:00Z"}})).await?;
    ensure!(caught["next"].is_null() && caught["decisions"].as_u64() >= Some(8), "{caught}");
    let after = look.rows("lake", "decisions").await?;
    for (key, row) in before {
        assert_eq!(after.get(&key), Some(&row));
    }
    Ok(())
}

async fn the_lake_made_anew_has_the_same_rows(
    system: &System,
    look: &Look,
    ids: &BTreeSet<&str>,
    stamp: i64,
) -> anyhow::Result<()> {
    let into = format!("rebuilt/tried-{stamp}");
    let (mut after, mut steps) = (Value::Null, 0);
    loop {
        let rebuilt = ledger(system, json!({"rebuild": {"into": into, "after": after}})).await?;
        assert_eq!(rebuilt["unread"], 0, "{rebuilt}");
        after = rebuilt["after"].clone();
        steps += 1;
        if rebuilt["done"] == true {
            break;
        }
        ensure!(steps < 20, "the lake is not made anew after {steps} steps");
    }
    for dataset in &look.datasets {
        let (lake, anew) = (look.rows("lake", &dataset.name).await?, look.rows(&into, &dataset.name).await?);
        let mine = |row: &&Map<String, Value>| {
            let of = |name: &str| row.get(name).and_then(Value::as_str).is_some_and(|id| ids.contains(id));
            of("record_id") || (dataset.name == "crm_leads" && of("id"))
        };
        let (lake, anew): (Vec<_>, Vec<_>) =
            (lake.values().filter(mine).collect(), anew.values().filter(mine).collect());
        assert_eq!(lake, anew, "{}", dataset.name);
        if ["decisions", "effects", "crm_leads", "qualify_facts"].contains(&dataset.name.as_str()) {
            ensure!(lake.len() >= ids.len(), "{} has {} rows", dataset.name, lake.len());
        }
    }
    Ok(())
}
