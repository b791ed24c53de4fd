//! Managers, ramp curves, profiles, seats and hires.

use std::collections::BTreeMap;

use jiff::civil::Date;

use revloops_config::names::{cycles, day, id, login, once};
use revloops_config::{Document, Problems};
use revloops_domain::Cents;

use super::names::{Names, Placed, one_of};
use super::{amount, percent};
use crate::model::{BasisPoints, Hire, Manager, Profile, Quota, RampCurve, Seat, SeatCost, WHOLE};
use crate::raw::{RawHire, RawManager, RawProfile, RawQuota, RawRampCurve, RawSeat};

pub(super) fn managers(document: &Document, names: &Names<'_>, problems: &mut Problems) -> Vec<Manager> {
    let raw = document.items::<RawManager>("managers");
    once("manager", raw.iter().map(|(at, one)| (one.id.as_str(), format!("/managers/{at}/id"))), document, problems);
    for (at, raw) in &raw {
        id(&raw.id, document, &format!("/managers/{at}/id"), problems);
        if let Some(above) = &raw.reports_to {
            one_of(&names.managers, "manager", above, document, &format!("/managers/{at}/reports_to"), problems);
        }
    }
    let edges: Vec<(&str, Vec<&str>)> =
        raw.iter().map(|(_, one)| (one.id.as_str(), one.reports_to.iter().map(String::as_str).collect())).collect();
    let at = |nth: usize| raw.get(nth).map(|(at, _)| format!("/managers/{at}/reports_to")).unwrap_or_default();
    cycles("manager", &edges, document, at, problems);
    raw.into_iter().map(|(_, one)| Manager { id: one.id, name: one.name, reports_to: one.reports_to }).collect()
}

pub(super) fn ramp_curves(document: &Document, problems: &mut Problems) -> Vec<RampCurve> {
    let raw = document.items::<RawRampCurve>("ramp_curves");
    let ids = raw.iter().map(|(at, one)| (one.id.as_str(), format!("/ramp_curves/{at}/id")));
    once("ramp curve", ids, document, problems);
    let mut curves = Vec::new();
    for (at, raw) in raw {
        let pointer = format!("/ramp_curves/{at}");
        id(&raw.id, document, &format!("{pointer}/id"), problems);
        let at = format!("{pointer}/percent_by_month");
        if raw.percent_by_month.is_empty() {
            problems.at(document, &at, "the curve has no month", "at least one: `[100]` where nobody has to ramp up");
        }
        let months = raw.percent_by_month.iter().enumerate();
        let months = months.map(|(nth, given)| percent(*given, document, &format!("{at}/{nth}"), problems)).collect();
        curves.push(RampCurve { id: raw.id, months });
    }
    curves
}

pub(super) fn profiles(document: &Document, names: &Names<'_>, problems: &mut Problems) -> Vec<Profile> {
    let raw = document.items::<RawProfile>("profiles");
    once("profile", raw.iter().map(|(at, one)| (one.id.as_str(), format!("/profiles/{at}/id"))), document, problems);
    let mut profiles = Vec::new();
    for (at, raw) in raw {
        let at = |key: &str| format!("/profiles/{at}/{key}");
        id(&raw.id, document, &at("id"), problems);
        one_of(&names.ramp_curves, "ramp curve", &raw.ramp, document, &at("ramp"), problems);
        profiles.push(Profile {
            attrition_a_year: percent(
                raw.attrition_percent_a_year,
                document,
                &at("attrition_percent_a_year"),
                problems,
            ),
            quota: quota(&raw.quota, document, &at("quota"), problems),
            quota_ramps: raw.quota_ramps,
            cost: SeatCost {
                base_a_year: amount(raw.cost.base_a_year, document, &at("cost/base_a_year"), problems),
                variable_a_year: amount(raw.cost.variable_a_year, document, &at("cost/variable_a_year"), problems),
                overhead: percent(raw.cost.overhead_percent, document, &at("cost/overhead_percent"), problems),
                hiring: amount(raw.cost.hiring, document, &at("cost/hiring"), problems),
            },
            id: raw.id,
            name: raw.name,
            ramp: raw.ramp,
        });
    }
    profiles
}

fn quota(raw: &RawQuota, document: &Document, pointer: &str, problems: &mut Problems) -> Quota {
    let remedy = "write `quota: {a_year: 900000}`, or `quota: {over_assigned_percent: 125}`: above 0, and one of them";
    let nothing = Quota::AYear(Cents::ZERO);
    match (raw.a_year, raw.over_assigned_percent) {
        (Some(given), None) => {
            let a_year = amount(given, document, &format!("{pointer}/a_year"), problems);
            if a_year == Cents::ZERO {
                problems.at(document, &format!("{pointer}/a_year"), "the quota is nothing", remedy);
            }
            Quota::AYear(a_year)
        }
        (None, Some(given)) => {
            let at = format!("{pointer}/over_assigned_percent");
            let times = percent(given, document, &at, problems);
            if times == 0 {
                problems.at(document, &at, "the quota is nothing", remedy);
            }
            Quota::OverAssigned(times)
        }
        (None, None) => {
            problems.at(document, pointer, "there is no quota", remedy);
            nothing
        }
        (Some(_), Some(_)) => {
            problems.at(document, pointer, "there are two quotas", remedy);
            nothing
        }
    }
}

