//! `revloops territories plan`, `show` and `list`.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use revloops_config::ConfigStore as _;
use revloops_config::store::SCENARIO;
use revloops_deploy::{Plan, words};
use revloops_domain::CorrelationId;
use revloops_domain::events::{PlanningWanted, PlanningWhy};
use revloops_loopkit::RunKey;
use revloops_loopkit::ports::{Approvals as _, PlanStatus};
use revloops_planning::promotion::publish;
use revloops_planning::territories::short;
use revloops_scenario::stored;
use serde_json::json;
use uuid::Uuid;

use super::planned::Planned;
use crate::config::{person, store};
use crate::console::Console;
use crate::context::Context;
use crate::status;

/// How long a plan may take to be made; the chain goes on by itself.
const PATIENCE: Duration = Duration::from_secs(600);

/// How much is shown.
#[derive(Debug, clap::Args)]
pub(super) struct PlanArgs {
    /// So many records of each kind are named.
    #[arg(long, default_value_t = 10)]
    most: usize,
}

/// Which plan.
#[derive(Debug, clap::Args)]
pub(super) struct ShowArgs {
    /// The beginning of its hash; the one that waits, or the newest, if none is given.
    hash: Option<String>,
    /// So many records of each kind are named.
    #[arg(long, default_value_t = 10)]
    most: usize,
}

/// Wants a plan, and waits until it is made.
pub(super) async fn plan(context: &Context, args: PlanArgs) -> anyhow::Result<ExitCode> {
    let planned = Planned::load(context).await?;
    let store = store(&planned.endpoints).await?;
    let active = store.pointer(SCENARIO).await?.context("no scenario is active: promote one")?;
    let scenario = active.pointer.active;
    let event_id = Uuid::new_v4().simple().to_string();
    let wanted = PlanningWanted {
        correlation_id: CorrelationId::of("territories", &event_id),
        event_id: event_id.clone(),
        scenario_id: stored::id_of(&scenario)?.to_owned(),
        scenario,
        why: PlanningWhy::Plan,
        by: person(),
        at: Timestamp::now(),
        previous: None,
        redriven: false,
    };
    let step = context.console.step("Plan");
    publish(&planned.endpoints.bus().await?, &wanted).await?;
    let run =
        RunKey { subject: format!("plan/{event_id}"), loop_name: "deploy".to_owned(), trigger: "plan".to_owned() };
    let plan = made(&planned, &run, &event_id).await?;
    let hash = plan.hash();
    if !plan.is_empty() {
        asked(&planned, &hash).await?;
    }
    step.done(if plan.is_empty() { "nothing to do".to_owned() } else { format!("{} changes", plan.steps.len()) });
    tell(&context.console, &plan, if plan.is_empty() { None } else { Some(&PlanStatus::Waiting) }, args.most)
}

/// Waits until Deploy has decided.
async fn made(planned: &Planned, run: &RunKey, event_id: &str) -> anyhow::Result<Plan> {
    let began = Instant::now();
    let parked_id = format!("planning/{event_id}");
    loop {
        if let Some(plan) = planned.plan_of(run).await? {
            return Ok(plan);
        }
        let parked = status::parked(&planned.clients, &planned.endpoints).await?;
        if let Some(item) = parked.iter().find(|item| item.parked_id == parked_id) {
            bail!("no plan could be made: {} ({}) at {}", item.reason, item.class, item.step);
        }
        if began.elapsed() > PATIENCE {
            bail!("no plan yet: `cargo revloops status` says what waits");
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// Waits until the plan can be approved.
async fn asked(planned: &Planned, hash: &str) -> anyhow::Result<()> {
    for _attempt in 0..100 {
        if planned.approvals.plans().await?.iter().any(|(plan, _)| plan.hash == hash) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    bail!("plan {} is made, and nobody was asked about it: `cargo revloops status` says why", short(hash))
}

/// Shows a plan again.
pub(super) async fn show(context: &Context, args: ShowArgs) -> anyhow::Result<ExitCode> {
    let planned = Planned::load(context).await?;
    let (asked, status) = planned.find(args.hash.as_deref()).await?;
    let plan = planned.plan_of(&asked.run).await?.context("the plan's record is not there")?;
    tell(&context.console, &plan, Some(&status), args.most)
}

fn tell(console: &Console, plan: &Plan, status: Option<&PlanStatus>, most: usize) -> anyhow::Result<ExitCode> {
    console.say(words(plan, most).trim_end());
    match status {
        Some(PlanStatus::Waiting) => {
            console.say(format!("\nTo have exactly this done:  cargo revloops territories approve {}", plan.hash()));
        }
        Some(status) => console.say(format!("\nThis plan is {}.", status.name())),
        None => {}
    }
    console.json(&json!({"hash": plan.hash(), "status": status, "plan": plan, "empty": plan.is_empty()}))?;
    Ok(ExitCode::SUCCESS)
}

/// All plans that a person was asked about.
pub(super) async fn list(context: &Context) -> anyhow::Result<ExitCode> {
    let planned = Planned::load(context).await?;
    let plans = planned.approvals.plans().await?;
    let by = |status: &PlanStatus| match status {
        PlanStatus::Approved { by, .. } | PlanStatus::Rejected { by, .. } => by.clone(),
        PlanStatus::Waiting | PlanStatus::Stale | PlanStatus::Applied | PlanStatus::RolledBack => String::new(),
    };
    context.console.table(
        &["plan", "scenario", "wanted", "status", "by"],
        plans.iter().map(|(plan, status)| {
            let wanted = plan.wanted_at.strftime("%Y-%m-%d %H:%M:%S").to_string();
            vec![short(&plan.hash).to_owned(), plan.scenario_id.clone(), wanted, status.name().to_owned(), by(status)]
        }),
    );
    let rows: Vec<_> = plans.iter().map(|(plan, status)| json!({"plan": plan, "status": status})).collect();
    context.console.json(&rows)?;
    Ok(ExitCode::SUCCESS)
}
