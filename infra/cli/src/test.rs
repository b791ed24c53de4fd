//! `revloops test`: format, lints, config, template, then every test, on a local system of the tests' own.

use std::path::Path;
use std::process::{ExitCode, Stdio};

use anyhow::{Context as _, bail};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use crate::console::Console;
use crate::context::{Context, Ports};
use crate::local::{ensure_tools, ensure_up};
use crate::{check, design, down};

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
    if args.filter.is_none() {
        checks(context).await?;
    }
    ensure_chromium(context).await?;
    // What an earlier run left is not this run's world.
    down::run(&own, down::Args { purge: true }).await?;
    ensure_up(&own).await?;
    let ran = cargo_test(&own, &context.console, args.filter.as_deref()).await;
    if !args.keep {
        down::run(&own, down::Args { purge: true }).await?;
    }
    let (passed, failed, ended_well) = ran?;
    context.console.json(&serde_json::json!({"passed": passed, "failed": failed}))?;
    context.console.say(format!("{passed} passed, {failed} failed"));
    Ok(if ended_well && failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn checks(context: &Context) -> anyhow::Result<()> {
    step(context, "Format", "cargo", &["fmt", "--all", "--check"]).await?;
    step(context, "Lints", "cargo", &["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"])
        .await?;
    let solver = ["fmt", "--manifest-path", "infra/carve/Cargo.toml", "--check"];
    step(context, "Format of the solver", "cargo", &solver).await?;
    let config = context.console.step("Config");
    let problems = check::problems(context)?;
    if !problems.is_empty() {
        let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
        bail!("the config does not pass its check\n{}", said.join("\n"));
    }
    config.done("");
    ensure_tools(context).await?;
    let cfn_lint = context.layout.tool("cfn-lint");
    step(context, "Template", &cfn_lint.to_string_lossy(), &["infra/template.yaml"]).await
}

/// One check; its output is shown where it fails.
async fn step(context: &Context, title: &'static str, program: &str, arguments: &[&str]) -> anyhow::Result<()> {
    let step = context.console.step(title);
    let output = Command::new(program)
        .args(arguments)
        .current_dir(&context.layout.root)
        .stdin(Stdio::null())
        .output()
        .await
        .with_context(|| format!("running {program}"))?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        bail!("{title}: {program} {}\n{}", arguments.join(" "), said.trim());
    }
    step.done("");
    Ok(())
}

/// The browser tests need Chromium: it comes from the system's packages.
async fn ensure_chromium(context: &Context) -> anyhow::Result<()> {
    let found = |name: &str| {
        std::env::var_os("PATH")
            .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(name).is_file()))
    };
    if std::env::var_os("REVLOOPS_CHROMIUM").is_some()
        || ["chromium", "chromium-browser", "google-chrome"].into_iter().any(found)
    {
        return Ok(());
    }
    if !Path::new("/usr/bin/apt-get").is_file() {
        bail!("the browser tests need Chromium: install it, or name it in REVLOOPS_CHROMIUM");
    }
    let step = context.console.step("Chromium, from the system's packages");
    for arguments in [vec!["update"], vec!["install", "--yes", "--no-install-recommends", "chromium"]] {
        let mut command = if is_root() { Command::new("apt-get") } else { Command::new("sudo") };
        if !is_root() {
            command.args(["--non-interactive", "apt-get"]);
        }
        let output =
            command.args(&arguments).env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null()).output().await?;
        if !output.status.success() {
            bail!(
                "the browser tests need Chromium: sudo apt-get install chromium, or name one in REVLOOPS_CHROMIUM\n{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
    }
    step.done("installed");
    Ok(())
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|this| this.uid() == 0)
}

/// `cargo test` over the workspace and the solver, passed through as it prints; how many passed and failed, and whether it ended well.
async fn cargo_test(own: &Context, console: &Console, filter: Option<&str>) -> anyhow::Result<(u64, u64, bool)> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(&own.layout.root).args(["test", "--workspace", "--tests", "--no-fail-fast"]);
    command.args(filter);
    command
        .env("REVLOOPS_DIR", &own.layout.state)
        .env("REVLOOPS_CLOUD_PORT", PORTS.cloud.to_string())
        .env("REVLOOPS_CRM_PORT", PORTS.crm.to_string())
        .env("REVLOOPS_ENRICHMENT_PORT", PORTS.enrichment.to_string())
        .env("REVLOOPS_AI_PORT", PORTS.ai.to_string())
        .env("REVLOOPS_SITE_PORT", PORTS.site.to_string());
    let workspace = counted(command, console).await?;
    // The solver stands outside the workspace, with what it is built with.
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
