//! `revloops design promote` and `rollback`: a scenario becomes the active one, once its hash was approved.
//!
//! What a promotion changes, and that the same command carries on whatever it dies at, is told by
//! [`revloops_planning::promotion`]. Besides, this command changes the one line of `config/active_scenario.yaml`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use revloops_config::store::SCENARIO;
use revloops_config::{ConfigStore as _, Problem, Problems};
use revloops_domain::sha256_hex;
use revloops_loopkit::change::Candidate;
use revloops_planning::promotion::{self, Promotions};
use revloops_scenario::{Resolved, stored};
use serde_json::json;

use crate::config::{desk, person, store};
use crate::console::Tone;
use crate::context::Context;
use crate::local::{Endpoints, write_private};

const ACTIVE_FILE: &str = "active_scenario.yaml";

/// Which scenario.
#[derive(Debug, clap::Args)]
pub struct PromoteArgs {
    /// The scenario: the name of its file without `.yaml`.
    id: String,
    /// Its hash, as this command told it: what was looked at is what is promoted.
    #[arg(long, value_name = "HASH")]
    approve: Option<String>,
    /// The config folder; the project's own if none is given.
    #[arg(long)]
    config: Option<PathBuf>,
}

/// Back to the scenario before.
#[derive(Debug, clap::Args)]
pub struct RollbackArgs {
    /// The hash of the scenario before, as this command told it.
    #[arg(long, value_name = "HASH")]
    approve: Option<String>,
    /// The config folder; the project's own if none is given.
    #[arg(long)]
    config: Option<PathBuf>,
}

/// A scenario that passed every check, and what goes with it.
struct Checked {
    resolved: Resolved,
    /// Route with the scenario's territories.
    route: Candidate,
}

/// Promotes a scenario, or shows what promoting it would change.
///
/// # Errors
/// If the scenario or a loop's config has problems, the hash is another, or the store does not answer.
pub async fn run(context: &Context, args: PromoteArgs) -> anyhow::Result<ExitCode> {
    let endpoints = Endpoints::load(context)?;
    let root = args.config.unwrap_or_else(|| context.layout.root.join("config"));
    let checked = checked(context, &root, &args.id)?;
    promoted(context, &endpoints, &root, &checked, args.approve.as_deref()).await
}

/// Promotes the scenario that was active before.
///
/// # Errors
/// As [`run`]; if there was none before, or its file has changed since.
pub async fn rollback(context: &Context, args: RollbackArgs) -> anyhow::Result<ExitCode> {
    let endpoints = Endpoints::load(context)?;
    let root = args.config.unwrap_or_else(|| context.layout.root.join("config"));
    let store = store(&endpoints).await?;
    let before = store.pointer(SCENARIO).await?.and_then(|read| read.pointer.previous);
    let before = before.context("no scenario was active before: there is nothing to go back to")?;
    let id = stored::id_of(&before)?.to_owned();
    let checked = checked(context, &root, &id)?;
    if sha256_hex(&checked.resolved.to_json()) != before.sha256 {
        bail!(
            "config/scenarios/{id}.yaml is not what was active before ({}): bring that version of the file back, or promote it as it is",
            before.short()
        );
    }
    promoted(context, &endpoints, &root, &checked, args.approve.as_deref()).await
}

fn checked(context: &Context, root: &Path, id: &str) -> anyhow::Result<Checked> {
    let step = context.console.step("Check");
    let checked = check(root, id).map_err(|problems| told(context, &problems))?;
    step.done(format!("{id}, and every loop with it"));
    Ok(checked)
}

async fn promoted(
    context: &Context,
    endpoints: &Endpoints,
    root: &Path,
    checked: &Checked,
    approved: Option<&str>,
) -> anyhow::Result<ExitCode> {
    let console = &context.console;
    let desk = desk(endpoints).await?;
    let scenario = &checked.resolved.scenario;
    let (id, hash) = (scenario.id.as_str(), scenario.hash.clone());
    let active = promotion::active_scenario(&desk).await?;
    let changes = promotion::between(active.as_ref(), scenario);
    for line in promotion::in_words(&changes) {
        console.say(line);
    }
    let Some(approved) = approved else {
        console.say(format!("\n{}", console.tone(Tone::Strong, "Nothing was promoted. To promote exactly this:")));
        console.say(format!("  cargo revloops design promote {id} --approve {hash}"));
        console.json(&json!({"scenario": id, "hash": hash, "changes": changes, "promoted": false}))?;
        return Ok(ExitCode::SUCCESS);
    };
    if approved != hash {
        bail!("the hash of {id} is {hash}, not {approved}: look at it again, then approve it");
    }
    let bus = endpoints.bus().await?;
    let promotions = Promotions { desk: &desk, bus: &bus };
    let pointer = promotions.promote(&checked.resolved, &checked.route, &person(), Timestamp::now()).await?;
    name_in_file(root, id)?;
    let event = promotion::event(&pointer)?;
    let step = console.step("Planning chain");
    promotion::publish(&bus, &event).await?;
    step.done("started");
    console.say(format!("{id} is the active scenario ({}).", pointer.active.short()));
    console.say("  next            cargo revloops territories show · approve");
    console.json(&json!({
        "scenario": id, "hash": hash, "changes": changes, "promoted": true, "event": event, "pointer": pointer,
    }))?;
    Ok(ExitCode::SUCCESS)
}

