//! The demand chain on the local cloud: a lead saved in the CRM, and what becomes of it, whatever goes wrong on the way.

use std::time::Duration;

use revloops_cli::{burst, demo, redrive};
use revloops_tests::system::System;
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

/// These tests share one system and its faults: one at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

pub(crate) async fn system() -> anyhow::Result<(MutexGuard<'static, ()>, System)> {
    let turn = ONE_AT_A_TIME.lock().await;
    let system = System::running().await?;
    for url in [&system.endpoints.crm.url, &system.endpoints.enrichment.url, &system.endpoints.ai.url] {
        system.no_faults(url).await?;
    }
    Ok((turn, system))
}

const PATIENCE: Duration = Duration::from_secs(180);

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_demo_lead_is_decided_owned_once_and_has_one_cited_preview_or_says_why_not() -> anyhow::Result<()> {
    let (_turn, system) = system().await?;
    let leads = demo::seed::leads(&system.crm).await?;
    let ids: Vec<String> = leads.iter().map(|lead| lead.id.clone()).collect();
    system.wait_for_ends(&ids, PATIENCE).await?;

    let mut turned_away = 0;
    for lead in &leads {
        let runs = system.finished_runs(&lead.id).await?;
        let record = |name: &str| runs.iter().find(|run| run.key.loop_name == name);
        let qualify = record("qualify").unwrap_or_else(|| panic!("{} was not qualified", lead.company));
        let points = qualify.reply["score"].as_u64().unwrap();
        assert!(points <= 100 && !qualify.reply["contributions"].as_array().unwrap().is_empty(), "{}", lead.company);
        assert_eq!(qualify.config.sha256.len(), 64);
        assert!(!qualify.config.version_id.is_empty() && qualify.config.key.starts_with("loops/qualify/"));
        let tasks = system.tasks(&lead.id).await?;
        if qualify.decision.outcome == "disqualified" {
            turned_away += 1;
            assert!(
                !qualify.reply["disqualified_because"].as_array().unwrap().is_empty(),
                "{} must say why",
                lead.company
            );
            assert_eq!((runs.len(), tasks.len(), system.owner_writes(&lead.id).await?), (1, 0, 0), "{}", lead.company);
            continue;
        }
        let route = record("route").unwrap_or_else(|| panic!("{} was not routed", lead.company));
        assert!(route.decision.reasons.len() >= 2, "{}: every rule tried is said", lead.company);
        let owner = text(&route.reply, "/owner/id");
        let in_crm = system
            .crm
            .query(&format!("SELECT OwnerId, RevLoops_Rule__c, RevLoops_Score__c FROM Lead WHERE Id = '{}'", lead.id))
            .await?;
        assert_eq!(text(&in_crm[0], "/OwnerId"), owner, "{}", lead.company);
        assert_eq!(in_crm[0]["RevLoops_Score__c"].as_f64(), Some(points as f64), "{}", lead.company);
        assert_eq!(system.owner_writes(&lead.id).await?, 1, "{}", lead.company);

        let engage = record("engage").unwrap_or_else(|| panic!("{} was not engaged", lead.company));
        assert_eq!(engage.decision.outcome, "drafted", "{}: {:?}", lead.company, engage.decision.reasons);
        assert!(engage.reply["steps"].as_u64().unwrap() >= 3, "{}", lead.company);
        assert_eq!(tasks.len(), 1, "{}", lead.company);
        assert_preview_cites_its_facts(&lead.company, text(&tasks[0], "/Description"));
    }
    assert!(turned_away >= 2 && turned_away < leads.len() / 2, "{turned_away} turned away");
    Ok(())
}

