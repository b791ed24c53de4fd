//! Looks up what planning needs: the scenario, what the CRM has, what people and the agent said.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt as _, stream};
use jiff::Timestamp;
use serde_json::{Value, json};

use revloops_config::{ConfigStore, StoreError};
use revloops_domain::{Account, AccountId, ConfigStamp, Cost, ErrorClass};
use revloops_loopkit::ports::{Cache, CrmDirectory, Model, PendingAccount, PlacedAccount, Placements, Territories};
use revloops_loopkit::the_loop::LookedUp;
use revloops_loopkit::{Actor, Failure, Mode, Outcome};
use revloops_scenario::Scenario;

use crate::config::DeployConfig;
use crate::inputs::{ACTIVE_SCENARIO, DeployInput, Why, request};
use crate::logic::accounts::{placed_in_all, recent_since};
use crate::logic::facts::{Answer, Facts, Snapshot};
use crate::logic::goal::{Wanted, goal};
use crate::logic::make;
use crate::logic::match_up::match_up;
use crate::logic::place::{Placement, Placer, Unclear};
use crate::logic::plan::Plan;

/// How many questions are under way at once.
const AT_ONCE: usize = 4;

/// Who answers.
#[derive(Clone, Copy)]
pub(crate) struct Ports<'a> {
    pub(crate) config: &'a dyn ConfigStore,
    pub(crate) territories: &'a dyn Territories,
    pub(crate) directory: &'a dyn CrmDirectory,
    pub(crate) placements: &'a dyn Placements,
    pub(crate) model: &'a dyn Model,
    pub(crate) answers: &'a dyn Cache,
}

pub(crate) async fn look_up(
    ports: Ports<'_>,
    config: &DeployConfig,
    input: &DeployInput,
    at: Timestamp,
    mode: Mode,
) -> Outcome<LookedUp<Facts>> {
    let stamp = match &input.scenario {
        Some(stamp) => stamp.clone(),
        None => active(ports.config).await?,
    };
    let bytes = ports.config.get(&stamp.key, &stamp.version_id).await.map_err(store_failure)?;
    let content: Value = serde_json::from_slice(&bytes).map_err(|error| {
        Failure::unreadable(ErrorClass::ConfigInvalid, format_args!("reading {}", stamp.key), &error)
    })?;
    let scenario = scenario_of(&stamp, &content)?;
    let day = jiff::tz::TimeZone::UTC.to_datetime(at).date();
    let wanted = goal(&scenario, &config.people, day);
    let moved = match recent_since(config, at) {
        Some(since) => ports.placements.moved_since(since).await?,
        None => Vec::new(),
    };
    let mut facts = Facts {
        stamp,
        scenario: content,
        crm: snapshot(ports, &wanted, input.accounts.as_deref()).await?,
        answers: BTreeMap::new(),
        resolutions: ports.placements.resolutions().await?,
        pending: ports.placements.pending().await?,
        moved,
    };
    let (cost, actor) = ask(ports, config, &scenario, &mut facts, at).await?;
    // For a whole scenario, whoever carries the plan on keeps the list.
    if mode == Mode::Live && input.why == Why::Accounts {
        keep_who_waits(ports.placements, &make(config, &scenario, &facts, at), &facts).await?;
    }
    Ok(LookedUp { facts, cost, actor })
}

/// Keeps the list of accounts that wait for a person, as far as these accounts go. Every attempt of one run keeps the same.
async fn keep_who_waits(placements: &dyn Placements, plan: &Plan, facts: &Facts) -> Outcome<()> {
    let waiting: Vec<PendingAccount> = plan.pending.iter().map(PendingAccount::from).collect();
    let waits: BTreeSet<&AccountId> = waiting.iter().map(|one| &one.account).collect();
    let looked_at: BTreeSet<&AccountId> = facts.crm.accounts.iter().map(|one| &one.account.id).collect();
    let ids = facts.pending.iter().map(|one| &one.account);
    let over: Vec<AccountId> = ids.filter(|id| looked_at.contains(id) && !waits.contains(id)).cloned().collect();
    if !waiting.is_empty() {
        placements.wait(&waiting).await?;
    }
    if !over.is_empty() {
        placements.settle(&over).await?;
    }
    Ok(())
}

/// The scenario in its stored content.
///
/// # Errors
/// `ConfigInvalid` where it does not pass its check.
pub(crate) fn scenario_of(stamp: &ConfigStamp, content: &Value) -> Outcome<Scenario> {
    crate::scenario::read(content).map_err(|problems| {
        Failure::new(ErrorClass::ConfigInvalid, format!("the scenario {} cannot be used", stamp.key))
            .caused_by(problems)
    })
}

async fn active(store: &dyn ConfigStore) -> Outcome<ConfigStamp> {
    let pointer = store.pointer(ACTIVE_SCENARIO).await.map_err(store_failure)?;
    let none = || Failure::new(ErrorClass::ConfigInvalid, "no scenario is active: promote one");
    pointer.map(|read| read.pointer.active).ok_or_else(none)
}

fn store_failure(error: StoreError) -> Failure {
    let class = match error {
        StoreError::Missing(_) => ErrorClass::ConfigInvalid,
        StoreError::Conflict(_) | StoreError::Unavailable { .. } => ErrorClass::Transient,
    };
    Failure::new(class, "reading the scenario").caused_by(error)
}

