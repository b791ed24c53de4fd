//! `calendars.yaml`: public holidays, which people's and regions' calendars name. Route's file; other loops read the same.

use std::collections::BTreeMap;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::names::{cycles, day, id, once};
use crate::{Document, Problems, Sources};

/// What the calendars are called among the sources, and in bundles.
pub const CALENDARS: &str = "calendars.yaml";

/// The file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawCalendars {
    /// Calendars.
    #[expect(
        dead_code,
        reason = "for the schema; the entries are read one by one, so that a broken one hides no other"
    )]
    calendars: Vec<RawCalendar>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawCalendar {
    /// What people's entries call it.
    id: String,
    /// Calendars whose holidays are holidays here, too.
    #[serde(default)]
    includes: Vec<String>,
    /// Days on which nobody with this calendar works.
    #[serde(default)]
    holidays: Vec<RawHoliday>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawHoliday {
    /// The day: `2026-12-25`.
    on: String,
    /// What it is called.
    name: String,
}

/// A calendar's holidays, those that it includes among them: each day with its name.
pub type Holidays = BTreeMap<Date, String>;

/// The calendars by id; none where there is no such file.
pub fn check(sources: &Sources, problems: &mut Problems) -> Option<BTreeMap<String, Holidays>> {
    let Some(document) = sources.get(CALENDARS) else { return Some(BTreeMap::new()) };
    let file = document.read::<RawCalendars>(problems);
    let raw = document.items::<RawCalendar>("calendars");
    let pointers = raw.iter().map(|(at, one)| (one.id.as_str(), format!("/calendars/{at}/id")));
    once("calendar", pointers, document, problems);
    let edges: Vec<(&str, Vec<&str>)> =
        raw.iter().map(|(_, one)| (one.id.as_str(), one.includes.iter().map(String::as_str).collect())).collect();
    let at = |nth: usize| raw.get(nth).map(|(at, _)| format!("/calendars/{at}/includes")).unwrap_or_default();
    let cyclic = cycles("calendar", &edges, document, at, problems);
    let defined = document.names_in("calendars", "id");
    let mut own: BTreeMap<&str, Option<Holidays>> = BTreeMap::new();
    let mut sound = !cyclic;
    for (at, raw) in &raw {
        let pointer = format!("/calendars/{at}");
        sound &= id(&raw.id, document, &format!("{pointer}/id"), problems);
        for (nth, included) in raw.includes.iter().enumerate() {
            if !defined.contains(&included.as_str()) {
                let at = format!("{pointer}/includes/{nth}");
                problems.unknown_name(document, &at, "calendar", included, defined.iter().copied());
                sound = false;
            }
        }
        own.insert(&raw.id, holidays(raw, document, &pointer, problems));
    }
    file.filter(|_| sound)?;
    own.keys().map(|id| Some(((*id).to_owned(), with_included(id, &edges, &own)?))).collect()
}

fn holidays(raw: &RawCalendar, document: &Document, pointer: &str, problems: &mut Problems) -> Option<Holidays> {
    let days = raw.holidays.iter().enumerate();
    once("holiday", days.map(|(at, day)| (day.on.as_str(), format!("{pointer}/holidays/{at}/on"))), document, problems);
    let read: Vec<Option<(Date, String)>> = raw
        .holidays
        .iter()
        .enumerate()
        .map(|(at, raw)| {
            let on = day(&raw.on, document, &format!("{pointer}/holidays/{at}/on"), problems)?;
            Some((on, raw.name.clone()))
        })
        .collect();
    read.into_iter().collect()
}

/// The calendar's own holidays and those of all that it includes; there is no cycle.
fn with_included(id: &str, edges: &[(&str, Vec<&str>)], own: &BTreeMap<&str, Option<Holidays>>) -> Option<Holidays> {
    let mut all = Holidays::new();
    let mut open = vec![id];
    let mut seen = Vec::new();
    while let Some(next) = open.pop() {
        if seen.contains(&next) {
            continue;
        }
        seen.push(next);
        for (on, name) in own.get(next)?.as_ref()? {
            all.entry(*on).or_insert_with(|| name.clone());
        }
        open.extend(edges.iter().filter(|(name, _)| *name == next).flat_map(|(_, included)| included.iter().copied()));
    }
    Some(all)
}
