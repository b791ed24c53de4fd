//! `config promote`: a folder becomes active, if it has what the system has changed since.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use revloops_changes::Policy;
use revloops_changes::folder::Promoted;
use revloops_config::{Document, Problems};
use revloops_planning::promotion::ROUTE;
use serde_json::{Value, json};

use super::{desk, now, person, pulling};
use crate::context::Context;
use crate::local::Endpoints;
use crate::scenarios::{self, Standing};

/// What to promote.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The loops; all if none is given.
    loops: Vec<String>,
    /// The config folder; the project's own if none is given.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Replace the active version with this hash (its beginning), though the folder lacks what was changed in it.
    #[arg(long, value_name = "HASH")]
    over: Option<String>,
}

pub(super) async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let root = args.config.unwrap_or_else(|| context.layout.root.join("config"));
    if args.over.is_some() && args.loops.len() != 1 {
        bail!("`--over` names the active version of one loop: say which loop");
    }
    let promoted = promote(context, &Endpoints::load(context)?, &root, &args.loops, args.over.as_deref()).await?;
    context.console.json(&json!({"promoted": promoted}))?;
    Ok(ExitCode::SUCCESS)
}

/// Promotes the loops of these names, or all; returns those that have a new version. Nothing is promoted where any of
/// them has a problem.
///
/// # Errors
/// If a name is no loop, the folder lacks what the system has changed since, or the store does not answer.
pub async fn publish(
    context: &Context,
    endpoints: &Endpoints,
    root: &Path,
    names: &[String],
) -> anyhow::Result<Vec<Value>> {
    Box::pin(promote(context, endpoints, root, names, None)).await
}

async fn promote(
    context: &Context,
    endpoints: &Endpoints,
    root: &Path,
    names: &[String],
    over: Option<&str>,
) -> anyhow::Result<Vec<Value>> {
    let step = context.console.step("Config");
    let entries = revloops_catalogue::all();
    if let Some(unknown) = names.iter().find(|name| !entries.iter().any(|entry| entry.card.name == **name)) {
        let known: Vec<&str> = entries.iter().map(|entry| entry.card.name).collect();
        bail!("there is no loop `{unknown}`; the loops are: {}", known.join(", "));
    }
    let wanted = entries.iter().filter(|entry| names.is_empty() || names.iter().any(|name| name == entry.card.name));
    let desk = desk(endpoints).await?;
    let mut candidates = Vec::new();
    let mut problems = Vec::new();
    for entry in wanted {
        match (entry.check)(root) {
            Ok(candidate) => candidates.push((entry.card.name, candidate)),
            Err(found) => problems.extend(found.sorted()),
        }
    }
    let mut found = Problems::new();
    let policy = if names.is_empty() && root.join(revloops_changes::policy::FILE).is_file() {
        let document = Document::read_yaml(root, revloops_changes::policy::FILE, &mut found);
        document.filter(|document| Policy::check(document, desk.checks.as_ref(), &mut found).is_some())
    } else {
        None
    };
    problems.extend(found.sorted());
    if !problems.is_empty() {
        for problem in &problems {
            context.console.note(problem);
        }
        bail!("nothing was promoted: {} problems", problems.len());
    }
    let scenario = scenarios::publish(&context.console, &desk, root, &person()).await?;
    if let Standing::Other { named, active } = scenario {
        // Route has its territories from the scenario: with others than Deploy's, leads and accounts would drift apart.
        let told = format!(
            "config/active_scenario.yaml says {named}, and {active} is active: `cargo revloops design promote {named}`"
        );
        if names.iter().any(|name| name == ROUTE) {
            bail!("Route was not promoted: {told}");
        }
        context.console.note(format!("Route stays as it is: {told}"));
        candidates.retain(|(name, _)| *name != ROUTE);
    }
    if let Some(document) = policy {
        desk.promote_policy(&Policy::bundle(document), &person(), now()).await.context("promoting changes.yaml")?;
    }
    let pulled = pulling::bases(root);
    let mut moved = Vec::new();
    let mut behind = Vec::new();
    for (name, candidate) in &candidates {
        let base = pulled.get(*name).map(String::as_str);
        match desk.promote(candidate, base, over, &person(), now()).await.with_context(|| format!("promoting {name}"))? {
            Promoted::Moved(stamp) => moved.push(json!({"loop": name, "config": stamp})),
            Promoted::Unchanged(_) => {}
            Promoted::Behind(by) => behind.push(format!(
                "{name} was changed by {} on {} ({}), and the folder lacks that: `cargo revloops config pull {name} --write` first, or \
                 `config promote {name} --over {}`",
                by.by,
                by.at,
                by.why,
                by.to.short()
            )),
        }
    }
    if moved.is_empty() {
        step.skipped(if behind.is_empty() { "active already" } else { "nothing was promoted" });
    } else {
        step.done(format!("{} of {} loops have a new version", moved.len(), candidates.len()));
    }
    if behind.is_empty() {
        return Ok(moved);
    }
    bail!("{}", behind.join("\n"))
}
