//! `revloops accounts`: the index of the CRM's accounts, by which leads are matched.

mod find;
mod measure;
mod sync;

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;

use revloops_aws::TableAccounts;
use revloops_config::levers::read_sources;
use revloops_config::{Levers as _, Problems};
use revloops_crm::{Credentials, CrmSettings, Salesforce};
use revloops_domain::Secret;
use revloops_matching::MatchRules;
use revloops_qualify::QualifyConfig;

use crate::{context::Context, local::Endpoints};

pub use sync::{Synced, sync};

/// What to do with accounts.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Bring all accounts of the CRM into the index, and forget those that the CRM does not have any more.
    Sync,
    /// Which account a lead, a domain, a mail address or a company name belongs to, and why; by the rules in config/loops/qualify.
    Match(find::Args),
    /// Precision and recall of the matcher over a labelled set that is made by a seed.
    Measure(measure::Args),
}

/// Carries the command out.
///
/// # Errors
/// If the local system does not run, or the CRM or the index does not answer.
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    match args.command {
        Command::Sync => sync::run(context).await,
        Command::Match(args) => find::run(context, args).await,
        Command::Measure(args) => measure::run(context, &args),
    }
}

/// The index.
async fn table(endpoints: &Endpoints) -> anyhow::Result<TableAccounts> {
    Ok(TableAccounts::new(endpoints.clients().await.dynamodb, endpoints.output("AccountsTable")?))
}

/// The CRM, by the functions' own client.
///
/// # Errors
/// If its address or credentials cannot be used.
pub fn crm(endpoints: &Endpoints) -> anyhow::Result<Salesforce> {
    let credentials = Credentials {
        client_id: Secret::new(endpoints.crm.client_id.clone()),
        client_secret: Secret::new(endpoints.crm.client_secret.clone()),
    };
    let settings = CrmSettings {
        url: endpoints.crm.url.clone(),
        credentials,
        request_timeout: std::time::Duration::from_secs(30),
        directory_ttl: std::time::Duration::ZERO,
    };
    Ok(Salesforce::new(&settings)?)
}

/// The rules as they stand in the folder: what a promotion would make active.
fn rules(context: &Context) -> anyhow::Result<MatchRules> {
    let mut problems = Problems::new();
    let sources = read_sources::<QualifyConfig>(&context.layout.root.join("config"), &mut problems);
    let config = QualifyConfig::check(&sources, &mut problems);
    let config =
        problems.into_result(config).context("Qualify's config has problems: `cargo revloops check` says more")?;
    Ok(config.matching)
}
