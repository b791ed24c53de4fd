//! Leads: their past made up in the CRM, simulated with other rules, applied.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use revloops_loopkit::ports::{CHUNK, Collections, Direction, RecordWrite};
use revloops_route::batch::Answers;
use serde_json::{Map, Value, json};

use super::super::apply::{confirm, here, open_or_make};
use super::super::assign::tell;
use super::super::candidate;
use super::super::figures::thousands;
use super::super::history::{Made, write};
use super::super::history_file::HistoryReader;
use super::super::offline::Everybody;
use super::super::plan_file::PlanFile;
use super::super::simulate::Simulation;
use super::stand_in::StandIn;
use super::{Args, Proof};
use crate::context::Context;

/// The change of the rules whose effect is told and then applied.
const CHANGE: (&str, &str) = ("at_least: 5000", "at_least: 1000");

pub(super) async fn prove(context: &Context, stand_in: &StandIn, args: &Args) -> anyhow::Result<Vec<Proof>> {
    let console = &context.console;
    let config = context.layout.root.join("config");
    let base_args = candidate::Rules { config: Some(config.clone()), replaced: Vec::new() };
    let base = candidate::load(context, &base_args).await?;
    let text = std::fs::read_to_string(config.join("loops/route/rules.yaml"))?;
    if !text.contains(CHANGE.0) {
        bail!("the shipped rules have no `{}` any more: choose another change for the drill", CHANGE.0);
    }
    let other = stand_in.folder.join("other-rules.yaml");
    std::fs::write(&other, text.replacen(CHANGE.0, CHANGE.1, 1))?;
    let candidate = candidate::load(context, &candidate::Rules { config: Some(config), replaced: vec![other] }).await?;

    let ids = create(context, stand_in, args.leads).await?;
    let everybody = Everybody;
    let answers = Answers { directory: &stand_in.system, workload: &stand_in.system, pools: &everybody };
    let history = stand_in.folder.join("history.parquet");
    let made = Made { seed: args.seed, until: Timestamp::now(), days: 90 };
    write(console, &made, ids.into_iter(), &base, answers, &history).await?;
    own(context, stand_in, &history, u64::from(args.leads)).await?;

    let began = Timestamp::now().as_millisecond();
    let out = stand_in.folder.join("leads.moves.parquet");
    let simulation =
        Simulation { history: &history, base: &base, candidate: &candidate, out: Some(&out), applicable: true };
    let simulated = simulation.run(console, answers).await?;
    let writes = stand_in.people.writes("Lead", began).await?.len();
    let job = open_or_make(&stand_in.folder.join("jobs"), &PlanFile::read(&out)?)?;
    let applied = here(console, &stand_in.system, &job, Direction::Apply).await?;
    let (confirmed, all) = confirm(console, &stand_in.system, &job).await?;
    let moves = simulated.comparison.moved - simulated.comparison.newly_unrouted;
    Ok(vec![
        Proof::new(
            format!("the past of {} leads is simulated without a write", thousands(u64::from(args.leads))),
            format!("{writes} writes, {:.1} s", simulated.took.as_secs_f64()),
            writes == 0 && simulated.comparison.compared == u64::from(args.leads),
        ),
        Proof::new(
            "what was told is what applying does",
            format!(
                "confirmed {} of {} moves told, applied in {:.1} s",
                thousands(confirmed),
                thousands(moves),
                applied.took.as_secs_f64()
            ),
            confirmed == moves && all == moves && moves > 0 && applied.failed.is_empty(),
        ),
    ])
}

async fn create(context: &Context, stand_in: &StandIn, count: u32) -> anyhow::Result<Vec<String>> {
    let step = context.console.step("Leads in the CRM");
    let mut ids = Vec::with_capacity(usize::try_from(count)?);
    while ids.len() < usize::try_from(count)? {
        let some = (usize::try_from(count)? - ids.len()).min(CHUNK * 5);
        let records: Vec<Value> =
            (0..some).map(|at| json!({"LastName": format!("Lead {at}"), "Company": "Company"})).collect();
        ids.extend(stand_in.people.create_all("Lead", &records).await?);
        tell(&step, ids.len() as u64, u64::from(count));
    }
    step.done(thousands(u64::from(count)));
    Ok(ids)
}

/// Gives every lead the owner that its past says.
async fn own(context: &Context, stand_in: &StandIn, history: &std::path::Path, count: u64) -> anyhow::Result<()> {
    let step = context.console.step("Owners as the past has them");
    let mut reader = HistoryReader::open(history)?;
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    let mut done = 0;
    loop {
        let past = reader.next()?;
        let end = past.is_none();
        if let Some(past) = past {
            let owner = past.owner.context("every lead of the drill has an owner")?;
            owners.insert(past.input.lead_id.to_string(), owner.id.to_string());
        }
        if owners.len() == CHUNK || end {
            let records: Vec<RecordWrite<'_>> = owners
                .iter()
                .map(|(id, owner)| RecordWrite { id, fields: Map::from_iter([("OwnerId".to_owned(), json!(owner))]) })
                .collect();
            for outcome in stand_in.system.write("Lead", &records).await? {
                outcome?;
            }
            done += owners.len() as u64;
            owners.clear();
            tell(&step, done, count);
        }
        if end {
            step.done(thousands(done));
            return Ok(());
        }
    }
}
