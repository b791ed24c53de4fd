//! `pools.yaml`: who takes leads in turns, with which share and how many, and what sticks to whom.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;

use revloops_config::{Document, Problems, Sources};

use super::names::{id, login, once};
use super::team::Person;

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
    /// Whether nobody is picked outside their working hours. Days off count in any case.
    #[serde(default)]
    only_in_working_hours: bool,
    /// Who got the last lead of the same account or domain gets the next one, too.
    #[serde(default)]
    sticky: Option<RawSticky>,
    /// What becomes of somebody who comes back from leave; `{type: resume}` where it is left out.
    #[serde(default)]
    on_return: Option<RawOnReturn>,
    /// Who takes turns; of equals the first is picked first.
    #[schemars(length(min = 1))]
    members: Vec<RawMember>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawSticky {
    /// `account`: the account that the lead was matched with; `domain`: the company domain.
    by: String,
    /// Days for which it holds, counted anew from each lead.
    #[schemars(range(min = 1, max = 3650))]
    days: u32,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawOnReturn {
    /// `resume`: the usual share from the first day, and nothing that was missed is made up for. `ramp`: the share grows
    /// from `from_percent` to the usual one within `days`.
    #[serde(rename = "type")]
    kind: String,
    /// With `ramp`: days until the usual share is reached.
    #[serde(default)]
    #[schemars(range(min = 1, max = 365))]
    days: Option<u32>,
    /// With `ramp`: percent of the usual share on the first day.
    #[serde(default)]
    #[schemars(range(min = 1, max = 99))]
    from_percent: Option<u32>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawMember {
    /// Username. When they work and when they are away stands in team.yaml.
    login: String,
    /// Share against the others'.
    #[schemars(range(min = 1, max = 100))]
    weight: u32,
    /// Most leads that this pool gives them in a day of theirs.
    #[serde(default)]
    #[schemars(range(min = 1, max = 10_000))]
    per_day: Option<u32>,
}

/// A checked pool: at least one member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// Who takes turns, in the pool's order.
    pub members: Vec<Member>,
    /// Whether nobody is picked outside their working hours.
    pub only_in_working_hours: bool,
    pub(crate) sticky: Option<StickyBy>,
    pub(crate) on_return: OnReturn,
}

/// One who takes turns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Lower-case username.
    pub login: String,
    /// Share against the others'.
    pub weight: u32,
    /// Most leads in a day of theirs.
    pub per_day: Option<u32>,
}

/// What belongs together, and for how many days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StickyBy {
    Account { days: u32 },
    Domain { days: u32 },
}

/// What becomes of somebody who comes back from leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnReturn {
    Resume,
    Ramp { days: u32, from_percent: u32 },
}

impl OnReturn {
    /// Everybody's weight is multiplied by this, so that percents of a weight are whole numbers.
    const fn scale(self) -> u32 {
        match self {
            Self::Resume => 1,
            Self::Ramp { .. } => 100,
        }
    }
}

impl Pool {
    /// The weight of `member` at `at`: lower for some time after leave, where the pool says so.
    pub(crate) fn weight(&self, member: &Member, person: &Person, at: Timestamp) -> u32 {
        let percent = match self.on_return {
            OnReturn::Resume => 1,
            OnReturn::Ramp { days, from_percent } => match person.days_back(at) {
                Some(back) if back <= days => from_percent + (100 - from_percent) * back.saturating_sub(1) / days,
                Some(_) | None => 100,
            },
        };
        debug_assert!(percent <= self.on_return.scale());
        member.weight * percent.max(1)
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
        let lowered: Vec<String> = raw.members.iter().map(|member| member.login.to_lowercase()).collect();
        let logins = lowered.iter().enumerate();
        let logins = logins.map(|(at, login)| (login.as_str(), format!("{pointer}/members/{at}/login")));
        once("member", logins, document, problems);
        let members: Vec<Option<Member>> = raw
            .members
            .iter()
            .enumerate()
            .map(|(at, raw)| {
                let login = login(&raw.login, document, &format!("{pointer}/members/{at}/login"), problems)?;
                Some(Member { login, weight: raw.weight, per_day: raw.per_day })
            })
            .collect();
        let sticky = sticky(raw.sticky.as_ref(), document, &format!("{pointer}/sticky"), problems);
        let on_return = on_return(raw.on_return.as_ref(), document, &format!("{pointer}/on_return"), problems);
        let only_in_working_hours = raw.only_in_working_hours;
        let pool = || {
            Some(Pool {
                members: members.into_iter().collect::<Option<_>>()?,
                only_in_working_hours,
                sticky: sticky?,
                on_return: on_return?,
            })
        };
        pools.push(pool().map(|pool| (raw.id, pool)));
    }
    file?;
    pools.into_iter().collect()
}

/// `None` where it cannot be read; inside, `None` where nothing sticks.
fn sticky(
    raw: Option<&RawSticky>,
    document: &Document,
    pointer: &str,
    problems: &mut Problems,
) -> Option<Option<StickyBy>> {
    let Some(raw) = raw else { return Some(None) };
    let days = raw.days;
    match raw.by.as_str() {
        "account" => Some(Some(StickyBy::Account { days })),
        "domain" => Some(Some(StickyBy::Domain { days })),
        other => {
            problems.unknown_name(document, &format!("{pointer}/by"), "key", other, ["account", "domain"]);
            None
        }
    }
}

fn on_return(
    raw: Option<&RawOnReturn>,
    document: &Document,
    pointer: &str,
    problems: &mut Problems,
) -> Option<OnReturn> {
    let Some(raw) = raw else { return Some(OnReturn::Resume) };
    match (raw.kind.as_str(), raw.days, raw.from_percent) {
        ("resume", None, None) => Some(OnReturn::Resume),
        ("resume", _, _) => {
            let remedy = "take `days` and `from_percent` out, or write `type: ramp`";
            problems.at(document, pointer, "`resume` has neither `days` nor `from_percent`", remedy);
            None
        }
        ("ramp", Some(days), Some(from_percent)) => Some(OnReturn::Ramp { days, from_percent }),
        ("ramp", _, _) => {
            let remedy = "write it like {type: ramp, days: 5, from_percent: 20}";
            problems.at(document, pointer, "`ramp` needs `days` and `from_percent`", remedy);
            None
        }
        (other, _, _) => {
            problems.unknown_name(document, &format!("{pointer}/type"), "type", other, ["resume", "ramp"]);
            None
        }
    }
}