pub(super) fn roster(document: &Document, names: &Names<'_>, problems: &mut Problems) -> Vec<Seat> {
    let raw = document.items::<RawSeat>("roster");
    let hires = document.items::<RawHire>("hiring_plan");
    let seats = raw.iter().map(|(at, one)| (one.id.as_str(), format!("/roster/{at}/id")));
    let hires = hires.iter().map(|(at, one)| (one.id.as_str(), format!("/hiring_plan/{at}/id")));
    once("seat", seats.chain(hires), document, problems);
    let mut seats = Vec::new();
    for (at, raw) in raw {
        let pointer = format!("/roster/{at}");
        let at = |key: &str| format!("{pointer}/{key}");
        id(&raw.id, document, &at("id"), problems);
        let placed = Placed {
            profile: Some(&raw.profile),
            segment: Some(&raw.segment),
            territory: Some(&raw.territory),
            manager: raw.manager.as_deref(),
        };
        names.check(&placed, document, &pointer, problems);
        let person = raw.person.as_ref().and_then(|person| login(person, document, &at("person"), problems));
        let starts = day(&raw.starts, document, &at("starts"), problems);
        let mut later =
            |text: &Option<String>, key: &str| text.as_ref().and_then(|text| day(text, document, &at(key), problems));
        let (tenure_from, ends) = (later(&raw.tenure_from, "tenure_from"), later(&raw.ends, "ends"));
        let allocation = percent(raw.allocation_percent, document, &at("allocation_percent"), problems);
        if let (Some(starts), Some(ends)) = (starts, ends)
            && ends < starts
        {
            let what = format!("the seat ends on {ends}, before it starts on {starts}");
            problems.at(document, &at("ends"), what, "`ends` is the last day on the seat: not before the first");
        }
        if let (Some(starts), Some(from)) = (starts, tenure_from)
            && from > starts
        {
            let what = format!("the tenure begins on {from}, after the seat starts on {starts}");
            let remedy = "leave it out where the tenure begins with the seat";
            problems.at(document, &at("tenure_from"), what, remedy);
        }
        // Left out of what is checked further: it has been reported.
        let Some(starts) = starts else { continue };
        seats.push(Seat {
            id: raw.id,
            person,
            profile: raw.profile,
            segment: raw.segment,
            territory: raw.territory,
            manager: raw.manager,
            starts,
            tenure_from,
            ends,
            allocation,
        });
    }
    seats
}

pub(super) fn hiring_plan(document: &Document, names: &Names<'_>, problems: &mut Problems) -> Vec<Hire> {
    let mut hires = Vec::new();
    for (at, raw) in document.items::<RawHire>("hiring_plan") {
        let pointer = format!("/hiring_plan/{at}");
        let at = |key: &str| format!("{pointer}/{key}");
        id(&raw.id, document, &at("id"), problems);
        let placed = Placed {
            profile: Some(&raw.profile),
            segment: Some(&raw.segment),
            territory: Some(&raw.territory),
            manager: raw.manager.as_deref(),
        };
        names.check(&placed, document, &pointer, problems);
        let starts = day(&raw.starts, document, &at("starts"), problems);
        let allocation = percent(raw.allocation_percent, document, &at("allocation_percent"), problems);
        let Some(starts) = starts else { continue };
        hires.push(Hire {
            id: raw.id,
            profile: raw.profile,
            segment: raw.segment,
            territory: raw.territory,
            manager: raw.manager,
            starts,
            seats: raw.seats,
            allocation,
        });
    }
    hires
}

/// Reports each seat with whose start its person has more than 100 % to do.
pub(super) fn allocation(roster: &[Seat], document: &Document, problems: &mut Problems) {
    let mut of_person: BTreeMap<&str, Vec<(usize, &Seat)>> = BTreeMap::new();
    let ids = document.names_in("roster", "id");
    for seat in roster {
        let at = ids.iter().position(|id| *id == seat.id);
        if let (Some(person), Some(at)) = (&seat.person, at) {
            of_person.entry(person).or_default().push((at, seat));
        }
    }
    for (person, mut seats) in of_person {
        seats.sort_by_key(|(at, seat)| (seat.starts, *at));
        for (nth, (at, seat)) in seats.iter().enumerate() {
            let still: Vec<&(usize, &Seat)> =
                seats.iter().take(nth).filter(|(_, earlier)| lasts_until(earlier, seat.starts)).collect();
            let sum: BasisPoints =
                still.iter().map(|(_, earlier)| earlier.allocation).sum::<BasisPoints>() + seat.allocation;
            if sum > WHOLE && !still.is_empty() {
                let others: Vec<&str> = still.iter().map(|(_, earlier)| earlier.id.as_str()).collect();
                let others = others.join("`, `");
                let what =
                    format!("from {} on, `{person}` has {} to do, with `{others}`", seat.starts, in_percent(sum));
                let remedy =
                    format!("end `{others}` before, or lower `allocation_percent`: 100 % at most for one person");
                problems.at(document, &format!("/roster/{at}/starts"), what, remedy);
            }
        }
    }
}

fn lasts_until(seat: &Seat, day: Date) -> bool {
    seat.ends.is_none_or(|ends| ends >= day)
}

fn in_percent(parts: BasisPoints) -> String {
    match parts % 100 {
        0 => format!("{} %", parts / 100),
        rest => format!("{}.{rest:02} %", parts / 100),
    }
}
