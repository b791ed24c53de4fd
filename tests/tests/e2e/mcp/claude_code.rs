//! Claude Code, unchanged, on an empty home: it is told of every server, registers itself, has its person let it in by a browser, and
//! calls the tools that its model asks for. The model is a script, for there is no other here.

mod model;

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, ensure};
use revloops_cli::crm_api::literal;
use revloops_tests::system::System;
use revloops_tests::tools;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{OTHER_REP, create};
use model::{Call, Model};

const SERVERS: [&str; 3] = ["crm", "workflow", "analytics"];

/// One installation, with a home of its own.
struct ClaudeCode {
    home: TempDir,
    node: PathBuf,
    python: PathBuf,
}

impl ClaudeCode {
    /// With a browser that logs in as this person.
    fn of(system: &System, username: &str) -> anyhow::Result<Self> {
        let tools = tools::prepare()?;
        let home = tempfile::tempdir()?;
        let script = tools::project_root().join("tests/clients/log_in.py");
        let browser = format!(
            "#!/bin/sh\nexec '{}' '{}' \"$1\" '{username}' '{}' >> \"$HOME/browser.log\" 2>&1\n",
            tools.python.display(),
            script.display(),
            system.endpoints.crm.password
        );
        let path = home.path().join("browser");
        std::fs::write(&path, browser)?;
        tools::run(Command::new("chmod").arg("700").arg(&path))?;
        Ok(Self { home, node: tools.node, python: tools.python })
    }

    /// `claude` with these arguments, in a terminal of its own: without one it opens no browser.
    fn command(&self, arguments: &[&str]) -> Command {
        let wrapper = tools::project_root().join("tests/node_modules/@anthropic-ai/claude-code/cli-wrapper.cjs");
        let mut command = Command::new(&self.python);
        let in_terminal = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";
        command.args(["-c", in_terminal]).arg(&self.node).arg(wrapper).args(arguments);
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", self.home.path())
            .env("TERM", "dumb")
            .env("BROWSER", self.home.path().join("browser"))
            // Nothing of it is sent anywhere, and nothing is fetched.
            .envs(
                ["DISABLE_AUTOUPDATER", "DISABLE_TELEMETRY", "DISABLE_ERROR_REPORTING"]
                    .into_iter()
                    .chain(["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"])
                    .map(|name| (name, "1")),
            )
            .current_dir(self.home.path());
        command
    }

    async fn run(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let mut command = self.command(arguments);
        let ran = tokio::task::spawn_blocking(move || tools::run(&mut command)).await?;
        ran.with_context(|| std::fs::read_to_string(self.home.path().join("browser.log")).unwrap_or_default())
    }

    /// Tells it of every server and logs in to each.
    async fn joins(&self, system: &System) -> anyhow::Result<()> {
        for server in SERVERS {
            let url = format!("{}/mcp/{server}", system.endpoints.site.url);
            self.run(&["mcp", "add", "--transport", "http", "--scope", "user", server, &url]).await?;
            self.run(&["mcp", "login", server]).await?;
        }
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn claude_code_logs_in_to_every_server_and_is_connected() -> anyhow::Result<()> {
    let system = System::running().await?;
    let claude = ClaudeCode::of(&system, OTHER_REP)?;
    claude.joins(&system).await?;
    let listed = claude.run(&["mcp", "list"]).await?;
    for server in SERVERS {
        let line = listed.lines().find(|line| line.contains(&format!("/mcp/{server}"))).context(listed.clone())?;
        assert!(line.contains("Connected"), "{listed}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_claude_code_s_model_asks_for_is_done_in_the_person_s_name() -> anyhow::Result<()> {
    let system = System::running().await?;
    let rep = system.crm.query(&format!("SELECT Id FROM User WHERE Username = {}", literal(OTHER_REP))).await?;
    let deal = json!({
        "Name": "Fanø Måleteknik, gauges", "StageName": "Prospecting", "CloseDate": "2027-05-31", "OwnerId": rep[0]["Id"],
    });
    let deal = create(&system, "Opportunity", deal).await?;
    let soql = format!("SELECT Id, Name, StageName FROM Opportunity WHERE Id = {}", literal(&deal));
    let record = json!({"Id": deal, "NextStep": "Send the gauges' data sheet"});
    let calls = vec![
        Call::new("mcp__crm__query", json!({"soql": soql})),
        Call::new("mcp__crm__update_records", json!({"object": "Opportunity", "records": [record], "dry_run": false})),
        Call::new("mcp__workflow__list_loops", json!({})),
    ];
    let allowed: Vec<String> = calls.iter().map(|call| call.tool.clone()).collect();
    let model = Model::start(calls).await?;

    let claude = ClaudeCode::of(&system, OTHER_REP)?;
    claude.joins(&system).await?;
    let settings = json!({
        "env": {"ANTHROPIC_BASE_URL": model.url, "ANTHROPIC_API_KEY": "none", "ENABLE_TOOL_SEARCH": "false"},
        "permissions": {"allow": allowed},
    });
    let folder = claude.home.path().join(".claude");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("settings.json"), settings.to_string())?;
    let said = claude.run(&["--print", "--output-format", "json", "What of the gauges?"]).await?;
    let results = model.results();
    ensure!(results.len() == 3, "{} of 3 calls were answered: {said}", results.len());
    assert!(results[0].contains("Fanø Måleteknik, gauges"), "{}", results[0]);
    assert!(results[2].contains("qualify"), "{}", results[2]);
    assert!(said.contains("That is all."), "{said}");
    let soql = format!("SELECT NextStep, LastModifiedBy.Username FROM Opportunity WHERE Id = {}", literal(&deal));
    let written: Vec<Value> = system.crm.query(&soql).await?;
    assert_eq!(written[0]["NextStep"], "Send the gauges' data sheet", "{}", results[1]);
    assert_eq!(written[0]["LastModifiedBy"]["Username"], OTHER_REP);
    Ok(())
}
