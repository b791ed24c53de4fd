//! `revloops route history`: the decisions of the past as a file, exported or made up.

mod made_up;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use jiff::{SignedDuration, Timestamp};
use revloops_aws::decisions_since;
use revloops_loopkit::Record;
use revloops_route::batch::Answers;
use revloops_route::inputs::RouteInput;
use revloops_route::logic::RouteVerdict;
use revloops_route::logic::facts::Facts;
use serde_json::json;

use super::candidate::{self, Candidate};
use super::figures::{taken, thousands};
use super::history_file::{HistoryWriter, PastDecision};
use super::offline::{Everybody, id_of};
use super::target::Target;
use crate::console::Console;
use crate::context::Context;

use made_up::make;
pub(super) use made_up::{Dice, Made, account};

/// What to do with the past.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Write Route's decisions of the last days into a file.
    Export {
        /// How far back: `90d`, `12h`.
        #[arg(long, default_value = "90d")]
        last: String,
        /// The file, as CSV or Parquet.
        #[arg(long)]
        out: PathBuf,
    },
    /// Make a history up, decided by the rules given: the same seed gives the same leads.
    Make {
        /// How many leads.
        #[arg(long, default_value_t = 100_000)]
        leads: u32,
        /// Another seed gives other leads.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// The file, as CSV or Parquet.
        #[arg(long)]
        out: PathBuf,
        #[command(flatten)]
        rules: candidate::Rules,
    },
}

pub(super) async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let console = &context.console;
    let (count, out) = match args.command {
        Command::Export { last, out } => {
            let target = Target::load(context).await?;
            (export(console, &target, &last, &out).await?, out)
        }
        Command::Make { leads, seed, out, rules } => {
            let candidate = candidate::load(context, &rules).await?;
            let ids = (0..leads).map(|at| id_of("00Q", &format!("lead {at} of {seed}")));
            let made = Made { seed, until: made_up::UNTIL.parse()?, days: 90 };
            (write(console, &made, ids, &candidate, Everybody.answers(), &out).await?, out)
        }
    };
    console.say(format!("{} decisions in {}", thousands(count), out.display()));
    console.json(&json!({"decisions": count, "file": out}))?;
    Ok(ExitCode::SUCCESS)
}

/// Makes decisions up and writes them.
pub(super) async fn write(
    console: &Console,
    made: &Made,
    ids: impl ExactSizeIterator<Item = String>,
    candidate: &Candidate,
    answers: Answers<'_>,
    out: &Path,
) -> anyhow::Result<u64> {
    let step = console.step("Making a history up");
    let began = std::time::Instant::now();
    let mut writer = HistoryWriter::create(out)?;
    make(made, ids, candidate, answers, |past| writer.write(past)).await?;
    let count = writer.finish()?;
    step.done(format!("{} in {}", thousands(count), taken(began.elapsed())));
    Ok(count)
}

/// Writes the decisions since some time ago, in the order of their times.
pub(super) async fn export(console: &Console, target: &Target, last: &str, out: &Path) -> anyhow::Result<u64> {
    let since = Timestamp::now().checked_sub(span(last)?)?;
    let step = console.step("Reading past decisions");
    let table = target.endpoints.output("RunsTable")?;
    let mut records: Vec<Record> = Vec::new();
    decisions_since(&target.clients.dynamodb, table, "route", since, |record| records.push(record)).await?;
    records.sort_by_key(|record| record.decided_at);
    let mut writer = HistoryWriter::create(out)?;
    for record in records {
        let run = record.run_id.clone();
        writer.write(&past(record).with_context(|| format!("reading run {run}"))?)?;
    }
    let count = writer.finish()?;
    step.done(thousands(count));
    Ok(count)
}

fn past(record: Record) -> anyhow::Result<PastDecision> {
    let input: RouteInput = serde_json::from_value(record.input)?;
    let facts: Facts = serde_json::from_value(record.facts)?;
    let verdict: RouteVerdict = serde_json::from_value(record.decision.verdict)?;
    Ok(PastDecision {
        input,
        facts,
        owner: verdict.owner,
        rule: verdict.rule,
        territory: verdict.territory,
        pool: verdict.pool,
        ticket: verdict.ticket,
        first_touch_by: verdict.first_touch_by,
        decided_at: record.decided_at,
        config_sha256: record.config.sha256,
    })
}

/// `90d`, `12h`: a number of days or hours.
fn span(text: &str) -> anyhow::Result<SignedDuration> {
    let parsed = |unit: char| text.strip_suffix(unit).and_then(|number| number.parse::<i64>().ok());
    let hours = match (parsed('d'), parsed('h')) {
        (Some(days), _) => days.checked_mul(24),
        (_, Some(hours)) => Some(hours),
        (None, None) => None,
    };
    match hours {
        Some(hours) if (1..=87_600).contains(&hours) => Ok(SignedDuration::from_hours(hours)),
        Some(_) | None => bail!("`{text}` is no span: give days or hours of at most ten years, like 90d or 12h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_days_or_hours() {
        assert_eq!(span("90d").unwrap(), SignedDuration::from_hours(2160));
        assert_eq!(span("12h").unwrap(), SignedDuration::from_hours(12));
        for wrong in ["", "d", "0d", "-1d", "90", "1w", "99999999999999d"] {
            assert!(span(wrong).is_err(), "{wrong}");
        }
    }
}
