//! `revloops design report`: a scenario as one HTML file.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use jiff::Zoned;
use jiff::civil::Date;
use revloops_capacity::{compute, sensitivity};
use revloops_planning::Report;
use serde_json::json;

use super::compute::Hiring;
use super::plan::{self, Folder};
use super::simulate::Trials;
use crate::context::Context;

/// What to report on.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The scenario; the active one if none is given.
    scenario: Option<String>,
    /// A scenario to compare with: what turns it into this one.
    #[arg(long, value_name = "SCENARIO")]
    against: Option<String>,
    /// The file; `<scenario>.html` in the current folder if none is given.
    #[arg(long)]
    out: Option<PathBuf>,
    /// The day that the report says it was made on; today if none is given.
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<Date>,
    #[command(flatten)]
    trials: Trials,
    #[command(flatten)]
    hiring: Hiring,
    #[command(flatten)]
    folder: Folder,
}

pub(super) fn run(context: &Context, args: &Args) -> anyhow::Result<ExitCode> {
    let console = &context.console;
    let root = args.folder.root(context);
    let scenario = plan::load(context, &root, args.scenario.as_deref())?.scenario;
    let from = match &args.against {
        Some(id) => Some(plan::load(context, &root, Some(id))?.scenario),
        None => None,
    };
    if let Some(from) = from.as_ref().filter(|from| from.currency != scenario.currency) {
        bail!(
            "{} is in {} and {} in {}: amounts cannot be compared",
            from.id,
            from.currency,
            scenario.id,
            scenario.currency
        );
    }
    let difference = from.as_ref().map(|from| revloops_capacity::diff(from, &scenario));
    let simulated = args.trials.run(console, &scenario);
    let report = Report {
        scenario: &scenario,
        computed: &compute(&scenario, &[]),
        simulated: &simulated,
        hires: &args.hiring.needed(&scenario),
        levers: &sensitivity(&scenario),
        against: from.as_ref().zip(difference.as_ref()),
        made_on: args.date.unwrap_or_else(|| Zoned::now().date()),
    };
    let out = args.out.clone().unwrap_or_else(|| PathBuf::from(format!("{}.html", scenario.id)));
    std::fs::write(&out, report.to_html()).with_context(|| format!("writing {}", out.display()))?;
    console.say(out.display());
    console.json(&json!({"scenario": scenario.id, "sha256": scenario.hash, "file": out}))?;
    Ok(ExitCode::SUCCESS)
}