/// Every `[F3]` in the preview is listed among its facts, and there is at least one.
fn assert_preview_cites_its_facts(company: &str, preview: &str) {
    let (steps, facts) =
        preview.split_once("Facts").unwrap_or_else(|| panic!("{company}: no facts listed in\n{preview}"));
    let cited: Vec<&str> = steps.split("[F").skip(1).filter_map(|rest| rest.split(']').next()).collect();
    assert!(!cited.is_empty(), "{company}: nothing cited in\n{preview}");
    for cites in cited {
        for number in cites.split(", F") {
            assert!(
                facts.contains(&format!("F{number}")),
                "{company}: F{number} is cited and not listed in\n{preview}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_message_five_times_at_once_is_decided_and_written_once() -> anyhow::Result<()> {
    let (_turn, system) = system().await?;
    let leads: Vec<Value> = (0..4)
        .map(|at| json!({"FirstName": "Ada", "LastName": format!("Five{at}"), "Company": "Harbourline Systems", "Title": "VP Sales", "Email": format!("ada{at}@harbourline.example"), "CountryCode": "GB"}))
        .collect();
    let ids = system.save(&leads).await?;
    for round in 0..3 {
        let mut order = ids.clone();
        order.rotate_left(round);
        let resend = reqwest::Client::new()
            .post(format!("{}/_standin/outbound/resend", system.endpoints.crm.url))
            .json(&json!({"lead_ids": order, "times": 5}));
        resend.send().await?.error_for_status()?;
    }
    system.wait_for_ends(&ids, PATIENCE).await?;
    tokio::time::sleep(Duration::from_secs(3)).await; // for what came late
    for id in &ids {
        let runs = system.finished_runs(id).await?;
        assert_eq!(runs.len(), 3, "one decision a loop");
        assert_eq!(system.owner_writes(id).await?, 1);
        assert_eq!(system.tasks(id).await?.len(), 1);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_after_the_write_leads_to_no_second_write() -> anyhow::Result<()> {
    let (_turn, system) = system().await?;
    // Every first PATCH of each of these is applied, and its answer lost.
    let rules = json!([{"method": "PATCH", "path_prefix": "/services/data/v68.0/sobjects", "mode": "apply_then_drop", "count": 9}]);
    system.faults(&system.endpoints.crm.url, rules).await?;
    let ids = system.save(&[
        json!({"LastName": "Lost1", "Company": "Hanselog", "Title": "Head of Sales", "Email": "lost1@hanselog.example", "CountryCode": "DE"}),
        json!({"LastName": "Lost2", "Company": "Hanselog", "Title": "Head of Sales", "Email": "lost2@hanselog.example", "CountryCode": "DE"}),
        json!({"LastName": "Lost3", "Company": "Hanselog", "Title": "Head of Sales", "Email": "lost3@hanselog.example", "CountryCode": "DE"}),
    ]).await?;
    system.wait_for_ends(&ids, PATIENCE).await?;
    system.no_faults(&system.endpoints.crm.url).await?;
    for id in &ids {
        assert_eq!(system.owner_writes(id).await?, 1);
        assert_eq!(system.tasks(id).await?.len(), 1);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_ai_is_down_leads_wait_parked_with_their_owner_and_then_finish() -> anyhow::Result<()> {
    let (_turn, system) = system().await?;
    system.faults(&system.endpoints.ai.url, json!([{"mode": "error"}])).await?;
    let ids = system.save(&[
        json!({"LastName": "Wait1", "Company": "Isarcloud", "Title": "VP Sales", "Email": "wait1@isarcloud.example", "CountryCode": "DE"}),
        json!({"LastName": "Wait2", "Company": "Isarcloud", "Title": "VP Sales", "Email": "wait2@isarcloud.example", "CountryCode": "DE"}),
    ]).await?;
    let began = std::time::Instant::now();
    let waiting = loop {
        let parked = system.parked().await?;
        let ours: Vec<_> = parked
            .into_iter()
            .filter(|item| item.input.as_ref().is_some_and(|event| ids.iter().any(|id| text(event, "/lead_id") == id)))
            .collect();
        if ours.len() == ids.len() {
            break ours;
        }
        assert!(began.elapsed() < PATIENCE, "only {} of {} were parked", ours.len(), ids.len());
        tokio::time::sleep(Duration::from_millis(500)).await;
    };
    for item in &waiting {
        assert_eq!((item.step.as_str(), item.class.as_str()), ("engage", "Transient"), "{}", item.reason);
    }
    for id in &ids {
        assert_eq!(system.owner_writes(id).await?, 1, "the owner does not wait for the AI");
        assert!(system.tasks(id).await?.is_empty());
    }
    system.no_faults(&system.endpoints.ai.url).await?;
    redrive::again(&system.context, &system.endpoints, &[]).await?;
    system.wait_for_ends(&ids, PATIENCE).await?;
    for id in &ids {
        assert_eq!((system.owner_writes(id).await?, system.tasks(id).await?.len()), (1, 1));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_killed_at_any_moment_leave_nothing_lost_and_nothing_twice() -> anyhow::Result<()> {
    let (_turn, system) = system().await?;
    let leads: Vec<Value> = (0..12)
        .map(|at| json!({"FirstName": "Kai", "LastName": format!("Kill{at}"), "Company": "Elbtal Medizintechnik", "Title": "Head of Sales", "Email": format!("kai{at}@elbtal-medizin.example"), "CountryCode": "DE"}))
        .collect();
    let ids = system.save(&leads).await?;
    let mut killed = 0;
    for _ in 0..25 {
        tokio::time::sleep(Duration::from_millis(150)).await;
        killed += kill_one_of(&system.context.layout.state, &["Qualify", "Route", "Engage"]);
    }
    assert!(killed > 3, "only {killed} functions were killed");
    system.wait_for_ends(&ids, Duration::from_secs(400)).await?;
    for id in &ids {
        assert_eq!(system.owner_writes(id).await?, 1, "{id}");
        assert_eq!(system.tasks(id).await?.len(), 1, "{id}");
        assert_eq!(system.finished_runs(id).await?.len(), 3, "{id}");
    }
    Ok(())
}

/// Kills one running process of one of these functions, in the middle of whatever it does; how many were killed.
pub(crate) fn kill_one_of(state: &std::path::Path, functions: &[&str]) -> usize {
    let ours = state.to_string_lossy().into_owned();
    let processes = std::fs::read_dir("/proc").unwrap().flatten().filter(|entry| {
        let runs = std::fs::read_link(entry.path().join("exe")).unwrap_or_default();
        let environment = std::fs::read(entry.path().join("environ")).unwrap_or_default();
        let environment = String::from_utf8_lossy(&environment);
        runs.to_string_lossy().starts_with(&ours)
            && functions.iter().any(|name| environment.contains(&format!("AWS_LAMBDA_FUNCTION_NAME=revloops-{name}")))
    });
    for process in processes {
        let pid = process.file_name().to_string_lossy().into_owned();
        if std::process::Command::new("kill").args(["-9", &pid]).status().is_ok_and(|status| status.success()) {
            return 1;
        }
    }
    0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_with_repeats_and_faults_loses_nothing_and_does_nothing_twice() -> anyhow::Result<()> {
    let (_turn, system) = system().await?;
    let args = burst::Args { leads: 120, duplicates: 30, faults: 10, seed: 42, timeout_seconds: 600 };
    let report = burst::burst(&system.context, &system.endpoints, &args).await?;
    assert!(report.faults_hit > 5, "the faults did not hit: {}", report.faults_hit);
    assert_eq!(report.resent, 36);
    assert!(report.verdict.is_clean(), "{:#?}", report.verdict);
    assert_eq!(report.verdict.parked, 0, "{:#?}", report.verdict);
    assert_eq!(
        report.verdict.disqualified + report.verdict.tasks + report.verdict.blocked,
        120,
        "{:#?}",
        report.verdict
    );
    Ok(())
}
