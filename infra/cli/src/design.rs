//! `revloops design`: what the plan can book, how sure that is, why two plans differ; which plan is active.

mod carve;
mod compute;
mod diff;
mod files;
mod plan;
pub mod promote;
mod report;
mod simulate;

use std::process::ExitCode;

pub(crate) use carve::solver;

use crate::context::Context;

/// What to do with scenarios.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Capacity against target: by year, segment, territory and manager; hires needed; what moves it most.
    Compute(compute::Args),
    /// How sure that is: P10, P50 and P90 of bookings, and the chance of reaching the target.
    Simulate(simulate::Args),
    /// Why two scenarios differ; the causes add up to the difference.
    Diff(diff::Args),
    /// A scenario as one HTML file with charts, to be opened, printed and forwarded.
    Report(report::Args),
    /// Balanced territories by a solver, with few moves: proposed as a file of named accounts, beside the greedy way.
    Carve(carve::Args),
    /// The scenarios there are, and which is active.
    List(files::ListArgs),
    /// A scenario with everything written out.
    Show(files::ShowArgs),
    /// A scenario as one file with its hash, for others to import.
    Export(files::ExportArgs),
    /// Take over a scenario that was exported; its hash and content are checked.
    Import(files::ImportArgs),
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
        Command::Compute(args) => compute::run(context, &args),
        Command::Simulate(args) => simulate::run(context, &args),
        Command::Diff(args) => diff::run(context, &args),
        Command::Carve(args) => carve::run(context, &args).await,
        Command::Report(args) => report::run(context, &args),
        Command::List(args) => files::list(context, &args),
        Command::Show(args) => files::show(context, &args),
        Command::Export(args) => files::export(context, &args),
        Command::Import(args) => files::import(context, &args),
        Command::Promote(args) => promote::run(context, args).await,
        Command::Rollback(args) => promote::rollback(context, args).await,
    }
}