/// Checks the scenario and every loop's config as if it were active.
fn check(root: &Path, id: &str) -> Result<Checked, Vec<Problem>> {
    let mut problems = Problems::new();
    let resolved = revloops_scenario::read(root, id, &mut problems);
    let mut found = problems.sorted();
    let mut route = None;
    match as_if_active(root, id) {
        Ok(folder) => {
            for entry in revloops_catalogue::all() {
                match (entry.check)(folder.path()) {
                    Ok(candidate) if entry.card.name == "route" => route = Some(candidate),
                    Ok(_) => {}
                    // The scenario's own problems come again with each loop that reads it.
                    Err(more) => found.extend(more.sorted()),
                }
            }
        }
        Err(error) => found.push(unreadable(&error)),
    }
    found.sort_by(|a, b| (&a.file, a.line, a.column, &a.what).cmp(&(&b.file, b.line, b.column, &b.what)));
    found.dedup();
    match (resolved, route) {
        (Some(resolved), Some(route)) if found.is_empty() => Ok(Checked { resolved, route }),
        _ => Err(found),
    }
}

fn unreadable(error: &std::io::Error) -> Problem {
    Problem {
        file: ACTIVE_FILE.to_owned(),
        line: 0,
        column: 0,
        path: String::new(),
        what: format!("the config folder cannot be looked at: {error}"),
        remedy: "it must be a folder of files".to_owned(),
    }
}

/// The config folder as it would be with another active scenario: links to what is there, and the one line.
fn as_if_active(root: &Path, id: &str) -> std::io::Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    for entry in std::fs::read_dir(std::path::absolute(root)?)? {
        let entry = entry?;
        if entry.file_name() != ACTIVE_FILE {
            std::os::unix::fs::symlink(entry.path(), folder.path().join(entry.file_name()))?;
        }
    }
    std::fs::write(folder.path().join(ACTIVE_FILE), format!("active_scenario: {id}\n"))?;
    Ok(folder)
}

fn told(context: &Context, problems: &[Problem]) -> anyhow::Error {
    for problem in problems {
        context.console.note(problem);
    }
    anyhow::anyhow!("nothing was promoted: {} problems", problems.len())
}

/// Changes the one line of `active_scenario.yaml`; comments stay.
fn name_in_file(root: &Path, id: &str) -> anyhow::Result<()> {
    let path = root.join(ACTIVE_FILE);
    let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let changed =
        with_active(&text, id).with_context(|| format!("{} has no line `active_scenario:`", path.display()))?;
    if changed != text {
        let mode = std::fs::metadata(&path)?.permissions();
        write_private(&path, changed.as_bytes())?;
        std::fs::set_permissions(&path, mode)?;
    }
    Ok(())
}

/// The text with another scenario in its one line.
fn with_active(text: &str, id: &str) -> Option<String> {
    const KEY: &str = "active_scenario:";
    let begins = text.split_inclusive('\n').scan(0, |at, line| {
        let begins = *at;
        *at += line.len();
        Some((begins, line))
    });
    let (begins, line) = begins.into_iter().find(|(_, line)| line.starts_with(KEY))?;
    let (before, after) = (text.get(..begins)?, text.get(begins + line.len()..)?);
    let rest = line.get(KEY.len()..)?;
    let comment = rest.find(" #").and_then(|at| rest.get(at..)).map(str::trim_end).unwrap_or_default();
    let end = if line.ends_with('\n') { "\n" } else { "" };
    Some(format!("{before}{KEY} {id}{comment}{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_changes_and_comments_stay() {
        let text = "# What the rest reads from.\nactive_scenario: fy27-baseline # since January\n# the end\n";
        let wanted = "# What the rest reads from.\nactive_scenario: fy27-iberia # since January\n# the end\n";
        assert_eq!(with_active(text, "fy27-iberia").as_deref(), Some(wanted));
        assert_eq!(with_active(wanted, "fy27-iberia").as_deref(), Some(wanted), "a second time changes nothing");
        assert_eq!(with_active("active_scenario: a", "b").as_deref(), Some("active_scenario: b"));
        assert_eq!(with_active("# active_scenario: a\n", "b"), None);
    }
}
