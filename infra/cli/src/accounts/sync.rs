//! All accounts of the CRM → the index.

use std::collections::BTreeSet;
use std::process::ExitCode;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;
use serde_json::json;

use revloops_aws::TableAccounts;
use revloops_crm::Salesforce;
use revloops_domain::{Account, AccountId};
use revloops_loopkit::ports::Accounts as _;
use revloops_matching::{Company, keys};

use crate::{console::Step, context::Context, local::Endpoints};

/// Accounts that are written at once.
const AT_ONCE: usize = 24;

/// What a sync came to.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Synced {
    /// Kept now.
    pub kept: usize,
    /// The index knew a newer version.
    pub newer: usize,
    /// Forgotten, because the CRM does not have them any more.
    pub forgotten: usize,
    /// Those that could not be read: id and reason.
    pub unreadable: Vec<(String, String)>,
}

pub(super) async fn run(context: &Context) -> anyhow::Result<ExitCode> {
    let endpoints = Endpoints::load(context)?;
    let step = context.console.step("Accounts");
    let synced = sync(&endpoints, &step).await?;
    let words = format!("{} kept, {} newer in the index, {} forgotten", synced.kept, synced.newer, synced.forgotten);
    if synced.unreadable.is_empty() {
        step.done(words);
    } else {
        step.warned(format!("{words}, {} could not be read", synced.unreadable.len()));
        let rows = synced.unreadable.iter().map(|(id, why)| vec![id.clone(), why.clone()]);
        context.console.table(&["account", "why it was left out"], rows);
    }
    context.console.json(&json!(synced))?;
    Ok(if synced.unreadable.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Brings all accounts in, page after page, and forgets those that were in the index before and are not in the CRM.
///
/// # Errors
/// If the CRM or the index does not answer: what was brought in stays, and the next sync goes on.
pub async fn sync(endpoints: &Endpoints, step: &Step) -> anyhow::Result<Synced> {
    let (crm, table) = (super::crm(endpoints)?, super::table(endpoints).await?);
    // Read first: what a message brings in while we read the CRM is not forgotten for it.
    let before = table.ids().await?;
    let (mut synced, there) = bring_in(&crm, &table, step).await?;
    for id in before.difference(&there) {
        table.remove(id).await?;
        synced.forgotten += 1;
    }
    Ok(synced)
}

async fn bring_in(
    crm: &Salesforce,
    table: &TableAccounts,
    step: &Step,
) -> anyhow::Result<(Synced, BTreeSet<AccountId>)> {
    let mut synced = Synced::default();
    let mut there = BTreeSet::new();
    let mut next = None;
    loop {
        let page = crm.accounts(next.as_deref()).await?;
        there.extend(page.accounts.iter().map(|account| account.id.clone()));
        // An account that cannot be read is still there.
        there.extend(page.unreadable.iter().filter_map(|(id, _)| AccountId::parse(id).ok()));
        synced.unreadable.extend(page.unreadable.into_iter().map(|(id, why)| (id, why.to_string())));
        let written: Vec<bool> = stream::iter(page.accounts)
            .map(|account| put(table, account))
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
        synced.kept += written.iter().filter(|kept| **kept).count();
        synced.newer += written.iter().filter(|kept| !**kept).count();
        step.detail(format!("{} of {}", there.len(), page.total));
        match page.next {
            Some(url) => next = Some(url),
            None => return Ok((synced, there)),
        }
    }
}

async fn put(table: &TableAccounts, account: Account) -> anyhow::Result<bool> {
    let keys: Vec<String> = keys(&Company::of_account(&account)).iter().map(ToString::to_string).collect();
    Ok(table.put(&account, &keys).await?)
}
