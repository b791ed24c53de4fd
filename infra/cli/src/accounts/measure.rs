//! How good is the matcher? Over a labelled set, by kind.

use std::collections::BTreeMap;
use std::process::ExitCode;

use serde::Serialize;
use serde_json::json;

use revloops_matching::labelled::LabelledSet;
use revloops_matching::{Company, MatchIndex};

use crate::context::Context;

/// Which set.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The set's seed.
    #[arg(long, default_value_t = 20_261_122)]
    seed: u64,
    /// Leads of each kind; there are 25 kinds.
    #[arg(long, default_value_t = 100)]
    of_each_kind: usize,
}

#[derive(Debug, Default, Serialize)]
struct Counts {
    leads: usize,
    /// An account is theirs.
    theirs: usize,
    right: usize,
    wrong: usize,
}

impl Counts {
    fn add(&mut self, theirs: bool, found: bool, right: bool) {
        self.leads += 1;
        self.theirs += usize::from(theirs);
        self.right += usize::from(found && right);
        self.wrong += usize::from(found && !right);
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of leads are far below 2^52")]
fn percent(part: usize, of: usize) -> f64 {
    if of == 0 { 100.0 } else { 100.0 * part as f64 / of as f64 }
}

pub(super) fn run(context: &Context, args: &Args) -> anyhow::Result<ExitCode> {
    let rules = super::rules(context)?;
    let step = context.console.step("Matching");
    let set = LabelledSet::new(args.seed, args.of_each_kind);
    let index = MatchIndex::new(set.accounts.clone());
    let begun = std::time::Instant::now();
    let mut kinds: BTreeMap<&str, Counts> = BTreeMap::new();
    let mut all = Counts::default();
    for pair in &set.pairs {
        let found = index.decide(&rules, &Company::of_lead(&pair.lead)).matched.map(|matched| matched.account.id);
        let (theirs, right) = (pair.truth.is_some(), found == pair.truth);
        all.add(theirs, found.is_some(), right);
        kinds.entry(pair.kind).or_default().add(theirs, found.is_some(), right);
    }
    let took_us = begun.elapsed().as_micros() / u128::try_from(set.pairs.len().max(1))?;
    step.done(format!("{} leads, {} accounts, {took_us} µs a lead", set.pairs.len(), set.accounts.len()));
    let (precision, recall) = (percent(all.right, all.right + all.wrong), percent(all.right, all.theirs));
    let rows = kinds.iter().map(|(kind, counts)| {
        let recall =
            if counts.theirs > 0 { format!("{:.0}%", percent(counts.right, counts.theirs)) } else { "–".to_owned() };
        vec![(*kind).to_owned(), counts.leads.to_string(), counts.right.to_string(), recall, counts.wrong.to_string()]
    });
    context.console.table(&["kind", "leads", "matched right", "recall", "matched wrong"], rows);
    context.console.say(format!("\nprecision {precision:.2}%, recall {recall:.2}%"));
    context.console.json(&json!({
        "seed": args.seed, "leads": all.leads, "accounts": set.accounts.len(), "precision_percent": precision,
        "recall_percent": recall, "us_a_lead": took_us, "kinds": kinds,
    }))?;
    Ok(ExitCode::SUCCESS)
}
