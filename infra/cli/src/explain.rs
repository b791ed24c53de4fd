//! `revloops explain <lead, deal or account>`: every decision about a lead or a deal, or about an account's signals, in words;
//! with `--why-not`, what would have led a lead elsewhere.

mod find;
mod why_not;

use std::process::ExitCode;

use anyhow::bail;
use revloops_aws::{TableParked, TableRuns};
use revloops_domain::AccountId;
use revloops_loopkit::explain::in_words;
use revloops_loopkit::ports::{Parked as _, ParkedItem, ParkedStatus, RunStore as _, StoredRun};
use revloops_route::logic::why_not::in_words as in_words_of;
use serde_json::{Value, json};

use crate::console::{Console, Tone};
use crate::context::Context;
use crate::crm_api::CrmApi;
use crate::local::Endpoints;
use find::{Found, field, find};

/// Which lead, deal or account.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A lead's id, mail address, or a part of its name or company; a deal's id or a part of its name, for its play and
    /// milestones; or an account's id, for what was decided of its signals.
    what: String,
    /// A rule of Route or an owner: the smallest change of the lead that would have led there.
    #[arg(long, value_name = "RULE OR OWNER")]
    why_not: Option<String>,
}

/// Shows the whole chain's decisions.
///
/// # Errors
/// If there is no such record, or more than one; or if what is no lead is asked about with `--why-not`.
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let endpoints = Endpoints::load(context)?;
    if let Ok(account) = AccountId::parse(&args.what) {
        refuse_why_not(&args, "an account")?;
        return of_account(context, &endpoints, &account).await;
    }
    let crm = CrmApi::log_in(&endpoints).await?;
    match find(&crm, &args.what).await? {
        Found::Lead(lead) => of_lead(context, &endpoints, &crm, &lead, args.why_not.as_deref()).await,
        Found::Deal(deal) => {
            refuse_why_not(&args, "a deal")?;
            of_deal(context, &endpoints, &deal).await
        }
    }
}

fn refuse_why_not(args: &Args, what: &str) -> anyhow::Result<()> {
    if args.why_not.is_some() {
        bail!("`--why-not` asks where a lead could have been routed, and `{}` is {what}", args.what);
    }
    Ok(())
}

/// A lead's decisions.
async fn of_lead(
    context: &Context,
    endpoints: &Endpoints,
    crm: &CrmApi,
    lead: &Value,
    wish: Option<&str>,
) -> anyhow::Result<ExitCode> {
    let console = &context.console;
    let text = |name: &str| field(lead, name).to_owned();
    let id = text("Id");
    let (runs, parked) = decided(endpoints, &format!("lead/{id}"), "lead_id", &id).await?;
    console.say(format!("{} · {} · {id}", console.tone(Tone::Strong, text("Company")), text("Name")));
    console.say(format!("status {}, owner {}\n", text("Status"), owner(lead)));
    say(console, &runs, &parked);
    let why_not = match wish {
        Some(wish) => Some(why_not::of(endpoints, crm, &runs, wish).await?),
        None => None,
    };
    for line in why_not.iter().flat_map(in_words_of) {
        console.say(line);
    }
    console.json(&json!({
        "lead": lead,
        "runs": told(&runs),
        "parked": parked,
        "why_not": why_not,
    }))?;
    Ok(ExitCode::SUCCESS)
}

/// A deal's decisions: Pursue's, and the watch's over its milestones.
async fn of_deal(context: &Context, endpoints: &Endpoints, deal: &Value) -> anyhow::Result<ExitCode> {
    let console = &context.console;
    let text = |name: &str| field(deal, name).to_owned();
    let id = text("Id");
    let (runs, parked) = decided(endpoints, &format!("opportunity/{id}"), "opportunity_id", &id).await?;
    console.say(format!("{} · {id}", console.tone(Tone::Strong, text("Name"))));
    console.say(format!("stage {}, closes on {}, owner {}\n", text("StageName"), text("CloseDate"), owner(deal)));
    say(console, &runs, &parked);
    console.json(&json!({"deal": deal, "runs": told(&runs), "parked": parked}))?;
    Ok(ExitCode::SUCCESS)
}

fn owner(record: &Value) -> &str {
    record.pointer("/Owner/Name").and_then(Value::as_str).unwrap_or("–")
}

/// An account's decisions.
async fn of_account(context: &Context, endpoints: &Endpoints, account: &AccountId) -> anyhow::Result<ExitCode> {
    let (runs, parked) = decided(endpoints, &format!("account/{account}"), "account_id", account.as_str()).await?;
    say(&context.console, &runs, &parked);
    context.console.json(&json!({"account": account, "runs": told(&runs), "parked": parked}))?;
    Ok(ExitCode::SUCCESS)
}

/// What was decided about a subject, and what of it is parked: items whose event has `id` under `field`.
async fn decided(
    endpoints: &Endpoints,
    subject: &str,
    field: &str,
    id: &str,
) -> anyhow::Result<(Vec<StoredRun>, Vec<ParkedItem>)> {
    let clients = endpoints.clients().await;
    let runs = TableRuns::new(clients.dynamodb.clone(), endpoints.output("RunsTable")?).about(subject).await?;
    let parked = TableParked::new(clients.dynamodb, endpoints.output("ParkedTable")?)
        .list(ParkedStatus::Waiting, 10_000)
        .await?;
    let is_about =
        |item: &ParkedItem| item.input.as_ref().and_then(|event| event.get(field)).and_then(Value::as_str) == Some(id);
    Ok((runs, parked.into_iter().filter(is_about).collect()))
}

fn told(runs: &[StoredRun]) -> Vec<Value> {
    runs.iter().map(|run| json!({"record": run.record, "applied": run.applied})).collect()
}

fn say(console: &Console, runs: &[StoredRun], parked: &[ParkedItem]) {
    for StoredRun { record, applied } in runs {
        console.say(in_words(record).trim_end());
        let missing = record.effects.len().saturating_sub(applied.len());
        if missing > 0 {
            console.say(console.tone(Tone::Warn, format!("    {missing} effects are still to be applied")));
        }
        console.say("");
    }
    if runs.is_empty() {
        console.say("No loop has decided about it yet.");
    }
    for item in parked {
        let words = format!("parked at {}: {} ({}), attempt {}", item.step, item.reason, item.class, item.attempts);
        console.say(console.tone(Tone::Warn, words));
    }
}
