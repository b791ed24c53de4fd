//! `revloops status`: what runs, how much waits, what is parked and why.

use std::process::ExitCode;

use futures::future::{join, join_all};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use revloops_aws::{Clients, TableParked, counts};
use revloops_config::ConfigStore as _;
use revloops_config::store::SCENARIO;
use revloops_loopkit::ports::{Parked as _, ParkedItem, ParkedStatus, Placements as _};
use revloops_scenario::stored;

use crate::{
    config::store,
    console::Tone,
    context::Context,
    crm_api::CrmApi,
    first_touches::{self, FirstTouches},
    local::{CLOUD, Endpoints, STANDINS, answers, running},
    territories::{Planned, waiting},
};

/// `status` takes nothing.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// So many parked leads are shown at most.
const SHOWN: usize = 100;

/// The whole picture; what `--json` prints.
#[derive(Debug, Serialize)]
pub struct Status {
    /// This program's version.
    pub version: &'static str,
    /// The processes.
    pub processes: Vec<Process>,
    /// The queues; empty when the local cloud does not run.
    pub queues: Vec<Queue>,
    /// Items by table.
    pub tables: Vec<Count>,
    /// Parked leads that are not done, soonest attempt first; at most a hundred.
    pub parked: Vec<Parked>,
    /// Territories: the plan that waits for approval, and accounts that wait for a person; `None` while the cloud does not answer.
    pub territories: Option<Territories>,
    /// The CRM's outbound messages, as the stand-in counts them.
    pub outbound: Value,
    /// Leads that wait for their owner's first touch; `None` while the CRM does not answer.
    pub first_touches: Option<FirstTouches>,
}

/// What waits for a person before territories go on.
#[derive(Debug, Serialize)]
pub struct Territories {
    /// The active scenario's id; `None` where none is.
    pub scenario: Option<String>,
    /// The hash of the plan that waits for approval.
    pub waiting_plan: Option<String>,
    /// Accounts that wait to be placed.
    pub pending_accounts: usize,
}

/// A process of the local system.
#[derive(Debug, Serialize)]
pub struct Process {
    /// What it is.
    pub name: &'static str,
    /// Its id, if it runs.
    pub pid: Option<u32>,
    /// Whether it answers.
    pub answers: bool,
    /// Where it answers, and its version where it has one.
    pub address: String,
}

/// A queue's depth.
#[derive(Debug, Serialize)]
pub struct Queue {
    /// The template's output name.
    pub name: &'static str,
    /// Messages that wait.
    pub waiting: u64,
    /// Messages being worked on.
    pub in_flight: u64,
}

/// A table's size.
#[derive(Debug, Serialize)]
pub struct Count {
    /// The template's output name.
    pub name: &'static str,
    /// How many items it holds.
    pub items: u64,
}

/// A lead that waits for another attempt.
#[derive(Debug, Serialize)]
pub struct Parked {
    /// Its chain's correlation id.
    pub parked_id: String,
    /// The lead, where it is known.
    pub lead_id: String,
    /// The step that could not go on.
    pub step: String,
    /// The error's class.
    pub error_class: String,
    /// How often it was tried.
    pub attempts: u32,
    /// The reason in words.
    pub reason: String,
    /// Since when it is parked.
    pub parked_at: String,
    /// When it is tried again; `None` where only a person can decide.
    pub next_attempt_at: Option<String>,
}

