//! The three commands.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::Value;

use super::clients::Client;
use super::diff::unified;
use super::files::{self, FileError};
use super::places::Environment;
use super::plan::{Plan, plan, standing};
use super::report::{Action, ClientReport, Outcome, RegistryReport, Report, Source};
use super::state::State;
use super::trust::{self, Fetched, Trusted};
use super::{BRIDGE, InstallError};
use crate::document::{Registry, is_safe_url};
use crate::envelope::PublicKey;

/// How often a file may change under our hands.
const ATTEMPTS: u32 = 3;

/// What was asked for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The clients; none: those that are here, or have entries of ours.
    pub clients: Vec<Client>,
    /// Say what would be done, and write nothing.
    pub dry_run: bool,
    /// Write over what a person changed in entries of ours.
    pub force: bool,
}

/// Which registry counts: what is given, else what was used last.
///
/// # Errors
/// If there is neither, or one cannot be used.
pub fn registry_of(url: Option<&str>, key: Option<&str>, at: &Environment) -> Result<Trusted, InstallError> {
    let seen = State::load(at)?.registry;
    let url = url.map(str::to_owned).or_else(|| seen.as_ref().map(|seen| seen.url.clone()));
    let key = key.map(str::to_owned).or_else(|| seen.map(|seen| seen.key));
    let (Some(url), Some(key)) = (url, key) else {
        let what = "say which registry (--registry URL) and by which key it is signed (--key BASE64)";
        return Err(InstallError::Usage(what.to_owned()));
    };
    let key = PublicKey::parse(&key).map_err(|error| InstallError::Usage(error.to_string()))?;
    if !is_safe_url(&url) && !url.starts_with("file:") {
        let what = format!("the registry's address `{url}` must be https, http on this machine, or a file");
        return Err(InstallError::Usage(what));
    }
    Ok(Trusted { url, key })
}

/// Brings the clients in line with the registry.
///
/// # Errors
/// If the registry is refused, or a file of our own cannot be used; what is wrong with a client's file is in the report.
pub fn install(
    options: &Options,
    at: &Environment,
    trusted: &Trusted,
    fetched: Fetched,
    now: Timestamp,
) -> Result<Report, InstallError> {
    let mut state = State::load(at)?;
    let (registry, seen, report) = trust::accept(trusted, fetched, &state, now)?;
    let clients = chosen(options, at, &state);
    if clients.is_empty() {
        let names = Client::ALL.map(Client::id).join(", ");
        return Err(InstallError::Usage(format!("no client was found here: name one with --client ({names}, or all)")));
    }
    if !options.dry_run {
        state.registry = Some(seen);
        state.save(at)?;
        if clients.contains(&Client::ClaudeDesktop) {
            put(&at.bridge(), BRIDGE)?;
        }
    }
    let mut reports = Vec::new();
    for client in clients {
        let wanted = client.entries(&registry.servers, at);
        reports.push(in_line(client, &client.file(at), &wanted, options, at, &mut state)?);
    }
    Ok(Report::new(options.dry_run, Some(report), reports))
}

/// Takes away what is ours, and nothing else.
///
/// # Errors
/// If a file of our own cannot be used.
pub fn uninstall(options: &Options, at: &Environment) -> Result<Report, InstallError> {
    let mut state = State::load(at)?;
    let mut reports = Vec::new();
    for record in state.files.clone() {
        let Some(client) = Client::named(&record.client) else { continue };
        if !options.clients.is_empty() && !options.clients.contains(&client) {
            continue;
        }
        reports.push(in_line(client, &record.file, &[], options, at, &mut state)?);
        if !options.dry_run {
            files::drop_backup(&record.file).map_err(|error| failed(&record.file, &error))?;
        }
    }
    if !options.dry_run {
        tidy(at, &state)?;
    }
    Ok(Report::new(options.dry_run, None, reports))
}

