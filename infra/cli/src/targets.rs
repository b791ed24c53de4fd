//! `revloops targets`: the accounts that are scanned for signals.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Subcommand;
use jiff::Timestamp;
use serde_json::{Value, json};

use revloops_aws::TableTargets;
use revloops_config::levers::read_sources;
use revloops_config::{Levers as _, Problems};
use revloops_crm::Salesforce;
use revloops_domain::{Account, AccountId};
use revloops_loopkit::ports::{Target, Targets as _};
use revloops_signals::TargetLevers;

use crate::console::{Console, Tone};
use crate::{accounts, aws::Aws, context::Context, local::Endpoints};

/// What to do with target accounts.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// All targets, the most overdue first.
    List,
    /// Put accounts of the CRM on the list, or into another tier; they are due at once.
    Add {
        /// The accounts' ids.
        #[arg(required = true)]
        accounts: Vec<String>,
        /// The tier, whose cadence is in config/loops/generate/targets.yaml.
        #[arg(long)]
        tier: String,
    },
    /// Take accounts off the list.
    Remove {
        /// The accounts' ids.
        #[arg(required = true)]
        accounts: Vec<String>,
    },
    /// Make one target due, and let the scanner tick once. A target that is more overdue comes before it.
    ScanNow {
        /// The account's id.
        account: String,
    },
}

/// Carries the command out.
///
/// # Errors
/// If the local system does not run, an account or a tier is not there, or the scanner fails.
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let endpoints = Endpoints::load(context)?;
    let table = table(&endpoints).await?;
    let console = &context.console;
    match args.command {
        Command::List => list(console, &table).await?,
        Command::Add { accounts: ids, tier } => {
            let levers = levers(context)?;
            if !levers.tiers.iter().any(|one| one.id == tier) {
                let tiers: Vec<&str> = levers.tiers.iter().map(|one| one.id.as_str()).collect();
                bail!("there is no tier `{tier}`; there are {}", tiers.join(", "));
            }
            let ids = ids.iter().map(|id| Ok(AccountId::parse(id)?)).collect::<anyhow::Result<Vec<_>>>()?;
            let added = add(&accounts::crm(&endpoints)?, &table, &ids, &tier).await?;
            console.say(format!("{added} added, {} brought up to date", ids.len() - added));
            console.json(&json!({"added": added, "updated": ids.len() - added}))?;
        }
        Command::Remove { accounts } => {
            let mut removed = 0;
            for id in &accounts {
                removed += usize::from(table.remove(&AccountId::parse(id)?).await?);
            }
            console.say(format!("{removed} taken off the list"));
            console.json(&json!({"removed": removed}))?;
        }
        Command::ScanNow { account } => {
            let ticked = scan_now(context, &endpoints, &AccountId::parse(&account)?).await?;
            console.say(in_words(&ticked));
            console.json(&ticked)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The table of targets.
///
/// # Errors
/// If the stack has none.
pub async fn table(endpoints: &Endpoints) -> anyhow::Result<TableTargets> {
    Ok(TableTargets::new(endpoints.clients().await.dynamodb, endpoints.output("TargetsTable")?))
}

/// Puts accounts on the list, due now, as the CRM has them; how many are new.
///
/// # Errors
/// If the CRM or the table does not answer, or the CRM does not have one of them.
pub async fn add(crm: &Salesforce, table: &TableTargets, ids: &[AccountId], tier: &str) -> anyhow::Result<usize> {
    let mut found: Vec<Account> = Vec::new();
    let mut next = None;
    loop {
        let page = crm.accounts(next.as_deref()).await?;
        found.extend(page.accounts.into_iter().filter(|account| ids.contains(&account.id)));
        match page.next {
            Some(url) => next = Some(url),
            None => break,
        }
    }
    if let Some(missing) = ids.iter().find(|id| !found.iter().any(|account| account.id == **id)) {
        bail!("account {missing} is not in the CRM");
    }
    let now = Timestamp::now();
    let mut added = 0;
    for account in found {
        let target = Target {
            account: account.id,
            name: account.name,
            domain: account.domain,
            country: account.country_code,
            tier: tier.to_owned(),
            listed: now,
            due: now,
            scans: 0,
            failures: 0,
            scanned: None,
        };
        added += usize::from(table.put(&target).await?);
    }
    Ok(added)
}

/// Makes a target due and lets the scanner tick once; what the tick did.
///
/// # Errors
/// If the account is no target, or the function fails.
pub async fn scan_now(context: &Context, endpoints: &Endpoints, account: &AccountId) -> anyhow::Result<Value> {
    if !table(endpoints).await?.hasten(account, Timestamp::now()).await? {
        bail!("account {account} is no target: `revloops targets add {account} --tier <tier>`");
    }
    let aws = Aws::local(&context.layout, endpoints);
    aws.invoke(endpoints.output("ScannerFunction")?, &json!({})).await
}

fn levers(context: &Context) -> anyhow::Result<TargetLevers> {
    let mut problems = Problems::new();
    let sources = read_sources::<TargetLevers>(&context.layout.root.join("config"), &mut problems);
    let levers = TargetLevers::check(&sources, &mut problems);
    problems.into_result(levers).context("Generate's targets.yaml has problems: `cargo revloops check` says more")
}

async fn list(console: &Console, table: &TableTargets) -> anyhow::Result<()> {
    let targets = table.all().await?;
    let now = Timestamp::now();
    let rows = targets.iter().map(|target| {
        vec![
            target.account.to_string(),
            target.name.clone(),
            target.tier.clone(),
            when(target, now),
            target.scanned.map_or_else(|| "never".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M").to_string()),
            target.failures.to_string(),
        ]
    });
    console.table(&["account", "name", "tier", "due", "last scan", "failures"], rows);
    if targets.is_empty() {
        console.say(console.tone(Tone::Dim, "no targets: `revloops targets add <account id> --tier a`"));
    }
    console.json(&json!(targets))
}

fn when(target: &Target, now: Timestamp) -> String {
    let minutes = now.duration_since(target.due).as_mins();
    let span = |minutes: i64| match minutes {
        0..120 => format!("{minutes} min"),
        120..2_880 => format!("{} h", minutes / 60),
        _ => format!("{} days", minutes / 1_440),
    };
    if minutes >= 0 { format!("overdue by {}", span(minutes)) } else { format!("in {}", span(-minutes)) }
}

fn in_words(ticked: &Value) -> String {
    let text = |name: &str| ticked.get(name).and_then(Value::as_str).unwrap_or_default();
    let count = |name: &str| ticked.get(name).and_then(Value::as_u64).unwrap_or_default();
    match text("ticked") {
        "scanned" => format!(
            "{} scanned: {} signals, {} dropped for lack of evidence",
            text("account"),
            count("signals"),
            count("dropped")
        ),
        "over_budget" => format!("{} not scanned: the day's budget is spent", text("account")),
        "failed" => format!("the scan of {} failed ({}); it is due again later", text("account"), text("class")),
        _ => "no target was due: others may be at it".to_owned(),
    }
}
