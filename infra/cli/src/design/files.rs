//! `revloops design list`, `show`, `export` and `import`: scenarios as files.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use revloops_config::Problems;
use revloops_scenario::Resolved;
use serde_json::json;

use super::compute::short;
use super::plan::{self, Folder};
use crate::console::Tone;
use crate::context::Context;

/// Where scenarios are.
#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    folder: Folder,
}

/// Which scenario to show.
#[derive(Debug, clap::Args)]
pub(super) struct ShowArgs {
    /// The scenario; the active one if none is given.
    scenario: Option<String>,
    #[command(flatten)]
    folder: Folder,
}

/// Which scenario to export.
#[derive(Debug, clap::Args)]
pub(super) struct ExportArgs {
    /// The scenario.
    scenario: String,
    /// The file; on stdout if none is given.
    #[arg(long)]
    out: Option<PathBuf>,
    #[command(flatten)]
    folder: Folder,
}

/// Which file to import.
#[derive(Debug, clap::Args)]
pub(super) struct ImportArgs {
    /// A file that was exported.
    file: PathBuf,
    #[command(flatten)]
    folder: Folder,
}

/// The exit code is 1 where a scenario has problems.
pub(super) fn list(context: &Context, args: &ListArgs) -> anyhow::Result<ExitCode> {
    let console = &context.console;
    let root = args.folder.root(context);
    let active = revloops_scenario::active(&root, &mut Problems::new());
    let (mut rows, mut all, mut sound) = (Vec::new(), Vec::new(), true);
    for id in revloops_scenario::all(&root) {
        let is_active = active.as_ref() == Some(&id);
        let mut problems = Problems::new();
        let mark = if is_active { "active" } else { "" };
        match revloops_scenario::read(&root, &id, &mut problems) {
            Some(Resolved { scenario, .. }) if problems.is_empty() => {
                let based_on = scenario.based_on.first().cloned();
                all.push(json!({"scenario": id, "name": scenario.name, "sha256": scenario.hash, "based_on": based_on, "active": is_active}));
                let based_on = based_on.unwrap_or_else(|| "–".to_owned());
                rows.push(vec![id, mark.to_owned(), scenario.name, based_on, short(&scenario.hash).to_owned()]);
            }
            Some(_) | None => {
                sound = false;
                let count = problems.len();
                all.push(json!({"scenario": id, "active": is_active, "problems": problems.sorted()}));
                rows.push(vec![
                    id,
                    mark.to_owned(),
                    format!("{count} problems: cargo revloops check"),
                    "–".to_owned(),
                    "–".to_owned(),
                ]);
            }
        }
    }
    console.table(&["scenario", "", "name", "based on", "hash"], rows);
    console.json(&all)?;
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

pub(super) fn show(context: &Context, args: &ShowArgs) -> anyhow::Result<ExitCode> {
    let resolved = plan::load(context, &args.folder.root(context), args.scenario.as_deref())?;
    context.console.say(resolved.to_yaml().trim_end());
    context.console.json(&resolved.content)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn export(context: &Context, args: &ExportArgs) -> anyhow::Result<ExitCode> {
    let console = &context.console;
    let resolved = plan::load(context, &args.folder.root(context), Some(&args.scenario))?;
    let bytes = resolved.to_json();
    match &args.out {
        Some(out) => {
            std::fs::write(out, bytes).with_context(|| format!("writing {}", out.display()))?;
            console.say(format!("{}  {}", out.display(), console.tone(Tone::Dim, &resolved.scenario.hash)));
            console.json(&json!({"scenario": resolved.scenario.id, "sha256": resolved.scenario.hash, "file": out}))?;
        }
        None => {
            console.say(String::from_utf8_lossy(&bytes));
            console.json(&serde_json::from_slice::<serde_json::Value>(&bytes)?)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn import(context: &Context, args: &ImportArgs) -> anyhow::Result<ExitCode> {
    let console = &context.console;
    let bytes = std::fs::read(&args.file).with_context(|| format!("reading {}", args.file.display()))?;
    let resolved = match Resolved::from_json(&bytes) {
        Ok(resolved) => resolved,
        Err(error) => bail!("{} is not imported: {error}", args.file.display()),
    };
    let path = resolved.write(&args.folder.root(context))?;
    console.say(format!("config/{path}  {}", console.tone(Tone::Dim, &resolved.scenario.hash)));
    console.json(&json!({"scenario": resolved.scenario.id, "sha256": resolved.scenario.hash, "file": path}))?;
    Ok(ExitCode::SUCCESS)
}
