//! The installer that the system serves, on an empty home: by Python, and by the command.

use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use revloops_tests::system::System;
use revloops_tests::tools;
use serde_json::{Value, json};

fn kept(home: &Path) -> anyhow::Result<Value> {
    let text =
        std::fs::read_to_string(home.join(".claude.json")).context("reading what was written for Claude Code")?;
    Ok(serde_json::from_str(&text)?)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_served_script_installs_every_server_once() -> anyhow::Result<()> {
    let system = System::running().await?;
    let site = &system.endpoints.site.url;
    let script = reqwest::get(format!("{site}/mcp/install.py")).await?.error_for_status()?.text().await?;
    let home = tempfile::tempdir()?;
    let path = home.path().join("install.py");
    std::fs::write(&path, script)?;
    let python = tools::prepare()?.python;
    let install = || {
        let mut command = Command::new(&python);
        command.arg(&path).args(["install", "--client", "claude-code", "--home"]).arg(home.path());
        tools::run(&mut command)
    };
    install()?;
    let servers = kept(home.path())?["mcpServers"].clone();
    let urls: Vec<&str> =
        servers.as_object().context("entries")?.values().filter_map(|entry| entry["url"].as_str()).collect();
    assert_eq!(urls, ["crm", "workflow", "analytics"].map(|name| format!("{site}/mcp/{name}")));
    let before = std::fs::read(home.path().join(".claude.json"))?;
    install()?;
    assert_eq!(std::fs::read(home.path().join(".claude.json"))?, before, "a second time changes nothing");
    assert!(servers.as_object().context("entries")?.values().all(|entry| entry["type"] == json!("http")));
    Ok(())
}
