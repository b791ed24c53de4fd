//! `revloops design simulate`: how sure the plan is, offline.

use std::process::ExitCode;

use revloops_capacity::{Asked, Simulated, simulate};
use revloops_planning::sheets;
use revloops_planning::words;
use revloops_scenario::Scenario;

use super::compute::{sheet, short};
use super::plan::{self, Folder};
use crate::console::{Console, Tone};
use crate::context::Context;

/// What to simulate.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The scenario; the active one if none is given.
    scenario: Option<String>,
    #[command(flatten)]
    trials: Trials,
    #[command(flatten)]
    folder: Folder,
}

/// How to simulate.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct Trials {
    /// Number of trials.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    trials: u32,
    /// The same seed gives the same figures.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Trials {
    /// Simulates on all processors; the figures do not depend on how many there are.
    pub(super) fn run(self, console: &Console, scenario: &Scenario) -> Simulated {
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        let step = console.step("Simulating");
        let simulated = simulate(scenario, Asked { seed: self.seed, trials: self.trials, threads });
        step.done(format!("{} trials", words::count(self.trials.into())));
        simulated
    }
}

pub(super) fn run(context: &Context, args: &Args) -> anyhow::Result<ExitCode> {
    let console = &context.console;
    let scenario = plan::load(context, &args.folder.root(context), args.scenario.as_deref())?.scenario;
    let simulated = args.trials.run(console, &scenario);
    let about = format!("{} {}, seed {}", scenario.id, short(&scenario.hash), simulated.seed);
    console.say(format!("{}  {}", console.tone(Tone::Strong, &scenario.name), console.tone(Tone::Dim, about)));
    sheet(console, "", &sheets::chances(&simulated));
    sheet(console, "Where the spread comes from", &sheets::variance(&simulated));
    console.json(&simulated)?;
    Ok(ExitCode::SUCCESS)
}
