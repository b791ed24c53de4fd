//! `config rollout`: a version is tried beside the active one.

use std::process::ExitCode;

use revloops_changes::rollout::{Guard, Spec, USUAL_FALSE_ALARM_BASIS_POINTS};
use revloops_changes::shadow;
use revloops_config::RolloutMode;
use serde_json::json;

use super::{actor, desk, now};
use crate::context::Context;
use crate::local::Endpoints;

/// What to do.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Mode {
    /// Both decide, the active one acts.
    Shadow,
    /// A share is decided by the new one.
    Canary,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Begin to try a proposal's version.
    Begin {
        /// The proposal.
        id: String,
        /// How.
        #[arg(long, value_enum)]
        mode: Mode,
        /// Share of the subjects, in percent.
        #[arg(long, default_value_t = 10)]
        share: u16,
        /// What must not become worse, with the least worsening that matters in percentage points: `reassigned:5`.
        #[arg(long = "guard", value_name = "METRIC:POINTS", value_parser = guard)]
        guards: Vec<Guard>,
        /// Subjects of the new version before it may be returned.
        #[arg(long, default_value_t = 20)]
        least: u32,
        /// Subjects of the new version after which it has passed.
        #[arg(long, default_value_t = 500)]
        most: u32,
        /// Who begins it; the person at this machine if it is not said.
        #[arg(long = "as", value_name = "USERNAME")]
        who: Option<String>,
    },
    /// The loop's trial, and what a shadow has decided differently.
    Show {
        /// The loop.
        name: String,
    },
    /// End the loop's trial; the active version stays.
    End {
        /// The loop.
        name: String,
        /// Why.
        #[arg(long)]
        why: String,
        /// Who ends it; the person at this machine if it is not said.
        #[arg(long = "as", value_name = "USERNAME")]
        who: Option<String>,
    },
}

fn guard(text: &str) -> Result<Guard, String> {
    let (metric, points) = text.split_once(':').ok_or("write it as `reassigned:5`")?;
    let least_worse_points = points.parse().map_err(|_| format!("`{points}` is no number of percentage points"))?;
    Ok(Guard { metric: metric.to_owned(), least_worse_points, usual_percent: None })
}

pub(super) async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let console = &context.console;
    let desk = desk(&Endpoints::load(context)?).await?;
    match args.command {
        Command::Begin { id, mode, share, guards, least, most, who } => {
            let mode = match mode {
                Mode::Shadow => RolloutMode::Shadow,
                Mode::Canary => RolloutMode::Canary,
            };
            let spec = Spec {
                mode,
                share_basis_points: share.saturating_mul(100),
                guards,
                least_sample: least,
                most_sample: most,
                false_alarm_basis_points: USUAL_FALSE_ALARM_BASIS_POINTS,
            };
            let trial = desk.begin_trial(&id, spec, &actor(who.as_deref()), now()).await?;
            console.say(format!("trial {} of proposal {} has begun", trial.id, trial.proposal));
            console.json(&trial)?;
        }
        Command::Show { name } => match desk.under_way(&name, now()).await? {
            None => {
                console.say(format!("no version of {name} is being tried"));
                console.json(&json!(null))?;
            }
            Some(trial) => {
                let summary = shadow::summary(desk.documents.as_ref(), &trial.id, now()).await?;
                console.say(format!(
                    "trial {} of proposal {}, by {} since {}",
                    trial.id, trial.proposal, trial.by, trial.at
                ));
                console.say(format!("  compared   {}, of which {} differ", summary.compared, summary.different));
                for one in &summary.examples {
                    console.say(format!("  {}  {} → {}", one.subject, one.outcome.0, one.outcome.1));
                }
                console.json(&json!({"trial": trial, "shadow": summary}))?;
            }
        },
        Command::End { name, why, who } => {
            let ended = desk.end_trial(&name, &actor(who.as_deref()), &why, now()).await?;
            console.say(if ended.is_some() {
                "the trial has ended; the active version stays"
            } else {
                "none was under way"
            });
            console.json(&ended)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