/// Looks everywhere and prints it.
///
/// # Errors
/// If a part that runs gives an answer that cannot be read.
pub async fn run(context: &Context, _: Args) -> anyhow::Result<ExitCode> {
    let status = look(context).await?;
    let console = &context.console;
    console.json(&status)?;

    console.table(
        &["process", "state", "pid", "where"],
        status.processes.iter().map(|process| {
            let pid = process.pid.map(|pid| pid.to_string()).unwrap_or_default();
            let state = if process.answers { "✓ answers" } else { "✗ does not answer" };
            vec![process.name.to_owned(), state.to_owned(), pid, process.address.clone()]
        }),
    );
    if status.queues.is_empty() {
        console.say("\nThe local cloud does not run: `cargo revloops up` starts it.");
        return Ok(ExitCode::FAILURE);
    }
    console.table(
        &["queue", "waiting", "in flight"],
        status.queues.iter().map(|queue| {
            let name = queue.name.trim_end_matches("Url").to_owned();
            vec![name, queue.waiting.to_string(), queue.in_flight.to_string()]
        }),
    );
    console.table(
        &["table", "items"],
        status
            .tables
            .iter()
            .map(|table| vec![table.name.trim_end_matches("Table").to_owned(), table.items.to_string()]),
    );
    let dead: u64 =
        status.queues.iter().filter(|queue| queue.name != "DemandQueueUrl").map(|queue| queue.waiting).sum();
    if dead > 0 {
        console.say(console.tone(
            Tone::Bad,
            format!("{dead} dead letters: `cargo revloops redrive --dead-letters` sends leads again."),
        ));
    }
    if let Some(touches) = status.first_touches {
        let FirstTouches { waiting, due_soon, overdue } = touches;
        let said =
            format!("First touches: {waiting} leads wait, {due_soon} are due within the hour, {overdue} overdue.");
        console.say(if overdue > 0 { console.tone(Tone::Warn, said) } else { said });
    }
    if let Some(territories) = &status.territories {
        for line in said(territories) {
            console.say(line);
        }
    }
    if status.parked.is_empty() {
        console.say("Nothing is parked.");
    } else {
        console.table(
            &["parked", "lead", "step", "error", "attempts", "since", "next attempt"],
            status.parked.iter().map(|item| {
                vec![
                    item.parked_id.clone(),
                    item.lead_id.clone(),
                    item.step.clone(),
                    item.error_class.clone(),
                    item.attempts.to_string(),
                    item.parked_at.clone(),
                    item.next_attempt_at.clone().unwrap_or_else(|| "by a person".to_owned()),
                ]
            }),
        );
        console.say("`cargo revloops redrive` sends them again now.");
    }
    Ok(ExitCode::SUCCESS)
}

/// Looks everywhere, at once where that helps.
///
/// # Errors
/// If a part that runs gives an answer that cannot be read.
pub async fn look(context: &Context) -> anyhow::Result<Status> {
    let mut processes = processes(context).await;
    let mut status = Status {
        version: env!("CARGO_PKG_VERSION"),
        queues: Vec::new(),
        tables: Vec::new(),
        parked: Vec::new(),
        outbound: Value::Null,
        first_touches: None,
        territories: None,
        processes: Vec::new(),
    };
    let cloud_runs = processes.iter().any(|process| process.name == CLOUD && process.answers);
    if cloud_runs && let Ok(endpoints) = Endpoints::load(context) {
        let clients = endpoints.clients().await;
        let queues = [
            "DemandQueueUrl",
            "DemandDeadLettersUrl",
            "RedriveDeadLettersUrl",
            "TouchWatchDeadLettersUrl",
            "MilestoneWatchDeadLettersUrl",
            "AcquisitionDeadLettersUrl",
            "SequenceClockDeadLettersUrl",
            "PlanningDeadLettersUrl",
            "SignalDeadLettersUrl",
            "DriftDeadLettersUrl",
        ];
        let tables = [
            "RunsTable",
            "InboxTable",
            "PoolsTable",
            "AccountsTable",
            "CacheTable",
            "PlacementsTable",
            "SequencesTable",
            "SignalsTable",
            "ParkedTable",
        ];
        let (counts, (sizes, (parked, outbound))) = join(
            join_all(queues.map(|name| queue(&clients, &endpoints, name))),
            join(
                join_all(tables.map(|name| table(&clients, &endpoints, name))),
                join(parked(&clients, &endpoints), outbound(&endpoints.crm.url)),
            ),
        )
        .await;
        status.queues = counts.into_iter().collect::<anyhow::Result<_>>()?;
        status.tables = sizes.into_iter().collect::<anyhow::Result<_>>()?;
        status.parked = parked?.iter().map(shown).collect();
        status.outbound = outbound;
        status.territories = territories(&endpoints).await.ok();
        if let Ok(crm) = CrmApi::log_in(&endpoints).await {
            status.first_touches = first_touches::count(&crm, Timestamp::now()).await.ok();
        }
    }
    status.processes.append(&mut processes);
    Ok(status)
}

