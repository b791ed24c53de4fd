//! The CRM's accounts that may be the lead's: candidates by keys, and who owns the one that fits, as the CRM has it now.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use revloops_domain::{Account, AccountId, OwnerId};
use revloops_loopkit::Outcome;
use revloops_loopkit::ports::{Accounts, CrmReader};
use revloops_matching::{AT_MOST_A_KEY, Company, MatchRules, crowded, decide, shortlist};

/// Accounts that a record keeps: all that fit and the nearest of the others.
const KEPT: usize = 12;
/// Accounts that the CRM has deleted, and the index not yet, before we stop asking.
const GONE_AT_MOST: usize = 5;

/// What was looked up of accounts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AccountFacts {
    /// The candidates that the verdict needs.
    pub candidates: Vec<Account>,
    /// How many there were in all.
    pub compared: usize,
    /// Keys that more accounts share than are looked at.
    pub crowded: Vec<String>,
    /// The account that fits, as the CRM has it now.
    pub live: Option<LiveAccount>,
}

/// What may have changed since the CRM told of the account. Of its owner the CRM's word counts, not the index's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LiveAccount {
    /// The account.
    pub account_id: AccountId,
    /// Who owns it.
    pub owner_id: Option<OwnerId>,
    /// `Type` in the CRM's picklist.
    pub kind: Option<String>,
    /// The account above it.
    pub parent_id: Option<AccountId>,
    /// Who owns that.
    pub parent_owner_id: Option<OwnerId>,
}

/// Looks the lead's company up. Reads alone, so that a dry run does the same.
///
/// # Errors
/// As index and CRM fail: a lead that belongs to an account must not go to somebody else because of an outage.
pub(crate) async fn look_up(
    accounts: &dyn Accounts,
    crm: &dyn CrmReader,
    rules: &MatchRules,
    company: &Company,
) -> Outcome<AccountFacts> {
    let keys: Vec<String> = rules.look_up_keys(company).iter().map(ToString::to_string).collect();
    if keys.is_empty() {
        return Ok(AccountFacts::default());
    }
    let mut candidates =
        accounts.candidates(&keys, AT_MOST_A_KEY).await.map_err(|failure| failure.during("account"))?;
    let compared = candidates.len();
    let crowded = crowded(company, &candidates).iter().map(ToString::to_string).collect();
    let mut live = None;
    for _gone in 0..GONE_AT_MOST {
        let Some(matched) = decide(rules, company, &candidates).matched else { break };
        let id = matched.account.id;
        live = live_account(crm, &id).await.map_err(|failure| failure.during("account"))?;
        if live.is_some() {
            break;
        }
        // Deleted in the CRM, of which no message tells.
        candidates.retain(|account| account.id != id);
    }
    if live.is_none() {
        // Whatever would still fit was not found in the CRM either.
        while let Some(matched) = decide(rules, company, &candidates).matched {
            candidates.retain(|account| account.id != matched.account.id);
        }
    }
    Ok(AccountFacts { candidates: shortlist(rules, company, &candidates, KEPT), compared, crowded, live })
}

async fn live_account(crm: &dyn CrmReader, id: &AccountId) -> Outcome<Option<LiveAccount>> {
    let Some(record) = crm.fields("Account", id.as_str(), &["OwnerId", "ParentId", "Type"]).await? else {
        return Ok(None);
    };
    let parent_id = text(&record, "ParentId").and_then(|id| AccountId::parse(id).ok());
    let parent_owner_id = match &parent_id {
        Some(parent) => crm.fields("Account", parent.as_str(), &["OwnerId"]).await?.and_then(|record| owner(&record)),
        None => None,
    };
    Ok(Some(LiveAccount {
        account_id: id.clone(),
        owner_id: owner(&record),
        kind: text(&record, "Type").map(str::to_owned),
        parent_id,
        parent_owner_id,
    }))
}

fn owner(record: &Map<String, Value>) -> Option<OwnerId> {
    text(record, "OwnerId").and_then(|id| OwnerId::parse(id).ok())
}

fn text<'a>(record: &'a Map<String, Value>, field: &str) -> Option<&'a str> {
    record.get(field).and_then(Value::as_str).filter(|text| !text.trim().is_empty())
}
