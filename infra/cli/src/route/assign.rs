//! `revloops route assign`: a file of records → a plan of who gets them. Nothing is written to the CRM.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::bail;
use jiff::Timestamp;
use revloops_route::batch::{Answers, Change, Counts, Decided, Decider, Input, Object, Plan, PlanRow, Subject};
use revloops_tables::{BadRow, Cell, Kind, Next, Rows, TableWriter};
use serde_json::json;

use super::candidate::{self, Candidate};
use super::columns::{self, Columns};
use super::figures::{taken, thousands};
use super::offline::Everybody;
use super::plan_file::{PlanWriter, beside, file_name, sha256_of};
use super::target::Target;
use crate::console::{Console, Step, Tone};
use crate::context::Context;

/// Subjects that are looked ahead at: their sticky keys are asked for together.
const AHEAD: usize = 2_000;

/// What to assign.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The records: a CSV or Parquet file whose columns are named as the CRM's API or the rules name them.
    #[arg(long)]
    from: PathBuf,
    /// What they are.
    #[arg(long, value_enum, ignore_case = true)]
    object: ObjectName,
    /// Where the plan goes, as CSV or Parquet; beside the records as `<name>.moves.parquet` if not given.
    #[arg(long)]
    out: Option<PathBuf>,
    /// The time that the rules are given; now if not given.
    #[arg(long)]
    at: Option<Timestamp>,
    /// Ask no CRM and no pool: everybody named is there, and nothing was drawn yet. The plan cannot be applied.
    #[arg(long)]
    offline: bool,
    #[command(flatten)]
    rules: candidate::Rules,
}

/// As people type it.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(super) enum ObjectName {
    Account,
    Lead,
}

impl From<ObjectName> for Object {
    fn from(name: ObjectName) -> Self {
        match name {
            ObjectName::Account => Self::Account,
            ObjectName::Lead => Self::Lead,
        }
    }
}

/// Decides, and writes the plan.
pub(super) async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let candidate = candidate::load(context, &args.rules).await?;
    let job = Assignment {
        from: &args.from,
        object: args.object.into(),
        out: args.out.unwrap_or_else(|| args.from.with_extension("moves.parquet")),
        at: args.at.unwrap_or_else(Timestamp::now),
        applicable: !args.offline,
    };
    let assigned = if args.offline {
        job.assign(&context.console, &candidate, Everybody.answers()).await?
    } else {
        let target = Target::load(context).await?;
        job.assign(&context.console, &candidate, target.answers()).await?
    };
    assigned.report(&context.console, &job.out)
}

/// A file to be assigned.
pub(super) struct Assignment<'a> {
    pub(super) from: &'a Path,
    pub(super) object: Object,
    pub(super) out: PathBuf,
    pub(super) at: Timestamp,
    /// Whether the plan can be applied.
    pub(super) applicable: bool,
}

/// A plan that was made.
pub(super) struct Assigned {
    pub(super) plan: Plan,
    rejects: Option<PathBuf>,
    took: std::time::Duration,
}