async fn snapshot(ports: Ports<'_>, wanted: &[Wanted], only: Option<&[AccountId]>) -> Outcome<Snapshot> {
    let mut crm = Snapshot { all_accounts: only.is_none(), ..Snapshot::default() };
    let Some(model) = ports.territories.active_model().await? else { return Ok(crm) };
    crm.types = ports.territories.territory_types().await?;
    crm.territories = ports.territories.territories(&model.id).await?;
    crm.users = ports.territories.territory_users(&model.id).await?;
    crm.placed = ports.territories.territory_accounts(&model.id).await?;
    crm.accounts = ports.territories.placed_accounts(only).await?;
    if only.is_some() {
        with_those_above(ports, &mut crm).await?;
    }
    let logins: BTreeSet<&String> = wanted.iter().flat_map(|goal| goal.people.keys()).collect();
    let logins: Vec<String> = logins.into_iter().cloned().collect();
    crm.people = ports.directory.users(&logins).await?;
    crm.model = Some(model);
    let matched = match_up(wanted, &crm.territories);
    let ours: BTreeSet<&str> = matched.places.keys().copied().collect();
    crm.placed_in_all = placed_in_all(&crm.placed, &ours);
    if let Some(only) = only {
        crm.placed.retain(|one| only.contains(&one.account_id));
    }
    for one in &mut crm.accounts {
        shrink(&mut one.account);
    }
    sort(&mut crm);
    Ok(crm)
}

/// The accounts above those that are planned for, which may tell where a company sits. They are not planned for.
async fn with_those_above(ports: Ports<'_>, crm: &mut Snapshot) -> Outcome<()> {
    let there: BTreeSet<&AccountId> = crm.accounts.iter().map(|one| &one.account.id).collect();
    let above: BTreeSet<AccountId> =
        crm.accounts.iter().filter_map(|one| one.account.parent_id.clone()).filter(|id| !there.contains(id)).collect();
    if !above.is_empty() {
        let above: Vec<AccountId> = above.into_iter().collect();
        crm.above = ports.territories.placed_accounts(Some(&above)).await?.into_iter().map(|one| one.account).collect();
    }
    Ok(())
}

/// Without what no condition asks for: a record of many accounts is large enough.
fn shrink(account: &mut Account) {
    account.phone = None;
    account.modified_at = None;
}

/// By id, so that the same CRM gives the same plan in whatever order it answers.
fn sort(crm: &mut Snapshot) {
    crm.types.sort();
    crm.territories.sort_by(|one, other| one.id.cmp(&other.id));
    crm.users.sort_by(|one, other| one.id.cmp(&other.id));
    crm.placed.sort_by(|one, other| one.id.cmp(&other.id));
    crm.accounts.sort_by(|one, other| one.account.id.cmp(&other.account.id));
    crm.people.sort_by(|one, other| one.id.cmp(&other.id));
}

/// Asks the agent where accounts belong whose geography is unclear: what it has said before is not asked again, and beyond
/// the levers' number of questions nobody asks. A dry run asks as well: what it would cost and say is what people want to see.
async fn ask(
    ports: Ports<'_>,
    config: &DeployConfig,
    scenario: &Scenario,
    facts: &mut Facts,
    at: Timestamp,
) -> Outcome<(Cost, Actor)> {
    let (mut cost, mut actor) = (Cost::default(), Actor::Code);
    let mut placer = Placer::new(scenario, config.agent.min_confidence, facts);
    let mut unclear: Vec<(PlacedAccount, Option<Account>, Unclear)> = Vec::new();
    for one in &facts.crm.accounts {
        if let Placement::Ask(why) = placer.place(one) {
            unclear.push((one.clone(), placer.above(&one.account).cloned(), why));
        }
    }
    let mut questions = Vec::new();
    for (account, above, why) in unclear {
        let id = account.account.id.clone();
        let request = request::request(&config.agent, scenario, &account.account, above.as_ref(), &why);
        let key = request::kept_under(&config.agent, &request);
        if let Some(kept) = ports.answers.get(&key, at).await?.and_then(said) {
            facts.answers.insert(id, kept);
        } else if questions.len() < config.agent.asks_a_run {
            questions.push((id, key, request));
        } else {
            facts.answers.insert(id, Answer::NotAsked);
        }
    }
    let mut asked = stream::iter(questions)
        .map(|(id, key, request)| async move { (id, key, ports.model.answer(&request).await) })
        .buffered(AT_ONCE);
    while let Some((id, key, outcome)) = asked.next().await {
        match outcome {
            Ok(answer) => {
                cost.ai_microusd += answer.microusd;
                cost.ai_input_tokens += answer.input_tokens;
                cost.ai_output_tokens += answer.output_tokens;
                actor = Actor::Agent(answer.model.clone());
                let value = json!({ "answer": answer.answer, "model": answer.model });
                ports.answers.put(&key, &value, config.agent.answers_kept_days, at).await?;
                facts.answers.insert(id, Answer::Said { answer: answer.answer, model: answer.model });
            }
            // One account must not keep all others from their places.
            Err(failure) if failure.class() == ErrorClass::ConfigInvalid => return Err(failure),
            Err(failure) => {
                tracing::warn!(account_id = %id, class = %failure.class(), "the agent gave no answer: {failure}");
                facts.answers.insert(id, Answer::Down);
            }
        }
    }
    Ok((cost, actor))
}

/// An answer that was kept.
fn said(kept: Value) -> Option<Answer> {
    let model = kept.get("model")?.as_str()?.to_owned();
    Some(Answer::Said { answer: kept.get("answer")?.clone(), model })
}
