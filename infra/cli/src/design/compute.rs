//! `revloops design compute`: capacity against target, offline.

use std::process::ExitCode;

use revloops_capacity::compute;
use revloops_planning::service::ComputeAnswer;
use revloops_planning::sheets::{self, Sheet};
use revloops_planning::words;

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
    folder: Folder,
}

pub(super) fn run(context: &Context, args: &Args) -> anyhow::Result<ExitCode> {
    let console = &context.console;
    let scenario = plan::load(context, &args.folder.root(context), args.scenario.as_deref())?.scenario;
    let computed = compute(&scenario, &[]);
    let needed = revloops_planning::hires_needed(&scenario);
    let levers = revloops_planning::sensitivity(&scenario);
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
