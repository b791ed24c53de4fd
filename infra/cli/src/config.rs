//! `revloops config`: which versions are active, promotion, changes that are proposed and approved, trials, schemas.
//!
//! The command line has the bucket's own rights, so it is trusted to say who acts (`--as`), as an administrator. What it does is
//! recorded like everybody's.

mod answers;
mod promoting;
mod proposing;
mod pulling;
mod shown;
mod trying;

use std::process::ExitCode;
use std::sync::Arc;

use jiff::Timestamp;
use revloops_aws::{BucketConfigStore, TableDocuments};
use revloops_catalogue::AllLoops;
use revloops_changes::{Actor, ChangeDesk};
use revloops_config::ConfigStore as _;
use revloops_identity::Role;
use serde_json::json;

pub use promoting::publish;

use crate::context::Context;
use crate::local::Endpoints;
use crate::schemas;

/// What to do with config.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Check each loop's config and cases, store it as a new version, and make it the active one.
    Promote(promoting::Args),
    /// Write the active versions' files into the config folder, comments included; shows the difference first.
    Pull(pulling::Args),
    /// Propose a change in an operator's words, or of a whole folder; it waits for approval.
    Propose(proposing::Args),
    /// The proposals that wait, or all.
    List {
        /// Those that have ended, too.
        #[arg(long)]
        all: bool,
    },
    /// One proposal: what it changes, what is known of it, what it still takes.
    Show {
        /// Its id, or the beginning of it.
        id: String,
    },
    /// Say yes to exactly what was shown.
    Approve(answers::ApproveArgs),
    /// Say no.
    Reject(answers::EndArgs),
    /// Take one's own proposal back.
    Withdraw(answers::EndArgs),
    /// Make an approved proposal active.
    Apply(answers::ApplyArgs),
    /// Make the version before the active one again.
    Rollback(answers::RollbackArgs),
    /// What was active when: who, why, what changed.
    History {
        /// The loop.
        name: String,
        /// The differences, too.
        #[arg(long)]
        diff: bool,
    },
    /// Try a version beside the active one: begin, look, end.
    Rollout(trying::Args),
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
        Command::Promote(args) => promoting::run(context, args).await,
        Command::Pull(args) => pulling::run(context, args).await,
        Command::Propose(args) => proposing::run(context, args).await,
        Command::List { all } => shown::list(context, all).await,
        Command::Show { id } => shown::show(context, &id).await,
        Command::Approve(args) => answers::approve(context, args).await,
        Command::Reject(args) => answers::reject(context, args).await,
        Command::Withdraw(args) => answers::withdraw(context, args).await,
        Command::Apply(args) => answers::apply(context, args).await,
        Command::Rollback(args) => answers::roll_back(context, args).await,
        Command::History { name, diff } => shown::history(context, &name, diff).await,
        Command::Rollout(args) => trying::run(context, args).await,
        Command::Active => active(context).await,
        Command::Schemas => {
            let written = schemas::write(context)?;
            context.console.say(if written.is_empty() { "all up to date".to_owned() } else { written.join("\n") });
            context.console.json(&json!({"written": written}))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Where config is changed on the local cloud.
///
/// # Errors
/// If the stack has no config bucket, or no table of changes.
pub async fn desk(endpoints: &Endpoints) -> anyhow::Result<ChangeDesk> {
    let clients = endpoints.clients().await;
    let table = endpoints.output("ChangesTable")?;
    Ok(ChangeDesk {
        store: Arc::new(store(endpoints).await?),
        documents: Arc::new(TableDocuments::new(clients.dynamodb.clone(), table)),
        checks: Arc::new(AllLoops),
    })
}

/// What versions of config have led to.
///
/// # Errors
/// If the stack has no table of outcomes.
pub async fn outcomes(endpoints: &Endpoints) -> anyhow::Result<TableDocuments> {
    let clients = endpoints.clients().await;
    Ok(TableDocuments::new(clients.dynamodb.clone(), endpoints.output("OutcomesTable")?))
}

/// Who acts: the person at this machine, or whom they say.
fn actor(said: Option<&str>) -> Actor {
    Actor::person(said.unwrap_or(&person()), Role::Administrator)
}

fn now() -> Timestamp {
    Timestamp::now()
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

async fn active(context: &Context) -> anyhow::Result<ExitCode> {
    let store = store(&Endpoints::load(context)?).await?;
    let mut rows = Vec::new();
    let mut all = Vec::new();
    for entry in revloops_catalogue::all() {
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
