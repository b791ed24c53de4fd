//! How well are repeats and namesakes told apart? Over a labelled set, by what was done to an article.

use std::process::ExitCode;

use anyhow::Context as _;
use serde_json::json;

use revloops_config::levers::read_sources;
use revloops_config::{Levers as _, Problems};
use revloops_generate::GenerateConfig;
use revloops_generate::labelled::{LabelledArticles, measure};

use crate::context::Context;

/// Which set.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The set's seed.
    #[arg(long, default_value_t = 20_261_128)]
    seed: u64,
    /// Articles.
    #[arg(long, default_value_t = 500)]
    articles: usize,
}

pub(super) fn run(context: &Context, args: &Args) -> anyhow::Result<ExitCode> {
    let mut problems = Problems::new();
    let sources = read_sources::<GenerateConfig>(&context.layout.root.join("config"), &mut problems);
    let config = GenerateConfig::check(&sources, &mut problems);
    let config =
        problems.into_result(config).context("Generate's config has problems: `cargo revloops check` says more")?;
    let step = context.console.step("Signals");
    let measured = measure(&config, &LabelledArticles::new(args.seed, args.articles));
    step.done(format!("{} articles, {} of them repeat another", measured.articles, measured.repeats));
    let rows = measured.by_kind.iter().map(|(kind, counts)| {
        vec![(*kind).to_owned(), counts.right.to_string(), counts.missed.to_string(), counts.wrong.to_string()]
    });
    context.console.table(&["made as", "right", "missed", "wrong"], rows);
    for (what, counts) in [("match", measured.matching), ("dedupe", measured.dedupe)] {
        let (precision, recall) = (counts.precision(), counts.recall());
        context.console.say(format!("{what}: precision {precision:.2}%, recall {recall:.2}%"));
    }
    context.console.json(&json!({
        "seed": args.seed,
        "measured": measured,
        "match_percent": {"precision": measured.matching.precision(), "recall": measured.matching.recall()},
        "dedupe_percent": {"precision": measured.dedupe.precision(), "recall": measured.dedupe.recall()},
    }))?;
    Ok(ExitCode::SUCCESS)
}
