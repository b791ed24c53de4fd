//! The official conformance suite: all of it against fixtures on our transport, what is about the protocol against the real servers,
//! and the authorization server's part.

use std::collections::BTreeMap;

use anyhow::Context as _;
use revloops_conformance::authorization::Client;
use revloops_conformance::report::Scenario;
use revloops_conformance::{
    NEEDS_A_SESSION, PROTOCOL_SCENARIOS, Report, Revision, Status, Suite, WANT_DIAGNOSTIC_TOOLS, bearer, serve,
};
use revloops_tests::system::System;
use revloops_tests::tools;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{REP, Session, person};

fn suite() -> anyhow::Result<Suite> {
    Suite::installed(&tools::prepare()?.node, &tools::project_root().join("tests"))
}

/// Keeps what the suite printed, for whoever wants to read it: `.revloops/conformance/<of>.txt`.
fn keep(report: &Report, of: &str) -> anyhow::Result<()> {
    let folder = tools::project_root().join(".revloops/conformance");
    std::fs::create_dir_all(&folder)?;
    Ok(std::fs::write(folder.join(format!("{of}.txt")), &report.printed)?)
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_both_revisions_require_passes_in_fixture_mode() -> anyhow::Result<()> {
    let suite = suite()?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let at = format!("http://{}", listener.local_addr()?);
    tokio::spawn(serve::serve(listener));
    let functions = format!("{at}{}", serve::PATH);
    let report = suite.run_suite(&functions, Revision::Y2026M07, None).await?;
    keep(&report, "fixtures-2026-07-28")?;
    assert!(report.failures().is_empty(), "2026-07-28: {:?}", report.failures());
    let sessions = format!("{at}{}", serve::SESSIONS_PATH);
    let report = suite.run_suite(&sessions, Revision::Y2025M11, None).await?;
    keep(&report, "fixtures-2025-11-25")?;
    assert!(report.failures().is_empty(), "2025-11-25: {:?}", report.failures());
    // As functions serve it: all but what asks the client in the middle of a call.
    let report = suite.run_suite(&functions, Revision::Y2025M11, None).await?;
    let fails = |one: &&Scenario| one.required && one.count(Status::Failure) > 0;
    let failed: Vec<&str> = report.scenarios.iter().filter(fails).map(|one| one.name.as_str()).collect();
    let unexpected: Vec<&&str> = failed.iter().filter(|name| !NEEDS_A_SESSION.contains(name)).collect();
    assert!(unexpected.is_empty(), "2025-11-25 on functions: {unexpected:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_protocols_own_scenarios_pass_against_every_server() -> anyhow::Result<()> {
    let system = System::running().await?;
    let suite = suite()?;
    for (server, scope) in [("crm", "crm.read"), ("workflow", "workflow.read"), ("analytics", "analytics.read")] {
        let session = Session::of(&system, server, &person(REP, scope), json!({})).await?;
        let url = format!("{}/mcp/{server}", system.endpoints.site.url);
        let proxy = bearer::start(&url, session.token()).await?;
        for (revision, scenarios) in PROTOCOL_SCENARIOS {
            // The CRM server has tools alone, and the analytics server prompts beside them.
            let fits = |name: &&str| match server {
                "workflow" => true,
                _ if name.starts_with("resources") || name.starts_with("sep-2164") || *name == "caching" => false,
                server => server == "analytics" || !name.starts_with("prompts"),
            };
            let scenarios: Vec<&str> = scenarios.iter().copied().filter(fits).collect();
            let report = suite.run_suite(&proxy.url, revision, Some(&scenarios)).await?;
            keep(&report, &format!("{server}-{}", revision.as_str()))?;
            let failures = report.failures_besides(&WANT_DIAGNOSTIC_TOOLS);
            assert!(failures.is_empty(), "{server}: {failures:?}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_authorization_scenarios_pass_against_the_authorization_server() -> anyhow::Result<()> {
    let system = System::running().await?;
    let site = &system.endpoints.site.url;
    let port = 43_117;
    let redirect = format!("http://127.0.0.1:{port}/callback");
    let registration = json!({
        "client_name": "Conformance suite", "redirect_uris": [redirect], "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code"], "response_types": ["code"],
    });
    let client: BTreeMap<String, Value> = reqwest::Client::new()
        .post(format!("{site}/oauth/register"))
        .json(&registration)
        .send()
        .await?
        .error_for_status()?
        .json()
        .await?;
    let id = client.get("client_id").and_then(Value::as_str).context("a client's id")?;
    let resource = format!("{site}/mcp/crm");
    let password = system.endpoints.crm.password.clone();
    let python = tools::prepare()?.python;
    let log_in = async move |url: String| {
        let script = tools::project_root().join("tests/clients/log_in.py");
        let arguments = [url, REP.to_owned(), password];
        let run = move || tools::run(std::process::Command::new(python).arg(script).args(arguments));
        tokio::task::spawn_blocking(run).await?.map(|_| ())
    };
    let report = suite()?.run_authorization(site, &Client { id, resource: &resource, port }, log_in).await?;
    keep(&report, "authorization")?;
    assert!(report.failures().is_empty(), "{:?}", report.failures());
    Ok(())
}