impl Assignment<'_> {
    /// Decides about each row and writes the plan.
    pub(super) async fn assign(
        &self,
        console: &Console,
        candidate: &Candidate,
        answers: Answers<'_>,
    ) -> anyhow::Result<Assigned> {
        let began = Instant::now();
        let step = console.step("Deciding");
        let mut rows = Rows::open(self.from, |name| columns::is_wanted(self.object, name))?;
        let columns = match Columns::find(self.object, rows.columns(), self.at) {
            Ok(columns) => columns,
            Err(problems) => bail!("{}: {}", self.from.display(), problems.join("; ")),
        };
        let total = rows.total();
        let mut decider = Decider::new(&candidate.config, answers).await?;
        let mut writer = PlanWriter::create(&self.out)?;
        let mut rejects = Rejects::new(&self.out, rows.columns());
        let (mut counts, mut read) = (Counts::default(), 0_u64);
        let mut ahead: Vec<Subject> = Vec::with_capacity(AHEAD);
        loop {
            let more = match rows.next()? {
                None => false,
                Some(Next::Bad(bad)) => {
                    rejects.add(&bad)?;
                    true
                }
                Some(Next::Row(row)) => {
                    match columns.read(row) {
                        Ok(subject) => ahead.push(subject),
                        Err(wrong) => {
                            let cells = row.texts(rejects.columns.len());
                            let first = wrong.first().map(|wrong| wrong.column);
                            let why = wrong.iter().map(|one| rejects.in_words(one.column, &one.why));
                            rejects.add(&BadRow {
                                place: row.place,
                                column: first.and_then(|at| rejects.columns.get(at)).cloned(),
                                why: why.collect::<Vec<String>>().join("; "),
                                cells,
                            })?;
                        }
                    }
                    true
                }
            };
            if ahead.len() >= AHEAD || !more {
                read += ahead.len() as u64;
                decider.look_ahead(&ahead, answers).await?;
                for subject in ahead.drain(..) {
                    let decided = decider.decide(&subject, answers, self.at).await?;
                    let row = plan_row(self.object, &subject, &decided);
                    counts.count(&row);
                    writer.write(&row)?;
                }
                step.detail(progress(read, total));
            }
            if !more {
                break;
            }
        }
        counts.rejected = rejects.count();
        counts.agent_wanted = decider.agent_wanted();
        let plan = Plan {
            object: self.object.name().to_owned(),
            at: self.at,
            config: candidate.stamp.clone(),
            config_sha256: candidate.sha256.clone(),
            input: Input { file: file_name(self.from), sha256: sha256_of(self.from)?, rows: read + counts.rejected },
            rows: Input { file: String::new(), sha256: String::new(), rows: 0 },
            counts,
            drawn: decider.drawn(),
            applicable: self.applicable,
        };
        let plan = writer.finish(plan)?;
        let rejects = rejects.finish()?;
        let took = began.elapsed();
        step.done(format!("{} records in {}", thousands(plan.input.rows), taken(took)));
        Ok(Assigned { plan, rejects, took })
    }
}

/// `340,000 of 1,000,000 (34 %)`.
pub(super) fn progress(done: u64, total: Option<u64>) -> String {
    match total {
        Some(total) if total > 0 => {
            format!("{} of {} ({} %)", thousands(done), thousands(total), done.saturating_mul(100) / total)
        }
        Some(_) | None => thousands(done),
    }
}

/// What a decision means for the record.
pub(super) fn plan_row(object: Object, subject: &Subject, decided: &Decided<'_>) -> PlanRow {
    let owner = decided.owner();
    // The CRM has no queues for accounts: only people can own one.
    let cannot = owner.filter(|owner| object == Object::Account && owner.id.is_queue());
    let owner = owner.filter(|_| cannot.is_none());
    let change = match owner {
        None => Change::Unrouted,
        Some(owner) if subject.is_owned_by(owner) => Change::Keep,
        Some(_) => Change::Move,
    };
    let why = match cannot {
        Some(queue) => Some(format!("the queue {} cannot own an account", queue.name)),
        None => decided.by(),
    };
    PlanRow {
        id: subject.id().to_owned(),
        change,
        owner_before: subject.owner().map(ToString::to_string),
        owner_after: owner.map(|owner| owner.id.to_string()),
        owner_name: owner.map(|owner| owner.name.clone()),
        rule: decided.rule().map(ToOwned::to_owned),
        territory: decided.territory().map(ToOwned::to_owned),
        pool: decided.ticket().map(|(pool, _)| pool.to_owned()),
        ticket: decided.ticket().map(|(_, number)| number),
        why,
    }
}

