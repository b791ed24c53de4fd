//! `revloops route simulate`: the decisions of the past, decided again by other rules. No write: what it holds of the CRM
//! and of the pools can only be asked.

mod words;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use revloops_route::batch::{
    Answers, Change, Comparison, Counts, Decided, Decider, Input, Outcome, Plan, PlanRow, Subject,
};
use revloops_route::config::RouteConfig;
use revloops_route::logic::first_touch_by;

use super::assign::progress;
use super::candidate::{self, Candidate};
use super::figures::{taken, thousands};
use super::history::export;
use super::history_file::{HistoryReader, PastDecision};
use super::offline::Everybody;
use super::plan_file::{PlanWriter, file_name, sha256_of};
use super::target::Target;
use crate::console::Console;
use crate::context::Context;

/// Decisions that are looked ahead at together.
const AHEAD: usize = 2_000;

/// What to simulate.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    rules: candidate::Rules,
    /// How far back: `90d`, `12h`.
    #[arg(long, default_value = "90d")]
    last: String,
    /// A history that was exported, in the place of the system's own.
    #[arg(long)]
    history: Option<PathBuf>,
    /// Write the moves as a plan that can be applied.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Ask no CRM and no pool: everybody named is there, and nothing was drawn yet. The plan cannot be applied.
    #[arg(long)]
    offline: bool,
}

pub(super) async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let console = &context.console;
    let base = candidate::Rules { config: args.rules.config.clone(), replaced: Vec::new() };
    let (base, candidate) = (candidate::load(context, &base).await?, candidate::load(context, &args.rules).await?);
    let target = if args.offline { None } else { Some(Target::load(context).await?) };
    let everybody = Everybody;
    let history = match (&args.history, &target) {
        (Some(file), _) => file.clone(),
        (None, Some(target)) => {
            let file = context.layout.state.join("history.parquet");
            export(console, target, &args.last, &file).await?;
            file
        }
        (None, None) => anyhow::bail!("without a system, say which history: --history FILE"),
    };
    let simulation = Simulation {
        history: &history,
        base: &base,
        candidate: &candidate,
        out: args.out.as_deref(),
        applicable: target.is_some(),
    };
    let answers = target.as_ref().map_or_else(|| everybody.answers(), Target::answers);
    let simulated = simulation.run(console, answers).await?;
    simulated.tell(console, &candidate.config)
}

/// A history and two sets of rules.
pub(super) struct Simulation<'a> {
    pub(super) history: &'a Path,
    pub(super) base: &'a Candidate,
    pub(super) candidate: &'a Candidate,
    pub(super) out: Option<&'a Path>,
    pub(super) applicable: bool,
}

/// What came out.
pub(super) struct Simulated {
    pub(super) comparison: Comparison,
    pub(super) plan: Option<(PathBuf, Plan)>,
    /// Decisions that another version of the rules made than the one in use.
    pub(super) by_other_versions: u64,
    /// Pools that the candidate changes, and that were drawn from anew.
    pub(super) redrawn: Vec<String>,
    pub(super) agent_wanted: u64,
    pub(super) took: Duration,
}

