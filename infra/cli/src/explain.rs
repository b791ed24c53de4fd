//! `revloops explain <lead or account>`: every decision about a lead, or about an account's signals, in words; with `--why-not`, what would have led elsewhere.

mod why_not;

use std::process::ExitCode;

use anyhow::bail;
use revloops_aws::{TableParked, TableRuns};
use revloops_domain::{AccountId, LeadId};
use revloops_loopkit::explain::in_words;
use revloops_loopkit::ports::{Parked as _, ParkedItem, ParkedStatus, RunStore as _, StoredRun};
use revloops_route::logic::why_not::in_words as in_words_of;
use serde_json::{Value, json};

use crate::console::{Console, Tone};
use crate::context::Context;
use crate::crm_api::{CrmApi, literal};
use crate::local::Endpoints;

/// Which lead.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The lead's id, mail address, or a part of its name or company; or an account's id, for what was decided of its signals.
    lead: String,
    /// A rule of Route or an owner: the smallest change of the lead that would have led there.
    #[arg(long, value_name = "RULE OR OWNER")]
    why_not: Option<String>,
}

/// Shows the whole chain's decisions.
///
/// # Errors
/// If there is no such lead, or more than one.
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let console = &context.console;
    let endpoints = Endpoints::load(context)?;
    if let Ok(account) = AccountId::parse(&args.lead) {
        return of_account(context, &endpoints, &account).await;
    }
    let crm = CrmApi::log_in(&endpoints).await?;
    let lead = find(&crm, &args.lead).await?;
    let text = |name: &str| lead.get(name).and_then(Value::as_str).unwrap_or("–").to_owned();
    let id = text("Id");

    let (runs, parked) = decided(&endpoints, &format!("lead/{id}"), "lead_id", &id).await?;

    let owner = lead.pointer("/Owner/Name").and_then(Value::as_str).unwrap_or("–");
    console.say(format!("{} · {} · {id}", console.tone(Tone::Strong, text("Company")), text("Name")));
    console.say(format!("status {}, owner {owner}\n", text("Status")));
    say(console, &runs, &parked);
    let why_not = match &args.why_not {
        Some(wish) => Some(why_not::of(&endpoints, &crm, &runs, wish).await?),
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

async fn find(crm: &CrmApi, wanted: &str) -> anyhow::Result<Value> {
    let condition = match LeadId::parse(wanted) {
        Ok(id) => format!("Id = {}", literal(id.as_str())),
        Err(_) if wanted.contains('@') => format!("Email = {}", literal(wanted)),
        Err(_) => {
            let like = literal(&format!("%{}%", wanted.replace(['%', '_'], "")));
            format!("(Company LIKE {like} OR Name LIKE {like})")
        }
    };
    let soql = format!(
        "SELECT Id, Name, Company, Email, Status, Owner.Name FROM Lead WHERE {condition} ORDER BY CreatedDate DESC LIMIT 20"
    );
    let mut found = crm.query(&soql).await?;
    if found.len() > 1 {
        let field = |lead: &Value, name: &str| lead.get(name).and_then(Value::as_str).unwrap_or("–").to_owned();
        let lines: Vec<String> = found
            .iter()
            .map(|lead| format!("  {}  {} · {}", field(lead, "Id"), field(lead, "Company"), field(lead, "Name")))
            .collect();
        bail!("`{wanted}` fits {} leads; say which by its id:\n{}", found.len(), lines.join("\n"));
    }
    match found.pop() {
        Some(lead) => Ok(lead),
        None => bail!("no lead fits `{wanted}`: give its id, mail address, or a part of its name or company"),
    }
}
