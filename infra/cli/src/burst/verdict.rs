//! What became of each lead of a burst, by the CRM's journal and the decision records.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use revloops_aws::{TableParked, TableRuns};
use revloops_loopkit::ports::{Parked as _, ParkedStatus, RunStore as _};
use serde::Serialize;
use serde_json::Value;

use crate::console::Step;
use crate::context::Context;
use crate::crm_api::CrmApi;
use crate::local::Endpoints;
use crate::redrive;

/// What was lost and what happened twice.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Verdict {
    /// Leads with an owner that we set.
    pub owned: usize,
    /// Leads with a task.
    pub tasks: usize,
    /// Leads that were turned away, with the reason.
    pub disqualified: usize,
    /// Leads for which no draft was made, with the reason.
    pub blocked: usize,
    /// Leads that still wait, parked with their reason.
    pub parked: usize,
    /// Leads of which nothing is known: must be empty.
    pub lost: Vec<String>,
    /// Leads with two owner writes, two tasks or two decisions: must be empty.
    pub twice: Vec<String>,
}

impl Verdict {
    /// Whether nothing was lost and nothing happened twice.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.lost.is_empty() && self.twice.is_empty()
    }
}

/// The chain's ends as the CRM shows them: a task, or a reason for none.
async fn ended(crm: &CrmApi, since: Timestamp) -> anyhow::Result<BTreeSet<String>> {
    let mut ended = BTreeSet::new();
    let at = since.to_string();
    for lead in crm
        .query(&format!(
            "SELECT Id FROM Lead WHERE CreatedDate >= {} AND RevLoops_Disqualified_Reason__c != null",
            seconds(&at)
        ))
        .await?
    {
        ended.extend(lead.get("Id").and_then(Value::as_str).map(ToOwned::to_owned));
    }
    for task in crm.query(&format!("SELECT WhoId FROM Task WHERE CreatedDate >= {}", seconds(&at))).await? {
        ended.extend(task.get("WhoId").and_then(Value::as_str).map(ToOwned::to_owned));
    }
    Ok(ended)
}

/// A time as SOQL writes it: whole seconds.
fn seconds(at: &str) -> String {
    format!("{}Z", at.get(..19).unwrap_or(at))
}

/// Waits until all have ended; gives up when nothing moves for a while, or `patience` is over.
pub(super) async fn wait_for_ends(
    crm: &CrmApi,
    step: &Step,
    ids: &[String],
    since: Timestamp,
    began: Instant,
    patience: Duration,
) -> anyhow::Result<bool> {
    let (mut last, mut moved) = (0, Instant::now());
    loop {
        let done = ended(crm, since).await?;
        let done = ids.iter().filter(|id| done.contains(*id)).count();
        step.detail(format!("{done} of {} leads", ids.len()));
        if done == ids.len() {
            return Ok(true);
        }
        if done > last {
            (last, moved) = (done, Instant::now());
        }
        if moved.elapsed() > Duration::from_secs(45) || began.elapsed() > patience {
            return Ok(false);
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Sends what is parked again until nothing is left to wait for.
#[expect(clippy::too_many_arguments, reason = "the burst's own surroundings, passed through once")]
pub(super) async fn send_parked_again(
    context: &Context,
    endpoints: &Endpoints,
    crm: &CrmApi,
    step: &Step,
    ids: &[String],
    since: Timestamp,
    began: Instant,
    patience: Duration,
) -> anyhow::Result<()> {
    while began.elapsed() < patience {
        if parked(endpoints).await?.is_empty() {
            return Ok(());
        }
        redrive::again(context, endpoints, &[]).await?;
        if wait_for_ends(crm, step, ids, since, began, patience).await? {
            return Ok(());
        }
    }
    Ok(())
}

/// Leads whose chain is parked.
async fn parked(endpoints: &Endpoints) -> anyhow::Result<BTreeSet<String>> {
    let clients = endpoints.clients().await;
    let parked = TableParked::new(clients.dynamodb, endpoints.output("ParkedTable")?);
    let items = parked.list(ParkedStatus::Waiting, 100_000).await?;
    Ok(items.iter().filter_map(|item| Some(item.input.as_ref()?.get("lead_id")?.as_str()?.to_owned())).collect())
}

/// Looks at every lead.
pub(super) async fn judge(
    endpoints: &Endpoints,
    crm: &CrmApi,
    ids: &[String],
    since: Timestamp,
) -> anyhow::Result<Verdict> {
    let clients = endpoints.clients().await;
    let runs = TableRuns::new(clients.dynamodb, endpoints.output("RunsTable")?);
    let parked = parked(endpoints).await?;

    let mut owner_writes: BTreeMap<String, usize> = BTreeMap::new();
    for write in crm.writes("Lead", since.as_millisecond()).await? {
        let created = write.get("method").and_then(Value::as_str) == Some("POST");
        if !created
            && write.pointer("/fields/OwnerId").is_some()
            && let Some(id) = write.get("id").and_then(Value::as_str)
        {
            *owner_writes.entry(id.to_owned()).or_default() += 1;
        }
    }
    let mut tasks: BTreeMap<String, usize> = BTreeMap::new();
    for write in crm.writes("Task", since.as_millisecond()).await? {
        if let Some(lead) = write.pointer("/fields/WhoId").and_then(Value::as_str) {
            *tasks.entry(lead.to_owned()).or_default() += 1;
        }
    }

    let mut verdict = Verdict::default();
    for id in ids {
        let records = runs.about(&format!("lead/{id}")).await?;
        let outcome = |of: &str| {
            records.iter().find(|run| run.record.key.loop_name == of).map(|run| run.record.decision.outcome.as_str())
        };
        let (owners, tasks) = (owner_writes.get(id).copied().unwrap_or(0), tasks.get(id).copied().unwrap_or(0));
        verdict.owned += usize::from(owners > 0);
        verdict.tasks += usize::from(tasks > 0);
        let kinds: BTreeSet<&str> = records.iter().map(|run| run.record.key.loop_name.as_str()).collect();
        if owners > 1 || tasks > 1 || kinds.len() != records.len() {
            verdict.twice.push(format!("{id}: {owners} owner writes, {tasks} tasks, {} decisions", records.len()));
        }
        match (outcome("qualify"), outcome("route"), outcome("engage")) {
            (Some("disqualified"), None, None) if tasks == 0 => verdict.disqualified += 1,
            (Some("qualified"), Some("routed"), Some("drafted")) if owners == 1 && tasks == 1 => {}
            (Some("qualified"), Some("routed"), Some("blocked")) if owners == 1 && tasks == 0 => verdict.blocked += 1,
            _ if parked.contains(id) => verdict.parked += 1,
            (qualify, route, engage) => verdict.lost.push(format!(
                "{id}: qualify {}, route {}, engage {}, {owners} owner writes, {tasks} tasks, not parked",
                qualify.unwrap_or("–"),
                route.unwrap_or("–"),
                engage.unwrap_or("–")
            )),
        }
    }
    Ok(verdict)
}
