//! What Generate works on: what a scan found, and what is known of the account.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

use revloops_domain::events::Owner;
use revloops_domain::signal::{KeptSignal, SignalsDetected};
use revloops_domain::{Account, CorrelationId, Cost, ErrorClass, OwnerId, UserId};
use revloops_loopkit::ports::{AccountPeople, Accounts, CrmDirectory, CrmPerson, Signals};
use revloops_loopkit::record::Actor;
use revloops_loopkit::the_loop::LookedUp;
use revloops_loopkit::{Failure, LoopInput, Outcome};
use revloops_matching::{AT_MOST_A_KEY, shortlist};

use crate::config::GenerateConfig;
use crate::logic::about::company;

/// Signals of one scan: more of one account at a time are no news but a fault.
const AT_MOST: usize = 100;
/// Contacts, and leads, of one account that are looked at.
const PEOPLE: usize = 200;
/// Accounts a signal that a record keeps: those that fit and the nearest of the others.
const CANDIDATES: usize = 6;

/// The checked input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GenerateInput {
    /// What was found.
    pub event: SignalsDetected,
}

impl LoopInput for GenerateInput {
    fn subject(&self) -> String {
        format!("account/{}", self.event.account_id)
    }

    fn trigger(&self) -> &str {
        &self.event.scan
    }

    fn correlation_id(&self) -> &CorrelationId {
        &self.event.correlation_id
    }
}

/// What was looked up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GenerateFacts {
    /// The account, as the CRM has it now.
    pub account: Account,
    /// Who owns it: none where that is a queue, or somebody who is not active.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// Who is known there, contacts first.
    pub people: Vec<CrmPerson>,
    /// The account's signals that can still matter.
    pub kept: Vec<KeptSignal>,
    /// Other accounts that are called like companies of the signals.
    pub candidates: Vec<Account>,
}

/// # Errors
/// `Rejected` where the event carries no signal, or more than a scan can find.
pub(crate) fn checked(event: SignalsDetected) -> Outcome<GenerateInput> {
    let refused =
        |why: &str| Err(Failure::new(ErrorClass::Rejected, format!("signals of account {}: {why}", event.account_id)));
    match event.signals.len() {
        0 => refused("the event carries none"),
        1..=AT_MOST => Ok(GenerateInput { event }),
        _ => refused("the event carries more than a scan can find"),
    }
}

/// The ports that looking up needs.
pub(crate) struct Known<'a> {
    pub(crate) crm: &'a dyn AccountPeople,
    pub(crate) directory: &'a dyn CrmDirectory,
    pub(crate) accounts: &'a dyn Accounts,
    pub(crate) signals: &'a dyn Signals,
}

/// Looks everything up. Reads alone, so that a dry run does the same.
///
/// # Errors
/// As the CRM and the tables fail; `Rejected` where the CRM has the account no more.
pub(crate) async fn look_up(
    known: &Known<'_>,
    config: &GenerateConfig,
    input: &GenerateInput,
    at: Timestamp,
) -> Outcome<LookedUp<GenerateFacts>> {
    let id = &input.event.account_id;
    let account = known.crm.account(id).await?;
    let account =
        account.ok_or_else(|| Failure::new(ErrorClass::Rejected, format!("account {id} is not in the CRM")))?;
    let today = at.to_zoned(TimeZone::UTC).date();
    let since = today.saturating_sub(Span::new().days(config.look_back_days()));
    let facts = GenerateFacts {
        owner: owner(known.directory, account.owner_id.as_ref()).await?,
        people: known.crm.people(id, account.domain.as_ref(), PEOPLE).await?,
        kept: known.signals.kept(id, since).await?,
        candidates: candidates(known.accounts, config, input, &account).await?,
        account,
    };
    Ok(LookedUp { facts, cost: Cost::default(), actor: Actor::Code })
}

async fn owner(directory: &dyn CrmDirectory, id: Option<&OwnerId>) -> Outcome<Option<Owner>> {
    let Some((id, user)) = id.and_then(|id| Some((id, UserId::parse(id.as_str()).ok()?))) else { return Ok(None) };
    let users = directory.users_by_id(&[user]).await?;
    let active = users.into_iter().find(|user| user.active);
    Ok(active.map(|user| Owner { id: id.clone(), name: user.name, login: user.login.to_lowercase() }))
}

/// Accounts that a signal could be about as well: of each, all that fit and the nearest of the others.
async fn candidates(
    accounts: &dyn Accounts,
    config: &GenerateConfig,
    input: &GenerateInput,
    account: &Account,
) -> Outcome<Vec<Account>> {
    let mut found = BTreeMap::new();
    let mut asked = Vec::new();
    for signal in &input.event.signals {
        let company = company(signal, account);
        let keys: Vec<String> = config.matching.look_up_keys(&company).iter().map(ToString::to_string).collect();
        // A scan names one company in a few spellings.
        if keys.is_empty() || asked.contains(&keys) {
            continue;
        }
        let near = accounts.candidates(&keys, AT_MOST_A_KEY).await.map_err(|failure| failure.during("candidates"))?;
        for one in shortlist(&config.matching, &company, &near, CANDIDATES) {
            found.insert(one.id.clone(), one);
        }
        asked.push(keys);
    }
    found.remove(&account.id);
    Ok(found.into_values().collect())
}
