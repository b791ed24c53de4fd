//! `team.yaml`: people, wherever the other files name them: when they work, when they are away, in which team they are.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};
use schemars::JsonSchema;
use serde::Deserialize;

use revloops_config::calendars::Holidays;
use revloops_config::{Document, Problems, Sources};
use revloops_domain::working_time::{DaysOff, OffReason, WeekHours, WorkingTime};

use super::hours::{RawHours, weeks};
use super::names::{Names, day, id, login, once, zone};

/// The file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawTeam {
    /// Working weeks, which people's entries name.
    #[serde(default)]
    #[expect(dead_code, reason = "for the schema; the entries are read one by one")]
    hours: Vec<RawHours>,
    /// Teams with a cap of their own.
    #[serde(default)]
    #[expect(dead_code, reason = "for the schema; the entries are read one by one")]
    teams: Vec<RawTeamCap>,
    /// People. Who is not listed works at every minute.
    #[expect(dead_code, reason = "for the schema; the entries are read one by one")]
    people: Vec<RawPerson>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawTeamCap {
    /// What people's entries call it.
    id: String,
    /// Most leads that a pool gives to the team's members in a day, taken together.
    #[schemars(range(min = 1, max = 100_000))]
    per_day: u32,
    /// IANA time zone in which the team's day begins; UTC where it is left out.
    #[serde(default)]
    time_zone: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawPerson {
    /// Username.
    login: String,
    /// IANA time zone: `Europe/Berlin`; UTC where it is left out.
    #[serde(default)]
    time_zone: Option<String>,
    /// Working week; every minute of it where it is left out.
    #[serde(default)]
    hours: Option<String>,
    /// Calendar of public holidays.
    #[serde(default)]
    calendar: Option<String>,
    /// Team whose cap holds.
    #[serde(default)]
    team: Option<String>,
    /// Leave.
    #[serde(default)]
    away: Vec<RawAway>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawAway {
    /// First day of leave: `2026-12-21`.
    from: String,
    /// Last day of leave.
    to: String,
}

/// People and teams, checked.
#[derive(Debug, Clone)]
pub struct Team {
    people: BTreeMap<String, Person>,
    pub(crate) caps: BTreeMap<String, TeamDay>,
    /// Who is not listed.
    anybody: Person,
}

/// One person.
#[derive(Debug, Clone)]
pub struct Person {
    /// When they work.
    pub work: WorkingTime,
    /// The team whose cap holds.
    pub team: Option<String>,
    /// Last days of leave, in order.
    leave_ends: Vec<Date>,
    /// The last day of a leave that is as good as for ever.
    gone_until: Option<Date>,
}

/// What a team takes in a day.
#[derive(Debug, Clone)]
pub(crate) struct TeamDay {
    pub(crate) most: u32,
    zone: TimeZone,
}

impl TeamDay {
    /// The team's day at `at`, as caps name it.
    pub(crate) fn window(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).date().to_string()
    }
}

impl Person {
    fn always() -> Self {
        Self { work: WorkingTime::always(), team: None, leave_ends: Vec::new(), gone_until: None }
    }

    /// How many days ago the last leave ended: 1 on the first day back. `None` without a leave behind them.
    pub(crate) fn days_back(&self, at: Timestamp) -> Option<u32> {
        let today = self.work.local_date(at);
        let ended = self.leave_ends.iter().rev().find(|end| **end < today)?;
        u32::try_from(today.since((Unit::Day, *ended)).ok()?.get_days()).ok()
    }
}

impl Team {
    /// The person with this username, in lower case; somebody who always works where none is listed.
    #[must_use]
    pub fn person(&self, login: &str) -> &Person {
        self.people.get(login).unwrap_or(&self.anybody)
    }

    /// Usernames of everybody listed.
    pub fn logins(&self) -> impl Iterator<Item = &str> {
        self.people.keys().map(String::as_str)
    }
}

/// A leave of more years than this has no end that anybody waits for.
const FOR_GOOD_YEARS: i16 = 5;

/// The last day of a leave that is as good as for ever.
pub(crate) fn gone_for_good(team: &Team, login: &str) -> Option<Date> {
    team.person(login).gone_until
}

pub(crate) fn check(
    sources: &Sources,
    names: &Names<'_>,
    calendars: Option<&BTreeMap<String, Holidays>>,
    problems: &mut Problems,
) -> Option<Team> {
    let anybody = Person::always();
    let Some(document) = sources.get("team.yaml") else {
        return Some(Team { people: BTreeMap::new(), caps: BTreeMap::new(), anybody });
    };
    let file = document.read::<RawTeam>(problems);
    let hours = weeks(document, problems);
    let caps = caps(document, problems);
    let raw = document.items::<RawPerson>("people");
    let lowered: Vec<(String, String)> =
        raw.iter().map(|(at, one)| (one.login.to_lowercase(), format!("/people/{at}/login"))).collect();
    once("person", lowered.iter().map(|(login, at)| (login.as_str(), at.clone())), document, problems);
    let mut people: Vec<Option<(String, Person)>> = Vec::new();
    for (at, raw) in &raw {
        let pointer = format!("/people/{at}");
        let login = login(&raw.login, document, &format!("{pointer}/login"), problems);
        let known = Given { document, names, hours: &hours, calendars, teams: document.names_in("teams", "id") };
        let person = known.person(raw, &pointer, problems);
        people.push(login.zip(person));
    }
    file?;
    Some(Team {
        people: people.into_iter().collect::<Option<_>>()?,
        caps: caps.into_iter().collect::<Option<_>>()?,
        anybody,
    })
}

fn caps(document: &Document, problems: &mut Problems) -> Vec<Option<(String, TeamDay)>> {
    let raw = document.items::<RawTeamCap>("teams");
    once("team", raw.iter().map(|(at, one)| (one.id.as_str(), format!("/teams/{at}/id"))), document, problems);
    raw.into_iter()
        .map(|(at, raw)| {
            id(&raw.id, document, &format!("/teams/{at}/id"), problems);
            let zone = zone(raw.time_zone.as_deref(), document, &format!("/teams/{at}/time_zone"), problems);
            Some((raw.id, TeamDay { most: raw.per_day, zone: zone? }))
        })
        .collect()
}

/// What people's entries may name.
struct Given<'a> {
    document: &'a Document,
    names: &'a Names<'a>,
    hours: &'a [(&'a str, Option<WeekHours>)],
    calendars: Option<&'a BTreeMap<String, Holidays>>,
    teams: Vec<&'a str>,
}

