//! Names that one file defines and another uses, and the forms that names must have.

use serde_json::Value;

pub(crate) use revloops_config::names::{day, id, login, once, zone};
use revloops_config::{Document, Problems, Sources};

use super::territories::TERRITORIES;

/// The names that one file defines and another uses; those of broken entries included, so that one mistake is
/// reported once.
pub(crate) struct Names<'a> {
    pub(crate) roles: Vec<&'a str>,
    /// Territories with their parents.
    pub(crate) territories: Vec<(&'a str, Option<&'a str>)>,
    pub(crate) pools: Vec<&'a str>,
    pub(crate) rules: Vec<&'a str>,
    pub(crate) bands: Vec<&'a str>,
    pub(crate) calendars: Vec<&'a str>,
}

impl<'a> Names<'a> {
    pub(crate) fn of(sources: &'a Sources) -> Self {
        let ids = |file: &str, list: &str| {
            sources.get(file).map(|document| document.names_in(list, "id")).unwrap_or_default()
        };
        let list = |file: &str, pointer: &str| {
            let list = sources.get(file).and_then(|document| document.value().pointer(pointer));
            list.and_then(Value::as_array).into_iter().flatten()
        };
        let territory = |entry: &'a Value| {
            let text = |key: &str| entry.get(key).and_then(Value::as_str);
            Some((text("id")?, text("parent")))
        };
        Self {
            roles: list(TERRITORIES, "/roles").filter_map(Value::as_str).collect(),
            territories: list(TERRITORIES, "/territories").filter_map(territory).collect(),
            pools: ids("pools.yaml", "pools"),
            rules: ids("rules.yaml", "rules"),
            bands: list("levers.yaml", "/first_touch/bands").filter_map(|band| band.get("band")?.as_str()).collect(),
            calendars: ids("calendars.yaml", "calendars"),
        }
    }
}

/// Checks a queue's developer name.
pub(crate) fn developer_name(
    text: &str,
    document: &Document,
    pointer: &str,
    problems: &mut Problems,
) -> Option<String> {
    let fits = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && text.len() <= 80;
    if !fits {
        let remedy = "write the queue's developer name, not its label: letters, digits and `_`, like Partner_Desk";
        problems.at(document, pointer, format!("`{text}` is no developer name"), remedy);
    }
    fits.then(|| text.to_owned())
}