/// How the entries that are ours stand.
///
/// # Errors
/// If the state cannot be read.
pub fn status(at: &Environment, now: Timestamp) -> Result<Report, InstallError> {
    let state = State::load(at)?;
    let registry = state.registry.as_ref().and_then(|seen| {
        let key = PublicKey::parse(&seen.key).ok()?;
        let registry = Registry::verified(&seen.envelope, &key, Timestamp::MIN).ok()?;
        let expired = now >= registry.document.expires;
        let note = if expired { "it has expired: run the installer again" } else { "" };
        Some(RegistryReport::of(&seen.url, &registry, Source::LastGood, note.to_owned()))
    });
    let mut reports = Vec::new();
    for record in &state.files {
        let Some(client) = Client::named(&record.client) else { continue };
        let entries = match files::read(&record.file) {
            Ok(text) => standing(client, text.as_deref(), record),
            Err(error) => vec![whole_file(Action::Unusable, &error)],
        };
        let (client, file) = (record.client.clone(), record.file.display().to_string());
        reports.push(ClientReport { client, file, entries, diff: String::new() });
    }
    Ok(Report::new(false, registry, reports))
}

fn chosen(options: &Options, at: &Environment, state: &State) -> Vec<Client> {
    let asked = |client: &Client| match options.clients.is_empty() {
        true => client.is_here(at) || state.files.iter().any(|record| record.client == client.id()),
        false => options.clients.contains(client),
    };
    Client::ALL.into_iter().filter(asked).collect()
}

/// One file: planned, noted, written, noted again; planned anew where it changed in the meantime.
fn in_line(
    client: Client,
    file: &Path,
    wanted: &[(String, Value)],
    options: &Options,
    at: &Environment,
    state: &mut State,
) -> Result<ClientReport, InstallError> {
    let report = |entries, diff| ClientReport {
        client: client.id().to_owned(),
        file: file.display().to_string(),
        entries,
        diff,
    };
    let old = state.record(client, file).cloned();
    for _attempt in 0..ATTEMPTS {
        let before = match files::read(file) {
            Ok(before) => before,
            Err(error) => return Ok(report(vec![whole_file(Action::Unusable, &error)], String::new())),
        };
        let planned = plan(client, file, before, old.as_ref(), wanted, options.force);
        let diff = unified(&file.display().to_string(), planned.before.as_deref(), planned.after.as_deref());
        if options.dry_run {
            return Ok(report(planned.outcomes, diff));
        }
        let both = old.as_ref().map_or_else(|| planned.record.clone(), |old| planned.record.with(old));
        if planned.after != planned.before {
            state.set(client, file, Some(both));
            state.save(at)?;
        }
        match written(file, &planned, at) {
            Ok(()) => {
                let kept = Some(planned.record).filter(|record| !record.entries.is_empty());
                state.set(client, file, kept);
                state.save(at)?;
                return Ok(report(planned.outcomes, diff));
            }
            Err(FileError::ChangedMeanwhile) => {}
            Err(error) => {
                state.set(client, file, old);
                state.save(at)?;
                return Ok(report(vec![whole_file(Action::Unusable, &error)], String::new()));
            }
        }
    }
    state.set(client, file, old);
    state.save(at)?;
    Ok(report(vec![whole_file(Action::Busy, &FileError::ChangedMeanwhile)], String::new()))
}

fn written(file: &Path, plan: &Plan, at: &Environment) -> Result<(), FileError> {
    match (&plan.before, &plan.after) {
        (before, after) if before == after => Ok(()),
        (before, Some(after)) => files::replace(file, before.as_deref(), after, at.before_rename.as_ref()),
        (Some(before), None) => files::delete(file, before),
        (None, None) => Ok(()),
    }
}

fn whole_file(action: Action, error: &FileError) -> Outcome {
    Outcome { name: String::new(), action, detail: error.to_string() }
}

fn put(path: &Path, text: &str) -> Result<(), InstallError> {
    files::put_own(path, text).map_err(|error| failed(path, &error))
}

fn failed(path: &Path, error: &FileError) -> InstallError {
    InstallError::Failed(format!("{}: {error}", path.display()))
}

/// Takes away our own files that nothing needs any more.
fn tidy(at: &Environment, state: &State) -> Result<(), InstallError> {
    let mut unused: Vec<PathBuf> = Vec::new();
    if !state.files.iter().any(|record| record.client == Client::ClaudeDesktop.id()) {
        unused.extend([at.bridge(), at.bridge_logins()]);
    }
    if state.files.is_empty() {
        unused.push(at.state());
    }
    for path in unused.iter().filter(|path| path.exists()) {
        fs::remove_file(path).map_err(|error| failed(path, &error.into()))?;
    }
    // Where something else is in it, the folder stays.
    let _not_empty = fs::remove_dir(at.folder());
    Ok(())
}
