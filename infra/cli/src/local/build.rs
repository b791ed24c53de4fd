//! The binaries: the functions and the stand-ins, built by cargo.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context as _, bail};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::Command,
};

use super::python::last_lines;
use crate::context::Context;

/// A function of the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function {
    /// Its logical id in the template.
    pub logical_id: &'static str,
    /// Its Cargo package, which is also its binary's name.
    pub package: &'static str,
}

/// Every function of the template.
pub const FUNCTIONS: [Function; 26] = [
    Function { logical_id: "CrmMessages", package: "revloops-crm-messages" },
    Function { logical_id: "DesignApi", package: "revloops-design-api" },
    Function { logical_id: "ChainStarter", package: "revloops-chain-starter" },
    Function { logical_id: "Qualify", package: "revloops-qualify" },
    Function { logical_id: "Route", package: "revloops-route" },
    Function { logical_id: "Engage", package: "revloops-engage" },
    Function { logical_id: "Generate", package: "revloops-generate" },
    Function { logical_id: "Design", package: "revloops-design" },
    Function { logical_id: "Deploy", package: "revloops-deploy" },
    Function { logical_id: "PlanApproval", package: "revloops-plan-approval" },
    Function { logical_id: "TerritorySync", package: "revloops-territory-sync" },
    Function { logical_id: "Redrive", package: "revloops-redrive" },
    Function { logical_id: "Batch", package: "revloops-batch" },
    Function { logical_id: "TouchWatch", package: "revloops-touch-watch" },
    Function { logical_id: "AcquisitionStarter", package: "revloops-chain-starter" },
    Function { logical_id: "Pursue", package: "revloops-pursue" },
    Function { logical_id: "MilestoneWatch", package: "revloops-milestone-watch" },
    Function { logical_id: "Outcomes", package: "revloops-outcomes" },
    Function { logical_id: "SequenceDesk", package: "revloops-sequence-desk" },
    Function { logical_id: "SequenceClock", package: "revloops-sequence-clock" },
    Function { logical_id: "Scanner", package: "revloops-scanner" },
    Function { logical_id: "Auth", package: "revloops-auth" },
    Function { logical_id: "ConfigGuard", package: "revloops-config-guard" },
    Function { logical_id: "McpRegistry", package: "revloops-mcp-registry" },
    Function { logical_id: "McpCrm", package: "revloops-mcp-crm" },
    Function { logical_id: "McpWorkflow", package: "revloops-mcp-workflow" },
];

pub(super) const STANDINS_PACKAGE: &str = "revloops-standins";

/// Builds all binaries in the development profile; returns the directory that they are in.
///
/// Without naming packages: cargo then settles dependencies' features over the whole workspace, as it does for `cargo
/// run --bin` and for the tests, and compiles each dependency once for all of them.
///
/// # Errors
/// If something does not compile; cargo's own words are in the error.
pub(crate) async fn build(context: &Context) -> anyhow::Result<PathBuf> {
    let step = context.console.step("Build");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(&context.layout.root).args(["build", "--bins", "--message-format=json-render-diagnostics"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().context("starting cargo")?;
    let stdout = child.stdout.take().context("reading cargo's messages")?;
    let stderr = child.stderr.take().context("reading cargo's progress")?;

    let messages = tokio::spawn(async move {
        let mut lines = BufReader::new(stdout).lines();
        let (mut compiled, mut directory) = (0_usize, None);
        while let Ok(Some(line)) = lines.next_line().await {
            let Ok(message) = serde_json::from_str::<serde_json::Value>(&line) else { continue };
            if message.get("reason").and_then(|reason| reason.as_str()) != Some("compiler-artifact") {
                continue;
            }
            if message.get("fresh").and_then(|fresh| fresh.as_bool()) == Some(false) {
                compiled += 1;
            }
            if let Some(program) = message.get("executable").and_then(|path| path.as_str()) {
                directory = Path::new(program).parent().map(Path::to_path_buf);
            }
        }
        (compiled, directory)
    });
    let mut said = String::new();
    let mut lines = BufReader::new(stderr).lines();
    while let Some(line) = lines.next_line().await? {
        step.detail(line.trim().to_owned());
        said.push_str(&line);
        said.push('\n');
    }
    let status = child.wait().await?;
    let (compiled, directory) = messages.await?;
    if !status.success() {
        bail!("the functions do not build\n{}", last_lines(&said, 60));
    }
    if compiled == 0 {
        step.skipped("up to date")
    } else {
        step.done(format!("{compiled} crates compiled"))
    }
    directory.context("cargo named no binaries")
}
