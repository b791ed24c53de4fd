//! `revloops check`: every loop's config and cases, all problems at once.

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::json;

use crate::console::Tone;
use crate::context::Context;
use crate::{loops, schemas};

/// What to check.
#[derive(Debug, Default, clap::Args)]
pub struct Args {
    /// The config folder; the project's own if none is given.
    #[arg(long)]
    config: Option<PathBuf>,
}

/// Checks, and says everything that is wrong with file, line and remedy.
///
/// # Errors
/// If the result cannot be written.
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let console = &context.console;
    let own = context.layout.root.join("config");
    let root = args.config.unwrap_or_else(|| own.clone());
    let mut problems = Vec::new();
    let mut rows = Vec::new();
    let mut passed = Vec::new();
    for entry in loops::all() {
        match (entry.check)(&root) {
            Ok(candidate) => {
                let hash: String = candidate.sha256().chars().take(12).collect();
                rows.push(vec![
                    entry.card.name.to_owned(),
                    "ok".to_owned(),
                    candidate.cases().to_string(),
                    hash.clone(),
                ]);
                passed.push(json!({"loop": entry.card.name, "cases": candidate.cases(), "sha256": candidate.sha256()}));
            }
            Err(found) => {
                let count = if found.len() == 1 { "1 problem".to_owned() } else { format!("{} problems", found.len()) };
                rows.push(vec![entry.card.name.to_owned(), count, "–".to_owned(), "–".to_owned()]);
                problems.extend(found.sorted());
            }
        }
    }
    if root == own {
        problems.extend(schemas::stale(context)?);
    }
    for problem in &problems {
        console.say(format!("{} {problem}", console.tone(Tone::Bad, "✗")));
    }
    if !problems.is_empty() {
        console.say("");
    }
    console.table(&["loop", "config", "cases passed", "version"], rows);
    console.json(&json!({"ok": problems.is_empty(), "loops": passed, "problems": problems}))?;
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