impl Assigned {
    fn report(&self, console: &Console, out: &Path) -> anyhow::Result<ExitCode> {
        let plan = &self.plan;
        let counts = &plan.counts;
        let rows = counts.by_rule.iter().map(|(rule, count)| vec![rule.clone(), thousands(*count)]);
        console.table(&["rule", "records"], rows);
        console.say("");
        let drawn = plan.drawn.iter().flat_map(|(pool, state)| {
            state.counts.iter().map(|(login, count)| vec![pool.clone(), login.clone(), thousands(*count)])
        });
        let drawn: Vec<Vec<String>> = drawn.collect();
        if !drawn.is_empty() {
            console.table(&["pool", "member", "drawn"], drawn);
            console.say("");
        }
        console.say(format!(
            "{} get another owner, {} have the right one, {} get none, {} cannot be read",
            console.tone(Tone::Strong, thousands(counts.moves)),
            thousands(counts.keeps),
            thousands(counts.unrouted),
            thousands(counts.rejected)
        ));
        if counts.agent_wanted > 0 {
            let text = format!("{} times a rule wanted an AI agent, which a batch does not ask", counts.agent_wanted);
            console.say(console.tone(Tone::Warn, text));
        }
        if let Some(rejects) = &self.rejects {
            console.say(console.tone(Tone::Warn, format!("what cannot be read is in {}", rejects.display())));
        }
        console.say(format!("plan    {}\nhash    {}", beside(out).display(), plan.hash()));
        if plan.applicable {
            console.say(format!("\ncargo revloops route apply {} --approve {}", out.display(), plan.hash()));
        }
        console.json(&json!({
            "plan": beside(out),
            "rows": out,
            "hash": plan.hash(),
            "counts": counts,
            "rejects": self.rejects,
            "seconds": self.took.as_secs_f64(),
            "peak_megabytes": super::figures::peak_megabytes(),
        }))?;
        Ok(if counts.rejected == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Rows that cannot be read, in a file of their own: as they stand, with what is wrong.
struct Rejects {
    path: PathBuf,
    columns: Vec<String>,
    table: Option<TableWriter>,
}

impl Rejects {
    fn new(plan: &Path, columns: &[String]) -> Self {
        Self { path: plan.with_extension("rejects.csv"), columns: columns.to_vec(), table: None }
    }

    fn count(&self) -> u64 {
        self.table.as_ref().map_or(0, TableWriter::rows)
    }

    fn in_words(&self, column: usize, why: &str) -> String {
        format!("{}: {why}", self.columns.get(column).map_or("", String::as_str))
    }

    fn add(&mut self, bad: &BadRow) -> anyhow::Result<()> {
        if self.table.is_none() {
            let own = self.columns.iter().map(|column| (column.as_str(), Kind::Text));
            let columns: Vec<(&str, Kind)> =
                [("rejected_at", Kind::Text), ("rejected_why", Kind::Text)].into_iter().chain(own).collect();
            self.table = Some(TableWriter::create(&self.path, &columns)?);
        }
        if let Some(table) = &mut self.table {
            let place = match &bad.column {
                Some(column) => format!("{}, {column}", bad.place),
                None => bad.place.to_string(),
            };
            // A row that is too long loses nothing: what is beyond the last column stands in it.
            let (own, beyond) = bad.cells.split_at(bad.cells.len().min(self.columns.len().saturating_sub(1)));
            let last = beyond.join(",");
            let mut cells = vec![Cell::Text(&place), Cell::Text(&bad.why)];
            cells.extend(own.iter().map(|cell| Cell::from(cell.as_str())));
            cells.push(Cell::from(last.as_str()));
            cells.resize(self.columns.len() + 2, Cell::Empty);
            table.write(&cells)?;
        }
        Ok(())
    }

    fn finish(self) -> anyhow::Result<Option<PathBuf>> {
        match self.table {
            Some(table) => {
                table.finish()?;
                Ok(Some(self.path))
            }
            None => {
                // One of an earlier attempt would be taken for this one's.
                drop(std::fs::remove_file(&self.path));
                Ok(None)
            }
        }
    }
}

/// Shown while a long step goes on.
pub(super) fn tell(step: &Step, done: u64, total: u64) {
    step.detail(progress(done, Some(total)));
}
