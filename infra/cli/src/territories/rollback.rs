//! `revloops territories rollback`: what a plan did is taken back, record by record; what people changed since stays.

use std::process::ExitCode;

use anyhow::bail;
use revloops_loopkit::ports::{Approvals as _, PlanStatus};
use revloops_planning::territories::short;
use serde_json::json;

use super::approve::{in_words, until_through};
use super::planned::Planned;
use crate::config::person;
use crate::context::Context;

/// Which plan.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The beginning of its hash.
    hash: String,
}

pub(super) async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let planned = Planned::load(context).await?;
    let (asked, status) = planned.find(Some(&args.hash)).await?;
    match &status {
        PlanStatus::Applied | PlanStatus::Approved { .. } | PlanStatus::RolledBack => {}
        PlanStatus::Waiting | PlanStatus::Rejected { .. } | PlanStatus::Stale => {
            bail!("plan {} is {}: it has changed nothing", short(&asked.hash), status.name());
        }
    }
    let step = context.console.step("Roll back");
    let reply = until_through(context, &planned, "roll_back", &asked, &person(), &step).await?;
    planned.approvals.note(&asked.hash, &PlanStatus::RolledBack).await?;
    step.done(in_words(&reply));
    context.console.json(&json!({"hash": asked.hash, "status": "rolled_back", "rolled_back": reply}))?;
    Ok(ExitCode::SUCCESS)
}
