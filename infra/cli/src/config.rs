//! `revloops config`: which versions are active, promotion, rollback, schemas.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use revloops_aws::BucketConfigStore;
use revloops_config::ConfigStore as _;
use revloops_loopkit::change::{Promotion, promote, roll_back};
use serde_json::{Value, json};

use crate::context::Context;
use crate::local::Endpoints;
use crate::scenarios::{self, Standing};
use crate::{loops, schemas};

/// The loop whose territories are the scenario's.
const ROUTE: &str = "route";

/// What to do with config.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Check each loop's config and cases, store it as a new version, and make it the active one.
    Promote {
        /// The loops; all if none is given.
        loops: Vec<String>,
        /// The config folder; the project's own if none is given.
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Make the version before the active one again.
    Rollback {
        /// The loop.
        name: String,
    },
    /// The active version of each loop, who made it active and when.
    Active,
    /// Write the JSON Schemas of the config files from the code.
    Schemas,
}

/// Carries it out.
///
/// # Errors
/// If config does not pass, or the local system does not answer.
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    match args.command {
        Command::Promote { loops, config } => {
            let root = config.unwrap_or_else(|| context.layout.root.join("config"));
            let promoted = publish(context, &Endpoints::load(context)?, &root, &loops).await?;
            context.console.json(&json!({"promoted": promoted}))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Rollback { name } => rollback(context, &name).await,
        Command::Active => active(context).await,
        Command::Schemas => {
            let written = schemas::write(context)?;
            context.console.say(if written.is_empty() { "all up to date".to_owned() } else { written.join("\n") });
            context.console.json(&json!({"written": written}))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Where config lives on the local cloud.
///
/// # Errors
/// If the stack has no config bucket.
pub async fn store(endpoints: &Endpoints) -> anyhow::Result<BucketConfigStore> {
    let clients = endpoints.clients().await;
    Ok(BucketConfigStore::new(clients.bucket(endpoints.output("ConfigBucket")?)?))
}

/// Who moves the pointer: the person at this machine.
pub(crate) fn person() -> String {
    std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_else(|_| "unknown".to_owned())
}

/// Promotes the loops of these names, or all; returns those that have a new version. Nothing is promoted where any of
/// them has a problem.
///
/// # Errors
/// If a name is no loop, or the store does not answer.
pub async fn publish(
    context: &Context,
    endpoints: &Endpoints,
    root: &std::path::Path,
    names: &[String],
) -> anyhow::Result<Vec<Value>> {
    let step = context.console.step("Config");
    let entries = loops::all();
    if let Some(unknown) = names.iter().find(|name| !entries.iter().any(|entry| entry.card.name == **name)) {
        let known: Vec<&str> = entries.iter().map(|entry| entry.card.name).collect();
        bail!("there is no loop `{unknown}`; the loops are: {}", known.join(", "));
    }
    let wanted = entries.iter().filter(|entry| names.is_empty() || names.iter().any(|name| name == entry.card.name));
    let mut candidates = Vec::new();
    let mut problems = Vec::new();
    for entry in wanted {
        match (entry.check)(root) {
            Ok(candidate) => candidates.push((entry.card.name, candidate)),
            Err(found) => problems.extend(found.sorted()),
        }
    }
    if !problems.is_empty() {
        for problem in &problems {
            context.console.note(problem);
        }
        bail!("nothing was promoted: {} problems", problems.len());
    }
    let store = store(endpoints).await?;
    if let Standing::Other { named, active } = scenarios::publish(&context.console, &store, root, &person()).await? {
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
    let mut moved = Vec::new();
    for (name, candidate) in &candidates {
        let now = Timestamp::now();
        match promote(&store, candidate, &person(), now).await.with_context(|| format!("promoting {name}"))? {
            Promotion::Moved(stamp) => moved.push(json!({"loop": name, "config": stamp})),
            Promotion::Unchanged(_) => {}
        }
    }
    if moved.is_empty() {
        step.skipped("active already");
    } else {
        step.done(format!("{} of {} loops have a new version", moved.len(), candidates.len()));
    }
    Ok(moved)
}

async fn rollback(context: &Context, name: &str) -> anyhow::Result<ExitCode> {
    let store = store(&Endpoints::load(context)?).await?;
    let stamp = roll_back(&store, name, &person(), Timestamp::now()).await?;
    context.console.say(format!("{name} is back at {} ({})", stamp.short(), stamp.version_id));
    context.console.json(&json!({"loop": name, "config": stamp}))?;
    Ok(ExitCode::SUCCESS)
}

async fn active(context: &Context) -> anyhow::Result<ExitCode> {
    let store = store(&Endpoints::load(context)?).await?;
    let mut rows = Vec::new();
    let mut all = Vec::new();
    for entry in loops::all() {
        let name = entry.card.name;
        match store.pointer(name).await? {
            Some(read) => {
                let pointer = read.pointer;
                rows.push(vec![
                    name.to_owned(),
                    pointer.active.short().to_owned(),
                    pointer.active.version_id.clone(),
                    pointer.moved_by.clone(),
                    pointer.moved_at.clone(),
                    pointer.previous.as_ref().map_or("–", |stamp| stamp.short()).to_owned(),
                ]);
                all.push(json!({"loop": name, "pointer": pointer}));
            }
            None => rows.push(vec![name.to_owned(), "none".to_owned()]),
        }
    }
    context.console.table(&["loop", "active", "S3 version", "by", "at", "before"], rows);
    context.console.json(&all)?;
    Ok(ExitCode::SUCCESS)
}