impl Given<'_> {
    fn person(&self, raw: &RawPerson, pointer: &str, problems: &mut Problems) -> Option<Person> {
        let document = self.document;
        let zone = zone(raw.time_zone.as_deref(), document, &format!("{pointer}/time_zone"), problems);
        let week = match &raw.hours {
            None => Some(WeekHours::always()),
            Some(name) => {
                let known = self.hours.iter().find(|(known, _)| known == name);
                if known.is_none() {
                    let names = self.hours.iter().map(|(name, _)| *name);
                    problems.unknown_name(document, &format!("{pointer}/hours"), "week", name, names);
                }
                known.and_then(|(_, week)| week.clone())
            }
        };
        let mut off = Vec::new();
        if let Some(name) = &raw.calendar {
            if !self.names.calendars.contains(&name.as_str()) {
                let names = self.names.calendars.iter().copied();
                problems.unknown_name(document, &format!("{pointer}/calendar"), "calendar", name, names);
            }
            let holidays = self.calendars.and_then(|calendars| calendars.get(name));
            let days = holidays.into_iter().flatten();
            off.extend(days.map(|(on, name)| DaysOff { from: *on, to: *on, why: OffReason::Holiday(name.clone()) }));
        }
        if let Some(team) = &raw.team
            && !self.teams.contains(&team.as_str())
        {
            problems.unknown_name(document, &format!("{pointer}/team"), "team", team, self.teams.iter().copied());
        }
        let leave = leave(raw, document, pointer, problems)?;
        let mut leave_ends: Vec<Date> = leave.iter().map(|(_, to)| *to).collect();
        leave_ends.sort_unstable();
        let gone_until = leave.iter().find(|(from, to)| to.year() - from.year() >= FOR_GOOD_YEARS).map(|(_, to)| *to);
        off.extend(leave.into_iter().map(|(from, to)| DaysOff { from, to, why: OffReason::Leave }));
        Some(Person { work: WorkingTime::new(zone?, week?, off), team: raw.team.clone(), leave_ends, gone_until })
    }
}

/// First and last days of leave.
fn leave(raw: &RawPerson, document: &Document, pointer: &str, problems: &mut Problems) -> Option<Vec<(Date, Date)>> {
    let read: Vec<Option<(Date, Date)>> = raw
        .away
        .iter()
        .enumerate()
        .map(|(at, raw)| {
            let pointer = format!("{pointer}/away/{at}");
            let from = day(&raw.from, document, &format!("{pointer}/from"), problems);
            let to = day(&raw.to, document, &format!("{pointer}/to"), problems);
            let (from, to) = (from?, to?);
            if to < from {
                let what = format!("the leave ends on {to}, before it begins on {from}");
                problems.at(document, &pointer, what, "`from` is the first day and `to` the last, both included");
                return None;
            }
            Some((from, to))
        })
        .collect();
    read.into_iter().collect()
}
