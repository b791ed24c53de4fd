//! `revloops test`: format, lints, config, template, then every test, on a local system of the tests' own.
//!
//! The lints are the build's own: clippy compiles what is then run.
//!
//! What comes from elsewhere is fetched while cargo compiles, and the system is brought up while it compiles the tests.

mod checks;
pub mod tools;

use std::process::{ExitCode, Stdio};

use anyhow::Context as _;
use futures::future::try_join;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use crate::console::Console;
use crate::context::{Context, Ports};
use crate::local::{bring_up, cargo, compile, linted};
use crate::{design, down};

/// Which part.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only tests whose names contain this; checks are left out.
    filter: Option<String>,
    /// Leave the tests' local system running, to look at it.
    #[arg(long)]
    keep: bool,
}

/// Where the tests' own system is: beside a person's, never the same.
const PORTS: Ports = Ports { cloud: 4766, crm: 4771, enrichment: 4772, ai: 4773, site: 4775 };

/// Runs everything. Ends with one line: how many passed, how many failed.
///
/// # Errors
/// If something that the tests need cannot be had, or a check does not hold.
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let own = Context {
        console: context.console.without_results(),
        layout: crate::context::Layout {
            root: context.layout.root.clone(),
            state: context.layout.root.join(".revloops/test"),
        },
        ports: PORTS,
    };
    let whole = args.filter.is_none();
    let compiled = async {
        if whole {
            checks::format(context).await?;
        }
        let built = compile(&own, "Build", linted(cargo(&own, &["build", "--bins"]))).await?;
        built.context("cargo named no binaries")
    };
    let fetched = async {
        if whole {
            checks::config(context)?;
        }
        tools::ensure(context).await
    };
    let (binaries, ()) = try_join(compiled, fetched).await?;
    // What an earlier run left is not this run's world.
    down::run(&own, down::Args { purge: true }).await?;
    let ran = async {
        try_join(bring_up(&own, &binaries), compile_tests(&own)).await?;
        cargo_test(&own, &context.console, args.filter.as_deref()).await
    };
    let ran = ran.await;
    if !args.keep {
        down::run(&own, down::Args { purge: true }).await?;
    }
    let (passed, failed, ended_well) = ran?;
    context.console.json(&serde_json::json!({"passed": passed, "failed": failed}))?;
    context.console.say(format!("{passed} passed, {failed} failed"));
    Ok(if ended_well && failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// `cargo test` of the workspace. Programs have no tests of their own (`test = false`), so `--tests` is all there is.
fn workspace(own: &Context) -> Command {
    linted(cargo(own, &["test", "--workspace", "--tests"]))
}

/// Compiles the tests of the workspace and of the solver, which stands outside it with what it is built with.
async fn compile_tests(own: &Context) -> anyhow::Result<()> {
    let mut tests = workspace(own);
    tests.arg("--no-run");
    compile(own, "Tests", tests).await?;
    let mut solver = design::solver::cargo(own, "test").await?;
    checks::step(own, "Solver's tests", solver.arg("--no-run")).await
}

/// Every test, passed through as cargo prints; how many passed and failed, and whether it ended well.
async fn cargo_test(own: &Context, console: &Console, filter: Option<&str>) -> anyhow::Result<(u64, u64, bool)> {
    let mut tests = workspace(own);
    tests.arg("--no-fail-fast").args(filter);
    tests
        .env("REVLOOPS_DIR", &own.layout.state)
        .env("REVLOOPS_CLOUD_PORT", PORTS.cloud.to_string())
        .env("REVLOOPS_CRM_PORT", PORTS.crm.to_string())
        .env("REVLOOPS_ENRICHMENT_PORT", PORTS.enrichment.to_string())
        .env("REVLOOPS_AI_PORT", PORTS.ai.to_string())
        .env("REVLOOPS_SITE_PORT", PORTS.site.to_string());
    let workspace = counted(tests, console).await?;
    let mut solver = design::solver::cargo(own, "test").await?;
    solver.args(filter);
    let solver = counted(solver, console).await?;
    Ok((workspace.0 + solver.0, workspace.1 + solver.1, workspace.2 && solver.2))
}

/// Runs it, passes on what it prints, and counts.
async fn counted(mut command: Command, console: &Console) -> anyhow::Result<(u64, u64, bool)> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().context("starting cargo test")?;
    let stdout = child.stdout.take().context("reading the tests' output")?;
    let mut lines = BufReader::new(stdout).lines();
    let (mut passed, mut failed) = (0, 0);
    while let Some(line) = lines.next_line().await? {
        if let Some((more_passed, more_failed)) = totals(&line) {
            passed += more_passed;
            failed += more_failed;
        }
        console.say(&line);
    }
    Ok((passed, failed, child.wait().await?.success()))
}

/// `test result: ok. 12 passed; 0 failed; …`
fn totals(line: &str) -> Option<(u64, u64)> {
    let rest = line.strip_prefix("test result: ")?;
    let number =
        |word: &str| rest.split(['.', ';']).find_map(|part| part.trim().strip_suffix(word)?.trim().parse().ok());
    Some((number("passed")?, number("failed")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runners_closing_line_is_read() {
        let line = "test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(totals(line), Some((12, 3)));
        assert_eq!(totals("test a ... ok"), None);
    }
}
