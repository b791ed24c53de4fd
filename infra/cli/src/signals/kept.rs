//! The signals that are kept.

use std::process::ExitCode;

use anyhow::Context as _;
use jiff::civil::Date;
use serde_json::json;

use revloops_aws::TableSignals;
use revloops_domain::AccountId;
use revloops_domain::signal::KeptSignal;
use revloops_loopkit::ports::Signals as _;

use crate::console::Tone;
use crate::context::Context;
use crate::local::Endpoints;

/// Which signals.
#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    /// An account's id.
    account: Option<String>,
}

/// Which signal.
#[derive(Debug, clap::Args)]
pub(super) struct ShowArgs {
    /// Its id, or the beginning of it.
    id: String,
}

pub(super) async fn list(context: &Context, args: ListArgs) -> anyhow::Result<ExitCode> {
    let table = table(&Endpoints::load(context)?).await?;
    let signals: Vec<(AccountId, KeptSignal)> = match &args.account {
        Some(text) => {
            let account = AccountId::parse(text).context("give an account's id")?;
            table.kept(&account, Date::MIN).await?.into_iter().map(|kept| (account.clone(), kept)).collect()
        }
        None => table.all().await?,
    };
    let rows = signals.iter().map(|(account, kept)| {
        let signal = &kept.signal;
        vec![
            signal.on.to_string(),
            account.to_string(),
            format!("{}{}", if signal.negative { "against: " } else { "" }, signal.kind.name()),
            signal.headline.clone(),
            signal.sources.len().to_string(),
            kept.handed_on.map_or_else(|| "–".to_owned(), |at| at.strftime("%Y-%m-%d").to_string()),
            signal.id.clone(),
        ]
    });
    context.console.table(&["day", "account", "kind", "what happened", "articles", "handed on", "id"], rows);
    let told: Vec<_> = signals.iter().map(|(account, kept)| json!({"account_id": account, "signal": kept})).collect();
    context.console.json(&json!({ "signals": told }))?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn show(context: &Context, args: ShowArgs) -> anyhow::Result<ExitCode> {
    let all = table(&Endpoints::load(context)?).await?.all().await?;
    let found = all.into_iter().find(|(_, kept)| kept.signal.id.starts_with(&args.id));
    let (account, kept) = found.with_context(|| format!("no signal has the id {}", args.id))?;
    let (console, signal) = (&context.console, &kept.signal);
    console.say(format!("{} · {} · {}", console.tone(Tone::Strong, &signal.headline), signal.kind.name(), signal.on));
    console.say(format!("account {account}, {}\n\n  “{}”\n", signal.id, signal.quote));
    for source in &signal.sources {
        console.say(format!("  {}  {}", source.url, source.title));
    }
    for wording in &kept.also {
        console.say(format!("  also: {}", wording.headline));
    }
    let handed_on = kept.handed_on.map_or_else(|| "never".to_owned(), |at| at.to_string());
    console.say(format!("\nfound first {}, last {}; handed on {handed_on}", kept.first_seen, kept.last_seen));
    console.json(&json!({"account_id": account, "signal": kept}))?;
    Ok(ExitCode::SUCCESS)
}

async fn table(endpoints: &Endpoints) -> anyhow::Result<TableSignals> {
    Ok(TableSignals::new(endpoints.clients().await.dynamodb, endpoints.output("SignalsTable")?))
}
