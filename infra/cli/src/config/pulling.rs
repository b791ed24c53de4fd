//! `config pull`: the active versions' files into the config folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use revloops_changes::diff::unified;
use serde_json::json;

use super::{desk, now, shown};
use crate::context::Context;
use crate::local::Endpoints;

/// Beside the loops' folders: which version each was pulled from. Kept in Git with them, so that a pipeline knows it.
const PULLED: &str = "pulled.json";

/// What to pull.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The loops; all if none is given.
    loops: Vec<String>,
    /// The config folder; the project's own if none is given.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Write the files; without it, the difference is shown alone.
    #[arg(long)]
    write: bool,
}

pub(super) async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let root = args.config.unwrap_or_else(|| context.layout.root.join("config"));
    let desk = desk(&Endpoints::load(context)?).await?;
    let all = || revloops_catalogue::all().iter().map(|entry| entry.card.name.to_owned()).collect();
    let names: Vec<String> = if args.loops.is_empty() { all() } else { args.loops };
    let mut bases = bases(&root);
    let mut changed = Vec::new();
    for name in &names {
        let active = desk.active(name, now()).await?;
        let folder = root.join("loops").join(name);
        let mut here = BTreeMap::new();
        for file in active.bundle.texts.keys() {
            if let Ok(text) = std::fs::read_to_string(folder.join(file)) {
                here.insert(file.clone(), text);
            }
        }
        let diff = unified(&format!("loops/{name}"), &here, &active.bundle.texts);
        if !diff.is_empty() {
            context.console.say(shown::coloured(&context.console, &diff));
        }
        for (file, text) in active.bundle.texts.iter().filter(|(file, text)| here.get(*file) != Some(text)) {
            if args.write {
                std::fs::create_dir_all(&folder)?;
                std::fs::write(folder.join(file), text).with_context(|| format!("writing {name}/{file}"))?;
            }
            changed.push(format!("loops/{name}/{file}"));
        }
        bases.insert(name.clone(), active.read.pointer.active.sha256.clone());
    }
    if args.write {
        std::fs::write(root.join(PULLED), format!("{}\n", serde_json::to_string_pretty(&bases)?))?;
    }
    let what = match (changed.len(), args.write) {
        (0, _) => "The folder has all that is active.".to_owned(),
        (count, true) => format!("{count} files were written."),
        (count, false) => format!("{count} files would be written: `--write` does it."),
    };
    context.console.say(what);
    context.console.json(&json!({"changed": changed, "written": args.write}))?;
    Ok(ExitCode::SUCCESS)
}

/// The version from which each loop's folder was pulled.
pub(super) fn bases(root: &Path) -> BTreeMap<String, String> {
    let text = std::fs::read(root.join(PULLED)).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}
