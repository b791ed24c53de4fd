//! What stands in the config and nothing names.

use std::collections::BTreeSet;

use revloops_config::{Document, Problems};
use serde_json::Value;

use super::Drafted;
use crate::config::{Handler, TERRITORIES};

/// Warns of what nothing names.
pub(super) fn check(drafted: &Drafted<'_>, problems: &mut Problems) {
    let handlers = || drafted.rules.into_iter().flat_map(|read| &read.drafts).filter_map(|draft| draft.then.as_ref());
    let whole = drafted.rules.is_some_and(|read| read.drafts.iter().all(|draft| draft.then.is_some()));
    if whole {
        let pools: BTreeSet<&str> = handlers().filter_map(pool).collect();
        warn(drafted, "pools.yaml", "pools", "pool", "no rule gives leads to it", &pools, problems);
        roles(drafted, &handlers().filter_map(role).collect(), problems);
    }
    let mut named = Named::default();
    for file in ["rules.yaml", TERRITORIES, "team.yaml", "calendars.yaml"] {
        drafted.sources.get(file).into_iter().for_each(|document| named.look_at(document.value()));
    }
    warn(drafted, "lists.yaml", "lists", "list", "no condition names it", &named.lists, problems);
    warn(drafted, "calendars.yaml", "calendars", "calendar", "nobody's entry names it", &named.calendars, problems);
    warn(drafted, "team.yaml", "hours", "week", "nobody's entry names it", &named.hours, problems);
    warn(drafted, "team.yaml", "teams", "team", "nobody's entry names it", &named.teams, problems);
    let finds_owners_itself = handlers().any(|handler| matches!(handler, Handler::AccountOwner { .. }));
    if whole && !finds_owners_itself {
        people(drafted, problems);
    }
}

fn pool(handler: &Handler) -> Option<&str> {
    match handler {
        Handler::RoundRobin { pool } | Handler::LeastLoaded { pool } => Some(pool),
        Handler::NamedOwner { .. }
        | Handler::AccountOwner { .. }
        | Handler::TerritoryOwner { .. }
        | Handler::AiTerritory(_)
        | Handler::Queue { .. } => None,
    }
}

fn role(handler: &Handler) -> Option<&str> {
    match handler {
        Handler::TerritoryOwner { role } => Some(role),
        Handler::AiTerritory(asked) => Some(&asked.role),
        Handler::NamedOwner { .. }
        | Handler::AccountOwner { .. }
        | Handler::RoundRobin { .. }
        | Handler::LeastLoaded { .. }
        | Handler::Queue { .. } => None,
    }
}

/// Warns of the entries of a list whose ids are not among `used`.
fn warn(
    drafted: &Drafted<'_>,
    file: &str,
    list: &str,
    kind: &str,
    why: &str,
    used: &BTreeSet<&str>,
    problems: &mut Problems,
) {
    let Some(document) = drafted.sources.get(file) else { return };
    for (at, entry) in entries(document, list) {
        if let Some(id) = entry.get("id").and_then(Value::as_str)
            && !used.contains(id)
        {
            let what = format!("the {kind} `{id}` is of no use: {why}");
            problems.warn_at(document, &format!("/{list}/{at}"), what, "name it, or take it out");
        }
    }
}

fn roles(drafted: &Drafted<'_>, used: &BTreeSet<&str>, problems: &mut Problems) {
    let Some(document) = drafted.sources.get(TERRITORIES) else { return };
    for (at, role) in entries(document, "roles") {
        if let Some(role) = role.as_str()
            && !used.contains(role)
        {
            let what = format!("the role `{role}` is of no use: no rule asks for it");
            problems.warn_at(document, &format!("/roles/{at}"), what, "ask for it, or take it out");
        }
    }
}

fn people(drafted: &Drafted<'_>, problems: &mut Problems) {
    let Some(document) = drafted.sources.get("team.yaml") else { return };
    let mut logins = BTreeSet::new();
    for file in ["rules.yaml", TERRITORIES, "pools.yaml"] {
        drafted.sources.get(file).into_iter().for_each(|document| texts(document.value(), &mut logins));
    }
    for (at, person) in entries(document, "people") {
        if let Some(login) = person.get("login").and_then(Value::as_str)
            && !logins.contains(&login.to_lowercase())
        {
            let what = format!("`{login}` gets no leads: no rule, territory or pool names them");
            problems.warn_at(document, &format!("/people/{at}"), what, "name them, or take them out");
        }
    }
}

fn texts(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            found.insert(text.trim().to_lowercase());
        }
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(fields) => fields.values().for_each(|value| texts(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Names by which one file speaks of another's entries.
#[derive(Default)]
struct Named<'a> {
    lists: BTreeSet<&'a str>,
    calendars: BTreeSet<&'a str>,
    hours: BTreeSet<&'a str>,
    teams: BTreeSet<&'a str>,
}

impl<'a> Named<'a> {
    fn look_at(&mut self, value: &'a Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.look_at(item)),
            Value::Object(fields) => {
                for (key, value) in fields {
                    match (key.as_str(), value) {
                        ("in_list", Value::String(name)) => self.lists.insert(name),
                        ("calendar", Value::String(name)) => self.calendars.insert(name),
                        ("hours", Value::String(name)) => self.hours.insert(name),
                        ("team", Value::String(name)) => self.teams.insert(name),
                        ("includes", Value::Array(names)) => {
                            self.calendars.extend(names.iter().filter_map(Value::as_str));
                            continue;
                        }
                        _ => {
                            self.look_at(value);
                            continue;
                        }
                    };
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

fn entries<'d>(document: &'d Document, list: &str) -> impl Iterator<Item = (usize, &'d Value)> {
    document.value().get(list).and_then(Value::as_array).into_iter().flatten().enumerate()
}
