//! `revloops design compute`: capacity against target, offline.

use std::process::ExitCode;

use revloops_capacity::{HiresNeeded, compute, hires_needed, sensitivity};
use revloops_planning::hiring::{self, USUAL_MOST_A_MONTH};
use revloops_planning::service::ComputeAnswer;
use revloops_planning::sheets::{self, Sheet};
use revloops_planning::words;
use revloops_scenario::{Month, Scenario};

use super::plan::{self, Folder};
use crate::console::{Console, Tone};
use crate::context::Context;

/// Levers that are shown; the JSON has all.
const LEVERS: usize = 5;

/// Which scenario.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The scenario; the active one if none is given.
    scenario: Option<String>,
    #[command(flatten)]
    hiring: Hiring,
    #[command(flatten)]
    folder: Folder,
}

/// What hiring can do.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct Hiring {
    /// First month in which somebody can start, for the hires needed; the plan's first if none is given.
    #[arg(long, value_name = "YYYY-MM")]
    hire_from: Option<Month>,
    /// Most who can start in one segment in one month, for the hires needed.
    #[arg(long, default_value_t = USUAL_MOST_A_MONTH, value_parser = clap::value_parser!(u16).range(1..=1000))]
    most_a_month: u16,
}

impl Hiring {
    /// Hires that would close the scenario's gaps.
    pub(super) fn needed(self, scenario: &Scenario) -> HiresNeeded {
        hires_needed(scenario, hiring::limits(scenario, self.hire_from, Some(self.most_a_month)))
    }
}

pub(super) fn run(context: &Context, args: &Args) -> anyhow::Result<ExitCode> {
    let console = &context.console;
    let scenario = plan::load(context, &args.folder.root(context), args.scenario.as_deref())?.scenario;
    let computed = compute(&scenario, &[]);
    let needed = args.hiring.needed(&scenario);
    let levers = sensitivity(&scenario);
    console.say(format!(
        "{}  {}  {}",
        console.tone(Tone::Strong, &scenario.name),
        words::span(computed.starts, computed.months),
        console.tone(Tone::Dim, format!("{} {}", scenario.id, short(&scenario.hash)))
    ));
    sheet(console, "", &sheets::years(&computed));
    let first = computed.total.years.first().map(|year| words::span(year.starts, year.months)).unwrap_or_default();
    sheet(console, &format!("Segments, {first}"), &sheets::segments(&computed));
    sheet(console, &format!("Territories, {first}, each with all that lies in it"), &sheets::territories(&computed));
    sheet(console, &format!("Managers, {first}, each with all who report to them"), &sheets::managers(&computed));
    if needed.segments.is_empty() {
        console.say("\nNo hires beside the plan's are needed.");
    } else {
        let title = format!("Hires needed, from {} on", words::month(needed.earliest));
        sheet(console, &title, &sheets::hires(&needed, &computed.currency));
    }
    sheet(console, "What moves capacity most", &sheets::sensitivity(&levers, LEVERS, &computed.currency));
    console.json(&ComputeAnswer { computed, hires_needed: Some(needed), sensitivity: Some(levers) })?;
    Ok(ExitCode::SUCCESS)
}

/// A table under its title; nothing where it has no rows.
pub(super) fn sheet(console: &Console, title: &str, sheet: &Sheet) {
    if sheet.rows.is_empty() {
        return;
    }
    console.say(if title.is_empty() { String::new() } else { format!("\n{}", console.tone(Tone::Strong, title)) });
    console.figures(&sheet.headers, sheet.rows.iter().cloned());
}

/// As much of a hash as people compare.
pub(super) fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}
