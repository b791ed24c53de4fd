//! `revloops route drill`: proof on a CRM stand-in of its own, which is gone afterwards.
//!
//! - Accounts are assigned, applied, edited by people at random, and undone: what was not touched is as before, and no
//!   edit is lost.
//! - The past of leads is simulated with other rules without any write, then applied: each move that was told is found.

mod accounts;
mod leads;
mod stand_in;

use std::process::ExitCode;

use serde_json::json;

use crate::console::Tone;
use crate::context::Context;

/// How much.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Accounts that are assigned and undone.
    #[arg(long, default_value_t = 50_000)]
    records: u32,
    /// Leads whose past is simulated and applied; none if 0.
    #[arg(long, default_value_t = 0)]
    leads: u32,
    /// Of a hundred records, how many people edit before the undo.
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u64).range(0..=100))]
    edits_percent: u64,
    /// Another seed gives other records and other edits.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(super) async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let console = &context.console;
    let stand_in = stand_in::StandIn::start(context).await?;
    let mut proofs = Vec::new();
    if args.records > 0 {
        proofs.extend(accounts::prove(context, &stand_in, &args).await?);
    }
    if args.leads > 0 {
        proofs.extend(leads::prove(context, &stand_in, &args).await?);
    }
    stand_in.stop().await?;
    let rows = proofs.iter().map(|proof| {
        let mark = if proof.holds { "✓" } else { "✗" };
        vec![mark.to_owned(), proof.what.clone(), proof.found.clone()]
    });
    console.table(&["", "what must hold", "found"], rows);
    let holds = proofs.iter().all(|proof| proof.holds);
    let (tone, text) = if holds { (Tone::Good, "all of it holds") } else { (Tone::Bad, "not all of it holds") };
    console.say(console.tone(tone, text));
    let proofs: Vec<serde_json::Value> =
        proofs.iter().map(|proof| json!({"what": proof.what, "found": proof.found, "holds": proof.holds})).collect();
    console.json(&json!({"holds": holds, "proofs": proofs}))?;
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// One thing that must hold.
pub(super) struct Proof {
    what: String,
    found: String,
    holds: bool,
}

impl Proof {
    fn new(what: impl Into<String>, found: impl Into<String>, holds: bool) -> Self {
        Self { what: what.into(), found: found.into(), holds }
    }
}
