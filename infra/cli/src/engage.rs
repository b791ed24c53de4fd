//! `revloops engage`: proof that no draft with an uncited or false claim can be approved.

use std::process::ExitCode;

use anyhow::Context as _;
use revloops_config::{Levers as _, Problems, read_sources};
use revloops_engage::EngageConfig;
use revloops_engage::drill::drill;
use serde_json::json;

use crate::console::Tone;
use crate::context::Context;

/// What to do with drafts.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Many briefs, a third of them poisoned, through an honest drafter and through every mistake that models make.
    Drill(DrillArgs),
}

/// How much.
#[derive(Debug, clap::Args)]
struct DrillArgs {
    /// Briefs; every third is poisoned.
    #[arg(long, default_value_t = 300)]
    briefs: usize,
    /// Another seed gives other companies and other words.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Carries it out.
///
/// # Errors
/// If the config cannot be read.
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    match args.command {
        Command::Drill(args) => prove(context, &args),
    }
}

fn prove(context: &Context, args: &DrillArgs) -> anyhow::Result<ExitCode> {
    let console = &context.console;
    let mut problems = Problems::new();
    let sources = read_sources::<EngageConfig>(&context.layout.root.join("config"), &mut problems);
    let config = EngageConfig::check(&sources, &mut problems);
    let config =
        problems.into_result(config).context("Engage's config has problems: `cargo revloops check` says more")?;
    let drilled = drill(&config, args.briefs, args.seed);
    let rows = drilled.by_drafter.iter().map(|(drafter, tally)| {
        vec![
            drafter.clone(),
            tally.unsound.to_string(),
            tally.unsound_passed.to_string(),
            tally.sound.to_string(),
            tally.sound_refused.to_string(),
        ]
    });
    console.table(&["drafter", "unsound", "let through", "sound", "refused"], rows);
    let ((refused, sound), (passed, unsound)) = (drilled.sound_refused(), drilled.unsound_passed());
    for (sentence, rule) in &drilled.refused {
        console.say(format!("refused though sound: {sentence} ({rule})"));
    }
    for leak in &drilled.leaks {
        console.say(console.tone(Tone::Bad, leak));
    }
    let holds = drilled.leaks.is_empty();
    let said = format!(
        "{} briefs, {} poisoned, {} blocked before drafting; {passed} of {unsound} unsound drafts let through; {refused} of \
         {sound} sound drafts refused",
        drilled.briefs, drilled.poisoned, drilled.blocked_before
    );
    console.say(console.tone(if holds { Tone::Good } else { Tone::Bad }, said.as_str()));
    console.json(&json!({
        "holds": holds,
        "briefs": drilled.briefs,
        "poisoned": drilled.poisoned,
        "blocked_before_drafting": drilled.blocked_before,
        "unsound": unsound,
        "unsound_let_through": passed,
        "sound": sound,
        "sound_refused": refused,
    }))?;
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
