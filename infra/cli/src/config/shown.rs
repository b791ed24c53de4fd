//! Proposals and history, for people.

use std::collections::BTreeSet;
use std::process::ExitCode;

use revloops_changes::moves::Move;
use revloops_changes::outcomes::beside;
use revloops_changes::{FeedbackNote, Proposal, VersionOutcomes};

use super::{desk, now, outcomes};
use crate::console::{Console, Tone};
use crate::context::Context;
use crate::local::Endpoints;

pub(super) async fn list(context: &Context, all: bool) -> anyhow::Result<ExitCode> {
    let proposals = desk(&Endpoints::load(context)?).await?.list(now()).await?;
    let shown: Vec<&Proposal> = proposals.iter().filter(|proposal| all || proposal.state.waits()).collect();
    let row = |proposal: &&Proposal| {
        vec![
            proposal.id.clone(),
            proposal.loop_name.clone(),
            proposal.state.to_string(),
            proposal.files.join(", "),
            proposal.proposed_by.username.clone(),
            proposal.at.strftime("%Y-%m-%d %H:%M").to_string(),
            proposal.why.clone(),
        ]
    };
    context.console.table(&["proposal", "loop", "state", "files", "by", "at", "why"], shown.iter().map(row));
    context.console.json(&shown)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn show(context: &Context, id: &str) -> anyhow::Result<ExitCode> {
    let shown = desk(&Endpoints::load(context)?).await?.show(id, now()).await?;
    proposal(context, &shown)?;
    Ok(ExitCode::SUCCESS)
}

/// One proposal in whole.
pub(super) fn proposal(context: &Context, proposal: &Proposal) -> anyhow::Result<()> {
    let console = &context.console;
    let title = format!("Proposal {} of {}: {}", proposal.id, proposal.loop_name, proposal.state);
    console.say(console.tone(Tone::Strong, title));
    console.say(format!("  why        {}", proposal.why));
    console.say(format!("  by         {} at {}", proposal.proposed_by.username, proposal.at));
    console.say(format!("  changes    version {}", proposal.base.short()));
    console.say(format!("  hash       {}", proposal.candidate.sha256));
    console.say(format!("  cases      {} passed", proposal.cases));
    for warning in &proposal.warnings {
        console.say(format!("  {} {warning}", console.tone(Tone::Warn, "!")));
    }
    if let Some(evidence) = &proposal.evidence {
        console.say(format!("  evidence   {} outcomes", evidence.sample));
        evidence.lines.iter().for_each(|line| console.say(format!("             {line}")));
    }
    match &proposal.simulation {
        Some(simulation) => {
            console.say(format!(
                "  simulated  {} of {} records would have come out differently",
                simulation.changed, simulation.looked_at
            ));
            simulation.summary.iter().for_each(|line| console.say(format!("             {line}")));
        }
        None => console.say("  simulated  not yet"),
    }
    for approval in &proposal.approvals {
        console.say(format!("  approved   {} ({}) at {}", approval.by, approval.role, approval.at));
    }
    if let Some(ended) = &proposal.ended {
        console.say(format!("  {:<9}  {} at {}: {}", proposal.state.to_string(), ended.by, ended.at, ended.why));
    }
    console.say("");
    console.say(coloured(console, &proposal.diff));
    if let Some(missing) = proposal.missing().filter(|_| proposal.state.waits()) {
        let hash: String = proposal.candidate.sha256.chars().take(12).collect();
        console.say(format!("It takes {missing}: cargo revloops config approve {} {hash}", proposal.id));
    } else if proposal.state.waits() {
        console.say(format!("It can be applied: cargo revloops config apply {}", proposal.id));
    }
    console.json(proposal)
}

pub(super) async fn history(context: &Context, name: &str, diff: bool) -> anyhow::Result<ExitCode> {
    let endpoints = Endpoints::load(context)?;
    let mut moves = desk(&endpoints).await?.history(name, now()).await?;
    let kept = outcomes(&endpoints).await?;
    let versions = VersionOutcomes::all(&kept, name, now()).await?;
    beside(&mut moves, &versions);
    let rows = moves.iter().map(|one| {
        let before = one.from.as_ref().map_or("–", |stamp| stamp.short());
        vec![
            one.number.to_string(),
            one.how.in_words().to_owned(),
            before.to_owned(),
            one.to.short().to_owned(),
            one.by.clone(),
            one.at.strftime("%Y-%m-%d %H:%M").to_string(),
            one.proposal.clone().unwrap_or_else(|| "–".to_owned()),
            one.why.clone(),
        ]
    });
    context.console.table(&["nr", "how", "from", "to", "by", "at", "proposal", "why"], rows);
    led_to(context, &moves, &versions);
    if let Some(note) = FeedbackNote::latest(&kept, name, now()).await? {
        context.console.say(context.console.tone(Tone::Strong, "\nWhat the outcomes say"));
        note.in_words().iter().for_each(|line| context.console.say(format!("  {line}")));
    }
    for one in moves.iter().filter(|one| diff && !one.diff.is_empty()) {
        context.console.say(context.console.tone(Tone::Strong, format!("\n{}", one.id())));
        context.console.say(coloured(&context.console, &one.diff));
    }
    context.console.json(&moves)?;
    Ok(ExitCode::SUCCESS)
}

/// What each version has led to, the newest first, each once.
fn led_to(context: &Context, moves: &[Move], versions: &[VersionOutcomes]) {
    let mut told = BTreeSet::new();
    for one in moves.iter().filter(|one| one.from.as_ref() != Some(&one.to)) {
        let of = |sha256: &str| versions.iter().find(|version| version.version == sha256);
        let Some(after) = of(&one.to.sha256).filter(|after| told.insert(after.version.clone())) else { continue };
        let before = one.from.as_ref().and_then(|from| of(&from.sha256));
        let title = format!("\nOutcomes of {}", one.to.short());
        context.console.say(context.console.tone(Tone::Strong, title));
        after.in_words(before).iter().for_each(|line| context.console.say(format!("  {line}")));
    }
}

/// A difference in colours, where there are any.
pub(super) fn coloured(console: &Console, diff: &str) -> String {
    let line = |line: &str| match line.as_bytes().first() {
        _ if line.starts_with("+++") || line.starts_with("---") => console.tone(Tone::Strong, line),
        Some(b'+') => console.tone(Tone::Good, line),
        Some(b'-') => console.tone(Tone::Bad, line),
        Some(b'@') => console.tone(Tone::Dim, line),
        Some(_) | None => line.to_owned(),
    };
    diff.lines().map(line).collect::<Vec<_>>().join("\n")
}
