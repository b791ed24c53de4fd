//! What a person answers to a proposal.

use std::process::ExitCode;

use revloops_changes::Proposal;
use revloops_config::store::SCENARIO;
use revloops_planning::promotion::Promotions;
use serde_json::json;

use super::{actor, desk, now, shown};
use crate::context::Context;
use crate::local::Endpoints;

/// Yes.
#[derive(Debug, clap::Args)]
pub(super) struct ApproveArgs {
    /// The proposal: its id, or the beginning of it.
    id: String,
    /// The hash that was shown: twelve characters of it at least.
    hash: String,
    /// Who approves; the person at this machine if it is not said.
    #[arg(long = "as", value_name = "USERNAME")]
    who: Option<String>,
}

/// No.
#[derive(Debug, clap::Args)]
pub(super) struct EndArgs {
    /// The proposal: its id, or the beginning of it.
    id: String,
    /// Why.
    #[arg(long)]
    why: String,
    /// Who says so; the person at this machine if it is not said.
    #[arg(long = "as", value_name = "USERNAME")]
    who: Option<String>,
}

/// Go.
#[derive(Debug, clap::Args)]
pub(super) struct ApplyArgs {
    /// The proposal: its id, or the beginning of it.
    id: String,
    /// Who applies it; the person at this machine if it is not said.
    #[arg(long = "as", value_name = "USERNAME")]
    who: Option<String>,
}

/// Back.
#[derive(Debug, clap::Args)]
pub(super) struct RollbackArgs {
    /// The loop.
    name: String,
    /// The hash of the version that is taken back; the active one if it is not said.
    #[arg(long, value_name = "HASH")]
    from: Option<String>,
    /// Why.
    #[arg(long, default_value = "taken back by hand")]
    why: String,
    /// Who takes it back; the person at this machine if it is not said.
    #[arg(long = "as", value_name = "USERNAME")]
    who: Option<String>,
}

pub(super) async fn approve(context: &Context, args: ApproveArgs) -> anyhow::Result<ExitCode> {
    let desk = desk(&Endpoints::load(context)?).await?;
    let proposal = desk.approve(&args.id, &args.hash, &actor(args.who.as_deref()), now()).await?;
    told(context, &proposal)
}

pub(super) async fn reject(context: &Context, args: EndArgs) -> anyhow::Result<ExitCode> {
    let desk = desk(&Endpoints::load(context)?).await?;
    let proposal = desk.reject(&args.id, &actor(args.who.as_deref()), &args.why, now()).await?;
    told(context, &proposal)
}

pub(super) async fn withdraw(context: &Context, args: EndArgs) -> anyhow::Result<ExitCode> {
    let desk = desk(&Endpoints::load(context)?).await?;
    let proposal = desk.withdraw(&args.id, &actor(args.who.as_deref()), &args.why, now()).await?;
    told(context, &proposal)
}

pub(super) async fn apply(context: &Context, args: ApplyArgs) -> anyhow::Result<ExitCode> {
    let endpoints = Endpoints::load(context)?;
    let desk = desk(&endpoints).await?;
    let by = actor(args.who.as_deref());
    let proposal = if desk.show(&args.id, now()).await?.loop_name == SCENARIO {
        let bus = endpoints.bus().await?;
        Promotions { desk: &desk, bus: &bus }.apply(&args.id, &by, now()).await?
    } else {
        desk.apply(&args.id, &by, now()).await?
    };
    told(context, &proposal)
}

pub(super) async fn roll_back(context: &Context, args: RollbackArgs) -> anyhow::Result<ExitCode> {
    let desk = desk(&Endpoints::load(context)?).await?;
    let from = match args.from {
        Some(from) => from,
        None => desk.active(&args.name, now()).await?.read.pointer.active.sha256,
    };
    let made = desk.roll_back(&args.name, &from, &actor(args.who.as_deref()), &args.why, now()).await?;
    context.console.say(shown::coloured(&context.console, &made.diff));
    context.console.say(format!("{} is back at {} ({})", args.name, made.to.short(), made.to.version_id));
    context.console.json(&json!({"loop": args.name, "config": made.to}))?;
    Ok(ExitCode::SUCCESS)
}

fn told(context: &Context, proposal: &Proposal) -> anyhow::Result<ExitCode> {
    let missing = proposal.missing().filter(|_| proposal.state.waits());
    let rest = missing.map(|missing| format!("; it still takes {missing}")).unwrap_or_default();
    context.console.say(format!("proposal {} of {} is {}{rest}", proposal.id, proposal.loop_name, proposal.state));
    context.console.json(proposal)?;
    Ok(ExitCode::SUCCESS)
}
