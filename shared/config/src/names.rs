//! Names that one part of config defines and another uses, and the forms that names must have.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::{Document, Problems};

/// Checks a username: how config names a person. Usernames have the form of a mail address, in any case; the result is in
/// lower case.
pub fn login(text: &str, document: &Document, pointer: &str, problems: &mut Problems) -> Option<String> {
    let fits = text.len() <= 80
        && !text.contains(char::is_whitespace)
        && revloops_domain::MailDomain::of_address(text).is_some();
    if !fits {
        let remedy = "write it as the CRM does, like ida.holm@acme.example";
        problems.at(document, pointer, format!("`{text}` is no username"), remedy);
    }
    fits.then(|| text.to_lowercase())
}

/// Whether `text` has the form of an id of our own.
#[must_use]
pub fn is_id(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !text.is_empty() && text.len() <= 80 && text.chars().all(allowed)
}

/// Checks an id of our own: what records, reports and other files call a thing.
pub fn id(text: &str, document: &Document, pointer: &str, problems: &mut Problems) -> bool {
    let fits = is_id(text);
    if !fits {
        let remedy = "1 to 80 lower-case letters, digits and hyphens, like large-accounts";
        problems.at(document, pointer, format!("`{text}` is no id"), remedy);
    }
    fits
}

/// Reports the second of two entries with the same name.
pub fn once<'n>(
    what: &str,
    names: impl IntoIterator<Item = (&'n str, String)>,
    document: &Document,
    problems: &mut Problems,
) {
    let mut first: BTreeMap<&str, String> = BTreeMap::new();
    for (name, pointer) in names {
        if let Some(earlier) = first.get(name) {
            let line = document.line_in_words(earlier, &pointer);
            let remedy = format!("keep one: it stands in {line} already");
            problems.at(document, &pointer, format!("the {what} `{name}` stands twice"), remedy);
        } else {
            first.insert(name, pointer);
        }
    }
}

/// A day: `2026-12-21`.
pub fn day(text: &str, document: &Document, pointer: &str, problems: &mut Problems) -> Option<Date> {
    let day = text.parse().ok();
    if day.is_none() {
        problems.at(document, pointer, format!("`{text}` is no day"), "write it like 2026-12-21");
    }
    day
}

/// The zone by its name, from the data that is compiled in: the same everywhere, whatever the machine has. UTC where
/// none is named.
pub fn zone(name: Option<&str>, document: &Document, pointer: &str, problems: &mut Problems) -> Option<TimeZone> {
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
pub fn cycles(
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
