//! `revloops demo`: the whole system on this machine, 25 leads through the demand chain with a table of what became of
//! each, one article through the signal chain, and one lead that becomes a deal through the acquisition chain.

pub mod deal;
pub mod seed;
pub mod signal;
pub mod table;
pub mod watch;

use std::process::ExitCode;
use std::time::Duration;

use serde_json::json;

use crate::accounts;
use crate::bi;
use crate::console::Tone;
use crate::context::Context;
use crate::crm_api::CrmApi;
use crate::local::ensure_up;

/// How long to watch.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Seconds to wait for the leads' ends.
    #[arg(long, default_value_t = 240)]
    timeout_seconds: u64,
}

/// Has the system up, seeds the organisation, saves the leads in the CRM, and watches them.
///
/// # Errors
/// If a part cannot be had, or the CRM refuses a lead.
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let endpoints = ensure_up(context).await?;
    let console = &context.console;
    let crm = CrmApi::log_in(&endpoints).await?;

    let step = console.step("Organisation");
    match seed::organisation(&crm).await? {
        0 => step.skipped("its users and queues are there"),
        made => step.done(format!("{made} users and queues made")),
    }
    let step = console.step("Accounts");
    let made = seed::accounts(&crm).await? + seed::contacts(&crm).await?;
    let synced = accounts::sync(&endpoints, &step).await?;
    step.done(format!("{made} made, {} known to matching", synced.kept + synced.newer));
    let step = console.step("Leads");
    let since_ms = jiff::Timestamp::now().as_millisecond();
    let leads = seed::leads(&crm).await?;
    step.done(format!("{} saved in the CRM", leads.len()));

    console.note("");
    let ends = watch::until_decided(context, &endpoints, &leads, Duration::from_secs(args.timeout_seconds)).await?;
    let rows = table::rows(&crm, &leads, &ends, since_ms).await?;
    console.say("");
    table::show(console, &rows);
    console.say("");
    let patience = Duration::from_secs(args.timeout_seconds);
    let told = signal::play(context, &endpoints, &crm, patience).await?;
    console.say("");
    let pursued = deal::play(context, &endpoints, &crm, &leads, &ends, patience).await?;
    console.say("");
    // What is older is in the lake already, or the streams bring it.
    let since = jiff::Timestamp::from_millisecond(since_ms)? - jiff::SignedDuration::from_mins(5);
    bi::refresh(context, &endpoints, since).await?;

    let open = ends.iter().filter(|end| !end.finished()).count();
    let decided = rows.len() - open;
    let words = format!("{} leads in, {decided} decided", rows.len());
    console.say(format!("\n{}", console.tone(if open == 0 { Tone::Good } else { Tone::Warn }, words)));
    if open > 0 {
        console.say("`cargo revloops status` tells what waits and what is parked, and why.");
    }
    let example = leads.iter().zip(&ends).find(|(_, end)| end.task).map_or("<lead>", |(lead, _)| lead.id.as_str());
    console
        .say(format!("  the rep's page    {}  (sign in as anybody; every name there is made up)", endpoints.crm.url));
    console.say(format!("  why?              cargo revloops explain {example}"));
    console.say(format!("  the signal's way  cargo revloops explain {}", told.account_id));
    if let Some(deal) = &pursued.opportunity_id {
        console.say(format!("  the deal          {}/#/deals/{deal}", endpoints.crm.url));
        console.say(format!("  the deal's way    cargo revloops explain {deal}"));
    }
    console.say(format!("  dashboards        {}", bi::url(&endpoints)));
    console.say("  what runs         cargo revloops status");
    console.say("  config            config/loops/…, then: cargo revloops check · config promote · config rollback");
    console
        .json(&json!({"leads": rows, "decided": decided, "signal": told, "deal": pursued, "crm": endpoints.crm.url, "dashboards": bi::url(&endpoints)}))?;
    Ok(if open == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
