//! `revloops signals`: what happened at target accounts, and how well repeats and namesakes are told apart.

mod kept;
mod measure;

use std::process::ExitCode;

use clap::Subcommand;

use crate::context::Context;

/// What to do with signals.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The distinct signals that are kept; of one account where its id is given.
    List(kept::ListArgs),
    /// One signal with all articles that tell of it, and how they word it.
    Show(kept::ShowArgs),
    /// Precision and recall of dedupe and match over labelled articles that are made by a seed.
    Measure(measure::Args),
}

/// Carries the command out.
///
/// # Errors
/// If the local system does not run, or its tables do not answer.
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    match args.command {
        Command::List(args) => kept::list(context, args).await,
        Command::Show(args) => kept::show(context, args).await,
        Command::Measure(args) => measure::run(context, &args),
    }
}
