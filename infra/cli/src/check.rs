//! `revloops check`: every loop's config and cases, all problems at once.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use revloops_config::Problem;
use serde_json::{Value, json};

use crate::console::Tone;
use crate::context::Context;
use crate::{loops, schemas};

/// What to check.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The config folder; the project's own if none is given.
    #[arg(long)]
    config: Option<PathBuf>,
}

/// What checking found.
#[derive(Default)]
struct Checked {
    rows: Vec<Vec<String>>,
    passed: Vec<Value>,
    problems: Vec<Problem>,
}

/// Everything that is wrong with the project's own config.
///
/// # Errors
/// If a schema cannot be written as JSON.
pub fn problems(context: &Context) -> anyhow::Result<Vec<Problem>> {
    Ok(all(context, &context.layout.root.join("config"))?.problems)
}

/// Checks, and says everything that is wrong with file, line and remedy.
///
/// # Errors
/// If the result cannot be written.
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let console = &context.console;
    let root = args.config.unwrap_or_else(|| context.layout.root.join("config"));
    let Checked { rows, passed, problems } = all(context, &root)?;
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

fn all(context: &Context, root: &Path) -> anyhow::Result<Checked> {
    let mut checked = Checked::default();
    for entry in loops::all() {
        let name = entry.card.name;
        match (entry.check)(root) {
            Ok(candidate) => {
                let hash = candidate.sha256();
                let short: String = hash.chars().take(12).collect();
                checked.rows.push(vec![name.to_owned(), "ok".to_owned(), candidate.cases().to_string(), short]);
                checked.passed.push(json!({"loop": name, "cases": candidate.cases(), "sha256": hash}));
            }
            Err(found) => {
                let count = if found.len() == 1 { "1 problem".to_owned() } else { format!("{} problems", found.len()) };
                checked.rows.push(vec![name.to_owned(), count, "–".to_owned(), "–".to_owned()]);
                checked.problems.extend(found.sorted());
            }
        }
    }
    if root == context.layout.root.join("config") {
        checked.problems.extend(schemas::stale(context)?);
    }
    Ok(checked)
}
