//! `revloops territories drift`: the nightly check, now.

use std::process::ExitCode;

use anyhow::Context as _;
use revloops_deploy::differences;
use revloops_loopkit::RunKey;
use serde_json::{Value, json};
use uuid::Uuid;

use super::planned::Planned;
use crate::aws::Aws;
use crate::context::Context;

pub(super) async fn run(context: &Context) -> anyhow::Result<ExitCode> {
    let planned = Planned::load(context).await?;
    let step = context.console.step("Drift");
    let aws = Aws::local(&context.layout, &planned.endpoints);
    let event_id = format!("drift/{}", Uuid::new_v4().simple());
    let reply =
        aws.invoke(planned.endpoints.output("DeployFunction")?, &json!({"why": "drift", "event_id": event_id})).await?;
    let run: RunKey = serde_json::from_value(reply.get("plan_run").cloned().unwrap_or(Value::Null))
        .context("Deploy's reply names no run")?;
    let plan = planned.plan_of(&run).await?.context("the record of the check is not there")?;
    let found = differences(&plan);
    if found.is_empty() {
        step.done("none: the CRM is as the scenario wants it");
    } else {
        step.warned(format!("{} differences", found.len()));
    }
    for line in &found {
        context.console.say(line);
    }
    if !found.is_empty() {
        context.console.say("\n`cargo revloops territories plan` shows what would mend them.");
    }
    context.console.json(&json!({"drift": found, "counts": plan.counts}))?;
    Ok(if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
