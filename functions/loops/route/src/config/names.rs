//! Names that one file defines and another uses, and the forms that names must have.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde_json::Value;

use revloops_config::{Document, Problems, Sources};

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
            roles: list("territories.yaml", "/roles").filter_map(Value::as_str).collect(),
            territories: list("territories.yaml", "/territories").filter_map(territory).collect(),
            pools: ids("pools.yaml", "pools"),
            rules: ids("rules.yaml", "rules"),
            bands: list("levers.yaml", "/first_touch/bands").filter_map(|band| band.get("band")?.as_str()).collect(),
            calendars: ids("calendars.yaml", "calendars"),
        }
    }
}

/// Checks a username: how config names a person. Usernames have the form of a mail address, in any case.
pub(crate) fn login(text: &str, document: &Document, pointer: &str, problems: &mut Problems) -> Option<String> {
    let fits = text.len() <= 80
        && !text.contains(char::is_whitespace)
        && revloops_domain::MailDomain::of_address(text).is_some();
    if !fits {
        let remedy = "write it as the CRM does, like ida.holm@acme.example";
        problems.at(document, pointer, format!("`{text}` is no username"), remedy);
    }
    fits.then(|| text.to_lowercase())
}

/// Checks an id of our own: what records, reports and other files call a thing.
pub(crate) fn id(text: &str, document: &Document, pointer: &str, problems: &mut Problems) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let fits = !text.is_empty() && text.len() <= 80 && text.chars().all(allowed);
    if !fits {
        let remedy = "1 to 80 lower-case letters, digits and hyphens, like large-accounts";
        problems.at(document, pointer, format!("`{text}` is no id"), remedy);
    }
    fits
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

/// Reports the second of two entries with the same name.
pub(crate) fn once<'n>(
    what: &str,
    names: impl IntoIterator<Item = (&'n str, String)>,
    document: &Document,
    problems: &mut Problems,
) {
    let mut first: BTreeMap<&str, String> = BTreeMap::new();
    for (name, pointer) in names {
        if let Some(earlier) = first.get(name) {
            let line = document.position(earlier).0;
            let remedy = format!("keep one: it stands in line {line} already");
            problems.at(document, &pointer, format!("the {what} `{name}` stands twice"), remedy);
        } else {
            first.insert(name, pointer);
        }
    }
}

/// A day: `2026-12-21`.
pub(crate) fn day(text: &str, document: &Document, pointer: &str, problems: &mut Problems) -> Option<Date> {
    let day = text.parse().ok();
    if day.is_none() {
        problems.at(document, pointer, format!("`{text}` is no day"), "write it like 2026-12-21");
    }
    day
}

/// The zone by its name, from the data that is compiled in: the same everywhere, whatever the machine has. UTC where
/// none is named.
pub(crate) fn zone(
    name: Option<&str>,
    document: &Document,
    pointer: &str,
    problems: &mut Problems,
) -> Option<TimeZone> {
    let Some(name) = name else { return Some(TimeZone::UTC) };
    let known = TimeZoneDatabase::bundled();
    if let Ok(zone) = known.get(name) {
        return Some(zone);
    }
    let names: Vec<String> = known.available().map(|name| name.as_str().to_owned()).collect();
    problems.unknown_name(document, pointer, "time zone", name, names.iter().map(String::as_str));
    None
}

/// Reports each cycle of names that lie in one another, once, at the first of its names.
///
/// `edges` gives each name with those that it names; `pointer` where a name's own mention of others stands. Returns
/// whether there is a cycle.
pub(crate) fn cycles(
    what: &str,
    edges: &[(&str, Vec<&str>)],
    document: &Document,
    pointer: impl Fn(usize) -> String,
    problems: &mut Problems,
) -> bool {
    let mut reported: Vec<&str> = Vec::new();
    for (at, (name, _)) in edges.iter().enumerate() {
        if reported.contains(name) {
            continue;
        }
        if let Some(path) = way_back(name, edges) {
            let said = path.iter().chain([name]).copied().collect::<Vec<_>>().join(" → ");
            let found = format!("the {what} `{name}` lies within itself: {said}");
            problems.at(document, &pointer(at), found, "take one of these steps out");
            reported.extend(path);
        }
    }
    !reported.is_empty()
}

/// The names from `start` back to itself, `start` first; `None` where none leads back.
fn way_back<'e>(start: &'e str, edges: &[(&'e str, Vec<&'e str>)]) -> Option<Vec<&'e str>> {
    let mut ways: Vec<Vec<&str>> = vec![vec![start]];
    let mut seen: Vec<&str> = Vec::new();
    while let Some(way) = ways.pop() {
        let last = way.last().copied()?;
        let next = edges.iter().filter(|(name, _)| *name == last).flat_map(|(_, to)| to.iter().copied());
        for to in next {
            if to == start {
                return Some(way);
            }
            if !seen.contains(&to) {
                seen.push(to);
                ways.push(way.iter().copied().chain([to]).collect());
            }
        }
    }
    None
}
