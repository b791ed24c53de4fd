//! `revloops territories approve`, `reject` and `apply`: a person answers, and the plan is carried out.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use revloops_aws::{Execution, execution};
use revloops_loopkit::ports::{Answer, Approvals as _, AskedPlan, PlanStatus};
use revloops_planning::territories::{self, short};
use serde_json::{Value, json};

use super::planned::Planned;
use crate::aws::Aws;
use crate::config::{person, store};
use crate::console::Step;
use crate::context::Context;

/// How long the command watches; the chain goes on by itself.
const PATIENCE: Duration = Duration::from_secs(3600);

/// Which plan.
#[derive(Debug, clap::Args)]
pub(super) struct ApproveArgs {
    /// Its whole hash: what was read is what is carried out.
    hash: String,
    /// Do not wait for the end.
    #[arg(long)]
    no_wait: bool,
}

/// Which plan.
#[derive(Debug, clap::Args)]
pub(super) struct RejectArgs {
    /// Its whole hash.
    hash: String,
}

/// Which plan.
#[derive(Debug, clap::Args)]
pub(super) struct ApplyArgs {
    /// The beginning of its hash; the newest if none is given.
    hash: Option<String>,
}

pub(super) async fn approve(context: &Context, args: ApproveArgs) -> anyhow::Result<ExitCode> {
    let planned = Planned::load(context).await?;
    let asked = answered(&planned, &args.hash, Answer::Approved).await?;
    let step = context.console.step("Apply");
    if args.no_wait {
        step.done("approved; the chain carries it out");
        context.console.json(&json!({"hash": asked.hash, "status": "approved"}))?;
        return Ok(ExitCode::SUCCESS);
    }
    let ended = watched(&planned, &asked, &step).await?;
    let applied = ended.get("applied").cloned().unwrap_or(Value::Null);
    told(context, step, &asked, &ended, &applied)
}

fn told(context: &Context, step: Step, asked: &AskedPlan, ended: &Value, applied: &Value) -> anyhow::Result<ExitCode> {
    let status = ended.get("status").and_then(Value::as_str).unwrap_or_default();
    context.console.json(&json!({"hash": asked.hash, "status": status, "applied": applied, "ended": ended}))?;
    if status == "parked" {
        let text = |name: &str| ended.get(name).and_then(Value::as_str).unwrap_or("?").to_owned();
        step.warned(format!("it stopped at {} ({}): `cargo revloops status` says why", text("step"), text("error")));
        return Ok(ExitCode::FAILURE);
    }
    step.done(in_words(applied));
    Ok(ExitCode::SUCCESS)
}

/// `5012 written, 3 left`: what became of how many records.
pub(super) fn in_words(reply: &Value) -> String {
    let count = |name: &str| reply.get(name).and_then(Value::as_u64).filter(|count| *count > 0);
    let told = ["written", "already", "left", "refused"].into_iter();
    let said: Vec<String> = told.filter_map(|name| Some(format!("{} {name}", count(name)?))).collect();
    if said.is_empty() { "nothing had to be written".to_owned() } else { said.join(", ") }
}

/// Waits for the end of the execution that was resumed; its output.
async fn watched(planned: &Planned, asked: &AskedPlan, step: &Step) -> anyhow::Result<Value> {
    let began = Instant::now();
    loop {
        match execution(&planned.clients.steps, &asked.execution).await? {
            Execution::Ended(output) => return Ok(output),
            Execution::Failed(how) => bail!("the chain of plan {} ended as {how}", short(&asked.hash)),
            Execution::Runs => {}
        }
        if began.elapsed() > PATIENCE {
            bail!("it is still being carried out; the chain goes on by itself");
        }
        step.detail(format!("carried out for {} s", began.elapsed().as_secs()));
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

pub(super) async fn reject(context: &Context, args: RejectArgs) -> anyhow::Result<ExitCode> {
    let planned = Planned::load(context).await?;
    let asked = answered(&planned, &args.hash, Answer::Rejected).await?;
    context.console.say(format!("Plan {} is turned down; nothing was changed.", short(&asked.hash)));
    context.console.json(&json!({"hash": asked.hash, "status": "rejected"}))?;
    Ok(ExitCode::SUCCESS)
}

/// Answers a plan by its whole hash.
async fn answered(planned: &Planned, hash: &str, answer: Answer) -> anyhow::Result<AskedPlan> {
    let store = store(&planned.endpoints).await?;
    Ok(territories::answer(&planned.approvals, &store, hash, answer, &person(), Timestamp::now()).await?)
}

/// Goes on with what was approved, by invoking the executor until it is through.
pub(super) async fn apply(context: &Context, args: ApplyArgs) -> anyhow::Result<ExitCode> {
    let planned = Planned::load(context).await?;
    let (asked, status) = planned.find(args.hash.as_deref()).await?;
    let by = match &status {
        PlanStatus::Approved { by, .. } => by.clone(),
        PlanStatus::Applied => {
            context.console.say(format!("Plan {} is carried out already.", short(&asked.hash)));
            context.console.json(&json!({"hash": asked.hash, "status": status.name()}))?;
            return Ok(ExitCode::SUCCESS);
        }
        PlanStatus::Waiting | PlanStatus::Rejected { .. } | PlanStatus::Stale | PlanStatus::RolledBack => {
            bail!("plan {} is {}: only what was approved is carried out", short(&asked.hash), status.name());
        }
    };
    let step = context.console.step("Apply");
    let reply = until_through(context, &planned, "apply", &asked, &by, &step).await?;
    planned.approvals.note(&asked.hash, &PlanStatus::Applied).await?;
    step.done(in_words(&reply));
    context.console.json(&json!({"hash": asked.hash, "status": "applied", "applied": reply}))?;
    Ok(ExitCode::SUCCESS)
}

/// Invokes the executor until it says that it is through; its last reply.
pub(super) async fn until_through(
    context: &Context,
    planned: &Planned,
    what: &str,
    asked: &AskedPlan,
    by: &str,
    step: &Step,
) -> anyhow::Result<Value> {
    let aws = Aws::local(&context.layout, &planned.endpoints);
    let function = planned.endpoints.output("TerritorySyncFunction")?;
    let mut from_chunk = json!(0);
    loop {
        let payload = json!({what: {
            "plan_run": asked.run,
            "approved": asked.hash,
            "by": by,
            "from_chunk": from_chunk,
            "correlation_id": asked.correlation_id,
        }});
        let reply = aws.invoke(function, &payload).await.context("carrying out a plan")?;
        if reply.get("done").and_then(Value::as_bool) == Some(true) {
            return Ok(reply);
        }
        let number = |name: &str| reply.get(name).cloned().unwrap_or_else(|| json!(0));
        from_chunk = number("next_chunk");
        step.detail(format!("{from_chunk} of {} chunks", number("chunks")));
    }
}
