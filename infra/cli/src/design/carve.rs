//! `revloops design carve`: balanced territories from a file of accounts, proposed and compared with the greedy way.
//!
//! What comes out is a file of named accounts, which a scenario may read (`named_accounts_from`). No scenario is changed.

mod input;
mod reply;
pub(crate) mod solver;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, bail};

use self::input::{Input, Levers, MovesBy};
use self::reply::{Figures, Proposal, Reply};
use crate::console::{Console, Tone};
use crate::context::Context;
use crate::route::figures::thousands;

/// What to carve.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The accounts, as CSV or Parquet: `id`, `potential`, `territory` (today's), `locked`, `eligible` (territories, with `;`
    /// between them; anywhere where it is empty).
    #[arg(long, required_unless_present = "drill")]
    accounts: Option<PathBuf>,
    /// The territories, as CSV or Parquet: `id`, `share` (1 where there is none), `max_accounts`.
    #[arg(long, required_unless_present = "drill")]
    territories: Option<PathBuf>,
    /// Where the proposal goes; beside the accounts as `<name>.named_accounts.yaml` if not given.
    #[arg(long)]
    out: Option<PathBuf>,
    /// How far a territory's potential may be from its share, in percent, with two decimals at most.
    #[arg(long, default_value_t = 5.0)]
    tolerance: f64,
    /// What is kept small.
    #[arg(long, value_enum, default_value_t = MovesBy::Count)]
    moves_by: MovesBy,
    /// How many accounts may move.
    #[arg(long)]
    max_moves: Option<u32>,
    /// The solver's seed.
    #[arg(long, default_value_t = 1)]
    seed: u32,
    /// Carve an invented market of 50,000 accounts and 200 territories instead, and say how it went.
    #[arg(long, conflicts_with_all = ["accounts", "territories", "out"])]
    drill: bool,
}

/// Carves.
pub(super) async fn run(context: &Context, args: &Args) -> anyhow::Result<ExitCode> {
    let levers = Levers::new(args.tolerance, args.moves_by, args.max_moves, args.seed)?;
    let input = match (&args.accounts, &args.territories) {
        (Some(accounts), Some(territories)) => Some(Input::read(context, accounts, territories, levers)?),
        (_, _) => None,
    };
    let program = solver::build(context).await?;
    let request = match &input {
        Some(input) => input.request()?,
        None => solver::ask(&program, &["invent", "50000", "200", &args.seed.to_string()], Vec::new()).await?,
    };
    let step = context.console.step("Carving");
    let begun = Instant::now();
    let answered = solver::ask(&program, &[], request).await?;
    let seconds = begun.elapsed().as_secs_f64();
    let reply: Reply = serde_json::from_slice(&answered).context("reading the solver's reply")?;
    match reply {
        Reply::Proposed(proposal) => {
            step.done(format!("{} moves", thousands(proposal.figures.moves)));
            show(&context.console, &proposal, seconds);
            if let (Some(input), Some(accounts)) = (&input, &args.accounts) {
                let out = args.out.clone().unwrap_or_else(|| accounts.with_extension("named_accounts.yaml"));
                write(&out, input, &proposal)?;
                context
                    .console
                    .note(format!("written to {}; a scenario reads it by `named_accounts_from`", out.display()));
            }
            context.console.json(&proposal.summary())?;
            Ok(ExitCode::SUCCESS)
        }
        Reply::Impossible { obstacles } => {
            step.warned("it cannot be done as asked; nothing was proposed");
            for obstacle in &obstacles {
                context.console.say(obstacle);
            }
            context.console.json(&serde_json::json!({"status": "impossible", "obstacles": obstacles}))?;
            Ok(ExitCode::FAILURE)
        }
        Reply::NotFound { nearest } => {
            step.warned("no placement of whole accounts was found, though nothing proves that there is none");
            context.console.table(&COLUMNS, [row("nearest, breaks a rule", &nearest)]);
            context.console.json(&serde_json::json!({"status": "not_found", "nearest": nearest}))?;
            Ok(ExitCode::FAILURE)
        }
        Reply::Wrong { problems } => {
            for problem in &problems {
                let place = input.as_ref().map(|input| input.place(problem)).unwrap_or_default();
                context.console.note(format!("{place}{}", problem.why));
            }
            bail!("{} problems in the request", problems.len())
        }
    }
}

const COLUMNS: [&str; 6] = ["", "moves", "potential moved", "furthest from share", "mean", "outside the tolerance"];

fn row(name: &str, figures: &Figures) -> Vec<String> {
    vec![
        name.to_owned(),
        thousands(figures.moves),
        thousands(figures.potential_moved.unsigned_abs()),
        percent(figures.max_imbalance_bp),
        percent(figures.mean_imbalance_bp),
        figures.outside.to_string(),
    ]
}

fn show(console: &Console, proposal: &Proposal, seconds: f64) {
    let names = ["waterfall, to the share", "waterfall, to the ceiling"];
    let compared = names.iter().zip(&proposal.waterfalls).map(|(name, figures)| row(name, figures));
    console.table(&COLUMNS, std::iter::once(row("proposal", &proposal.figures)).chain(compared));
    let (figures, effort) = (&proposal.figures, &proposal.effort);
    console.say(format!(
        "Moves cost {}, and no placement that keeps every rule costs less than {}: a gap of {} at most.",
        thousands(proposal.cost.unsigned_abs()),
        thousands(proposal.bound.unsigned_abs()),
        percent(proposal.gap_bp)
    ));
    console.say(format!(
        "{} locked accounts moved; {} territories over their cap; {} accounts placed that were in none.",
        figures.locked_moved, figures.over_cap, figures.placed
    ));
    let effort = format!(
        "{} of {} pairs looked at, in {} rounds, {seconds:.1} s",
        thousands(effort.columns),
        thousands(effort.pairs),
        effort.rounds
    );
    console.say(console.tone(Tone::Dim, effort));
}

/// `1.38 %`, from hundredths of a percent.
fn percent(basis_points: u64) -> String {
    format!("{}.{:02} %", basis_points / 100, basis_points % 100)
}

/// The proposal as the file that `named_accounts_from` reads.
fn write(out: &Path, input: &Input, proposal: &Proposal) -> anyhow::Result<()> {
    let figures = &proposal.figures;
    let mut text = format!(
        "# Proposed: {} of {} accounts move; furthest from its share {}, gap at most {}.\n",
        figures.moves,
        proposal.places.len(),
        percent(figures.max_imbalance_bp),
        percent(proposal.gap_bp)
    );
    for (account, territory) in input.placed(proposal) {
        text.push_str(&format!("- {{account: {account}, territory: {territory}}}\n"));
    }
    std::fs::write(out, text).with_context(|| format!("writing {}", out.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hundredths_are_shown_as_percent() {
        assert_eq!((percent(138), percent(5), percent(10_000)), ("1.38 %".into(), "0.05 %".into(), "100.00 %".into()));
    }
}
