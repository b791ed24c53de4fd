//! `revloops route sample`: accounts made up, as a file: for measuring, and for trying rules out.

use std::path::PathBuf;
use std::process::ExitCode;

use revloops_tables::{Cell, Kind, TableWriter};
use serde_json::json;

use super::figures::thousands;
use super::history::{Dice, account};
use super::offline::id_of;
use crate::context::Context;

/// How many owners the accounts have.
const OWNERS: u64 = 50;

const COLUMNS: [(&str, Kind); 7] = [
    ("Id", Kind::Text),
    ("OwnerId", Kind::Text),
    ("Name", Kind::Text),
    ("Website", Kind::Text),
    ("BillingCountryCode", Kind::Text),
    ("Industry", Kind::Text),
    ("NumberOfEmployees", Kind::Whole),
];

/// What to make up.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How many accounts.
    #[arg(long, default_value_t = 1_000_000)]
    records: u32,
    /// Another seed gives other accounts.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The file, as CSV or Parquet.
    #[arg(long)]
    out: PathBuf,
}

pub(super) fn run(context: &Context, args: &Args) -> anyhow::Result<ExitCode> {
    let console = &context.console;
    let step = console.step("Making accounts up");
    let mut dice = Dice::new(args.seed);
    let owners: Vec<String> = (0..OWNERS).map(|at| id_of("005", &format!("owner {at}"))).collect();
    let mut table = TableWriter::create(&args.out, &COLUMNS)?;
    for at in 0..args.records {
        let (country, industry, employees, number) = account(&mut dice);
        let owner = usize::try_from(dice.below(OWNERS)).ok().and_then(|at| owners.get(at)).map(String::as_str);
        table.write(&[
            Cell::Text(&format!("001{at:012}")),
            Cell::from(owner),
            Cell::Text(&format!("Company {number}")),
            Cell::Text(&format!("company-{number}.example")),
            Cell::Text(country),
            Cell::Text(industry),
            Cell::Whole(i64::from(employees)),
        ])?;
    }
    let count = table.finish()?;
    step.done(thousands(count));
    console.say(format!("{} accounts in {}", thousands(count), args.out.display()));
    console.json(&json!({"accounts": count, "file": args.out}))?;
    Ok(ExitCode::SUCCESS)
}
