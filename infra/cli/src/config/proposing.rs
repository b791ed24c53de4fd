//! `config propose`: in an operator's words, or a whole folder.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use revloops_changes::Operation;
use revloops_changes::desk::{Proposed, ProposedFiles};
use revloops_config::ValuePath;
use serde_json::Value;

use super::{actor, desk, now, pulling, shown};
use crate::context::Context;
use crate::local::Endpoints;

/// What to propose.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Set a value: `qualify scoring.yaml 'bands[id=A].min_score' 80`.
    #[arg(long, num_args = 4, value_names = ["LOOP", "FILE", "PATH", "VALUE"])]
    set: Option<Vec<String>>,
    /// Operations as JSON, one or a list: `{"op": "move_rule", "rule": "customers", "before": "partner-leads"}`.
    #[arg(long, value_name = "JSON", conflicts_with = "set")]
    operation: Option<String>,
    /// Propose this loop's files as they are in the config folder.
    #[arg(long, value_name = "LOOP", conflicts_with_all = ["set", "operation"])]
    folder: Option<String>,
    /// The config folder for `--folder`; the project's own if none is given.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Why.
    #[arg(long)]
    why: String,
    /// Who proposes; the person at this machine if it is not said.
    #[arg(long = "as", value_name = "USERNAME")]
    who: Option<String>,
}

pub(super) async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let desk = desk(&Endpoints::load(context)?).await?;
    let by = actor(args.who.as_deref());
    let proposal = if let Some(name) = args.folder {
        let root = args.config.unwrap_or_else(|| context.layout.root.join("config"));
        let files = files(&root.join("loops").join(&name), &name)?;
        let base = pulling::bases(&root).get(&name).cloned();
        desk.propose_files(ProposedFiles { loop_name: name, files, why: args.why, base }, &by, now()).await?
    } else {
        let operations = match (args.set.as_deref(), args.operation) {
            (Some([loop_name, file, path, value]), _) => {
                let path: ValuePath = path.parse()?;
                // What is no JSON is a text.
                let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.clone()));
                vec![Operation::SetLever { loop_name: loop_name.clone(), file: file.clone(), path, value }]
            }
            (_, Some(json)) => {
                let value: Value = serde_json::from_str(&json).context("the operation is no JSON")?;
                let list = if value.is_array() { value } else { Value::Array(vec![value]) };
                serde_json::from_value(list).context("this is no operation; see the schema of `propose` in the docs")?
            }
            (_, None) => bail!("say what to change by --set, --operation or --folder"),
        };
        desk.propose(Proposed { operations, why: args.why }, &by, now()).await?
    };
    shown::proposal(context, &proposal)?;
    Ok(ExitCode::SUCCESS)
}

fn files(folder: &std::path::Path, name: &str) -> anyhow::Result<std::collections::BTreeMap<String, String>> {
    let entry = revloops_catalogue::all().into_iter().find(|entry| entry.card.name == name);
    let entry = entry.with_context(|| format!("there is no loop `{name}`"))?;
    let names = entry.files.iter().map(|file| file.name).chain(["cases.yaml"]);
    names
        .map(|file| {
            let text = std::fs::read_to_string(folder.join(file)).with_context(|| format!("reading {file}"))?;
            Ok((file.to_owned(), text))
        })
        .collect()
}
