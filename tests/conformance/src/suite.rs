//! How the suite is run.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, bail, ensure};
use tokio::process::Command;

use crate::report::{Report, read};

/// Scenarios that look at the protocol alone, so that a server without the fixtures' tools can pass them, besides
/// [`WANT_DIAGNOSTIC_TOOLS`]. The server must have a prompt and a resource; the first tool that it lists is called without
/// arguments, so that one should only read.
pub const PROTOCOL_SCENARIOS: [(Revision, &[&str]); 2] = [
    (
        Revision::Y2026M07,
        &[
            "server-stateless",
            "tools-list",
            "resources-list",
            "prompts-list",
            "caching",
            "sep-2164-resource-not-found",
            "input-required-result-unsupported-methods",
            "server-sse-multiple-streams",
            "dns-rebinding-protection",
            "http-header-validation",
        ],
    ),
    (
        Revision::Y2025M11,
        &["server-initialize", "ping", "tools-list", "resources-list", "prompts-list", "dns-rebinding-protection"],
    ),
];

/// Checks of `server-stateless` that call tools which only fixtures have: they fail as `Not testable` elsewhere.
pub const WANT_DIAGNOSTIC_TOOLS: [&str; 4] = [
    "sep-2575-server-rejects-undeclared-capability",
    "sep-2575-missing-capability-http-400",
    "sep-2575-http-server-no-independent-requests-on-stream",
    "sep-2575-server-no-log-without-loglevel",
];

/// What 2025-11-25 requires and a server without sessions cannot do: it asks the client in the middle of a call.
pub const NEEDS_A_SESSION: [&str; 4] =
    ["tools-call-sampling", "tools-call-elicitation", "elicitation-sep1034-defaults", "elicitation-sep1330-enums"];

/// A revision of the protocol that has a set of required scenarios.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revision {
    /// 2025-11-25: with `initialize`.
    Y2025M11,
    /// 2026-07-28: each request stands alone.
    Y2026M07,
}

impl Revision {
    /// Its name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Y2025M11 => "2025-11-25",
            Self::Y2026M07 => "2026-07-28",
        }
    }
}

/// The suite as it is installed.
#[derive(Debug, Clone)]
pub struct Suite {
    /// Node.js 22 or later.
    pub node: PathBuf,
    /// The suite's program.
    pub program: PathBuf,
}

impl Suite {
    /// The suite that is installed below this folder, as `node_modules`.
    ///
    /// # Errors
    /// When it is not.
    pub fn installed(node: &Path, folder: &Path) -> anyhow::Result<Self> {
        let program = folder.join("node_modules/@modelcontextprotocol/conformance/dist/index.js");
        ensure!(program.is_file(), "the conformance suite is not installed: {} is missing", program.display());
        Ok(Self { node: node.to_path_buf(), program })
    }

    /// The suite's program with these arguments, ready to be started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.node);
        command.arg(&self.program).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }

    /// Runs scenarios of a revision against the server at `url`: those named, or all that the revision has.
    ///
    /// # Errors
    /// When the suite cannot be run, does not know a scenario, or tells of none.
    pub async fn run_suite(&self, url: &str, revision: Revision, scenarios: Option<&[&str]>) -> anyhow::Result<Report> {
        let Some(named) = scenarios else {
            return self.run(url, &["--requirements", revision.as_str()]).await;
        };
        let mut whole = Report { scenarios: Vec::new(), printed: String::new() };
        for name in named {
            let one = self.run(url, &["--spec-version", revision.as_str(), "--scenario", name]).await;
            let one = one.with_context(|| format!("running `{name}` of {}", revision.as_str()))?;
            whole.scenarios.extend(one.scenarios);
            whole.printed.push_str(&one.printed);
        }
        Ok(whole)
    }

    async fn run(&self, url: &str, which: &[&str]) -> anyhow::Result<Report> {
        let folder = tempfile::tempdir()?;
        let kept = folder.path().to_str().context("the temporary folder's name is no text")?;
        let arguments = [&["server", "--url", url, "--output-dir", kept], which].concat();
        let output = self.command(&arguments).output().await.context("starting the conformance suite")?;
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let report = Report { scenarios: read(folder.path(), &printed)?, printed };
        let errors = String::from_utf8_lossy(&output.stderr);
        if report.scenarios.is_empty() {
            bail!("the conformance suite ran nothing ({}):\n{}{errors}", output.status, report.printed);
        }
        if output.status.success() != report.failures().is_empty() {
            bail!(
                "the conformance suite ended with {}, which its results do not say:\n{}{errors}",
                output.status,
                report.printed
            );
        }
        Ok(report)
    }
}
