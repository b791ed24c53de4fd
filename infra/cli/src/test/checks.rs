//! What is held to before a test runs: format and config. Lints are the build's. The template has tests of its own.

use std::process::Stdio;

use anyhow::{Context as _, bail};
use tokio::process::Command;

use crate::check;
use crate::context::Context;
use crate::local::cargo;

/// The format, the solver's too.
pub(super) async fn format(context: &Context) -> anyhow::Result<()> {
    step(context, "Format", &mut cargo(context, &["fmt", "--all", "--check"])).await?;
    let solver = ["fmt", "--manifest-path", "infra/carve/Cargo.toml", "--check"];
    step(context, "Format of the solver", &mut cargo(context, &solver)).await
}

/// The config.
pub(super) fn config(context: &Context) -> anyhow::Result<()> {
    let step = context.console.step("Config");
    let problems = check::problems(context)?;
    if !problems.is_empty() {
        let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
        bail!("the config does not pass its check\n{}", said.join("\n"));
    }
    step.done("");
    Ok(())
}

/// One command; its output is shown where it fails.
pub(super) async fn step(context: &Context, title: &'static str, command: &mut Command) -> anyhow::Result<()> {
    let step = context.console.step(title);
    let run = command.stdin(Stdio::null()).kill_on_drop(true).output().await;
    let output = run.with_context(|| format!("running {:?}", command.as_std()))?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        bail!("{title}: {:?}\n{}", command.as_std(), said.trim());
    }
    step.done("");
    Ok(())
}