async fn territories(endpoints: &Endpoints) -> anyhow::Result<Territories> {
    let active = store(endpoints).await?.pointer(SCENARIO).await?.map(|read| read.pointer.active);
    let planned = Planned::of(endpoints.clone()).await?;
    Ok(Territories {
        scenario: active.map(|stamp| stored::id_of(&stamp).map(str::to_owned)).transpose()?,
        waiting_plan: waiting(&planned).await?.map(|plan| plan.hash),
        pending_accounts: planned.placements()?.pending().await?.len(),
    })
}

fn said(territories: &Territories) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(scenario) = &territories.scenario {
        lines.push(format!("Active scenario: {scenario}."));
    }
    if let Some(hash) = &territories.waiting_plan {
        let short = hash.get(..12).unwrap_or(hash);
        lines.push(format!("Plan {short} waits for approval: `cargo revloops territories show`."));
    }
    if territories.pending_accounts > 0 {
        let count = territories.pending_accounts;
        lines.push(format!("{count} accounts wait to be placed by a person: `cargo revloops territories pending`."));
    }
    lines
}

async fn processes(context: &Context) -> Vec<Process> {
    let layout = &context.layout;
    let local = |port: u16| format!("http://127.0.0.1:{port}");
    let ports = context.ports;
    let pid = |name: &str| running(layout, name).map(|process| process.pid);
    let cloud = local(ports.cloud);
    let version = cloud_version(&cloud).await;
    let mut processes = vec![Process {
        name: CLOUD,
        pid: pid(CLOUD),
        answers: version.is_some(),
        address: format!("{cloud} {}", version.map(|version| format!("(ministack {version})")).unwrap_or_default()),
    }];
    for (name, port) in
        [("crm stand-in", ports.crm), ("enrichment stand-in", ports.enrichment), ("ai stand-in", ports.ai)]
    {
        let address = local(port);
        processes.push(Process { name, pid: pid(STANDINS), answers: answers(&address).await, address });
    }
    processes
}

async fn cloud_version(url: &str) -> Option<String> {
    let client = reqwest::Client::builder().timeout(std::time::Duration::from_secs(2)).no_proxy().build().ok()?;
    let answer: Value = client.get(format!("{url}/_ministack/health")).send().await.ok()?.json().await.ok()?;
    Some(answer.get("version").and_then(Value::as_str).unwrap_or("of unknown version").to_owned())
}

async fn queue(clients: &Clients, endpoints: &Endpoints, name: &'static str) -> anyhow::Result<Queue> {
    let depth = counts::depth(clients, endpoints.output(name)?).await?;
    Ok(Queue { name, waiting: depth.waiting, in_flight: depth.in_flight })
}

async fn table(clients: &Clients, endpoints: &Endpoints, name: &'static str) -> anyhow::Result<Count> {
    Ok(Count { name, items: counts::items(clients, endpoints.output(name)?).await? })
}

/// What is parked and not done, soonest attempt first.
pub(crate) async fn parked(clients: &Clients, endpoints: &Endpoints) -> anyhow::Result<Vec<ParkedItem>> {
    let table = TableParked::new(clients.dynamodb.clone(), endpoints.output("ParkedTable")?);
    Ok(table.list(ParkedStatus::Waiting, SHOWN).await?)
}

fn shown(item: &ParkedItem) -> Parked {
    let text = |name: &str| item.input.as_ref().and_then(|input| input.get(name)).and_then(Value::as_str);
    Parked {
        parked_id: item.parked_id.clone(),
        lead_id: text("lead_id").unwrap_or_default().to_owned(),
        step: item.step.clone(),
        error_class: item.class.clone(),
        reason: item.reason.clone(),
        attempts: item.attempts,
        parked_at: item.parked_at.to_string(),
        next_attempt_at: item.next_attempt_at.map(|at| at.to_string()),
    }
}

async fn outbound(crm: &str) -> Value {
    let Ok(client) = reqwest::Client::builder().timeout(std::time::Duration::from_secs(3)).no_proxy().build() else {
        return Value::Null;
    };
    match client.get(format!("{crm}/_standin/outbound")).send().await {
        Ok(answer) => answer.json().await.unwrap_or(Value::Null),
        Err(_) => Value::Null,
    }
}
