//! Which account something belongs to, and why.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use serde_json::json;

use revloops_domain::{LeadId, MailDomain};
use revloops_loopkit::ports::{Accounts as _, CrmReader as _};
use revloops_matching::{AT_MOST_A_KEY, Company, MatchVerdict, decide};

use crate::{
    console::{Console, Tone},
    context::Context,
    local::Endpoints,
};

/// What to match.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A lead's id, a domain, a mail address, or a company's name.
    what: String,
    /// Country code of the company.
    #[arg(long)]
    country: Option<String>,
    /// State code.
    #[arg(long)]
    state: Option<String>,
    /// City.
    #[arg(long)]
    city: Option<String>,
    /// Postal code.
    #[arg(long)]
    postal_code: Option<String>,
    /// Phone number.
    #[arg(long)]
    phone: Option<String>,
}

pub(super) async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let endpoints = Endpoints::load(context)?;
    let rules = super::rules(context)?;
    let company = company(&endpoints, args).await?;
    let keys: Vec<String> = rules.look_up_keys(&company).iter().map(ToString::to_string).collect();
    if keys.is_empty() {
        bail!("nothing to look an account up by: free mail and shared hosts are nobody's, and there is no name");
    }
    let candidates = super::table(&endpoints).await?.candidates(&keys, AT_MOST_A_KEY).await?;
    let verdict = decide(&rules, &company, &candidates);
    show(&context.console, &verdict);
    context.console.json(&json!({"keys": keys, "verdict": verdict}))?;
    Ok(if verdict.matched.is_some() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn company(endpoints: &Endpoints, args: Args) -> anyhow::Result<Company> {
    if let Ok(id) = LeadId::parse(&args.what) {
        let lead = super::crm(endpoints)?.lead(&id).await?.with_context(|| format!("lead {id} is not in the CRM"))?;
        return Ok(Company::of_lead(&lead));
    }
    let given = args.what.trim();
    let domain = MailDomain::of_address(given).or_else(|| MailDomain::of_website(given));
    if let Some(domain) = domain.as_ref().filter(|domain| domain.is_free_mail()) {
        bail!("{domain} is free mail, which never matches");
    }
    Ok(Company {
        name: if domain.is_some() { String::new() } else { given.to_owned() },
        domains: domain.into_iter().collect(),
        country_code: args.country.map(|code| code.to_uppercase()),
        state_code: args.state,
        postal_code: args.postal_code,
        city: args.city,
        phone: args.phone,
    })
}

fn show(console: &Console, verdict: &MatchVerdict) {
    match &verdict.matched {
        Some(matched) => {
            let account = &matched.account;
            let found = format!(
                "{} ({}): by {}, {}% sure",
                account.name,
                account.id,
                matched.matched_by.name(),
                matched.confidence
            );
            console.say(console.tone(Tone::Good, found));
            for line in &matched.evidence {
                console.say(format!("  {line}"));
            }
            if let Some(owner) = &account.owner_id {
                console.say(console.tone(Tone::Dim, format!("  owner {owner}, as the CRM last told")));
            }
        }
        None => {
            console.say(console.tone(Tone::Warn, format!("no account, of {} that were compared", verdict.compared)))
        }
    }
    if !verdict.runners_up.is_empty() {
        let rows =
            verdict.runners_up.iter().map(|one| vec![one.name.clone(), one.account_id.to_string(), one.why.clone()]);
        console.table(&["came near", "id", "why not"], rows);
    }
}
