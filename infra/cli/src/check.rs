//! `revloops check`: every scenario, and every loop's config and cases, all problems at once.
//!
//! With `--crm`, the owners that Route's config names are held against the running system's CRM as well.

pub mod owners;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use revloops_config::levers::read_sources;
use revloops_config::{Levers as _, Problem, Problems};
use revloops_registry::servers;
use revloops_route::config::{RouteConfig, check_owners};
use revloops_route::logic::facts::Facts;
use serde_json::{Value, json};

use crate::console::Tone;
use crate::context::Context;
use crate::crm_api::CrmApi;
use crate::local::Endpoints;
use crate::schemas;

/// What to check.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The config folder; the project's own if none is given.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Hold the owners in Route's config against the CRM of the running system: who is unknown or not active.
    #[arg(long)]
    crm: bool,
    /// Fail on warnings, too.
    #[arg(long)]
    strict: bool,
}

/// What checking found.
#[derive(Default)]
struct Checked {
    rows: Vec<Vec<String>>,
    passed: Vec<Value>,
    scenario_rows: Vec<Vec<String>>,
    scenarios: Vec<Value>,
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
}

impl Checked {
    /// Adds what is wrong. The same can be found twice: in a scenario, in one that is based on it, and in a loop that reads
    /// from it; only its remedy may name another line then.
    fn add(&mut self, found: Vec<Problem>, warnings: Vec<Problem>) {
        for (all, more) in [(&mut self.problems, found), (&mut self.warnings, warnings)] {
            for problem in more {
                let same = |other: &Problem| {
                    let place = |one: &Problem| (one.file.clone(), one.line, one.column, one.path.clone());
                    place(other) == place(&problem) && other.what == problem.what
                };
                if !all.iter().any(same) {
                    all.push(problem);
                }
            }
        }
    }
}

/// Everything that is wrong with the project's own config.
///
/// # Errors
/// If a schema cannot be written as JSON.
pub fn problems(context: &Context) -> anyhow::Result<Vec<Problem>> {
    Ok(all(context, &context.layout.root.join("config"))?.problems)
}

/// Checks, and says everything that is wrong with file, line and remedy.
///
/// # Errors
/// If the result cannot be written.
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let console = &context.console;
    let root = args.config.unwrap_or_else(|| context.layout.root.join("config"));
    let mut checked = all(context, &root)?;
    if args.crm {
        checked.warnings.extend(of_owners(context, &root).await?);
    }
    let Checked { rows, passed, scenario_rows, scenarios, problems, warnings } = checked;
    for problem in &problems {
        console.say(format!("{} {problem}", console.tone(Tone::Bad, "✗")));
    }
    for warning in &warnings {
        console.say(format!("{} {warning}", console.tone(Tone::Warn, "!")));
    }
    if !problems.is_empty() || !warnings.is_empty() {
        console.say("");
    }
    console.table(&["scenario", "config", "segments", "seats", "territories", "version"], scenario_rows);
    console.say("");
    console.table(&["loop", "config", "cases passed", "version"], rows);
    let ok = problems.is_empty() && (warnings.is_empty() || !args.strict);
    console.json(
        &json!({"ok": ok, "scenarios": scenarios, "loops": passed, "problems": problems, "warnings": warnings}),
    )?;
    Ok(if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Warnings of owners who cannot own records, by the CRM of the running system.
async fn of_owners(context: &Context, root: &Path) -> anyhow::Result<Vec<Problem>> {
    let mut told = Problems::new();
    let sources = read_sources::<RouteConfig>(root, &mut told);
    // Where the config itself is broken, that has been said, and comes first.
    let Some(config) = RouteConfig::check(&sources, &mut told) else { return Ok(Vec::new()) };
    let crm = CrmApi::log_in(&Endpoints::load(context)?).await?;
    let mut facts = Facts::default();
    owners::look_up(&crm, &config.logins(), &config.queues(), &mut facts).await?;
    let mut warnings = Problems::new();
    check_owners(&sources, &facts, &mut warnings);
    Ok(warnings.warnings())
}

fn all(context: &Context, root: &Path) -> anyhow::Result<Checked> {
    let mut checked = Checked::default();
    scenarios(root, &mut checked);
    for entry in revloops_catalogue::all() {
        let name = entry.card.name;
        match (entry.check)(root) {
            Ok(candidate) => {
                let hash = candidate.sha256();
                checked.add(Vec::new(), candidate.warnings().to_vec());
                checked.rows.push(vec![name.to_owned(), "ok".to_owned(), candidate.cases().to_string(), short(&hash)]);
                checked.passed.push(json!({"loop": name, "cases": candidate.cases(), "sha256": hash}));
            }
            Err(found) => {
                checked.rows.push(vec![name.to_owned(), count(&found), "–".to_owned(), "–".to_owned()]);
                checked.add(found.sorted(), found.warnings());
            }
        }
    }
    let is_own = root == context.layout.root.join("config");
    if is_own || root.join(servers::FILE).exists() {
        let found = servers::Servers::read(root).err().unwrap_or_default();
        checked.add(found.sorted(), found.warnings());
    }
    if is_own {
        checked.problems.extend(schemas::stale(context)?);
    }
    Ok(checked)
}

/// Every scenario, and that the active one is one of them.
fn scenarios(root: &Path, checked: &mut Checked) {
    let mut found = Problems::new();
    let active = revloops_scenario::active(root, &mut found);
    checked.add(found.sorted(), found.warnings());
    for id in revloops_scenario::all(root) {
        let mut found = Problems::new();
        let read = revloops_scenario::read(root, &id, &mut found);
        let is_active = active.as_ref() == Some(&id);
        let name = if is_active { format!("{id} (active)") } else { id.clone() };
        match read {
            Some(read) => {
                let plan = &read.scenario;
                let hires: usize = plan.hiring_plan.iter().map(|hire| usize::from(hire.seats)).sum();
                let counts = [plan.segments.len(), plan.roster.len() + hires, plan.territories.iter().count()];
                let row = [name, "ok".to_owned()].into_iter().chain(counts.map(|count| count.to_string()));
                checked.scenario_rows.push(row.chain([short(&plan.hash)]).collect());
                let [segments, seats, territories] = counts;
                checked.scenarios.push(json!({
                    "scenario": id, "active": is_active, "segments": segments, "seats": seats, "territories": territories,
                    "sha256": plan.hash,
                }));
            }
            None => {
                let nothing = || "–".to_owned();
                checked.scenario_rows.push(vec![name, count(&found), nothing(), nothing(), nothing(), nothing()]);
            }
        }
        checked.add(found.sorted(), found.warnings());
    }
}

fn count(found: &Problems) -> String {
    if found.len() == 1 { "1 problem".to_owned() } else { format!("{} problems", found.len()) }
}

fn short(hash: &str) -> String {
    hash.chars().take(12).collect()
}
