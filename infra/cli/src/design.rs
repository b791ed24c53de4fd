//! `revloops design`: what the plan can book; which plan is active.

mod changes;
pub mod promote;

use std::process::ExitCode;

use crate::context::Context;

/// What to do with scenarios.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Make a scenario the active one, once its hash was approved; without, show what it would change.
    Promote(promote::PromoteArgs),
    /// Promote the scenario that was active before.
    Rollback(promote::RollbackArgs),
}

/// Carries it out.
///
/// # Errors
/// If it cannot be done; says what to do.
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    match args.command {
        Command::Promote(args) => promote::run(context, args).await,
        Command::Rollback(args) => promote::rollback(context, args).await,
    }
}
