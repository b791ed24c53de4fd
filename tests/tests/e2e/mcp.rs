//! The MCP servers as operators reach them: a client of other people finds the authorization server, has its person let it in, and
//! calls tools in that person's name.

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use revloops_cli::crm_api::literal;
use revloops_tests::system::System;
use revloops_tests::tools;
use serde_json::{Value, json};

mod analytics;
mod claude_code;
mod config_change;
mod conformance;
mod install;
mod plans;
mod refused;

/// A rep, and the administrator: users of the demo's organisation.
pub(crate) const REP: &str = "erik.lind@northfield.example";
const OTHER_REP: &str = "maria.keller@northfield.example";
const ADMIN: &str = "admin@northfield.example";

/// What a client found, and what came of its calls.
pub(crate) struct Session {
    told: Value,
}

impl Session {
    /// Has the Python SDK log in to `/mcp/<server>` as this person, and call these tools.
    pub(crate) async fn of(system: &System, server: &str, who: &Person<'_>, asked: Value) -> anyhow::Result<Self> {
        let python = tools::prepare()?.python;
        let url = format!("{}/mcp/{server}", system.endpoints.site.url);
        let mut command = Command::new(python);
        command
            .arg(tools::project_root().join("tests/clients/mcp_client.py"))
            .args(["--url", &url, "--username", who.username, "--password", &system.endpoints.crm.password])
            .args(["--mode", who.mode, "--scope", who.scope, "--show-token"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let output = tokio::task::spawn_blocking(move || -> anyhow::Result<_> {
            let mut child = command.spawn()?;
            serde_json::to_writer(child.stdin.take().context("a pipe")?, &asked)?;
            Ok(child.wait_with_output()?)
        })
        .await??;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "the client failed: {said}\n{}", String::from_utf8_lossy(&output.stdout));
        Ok(Self { told: serde_json::from_slice(&output.stdout)? })
    }

    /// The structured answer of the call at this place; it has to be one that was done.
    pub(crate) fn answer(&self, call: usize) -> &Value {
        let call = &self.told["calls"][call];
        assert_eq!(call["is_error"], false, "{call}");
        &call["structured"]
    }

    /// Why the call at this place was refused.
    pub(crate) fn refusal(&self, call: usize) -> &str {
        let call = &self.told["calls"][call];
        assert_eq!(call["is_error"], true, "{call}");
        call["text"].as_str().unwrap()
    }

    pub(crate) fn token(&self) -> &str {
        self.told["token"].as_str().unwrap()
    }

    fn tools(&self) -> Vec<&str> {
        self.told["tools"].as_object().unwrap().keys().map(String::as_str).collect()
    }
}

/// Saves one record; returns its id.
async fn create(system: &System, object: &str, record: Value) -> anyhow::Result<String> {
    let ids = system.crm.create_all(object, &[record]).await?;
    ids.into_iter().next().context("one record was saved")
}

/// Who logs in, and for what.
pub(crate) struct Person<'a> {
    pub(crate) username: &'a str,
    /// `auto` for the newest revision that both know, `legacy` for one with `initialize`.
    pub(crate) mode: &'a str,
    pub(crate) scope: &'a str,
}

