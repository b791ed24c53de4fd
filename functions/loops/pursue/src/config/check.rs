//! `levers.yaml`: raw → checked, with every problem at its line.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Weekday;
use serde_json::Value;

use revloops_config::calendars::Holidays;
use revloops_config::names::{id, once, zone};
use revloops_config::{Document, Problems};
use revloops_domain::BusinessDays;
use revloops_domain::working_time::DAYS;
use revloops_rules::check_country;

use super::raw::{RawLevers, RawRegion};
use super::{PursueConfig, Region};

/// The stages' names, whatever else is wrong with the file.
pub(super) fn stages(document: &Document) -> Vec<String> {
    let stages = document.value().get("open_stages").and_then(Value::as_array).into_iter().flatten();
    stages.filter_map(|stage| stage.as_str().map(str::to_owned)).collect()
}

/// Checks `levers.yaml`; plays are empty yet.
pub(super) fn levers(
    document: &Document,
    calendars: Option<&BTreeMap<String, Holidays>>,
    problems: &mut Problems,
) -> Option<PursueConfig> {
    let raw: RawLevers = document.read(problems)?;
    let lower: Vec<String> = raw.open_stages.iter().map(|stage| stage.to_lowercase()).collect();
    let pointers = lower.iter().enumerate().map(|(at, stage)| (stage.as_str(), format!("/open_stages/{at}")));
    once("stage", pointers, document, problems);
    let pointers = raw.regions.iter().enumerate().map(|(at, one)| (one.id.as_str(), format!("/regions/{at}/id")));
    once("region", pointers, document, problems);
    let pointers = raw.regions.iter().enumerate().flat_map(|(at, region)| {
        let named = region.countries.iter().enumerate();
        named.map(move |(nth, code)| (code.as_str(), format!("/regions/{at}/countries/{nth}")))
    });
    once("country", pointers, document, problems);
    let mut regions = Vec::new();
    for (at, one) in raw.regions.iter().enumerate() {
        regions.extend(region(one, calendars, document, &format!("/regions/{at}"), problems));
    }
    let names = raw.regions.iter().map(|region| region.id.as_str());
    if !names.clone().any(|name| name == raw.default_region) {
        problems.unknown_name(document, "/default_region", "region", &raw.default_region, names);
    }
    // The default one is first, by which `PursueConfig::region` finds it.
    let default = regions.iter().position(|region| region.id == raw.default_region)?;
    regions.swap(0, default);
    Some(PursueConfig {
        plays: Vec::new(),
        stages: raw.open_stages,
        regions,
        milestones_a_person_and_day: raw.milestones_a_person_and_day,
        feedback: raw.feedback,
    })
}

fn region(
    raw: &RawRegion,
    calendars: Option<&BTreeMap<String, Holidays>>,
    document: &Document,
    pointer: &str,
    problems: &mut Problems,
) -> Option<Region> {
    id(&raw.id, document, &format!("{pointer}/id"), problems);
    let mut countries = BTreeSet::new();
    for (nth, code) in raw.countries.iter().enumerate() {
        check_country(code, document, &format!("{pointer}/countries/{nth}"), problems);
        countries.insert(code.to_ascii_uppercase());
    }
    let holidays = match (&raw.calendar, calendars) {
        (None, _) => Some(Holidays::new()),
        // What is wrong with the calendars is told already.
        (Some(_), None) => None,
        (Some(name), Some(known)) => {
            if !known.contains_key(name) {
                let at = format!("{pointer}/calendar");
                problems.unknown_name(document, &at, "calendar", name, known.keys().map(String::as_str));
            }
            known.get(name).cloned()
        }
    };
    let zone = zone(raw.zone.as_deref(), document, &format!("{pointer}/zone"), problems);
    let weekend = weekend(raw, document, pointer, problems);
    Some(Region { id: raw.id.clone(), countries, days: BusinessDays::new(weekend?, holidays?), zone: zone? })
}

fn weekend(raw: &RawRegion, document: &Document, pointer: &str, problems: &mut Problems) -> Option<Vec<Weekday>> {
    let Some(names) = &raw.weekend else { return Some(vec![Weekday::Saturday, Weekday::Sunday]) };
    let mut days = Vec::new();
    for (nth, name) in names.iter().enumerate() {
        match DAYS.iter().find(|(known, _)| known == name) {
            Some((_, day)) => days.push(*day),
            None => {
                let at = format!("{pointer}/weekend/{nth}");
                problems.unknown_name(document, &at, "day", name, DAYS.map(|(known, _)| known));
            }
        }
    }
    if DAYS.iter().all(|(_, day)| days.contains(day)) {
        problems.at(document, &format!("{pointer}/weekend"), "no day is worked", "leave at least one day out");
        return None;
    }
    (days.len() == names.len()).then_some(days)
}