impl Simulation<'_> {
    /// Decides each again, in the order of their times.
    ///
    /// - By what was looked up then: users as they were, the AI agent's answer. What was not looked up then is asked once.
    /// - A lead that drew a ticket from a pool that stays as it is keeps it; leads that come to such a pool anew are drawn
    ///   from its present state. A pool that the candidate changes is drawn from anew for all its leads, from zero.
    pub(super) async fn run(&self, console: &Console, answers: Answers<'_>) -> anyhow::Result<Simulated> {
        let began = Instant::now();
        let step = console.step("Simulating");
        let redrawn = self.changed_pools();
        let mut decider = Decider::new(&self.candidate.config, answers).await?;
        decider.begin_anew(&redrawn);
        let mut history = HistoryReader::open(self.history)?;
        let total = history.total();
        let mut comparison = Comparison::default();
        // A lead that was routed twice is where the last run put it, and moves once.
        let mut moves: BTreeMap<String, PlanRow> = BTreeMap::new();
        let mut by_other_versions = 0;
        let mut ahead: Vec<(PastDecision, Subject)> = Vec::with_capacity(AHEAD);
        let mut last: Option<Timestamp> = None;
        loop {
            let more = match history.next()? {
                Some(past) => {
                    last = Some(past.decided_at);
                    let owner = past.owner.as_ref().map(|owner| owner.id.clone());
                    let subject = Subject::Lead { input: Box::new(past.input.clone()), owner };
                    ahead.push((past, subject));
                    true
                }
                None => false,
            };
            if more && ahead.len() < AHEAD {
                continue;
            }
            decider.look_ahead(ahead.iter().map(|(_, subject)| subject), answers).await?;
            for (mut past, subject) in ahead.drain(..) {
                by_other_versions += u64::from(past.config_sha256 != self.base.sha256);
                let mut facts = std::mem::take(&mut past.facts);
                facts.tickets.retain(|pool, _| !redrawn.contains(pool));
                let (decided, _) = decider.decide_again(&subject, facts, answers, past.decided_at).await?;
                let id = subject.id();
                if comparison.add(&before(&past), &after(&self.candidate.config, &past, &decided)) {
                    moves.insert(id.to_owned(), row(&past, id, &decided));
                } else {
                    moves.remove(id);
                }
            }
            step.detail(progress(comparison.compared, total));
            if !more {
                break;
            }
        }
        let comparison = comparison.finish();
        let drawn = decider.drawn().into_iter().filter(|(pool, _)| !redrawn.contains(pool)).collect();
        let plan = match self.out {
            None => None,
            Some(out) => {
                let mut counts = Counts { agent_wanted: decider.agent_wanted(), ..Counts::default() };
                let mut writer = PlanWriter::create(out)?;
                for row in moves.values() {
                    counts.count(row);
                    writer.write(row)?;
                }
                counts.keeps = comparison.compared - comparison.moved;
                let input = Input {
                    file: file_name(self.history),
                    sha256: sha256_of(self.history)?,
                    rows: comparison.compared,
                };
                let plan = Plan {
                    object: "Lead".to_owned(),
                    at: last.unwrap_or_default(),
                    config: self.candidate.stamp.clone(),
                    config_sha256: self.candidate.sha256.clone(),
                    input,
                    rows: Input { file: String::new(), sha256: String::new(), rows: 0 },
                    counts,
                    drawn,
                    applicable: self.applicable,
                };
                Some((out.to_path_buf(), writer.finish(plan)?))
            }
        };
        let took = began.elapsed();
        step.done(format!("{} decisions in {}", thousands(comparison.compared), taken(took)));
        Ok(Simulated { comparison, plan, by_other_versions, redrawn, agent_wanted: decider.agent_wanted(), took })
    }

    /// Pools that the candidate changes: their members, weights and caps, or anybody's hours, leave or holidays.
    fn changed_pools(&self) -> Vec<String> {
        let (before, after) = (&self.base.config.pools, &self.candidate.config.pools);
        let same = |file: &str| {
            let value = |candidate: &Candidate| candidate.sources.get(file).map(|document| document.value().clone());
            value(self.base) == value(self.candidate)
        };
        let people_changed = !same("team.yaml") || !same("calendars.yaml");
        let changed = after.iter().filter(|(id, pool)| before.get(*id) != Some(*pool) || people_changed);
        changed.map(|(id, _)| id.clone()).collect()
    }
}

fn before(past: &PastDecision) -> Outcome<'_> {
    let owner = past.owner.as_ref();
    Outcome {
        owner: owner.map(|owner| (owner.id.as_str(), owner.name.as_str())),
        rule: past.rule.as_deref(),
        pick: past.pool.as_deref().zip(owner.map(|owner| owner.login.as_str())),
        first_touch_by: past.first_touch_by,
    }
}

fn after<'a>(config: &RouteConfig, past: &PastDecision, decided: &'a Decided<'_>) -> Outcome<'a> {
    let owner = decided.owner();
    let minutes = config.first_touch.minutes(&past.input.band);
    let due = owner.map(|owner| first_touch_by(config, owner, minutes, past.decided_at));
    Outcome {
        owner: owner.map(|owner| (owner.id.as_str(), owner.name.as_str())),
        rule: decided.rule(),
        pick: decided.ticket().map(|(pool, _)| pool).zip(owner.map(|owner| owner.login.as_str())),
        first_touch_by: due.unwrap_or(past.first_touch_by),
    }
}

fn row(past: &PastDecision, id: &str, decided: &Decided<'_>) -> PlanRow {
    let owner = decided.owner();
    PlanRow {
        id: id.to_owned(),
        change: if owner.is_some() { Change::Move } else { Change::Unrouted },
        owner_before: past.owner.as_ref().map(|owner| owner.id.to_string()),
        owner_after: owner.map(|owner| owner.id.to_string()),
        owner_name: owner.map(|owner| owner.name.clone()),
        rule: decided.rule().map(ToOwned::to_owned),
        territory: decided.territory().map(ToOwned::to_owned),
        pool: decided.ticket().map(|(pool, _)| pool.to_owned()),
        ticket: decided.ticket().map(|(_, number)| number),
        why: decided.by(),
    }
}
