//! What is to become of one client's file: decided here, carried out elsewhere.

use std::path::Path;

use serde_json::{Map, Value};

use super::clients::Client;
use super::json_edit::{self, EditError};
use super::report::{Action, Outcome};
use super::state::Record;

/// A file's way from what it is to what it should be.
pub(super) struct Plan {
    /// `None`: there is no file.
    pub(super) before: Option<String>,
    /// `None`: there is to be no file.
    pub(super) after: Option<String>,
    /// What is ours in it then.
    pub(super) record: Record,
    /// One an entry.
    pub(super) outcomes: Vec<Outcome>,
}

const CONFLICT: &str =
    "an entry of this name is there and is not ours, so it stays; rename or remove it, then run this again";
const SAME: &str = "the same entry was there before us: it is not ours, and stays when ours go";
const CHANGED: &str = "a person changed it since: left as it is; --force puts ours in its place";
const NOT_REMOVED: &str = "a person changed it since: left as it is; --force removes it";
const OVERWRITTEN: &str = "a person's change was written over";

/// Decides. `wanted` are the entries that should be there; what else is ours goes.
pub(super) fn plan(
    client: Client,
    file: &Path,
    before: Option<String>,
    record: Option<&Record>,
    wanted: &[(String, Value)],
    force: bool,
) -> Plan {
    let ours = record.cloned().unwrap_or_else(|| Record::new(client, file));
    match planned(client, before.as_deref(), &ours, wanted, force) {
        Ok((after, record, outcomes)) => Plan { before, after, record, outcomes },
        Err(error) => {
            let outcomes = vec![Outcome { name: String::new(), action: Action::Unusable, detail: error.to_string() }];
            Plan { after: before.clone(), before, record: ours, outcomes }
        }
    }
}

type Planned = (Option<String>, Record, Vec<Outcome>);

fn planned(
    client: Client,
    before: Option<&str>,
    ours: &Record,
    wanted: &[(String, Value)],
    force: bool,
) -> Result<Planned, EditError> {
    let (section, dialect) = (client.section(), client.dialect());
    let mut text = before.unwrap_or_default().to_owned();
    let there = json_edit::entries(&text, dialect, section)?;
    let had_section = there.is_some();
    let there = there.unwrap_or_else(Map::new);
    let mut record = ours.clone();
    let mut outcomes = Vec::new();
    for (name, value) in wanted {
        let (action, detail) = wanted_action(there.get(name), ours.entries.get(name), value, force);
        if matches!(action, Action::Added | Action::Updated) {
            text = json_edit::set(&text, dialect, section, name, value)?;
        }
        if matches!(action, Action::Added | Action::Updated | Action::Unchanged) {
            record.entries.insert(name.clone(), vec![value.clone()]);
        }
        outcomes.push(Outcome { name: name.clone(), action, detail: detail.to_owned() });
    }
    for (name, known) in ours.entries.iter().filter(|(name, _)| !wanted.iter().any(|(kept, _)| kept == *name)) {
        let (action, detail) = match there.get(name) {
            None => (Action::Missing, ""),
            Some(value) if known.contains(value) => (Action::Removed, ""),
            Some(_) if force => (Action::Removed, OVERWRITTEN),
            Some(_) => (Action::Changed, NOT_REMOVED),
        };
        if action == Action::Removed {
            text = json_edit::remove(&text, dialect, section, name)?;
        }
        if action != Action::Changed {
            record.entries.remove(name);
        }
        outcomes.push(Outcome { name: name.clone(), action, detail: detail.to_owned() });
    }
    let added = outcomes.iter().any(|outcome| outcome.action == Action::Added);
    record.made_file |= added && before.is_none();
    record.made_section |= added && !had_section;
    if record.entries.is_empty() && record.made_section && before.is_some() {
        text = json_edit::remove_empty(&text, dialect, section)?;
    }
    let unmade = record.entries.is_empty() && record.made_file && text.trim() == "{}";
    let nothing = before.is_none() && text.is_empty();
    Ok((if unmade || nothing { None } else { Some(text) }, record, outcomes))
}

fn wanted_action(
    there: Option<&Value>,
    known: Option<&Vec<Value>>,
    wanted: &Value,
    force: bool,
) -> (Action, &'static str) {
    match (there, known) {
        (None, _) => (Action::Added, ""),
        (Some(there), Some(_)) if there == wanted => (Action::Unchanged, ""),
        (Some(there), Some(known)) if known.contains(there) => (Action::Updated, ""),
        (Some(_), Some(_)) if force => (Action::Updated, OVERWRITTEN),
        (Some(_), Some(_)) => (Action::Changed, CHANGED),
        (Some(there), None) if there == wanted => (Action::Same, SAME),
        (Some(_), None) => (Action::Conflict, CONFLICT),
    }
}

/// How the entries that are ours stand, where nothing is to be done.
pub(super) fn standing(client: Client, text: Option<&str>, record: &Record) -> Vec<Outcome> {
    let there = match json_edit::entries(text.unwrap_or_default(), client.dialect(), client.section()) {
        Ok(there) => there.unwrap_or_else(Map::new),
        Err(error) => {
            return vec![Outcome { name: String::new(), action: Action::Unusable, detail: error.to_string() }];
        }
    };
    let outcome = |(name, known): (&String, &Vec<Value>)| {
        let (action, detail) = match there.get(name) {
            None => (Action::Missing, "run the installer again to have it back"),
            Some(value) if known.contains(value) => (Action::Unchanged, ""),
            Some(_) => (Action::Changed, CHANGED),
        };
        Outcome { name: name.clone(), action, detail: detail.to_owned() }
    };
    record.entries.iter().map(outcome).collect()
}
