//! `revloops design diff`: why two scenarios differ, offline.

use std::process::ExitCode;

use revloops_planning::{promotion, sheets};

use super::compute::{sheet, short};
use super::plan::{self, Folder};
use crate::console::Tone;
use crate::context::Context;

/// Which scenarios.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The scenario from which.
    from: String,
    /// The scenario to which; the active one if none is given.
    to: Option<String>,
    #[command(flatten)]
    folder: Folder,
}

pub(super) fn run(context: &Context, args: &Args) -> anyhow::Result<ExitCode> {
    let console = &context.console;
    let root = args.folder.root(context);
    let from = plan::load(context, &root, Some(&args.from))?.scenario;
    let to = plan::load(context, &root, args.to.as_deref())?.scenario;
    let difference = promotion::compared(&from, &to)?;
    let side = |name: &str, id: &str, hash: &str| {
        format!("{} {}", console.tone(Tone::Strong, name), console.tone(Tone::Dim, format!("{id} {}", short(hash))))
    };
    console.say(format!("{}  →  {}", side(&from.name, &from.id, &from.hash), side(&to.name, &to.id, &to.hash)));
    if difference.causes.is_empty() {
        console.say("Nothing that changes capacity, target, quota or cost.");
    } else {
        sheet(console, "", &sheets::causes(&difference, &to.currency));
    }
    console.json(&difference)?;
    Ok(ExitCode::SUCCESS)
}
