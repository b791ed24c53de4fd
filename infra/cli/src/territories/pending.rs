//! `revloops territories pending` and `resolve`: accounts that wait for a person, and the person's answer.

use std::process::ExitCode;

use jiff::Timestamp;
use revloops_loopkit::ports::{Placements as _, Resolution};
use revloops_planning::territories;
use serde_json::json;

use super::planned::Planned;
use crate::config::{person, store};
use crate::context::Context;

/// Where an account belongs.
#[derive(Debug, clap::Args)]
pub(super) struct ResolveArgs {
    /// The account's id in the CRM.
    account: String,
    /// The territory's id in the scenario.
    territory: String,
    /// Why: the answers of many become a proposed condition.
    #[arg(long)]
    why: String,
}

pub(super) async fn list(context: &Context) -> anyhow::Result<ExitCode> {
    let planned = Planned::load(context).await?;
    let pending = planned.placements()?.pending().await?;
    if pending.is_empty() {
        context.console.say("No account waits for a person.");
    } else {
        context.console.table(
            &["account", "name", "since", "why", "proposed"],
            pending.iter().map(|one| {
                let proposed =
                    one.proposed.as_ref().map(|other| format!("{} ({} %)", other.territory, other.confidence));
                vec![
                    one.account.to_string(),
                    one.name.clone(),
                    one.since.strftime("%Y-%m-%d").to_string(),
                    one.why.clone(),
                    proposed.unwrap_or_else(|| "–".to_owned()),
                ]
            }),
        );
        context.console.say("`cargo revloops territories resolve <account> <territory> --why …` places one.");
    }
    context.console.json(&pending)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn resolve(context: &Context, args: ResolveArgs) -> anyhow::Result<ExitCode> {
    let planned = Planned::load(context).await?;
    let store = store(&planned.endpoints).await?;
    let resolution = Resolution {
        account: territories::account(&args.account)?,
        territory: args.territory,
        by: person(),
        why: args.why,
        at: Timestamp::now(),
    };
    let resolution = territories::place(&planned.placements()?, &store, resolution).await?;
    context.console.say(format!(
        "{} belongs to {}: the next plan puts it there (`cargo revloops territories plan`).",
        resolution.account, resolution.territory
    ));
    context.console.json(&json!({"resolution": resolution}))?;
    Ok(ExitCode::SUCCESS)
}
