//! Working weeks of `team.yaml`, which people's entries name.

use jiff::civil::Time;
use schemars::JsonSchema;
use serde::Deserialize;

use revloops_config::{Document, Problems};
use revloops_domain::working_time::{DAYS, Shift, WeekHours, time_of_day};

use super::names::{id, once};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawHours {
    /// What people's entries call it.
    id: String,
    /// When work is done.
    #[schemars(length(min = 1))]
    week: Vec<RawSpan>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawSpan {
    /// `mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun`.
    #[schemars(length(min = 1))]
    days: Vec<String>,
    /// When it begins, in the person's own time zone: `"09:00"`.
    from: String,
    /// When it ends: `"17:30"`; `"24:00"` is midnight. A span that ends before it begins ends on the next day.
    to: String,
}

/// The weeks by name; `None` for one that cannot be read, which has been reported.
pub(crate) fn weeks<'d>(document: &'d Document, problems: &mut Problems) -> Vec<(&'d str, Option<WeekHours>)> {
    let raw = document.items::<RawHours>("hours");
    once("week", raw.iter().map(|(at, one)| (one.id.as_str(), format!("/hours/{at}/id"))), document, problems);
    let mut weeks: Vec<(&str, Option<WeekHours>)> =
        document.names_in("hours", "id").into_iter().map(|name| (name, None)).collect();
    for (at, raw) in &raw {
        id(&raw.id, document, &format!("/hours/{at}/id"), problems);
        let week = week(raw, document, &format!("/hours/{at}/week"), problems);
        if let Some((_, known)) = weeks.iter_mut().find(|(name, _)| *name == raw.id) {
            *known = week;
        }
    }
    weeks
}

fn week(raw: &RawHours, document: &Document, pointer: &str, problems: &mut Problems) -> Option<WeekHours> {
    let mut spans = Vec::new();
    let mut sound = true;
    for (at, span) in raw.week.iter().enumerate() {
        let pointer = format!("{pointer}/{at}");
        let from = time(&span.from, document, &format!("{pointer}/from"), problems);
        let to = time(&span.to, document, &format!("{pointer}/to"), problems);
        sound &= from.is_some() && to.is_some();
        for (nth, name) in span.days.iter().enumerate() {
            match (DAYS.iter().find(|(known, _)| known == name), from.zip(to)) {
                (Some((_, day)), Some((from, to))) => {
                    spans.push(Shift { day: *day, from, to });
                }
                (Some(_), None) => {}
                (None, _) => {
                    let days = DAYS.map(|(name, _)| name);
                    problems.unknown_name(document, &format!("{pointer}/days/{nth}"), "day", name, days);
                    sound = false;
                }
            }
        }
        if from.is_some() && from == to && from != Some(Time::midnight()) {
            let remedy = "for the whole day write from \"00:00\" to \"24:00\"";
            problems.at(document, &pointer, "the span ends when it begins", remedy);
            sound = false;
        }
    }
    sound.then(|| WeekHours::new(spans))
}

/// A time of the day; `24:00` is the midnight at its end.
fn time(text: &str, document: &Document, pointer: &str, problems: &mut Problems) -> Option<Time> {
    if text == "24:00" {
        return Some(Time::midnight());
    }
    let time = time_of_day(text);
    if time.is_none() {
        problems.at(document, pointer, format!("`{text}` is no time"), "write it like \"09:00\", in quotes");
    }
    time
}
