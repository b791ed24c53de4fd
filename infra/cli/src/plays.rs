//! `revloops plays`: what is to be done for which deal, and on which days. Offline, from the config's files as they are now.

mod shown;
mod simulate;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};

use revloops_config::levers::read_sources;
use revloops_config::{Levers as _, Problems, nearest};
use revloops_pursue::PursueConfig;
use revloops_pursue::config::Play;

use crate::context::Context;

/// What to do with plays.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// The plays in the order in which they are tried, and which deals each fits.
    List,
    /// One play's milestones: when each is due, whose it is, and until which stage.
    Show {
        /// The play's id.
        play: String,
    },
    /// Which play a deal would take and why, and on which day each milestone would be due; writes nothing.
    Simulate(simulate::Args),
}

/// Carries the command out.
///
/// # Errors
/// If the config has problems, there is no such play, or the deal is none.
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let config = load(&context.layout.root.join("config"))?;
    match args.command {
        Command::List => shown::list(&context.console, &config),
        Command::Show { play } => shown::show(&context.console, named(&config, &play)?),
        Command::Simulate(args) => simulate::run(&context.console, &config, &args),
    }
}

fn load(root: &Path) -> anyhow::Result<PursueConfig> {
    let mut problems = Problems::new();
    let sources = read_sources::<PursueConfig>(root, &mut problems);
    let config = PursueConfig::check(&sources, &mut problems);
    problems.into_result(config).context("Pursue's config has problems: `cargo revloops check` says more")
}

fn named<'c>(config: &'c PursueConfig, id: &str) -> anyhow::Result<&'c Play> {
    if let Some(play) = config.play(id) {
        return Ok(play);
    }
    let names: Vec<&str> = config.plays.iter().map(|play| play.id.as_str()).collect();
    let known = names.join(", ");
    match nearest(id, names) {
        Some(near) => bail!("there is no play `{id}`; did you mean `{near}`? the plays are: {known}"),
        None => bail!("there is no play `{id}`; the plays are: {known}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_play_that_is_not_there_is_told_with_the_nearest_and_all() {
        let config = shipped();
        assert_eq!(named(&config, "enterprise").unwrap().id, "enterprise");
        let near = named(&config, "enterprize").unwrap_err().to_string();
        assert!(near.contains("no play `enterprize`; did you mean `enterprise`?"), "{near}");
        assert!(near.contains("existing-customer, public-sector, enterprise, partner-sourced, standard"), "{near}");
        let far = named(&config, "zzz").unwrap_err().to_string();
        assert!(!far.contains("did you mean") && far.contains("the plays are: existing-customer"), "{far}");
    }

    #[test]
    fn config_with_problems_is_told_with_its_line_and_where_to_look() {
        let folder = tempfile::tempdir().unwrap();
        let error = format!("{:#}", load(folder.path()).unwrap_err());
        assert!(error.contains("cargo revloops check") && error.contains("plays.yaml"), "{error}");
    }

    pub(super) fn shipped() -> PursueConfig {
        load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config")).unwrap()
    }
}
