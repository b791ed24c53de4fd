//! Raw policy → checked policy, with every problem at its line.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Time;

use revloops_config::names::zone;
use revloops_config::{Document, Problems};
use revloops_domain::is_country_code;
use revloops_domain::working_time::{DAYS, Shift, WeekHours, time_of_day};

use super::raw::{RawPolicy, RawWindow};
use super::{Caps, Exclusive, Policy, Windows};

pub(super) fn policy(document: &Document, problems: &mut Problems) -> Option<Policy> {
    let raw: RawPolicy = document.read(problems)?;
    let delegates = delegates(&raw, document, problems);
    if raw.caps.per_rep_a_day > raw.caps.in_all_a_day {
        let remedy = format!("at most {}, or more in all", raw.caps.in_all_a_day);
        problems.at(document, "/caps/per_rep_a_day", "one rep may do more than all together", remedy);
    }
    let zone = zone(Some(&raw.caps.time_zone), document, "/caps/time_zone", problems);
    let windows = windows(&raw.send_window, document, problems);
    let cool_down = [(Exclusive::Person, raw.cool_down_days.person), (Exclusive::Account, raw.cool_down_days.account)];
    let exclusive: BTreeSet<Exclusive> = raw.one_at_a_time_per.iter().copied().collect();
    for (exclusive_of, days) in cool_down {
        if days > 0 && !exclusive.contains(&exclusive_of) {
            let name = if exclusive_of == Exclusive::Person { "person" } else { "account" };
            let remedy = format!("add `{name}` to `one_at_a_time_per`, or write 0");
            problems.at(document, &format!("/cool_down_days/{name}"), "a cool-down of what may run many times", remedy);
        }
    }
    Some(Policy {
        approval_days: raw.approval.valid_days,
        delegates,
        on_reply: raw.on_reply,
        exclusive,
        cool_down_days: cool_down.into_iter().collect(),
        stops_for_open_opportunity: raw.stop_for_open_opportunity,
        caps: Caps { per_rep: raw.caps.per_rep_a_day, in_all: raw.caps.in_all_a_day, zone: zone? },
        windows: windows?,
        disclosure_required: raw.disclosure_required,
    })
}

fn delegates(raw: &RawPolicy, document: &Document, problems: &mut Problems) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (owner, names) in &raw.approval.delegates {
        let at = format!("/approval/delegates/{}", owner.replace('~', "~0").replace('/', "~1"));
        if !owner.contains('@') {
            problems.at(document, &at, format!("`{owner}` is no username"), "a username of the CRM: `ada@acme.com`");
        }
        if names.is_empty() {
            problems.at(document, &at, "nobody is named", "name a delegate, or take the line out");
        }
        for (nth, name) in names.iter().enumerate() {
            if !name.contains('@') || name.eq_ignore_ascii_case(owner) {
                let remedy = "another username of the CRM: `ben@acme.com`";
                problems.at(document, &format!("{at}/{nth}"), format!("`{name}` cannot be a delegate"), remedy);
            }
        }
        let names = names.iter().map(|name| name.to_lowercase());
        found.entry(owner.to_lowercase()).or_default().extend(names);
    }
    found
}

fn windows(raw: &RawWindow, document: &Document, problems: &mut Problems) -> Option<Windows> {
    let before = problems.len();
    let (from, to) = (
        time(&raw.from, document, "/send_window/from", problems),
        time(&raw.to, document, "/send_window/to", problems),
    );
    if let Some((from, to)) = from.zip(to)
        && from >= to
    {
        problems.at(document, "/send_window/to", "the window closes before it opens", "a later time of the same day");
    }
    let mut shifts = Vec::new();
    for (nth, name) in raw.days.iter().enumerate() {
        match DAYS.iter().find(|(known, _)| known == name) {
            Some((_, day)) => shifts.extend(from.zip(to).map(|(from, to)| Shift { day: *day, from, to })),
            None => {
                let days = DAYS.map(|(name, _)| name);
                problems.unknown_name(document, &format!("/send_window/days/{nth}"), "day", name, days);
            }
        }
    }
    let default_zone = zone(Some(&raw.default_zone), document, "/send_window/default_zone", problems);
    let mut zones = BTreeMap::new();
    for (place, name) in &raw.zones {
        let at = format!("/send_window/zones/{place}");
        let country = place.split_once('-').map_or(place.as_str(), |(country, _)| country);
        if !is_country_code(country) {
            problems.at(document, &at, format!("`{place}` is no country"), "`DE`, or with its state `US-CA`");
        }
        if let Some(zone) = zone(Some(name), document, &at, problems) {
            zones.insert(place.clone(), zone);
        }
    }
    (problems.len() == before)
        .then(|| Some(Windows { hours: WeekHours::new(shifts), default_zone: default_zone?, zones }))?
}

fn time(text: &str, document: &Document, pointer: &str, problems: &mut Problems) -> Option<Time> {
    let time = time_of_day(text);
    if time.is_none() {
        problems.at(document, pointer, format!("`{text}` is no time"), "write it like \"09:00\", in quotes");
    }
    time
}
