//! `revloops territories`: the active scenario's territories in the CRM.
//!
//! A plan is made by the planning chain, printed, and approved here by its hash; the chain then carries out exactly that.

mod approve;
mod drift;
mod pending;
mod plan;
mod planned;
mod rollback;

use std::process::ExitCode;

use crate::context::Context;

/// What to do with territories.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Hold the active scenario against the CRM as it is now, and show what would change; it then waits for approval.
    Plan(plan::PlanArgs),
    /// A plan in words: the one that waits, or the newest.
    Show(plan::ShowArgs),
    /// Have a plan carried out, by its hash, and watch it.
    Approve(approve::ApproveArgs),
    /// Turn a plan down, by its hash.
    Reject(approve::RejectArgs),
    /// Carry on with an approved plan whose chain has stopped.
    Apply(approve::ApplyArgs),
    /// Take a plan back; what people have changed since stays as it is.
    Rollback(rollback::Args),
    /// What differs from the active scenario, as the nightly check sees it; changes nothing.
    Drift,
    /// Accounts of which only a person can say where they belong.
    Pending,
    /// Say where an account belongs; the next plan puts it there.
    Resolve(pending::ResolveArgs),
    /// The plans that there were, and what became of them.
    List,
}

/// Carries it out.
///
/// # Errors
/// If it cannot be done; says what to do.
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    match args.command {
        Command::Plan(args) => plan::plan(context, args).await,
        Command::Show(args) => plan::show(context, args).await,
        Command::Approve(args) => approve::approve(context, args).await,
        Command::Reject(args) => approve::reject(context, args).await,
        Command::Apply(args) => approve::apply(context, args).await,
        Command::Rollback(args) => rollback::run(context, args).await,
        Command::Drift => drift::run(context).await,
        Command::Pending => pending::list(context).await,
        Command::Resolve(args) => pending::resolve(context, args).await,
        Command::List => plan::list(context).await,
    }
}

pub(crate) use planned::{Planned, waiting};