pub(crate) fn person<'a>(username: &'a str, scope: &'a str) -> Person<'a> {
    Person { username, mode: "auto", scope }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rep_and_an_administrator_see_what_is_theirs_and_a_write_names_the_rep() -> anyhow::Result<()> {
    let system = System::running().await?;
    let company = "Skagen Instrument AS";
    let account = create(&system, "Account", json!({"Name": company, "BillingCountryCode": "DK"})).await?;
    let owner = |username: &str| format!("SELECT Id FROM User WHERE Username = {}", literal(username));
    let maria = system.crm.query(&owner(OTHER_REP)).await?;
    let deal = json!({
        "Name": "Skagen, sensors", "AccountId": account, "StageName": "Prospecting", "CloseDate": "2027-03-31",
        "OwnerId": maria[0]["Id"],
    });
    let deal = create(&system, "Opportunity", deal).await?;
    let soql = format!("SELECT Id, Name FROM Opportunity WHERE Id = {}", literal(&deal));
    let query = json!({"tool": "query", "arguments": {"soql": soql}});

    let admin = Session::of(&system, "crm", &person(ADMIN, "crm.read"), json!({"calls": [query]})).await?;
    assert_eq!(admin.answer(0)["rows"][0]["Name"], "Skagen, sensors");
    assert_eq!(admin.told["protocol"], "2026-07-28");

    let update = |dry_run: bool| {
        let record = json!({"Id": deal, "NextStep": "Call on Monday"});
        json!({"tool": "update_records", "arguments": {"object": "Opportunity", "records": [record], "dry_run": dry_run}})
    };
    let rep = Session::of(&system, "crm", &person(REP, "crm.read crm.write"), json!({"calls": [query, update(false)]}))
        .await?;
    assert_eq!(rep.answer(0)["rows"], json!([]), "a colleague's deal is private");

    let calls = json!({"calls": [query, update(true), update(false)]});
    let legacy = Person { username: OTHER_REP, mode: "legacy", scope: "crm.read crm.write" };
    let maria = Session::of(&system, "crm", &legacy, calls).await?;
    assert_eq!(maria.told["protocol"], "2025-11-25");
    assert_eq!(maria.answer(0)["rows"][0]["Name"], "Skagen, sensors");
    for call in [1, 2] {
        assert_eq!(maria.answer(call)["records"][0]["success"], true, "{}", maria.answer(call));
    }
    assert_eq!(rep.answer(1)["records"][0]["success"], false, "nor can they change it: {}", rep.answer(1));
    let written = system
        .crm
        .query(&format!("SELECT NextStep, LastModifiedBy.Username FROM Opportunity WHERE Id = {}", literal(&deal)))
        .await?;
    assert_eq!(written[0]["NextStep"], "Call on Monday");
    assert_eq!(written[0]["LastModifiedBy"]["Username"], OTHER_REP);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_workflow_server_tells_why_and_shows_tools_by_role() -> anyhow::Result<()> {
    let system = System::running().await?;
    let lead = system
        .save(&[json!({
            "FirstName": "Runa", "LastName": "Dahl", "Company": "Lofoten Robotics AS", "Email": "runa.dahl@lofoten-robotics.example",
            "Title": "VP Operations", "CountryCode": "NO", "LeadSource": "Web",
        })])
        .await?;
    system.wait_for_ends(&lead, Duration::from_secs(60)).await?;
    let lead = lead.first().context("one lead")?;
    let calls = json!({
        "calls": [
            {"tool": "timeline", "arguments": {"record": lead}},
            {"tool": "list_loops"},
            {"tool": "list_sequences", "arguments": {"at_most": 100}},
        ],
        "reads": ["revloops://loops/route"],
    });
    let admin = Session::of(&system, "workflow", &person(ADMIN, "workflow.read"), calls).await?;
    let decisions = admin.answer(0)["decisions"].as_array().unwrap();
    assert_eq!(decisions[0]["loop"], "qualify");
    assert!(decisions[0]["why"].as_str().unwrap().contains("score"), "{}", decisions[0]["why"]);
    assert_eq!(admin.answer(1)["loops"].as_array().unwrap().len(), 7);
    let drafted = admin.answer(2)["sequences"].as_array().unwrap();
    assert!(drafted.iter().any(|one| one["person_id"] == json!(lead)), "its draft is listed");
    assert!(admin.told["reads"][0].as_str().unwrap().starts_with("# route"));

    let deal = json!({"Name": "Lofoten, private", "StageName": "Prospecting", "CloseDate": "2027-04-30"});
    let hidden = create(&system, "Opportunity", deal).await?;
    let calls = json!({"calls": [{"tool": "timeline", "arguments": {"record": hidden}}, {"tool": "redrive", "arguments": {"parked_ids": ["x"]}}]});
    let rep = Session::of(&system, "workflow", &person(REP, "workflow.read workflow.write"), calls).await?;
    assert!(rep.refusal(0).contains("no record"), "{}", rep.refusal(0));
    assert!(rep.refusal(1).contains("operations"), "{}", rep.refusal(1));
    assert!(admin.tools().contains(&"redrive") && !rep.tools().contains(&"redrive"));
    Ok(())
}
