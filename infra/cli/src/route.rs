//! `revloops route`: batches. Assign many records, see what a change of the rules would do, apply what was approved, and
//! take it back as a whole.

mod apply;
mod assign;
mod candidate;
mod columns;
mod drill;
pub(crate) mod figures;
mod history;
mod history_file;
mod jobs;
mod journal;
mod offline;
mod plan_file;
mod queue;
mod sample;
mod simulate;
mod target;

use std::process::ExitCode;

use crate::context::Context;

/// What to do with many records at once.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Decide who gets each record of a file, by the active config; writes a plan and nothing else.
    Assign(assign::Args),
    /// Carry out a plan that was approved by its hash; goes on where it stopped.
    Apply(apply::ApplyArgs),
    /// Take a job back as a whole; what people have changed since stays.
    Undo(apply::UndoArgs),
    /// The jobs there are, and how far they are.
    Jobs,
    /// What other rules would have done with the leads of the last days; no write.
    Simulate(simulate::Args),
    /// The past as a file: export it, or make one up.
    History(history::Args),
    /// Accounts made up, as a file: for measuring, and for trying rules out.
    Sample(sample::Args),
    /// Proof on a CRM of its own: assign, apply, let people edit, undo, and look whether any edit was lost.
    Drill(drill::Args),
}

/// Carries it out.
///
/// # Errors
/// If it cannot be done; says what to do.
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    match args.command {
        Command::Assign(args) => assign::run(context, args).await,
        Command::Apply(args) => apply::apply(context, args).await,
        Command::Undo(args) => apply::undo(context, args).await,
        Command::Jobs => jobs::run(context).await,
        // Both hold much at once: on the heap.
        Command::Simulate(args) => Box::pin(simulate::run(context, args)).await,
        Command::History(args) => history::run(context, args).await,
        Command::Sample(args) => sample::run(context, &args),
        Command::Drill(args) => Box::pin(drill::run(context, args)).await,
    }
}
