//! The plays as they are in the config.

use std::process::ExitCode;

use serde_json::{Value, json};

use revloops_pursue::PursueConfig;
use revloops_pursue::config::{Milestone, Play};

use crate::console::{Console, Tone};

pub(super) fn list(console: &Console, config: &PursueConfig) -> anyhow::Result<ExitCode> {
    let rows = config.plays.iter().map(|play| {
        let milestones = play.milestones.len().to_string();
        vec![play.id.clone(), play.version.clone(), play.fits_in_words(), milestones]
    });
    console.table(&["play", "version", "fits where", "milestones"], rows);
    console.say(console.tone(Tone::Dim, "the first that fits a deal is its play"));
    let told: Vec<Value> = config.plays.iter().map(play_as_json).collect();
    console.json(&json!({ "plays": told }))?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn show(console: &Console, play: &Play) -> anyhow::Result<ExitCode> {
    console.say(format!("{} · {}", console.tone(Tone::Strong, &play.id), play.version));
    console.say(format!("{}\nfits where: {}\n", play.description, play.fits_in_words()));
    let rows = play.milestones.iter().map(|milestone| {
        let until = milestone.until_stage.clone().unwrap_or_else(|| "–".to_owned());
        vec![milestone.id.clone(), milestone.due.in_words(), milestone.owner.in_words(), until, milestone.title.clone()]
    });
    console.table(&["milestone", "due", "owner", "past from stage", "task"], rows);
    let milestones: Vec<Value> = play.milestones.iter().map(milestone_as_json).collect();
    console.json(&json!({"play": play_as_json(play), "milestones": milestones}))?;
    Ok(ExitCode::SUCCESS)
}

fn play_as_json(play: &Play) -> Value {
    json!({
        "id": play.id,
        "version": play.version,
        "description": play.description,
        "fits_where": play.fits_in_words(),
        "milestones": play.milestones.len(),
    })
}

fn milestone_as_json(milestone: &Milestone) -> Value {
    json!({
        "id": milestone.id,
        "title": milestone.title,
        "text": milestone.text,
        "due": milestone.due.in_words(),
        "owner": milestone.owner.in_words(),
        "until_stage": milestone.until_stage,
        "high_priority": milestone.high_priority,
    })
}
