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
pub const FUNCTIONS: [Function; 29] = [
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
    Function { logical_id: "Ledger", package: "revloops-ledger" },
    Function { logical_id: "Marts", package: "revloops-marts" },
    Function { logical_id: "SequenceDesk", package: "revloops-sequence-desk" },
    Function { logical_id: "SequenceClock", package: "revloops-sequence-clock" },
    Function { logical_id: "Scanner", package: "revloops-scanner" },
    Function { logical_id: "Auth", package: "revloops-auth" },
    Function { logical_id: "ConfigGuard", package: "revloops-config-guard" },
    Function { logical_id: "McpRegistry", package: "revloops-mcp-registry" },
    Function { logical_id: "McpCrm", package: "revloops-mcp-crm" },
    Function { logical_id: "McpWorkflow", package: "revloops-mcp-workflow" },
    Function { logical_id: "McpAnalytics", package: "revloops-mcp-analytics" },
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
    compile(context, "Build", cargo(context, &["build", "--bins"])).await?.context("cargo named no binaries")
}

/// Cargo, from the project's root.
pub(crate) fn cargo(context: &Context, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(&context.layout.root).args(arguments);
    command
}

/// Has cargo compile, with its progress shown; returns the directory that the programs are in, if there are any.
///
/// # Errors
/// If something does not compile, or the compiler warns of something in the workspace and was told to lint
/// ([`linted`]). Cargo repeats the warnings of what is up to date, so that none is forgotten.
pub(crate) async fn compile(
    context: &Context,
    title: &'static str,
    mut command: Command,
) -> anyhow::Result<Option<PathBuf>> {
    let step = context.console.step(title);
    let denied = command.as_std().get_envs().any(|(name, value)| name == WRAPPER && value.is_some());
    command.arg("--message-format=json");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().context("starting cargo")?;
    let stdout = child.stdout.take().context("reading cargo's messages")?;
    let stderr = child.stderr.take().context("reading cargo's progress")?;

    let messages = tokio::spawn(async move {
        let mut lines = BufReader::new(stdout).lines();
        let mut seen = Messages::default();
        while let Ok(Some(line)) = lines.next_line().await {
            seen.take(&line);
        }
        seen
    });
    let mut said = String::new();
    let mut lines = BufReader::new(stderr).lines();
    while let Some(line) = lines.next_line().await? {
        step.detail(line.trim().to_owned());
        said.push_str(&line);
        said.push('\n');
    }
    let status = child.wait().await?;
    let seen = messages.await?;
    if !status.success() {
        bail!("{title}: it does not compile\n{}{}", seen.errors.concat(), last_lines(&said, 60));
    }
    if denied && !seen.warnings.is_empty() {
        bail!("{title}: {} warnings, which are denied\n{}", seen.warnings.len(), seen.warnings.concat().trim_end());
    }
    if seen.compiled == 0 {
        step.skipped("up to date")
    } else {
        step.done(format!("{} crates compiled", seen.compiled))
    }
    Ok(seen.directory)
}

/// What cargo takes for the compiler of the workspace's own crates.
const WRAPPER: &str = "RUSTC_WORKSPACE_WRAPPER";

/// Has the workspace compiled by clippy, which is the compiler with more lints: what is checked is what is built, and
/// no dependency is compiled for a check of its own.
pub(crate) fn linted(mut command: Command) -> Command {
    command.env(WRAPPER, "clippy-driver");
    command
}

/// By the plain compiler, whatever compiles the workspace.
pub(crate) fn unlinted(mut command: Command) -> Command {
    command.env_remove(WRAPPER);
    command
}

/// What cargo's messages have told so far.
#[derive(Debug, Default, PartialEq, Eq)]
struct Messages {
    compiled: usize,
    directory: Option<PathBuf>,
    errors: Vec<String>,
    warnings: Vec<String>,
}

impl Messages {
    /// One line of cargo's output, which has one JSON object a line.
    fn take(&mut self, line: &str) {
        let Ok(message) = serde_json::from_str::<serde_json::Value>(line) else { return };
        let text = |path: &str| message.pointer(path).and_then(|text| text.as_str());
        match text("/reason") {
            Some("compiler-artifact") => {
                if message.pointer("/fresh") == Some(&serde_json::Value::Bool(false)) {
                    self.compiled += 1;
                }
                if let Some(program) = text("/executable") {
                    self.directory = Path::new(program).parent().map(Path::to_path_buf);
                }
            }
            Some("compiler-message") => {
                let told = text("/message/rendered").unwrap_or_default().to_owned();
                match text("/message/level") {
                    // "3 warnings emitted" has no place of its own.
                    Some("warning")
                        if message.pointer("/message/spans/0").is_some() && !self.warnings.contains(&told) =>
                    {
                        self.warnings.push(told);
                    }
                    Some(level) if level.starts_with("error") => self.errors.push(told),
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_is_told_once_and_summaries_are_none() {
        let mut seen = Messages::default();
        let warning = r#"{"reason":"compiler-message","message":{"level":"warning","rendered":"warning: unused `x`\n","spans":[{"line_start":1}]}}"#;
        seen.take(warning);
        seen.take(warning);
        seen.take(
            r#"{"reason":"compiler-message","message":{"level":"warning","rendered":"1 warning emitted","spans":[]}}"#,
        );
        seen.take(
            r#"{"reason":"compiler-message","message":{"level":"error","rendered":"error: no `y`\n","spans":[{}]}}"#,
        );
        seen.take(r#"{"reason":"compiler-artifact","fresh":false,"executable":"/built/program"}"#);
        seen.take("running 3 tests");
        let expected = Messages {
            compiled: 1,
            directory: Some("/built".into()),
            errors: vec!["error: no `y`\n".to_owned()],
            warnings: vec!["warning: unused `x`\n".to_owned()],
        };
        assert_eq!(seen, expected);
    }
}
