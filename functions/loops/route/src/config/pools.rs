//! `pools.yaml`: who takes turns, with which share, and who is away when.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use schemars::JsonSchema;
use serde::Deserialize;

use revloops_config::{Document, Problems, Sources};

use super::{id, login, once};

/// The file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawPools {
    /// Pools.
    #[expect(
        dead_code,
        reason = "for the schema; the entries are read one by one, so that a broken one hides no other"
    )]
    pools: Vec<RawPool>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawPool {
    /// What rules and reports call it.
    id: String,
    /// IANA time zone of members that name none: `Europe/Berlin`. UTC where there is none either.
    #[serde(default)]
    time_zone: Option<String>,
    /// Who takes turns; of equals the first is picked first.
    #[schemars(length(min = 1))]
    members: Vec<RawMember>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawMember {
    /// Username.
    login: String,
    /// Share against the others'.
    #[schemars(range(min = 1, max = 100))]
    weight: u32,
    /// IANA time zone, in which a day of leave begins and ends.
    #[serde(default)]
    time_zone: Option<String>,
    /// Leave; nobody is picked then.
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

/// A checked pool: at least one member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pool {
    pub(crate) members: Vec<Member>,
}

/// One who takes turns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    /// Lower-case username.
    pub(crate) login: String,
    pub(crate) weight: u32,
    time_zone: TimeZone,
    /// First and last day.
    away: Vec<(Date, Date)>,
}

impl Member {
    /// The last day of the leave that holds at `at`, in the member's own time zone.
    pub(crate) fn away_at(&self, at: Timestamp) -> Option<Date> {
        let today = at.to_zoned(self.time_zone.clone()).date();
        self.away.iter().filter(|(from, to)| (from..=to).contains(&&today)).map(|(_, to)| *to).max()
    }
}

pub(crate) fn check(sources: &Sources, problems: &mut Problems) -> Option<BTreeMap<String, Pool>> {
    let document = sources.get("pools.yaml")?;
    let file = document.read::<RawPools>(problems);
    let mut pools: Vec<Option<(String, Pool)>> = Vec::new();
    let raw = document.items::<RawPool>("pools");
    once("pool", raw.iter().map(|(at, pool)| (pool.id.as_str(), format!("/pools/{at}/id"))), document, problems);
    for (at, raw) in raw {
        let pointer = format!("/pools/{at}");
        id(&raw.id, document, &format!("{pointer}/id"), problems);
        let zone = zone(raw.time_zone.as_deref(), document, &pointer, problems);
        let logins = raw.members.iter().enumerate();
        let logins = logins.map(|(at, one)| (one.login.as_str(), format!("{pointer}/members/{at}/login")));
        once("member", logins, document, problems);
        let members: Vec<Option<Member>> = raw
            .members
            .iter()
            .enumerate()
            .map(|(at, raw)| member(raw, zone.as_ref(), document, &format!("{pointer}/members/{at}"), problems))
            .collect();
        pools.push(members.into_iter().collect::<Option<_>>().map(|members| (raw.id, Pool { members })));
    }
    file?;
    pools.into_iter().collect()
}

fn member(
    raw: &RawMember,
    of_pool: Option<&TimeZone>,
    document: &Document,
    pointer: &str,
    problems: &mut Problems,
) -> Option<Member> {
    let login = login(&raw.login, document, &format!("{pointer}/login"), problems);
    let own = zone(raw.time_zone.as_deref(), document, pointer, problems);
    let time_zone = if raw.time_zone.is_some() { own } else { of_pool.cloned() };
    let away: Vec<Option<(Date, Date)>> = raw
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
    Some(Member {
        login: login?,
        weight: raw.weight,
        time_zone: time_zone?,
        away: away.into_iter().collect::<Option<_>>()?,
    })
}

/// The zone by its name, from the data that is compiled in: the same everywhere, whatever the machine has.
fn zone(name: Option<&str>, document: &Document, pointer: &str, problems: &mut Problems) -> Option<TimeZone> {
    let Some(name) = name else { return Some(TimeZone::UTC) };
    let known = TimeZoneDatabase::bundled();
    if let Ok(zone) = known.get(name) {
        return Some(zone);
    }
    let names: Vec<String> = known.available().map(|name| name.as_str().to_owned()).collect();
    let pointer = format!("{pointer}/time_zone");
    problems.unknown_name(document, &pointer, "time zone", name, names.iter().map(String::as_str));
    None
}

fn day(text: &str, document: &Document, pointer: &str, problems: &mut Problems) -> Option<Date> {
    let day = text.parse().ok();
    if day.is_none() {
        problems.at(document, pointer, format!("`{text}` is no day"), "write it like 2026-12-21");
    }
    day
}
