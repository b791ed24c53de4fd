//! Design's service and command line, as analysts and planners use them.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use revloops_aws::BucketConfigStore;
use revloops_config::ConfigStore as _;
use revloops_design_api::{Ports, handle};
use revloops_planning::service::{MAX_BODY_BYTES, SCHEMA_FILE};
use revloops_tests::system::System;
use revloops_tests::tools::{self, project_root};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::config::{config_with, revloops};
use crate::crm_standin::run;

fn design(arguments: &[&str]) -> Output {
    revloops().arg("design").args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A plan as a file, as an analyst gets it.
fn exported(folder: &Path) -> String {
    let file = folder.join("plan.json").display().to_string();
    said(&design(&["export", "fy27-baseline", "--out", &file]));
    file
}

/// The local system's config store, with the baseline in it.
async fn stored(system: &System) -> anyhow::Result<BucketConfigStore> {
    let store = revloops_cli::config::store(&system.endpoints).await?;
    let folder = tempfile::tempdir()?;
    store.put("scenarios/fy27-baseline.json", std::fs::read(exported(folder.path()))?).await?;
    Ok(store)
}

fn client(url: &str, plan: &str) -> anyhow::Result<Command> {
    let mut command = Command::new(tools::prepare()?.python);
    command.arg(project_root().join("tests/clients/design_client.py")).args(["--url", url, "--plan", plan]);
    Ok(command)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_analyst_s_client_works_with_the_service() -> anyhow::Result<()> {
    let system = System::running().await?;
    let ports = Ports { store: Arc::new(stored(&system).await?) };
    let answer = move |request: Request| {
        let ports = ports.clone();
        async move {
            let (parts, body) = request.into_parts();
            let body = to_bytes(body, MAX_BODY_BYTES * 2).await.unwrap_or_default();
            let (parts, body) = handle(Request::from_parts(parts, body.to_vec()), &ports).await.into_parts();
            Response::from_parts(parts, Body::from(body))
        }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let serving = tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    let folder = tempfile::tempdir()?;
    let mut client = client(&url, &exported(folder.path()))?;
    client.args(["--stored", "fy27-baseline"]);
    let report = run(client).await?;
    serving.abort();
    assert!(report.ends_with("6 of 6 held\n"), "{report}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_client_works_with_the_function_on_the_cloud() -> anyhow::Result<()> {
    let system = System::running().await?;
    stored(&system).await?;
    let folder = tempfile::tempdir()?;
    let api = reqwest::Url::parse(&system.endpoints.api.url)?;
    let host = api.host_str().unwrap();
    let mut client = client(&format!("http://127.0.0.1:{}", api.port().unwrap_or(80)), &exported(folder.path()))?;
    client.args(["--host", host, "--stored", "fy27-baseline", "--region", &system.endpoints.cloud.region]);
    client.envs(system.endpoints.aws_environment());
    let report = run(client).await?;
    assert!(report.ends_with("6 of 6 held\n"), "{report}");
    Ok(())
}

#[test]
fn the_committed_description_is_valid_open_api() {
    let python = tools::prepare().unwrap().python;
    let file = project_root().join("config/schemas").join(SCHEMA_FILE);
    let told =
        tools::run(Command::new(python).args(["-m", "openapi_spec_validator", "--schema", "3.1"]).arg(file)).unwrap();
    assert!(told.contains("OK"), "{told}");
}

#[test]
fn figures_are_the_same_in_text_and_json_and_in_every_run() {
    let text = said(&design(&["compute", "fy27-baseline"]));
    let json: Value = serde_json::from_str(&said(&design(&["compute", "fy27-baseline", "--json"]))).unwrap();
    let capacity = json["computed"]["total"]["years"][0]["capacity"].as_i64().unwrap();
    let whole = revloops_planning::words::Money::of("USD").whole(revloops_domain::Cents(capacity));
    assert!(text.contains(&whole), "{whole} is not in\n{text}");
    let simulate = || said(&design(&["simulate", "fy27-baseline", "--trials", "500", "--seed", "3", "--json"]));
    assert_eq!(simulate(), simulate());
}

#[test]
fn what_is_exported_can_be_imported_elsewhere_and_is_the_same_plan() {
    let folder = tempfile::tempdir().unwrap();
    let config = config_with(&[]);
    let root = config.path().display().to_string();
    let file = exported(folder.path());
    let again = design(&["import", &file, "--config", &root]);
    assert!(String::from_utf8_lossy(&again.stderr).contains("there is a scenario"), "nothing is written over");
    std::fs::remove_file(config.path().join("scenarios/fy27-baseline.yaml")).unwrap();
    said(&design(&["import", &file, "--config", &root]));
    let hash = |arguments: &[&str]| {
        let list: Value = serde_json::from_str(&said(&design(&[arguments, &["--json"]].concat()))).unwrap();
        list.as_array().unwrap().iter().find(|one| one["scenario"] == "fy27-baseline").unwrap()["sha256"].clone()
    };
    assert_eq!(hash(&["list"]), hash(&["list", "--config", &root]));
}

#[test]
fn a_scenario_with_mistakes_is_not_computed_and_each_is_told_with_its_line() {
    let config = config_with(&[
        (
            "scenarios/fy27-baseline.yaml",
            "profile: ae-enterprise, segment: enterprise, a_year",
            "profile: ae-enterprize, segment: enterprise, a_year",
        ),
        ("scenarios/fy27-baseline.yaml", "months: 36", "months: 99"),
    ]);
    let output = design(&["compute", "fy27-baseline", "--config", &config.path().display().to_string()]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && output.stdout.is_empty());
    assert!(told.contains("scenarios/fy27-baseline.yaml:10:") && told.contains("ae-enterprise"), "{told}");
}
