//! What causes are called.

use revloops_domain::Cents;
use revloops_scenario::{
    BasisPoints, Hire, Productivity, Profile, Quota, RampCurve, Scenario, Seat, Segment, Target, WHOLE,
};

use super::steps::amount;
use crate::results::CauseKind;

/// `12.5 %`.
pub(crate) fn percent(points: BasisPoints) -> String {
    let (whole, rest) = (points / 100, points % 100);
    match rest {
        0 => format!("{whole} %"),
        rest if rest % 10 == 0 => format!("{whole}.{} %", rest / 10),
        rest => format!("{whole}.{rest:02} %"),
    }
}

pub(super) fn many(kind: CauseKind, count: usize) -> String {
    let of = match kind {
        CauseKind::Span => "spans",
        CauseKind::Territories => "territories",
        CauseKind::Seasonality => "spreads over the year",
        CauseKind::Productivity => "rows of productivity",
        CauseKind::Ramp => "ramps",
        CauseKind::Attrition => "attrition rates",
        CauseKind::Quota => "quotas",
        CauseKind::Cost => "costs",
        CauseKind::Roster => "seats of the roster",
        CauseKind::HiringPlan => "rows of the hiring plan",
        CauseKind::Allocation => "allocations",
        CauseKind::Target => "targets",
    };
    format!("{count} {of} changed")
}

pub(super) fn span(from: &Scenario, to: &Scenario) -> String {
    format!("{} months from {} → {} months from {}", from.months, from.starts, to.months, to.starts)
}

pub(super) fn segment_spread(before: &Segment, after: &Segment) -> String {
    let named = |segment: &Segment| segment.seasonality.clone().unwrap_or_else(|| "even".to_owned());
    format!("seasonality of {}: {} → {}", after.id, named(before), named(after))
}

pub(super) fn productivity(row: &Productivity, before: Option<&Productivity>, after: Option<&Productivity>) -> String {
    let at: Vec<&str> = [&row.segment, &row.territory].into_iter().flatten().map(String::as_str).collect();
    let at = if at.is_empty() { String::new() } else { format!(" in {}", at.join(", ")) };
    let of = |row: Option<&Productivity>| amount(row.map(|row| row.a_year));
    format!("productivity of {}{at}: {} → {}", row.profile, of(before), of(after))
}

pub(super) fn ramp(before: &RampCurve, after: &RampCurve) -> String {
    let length = before.months.len().max(after.months.len());
    let sum = |curve: &RampCurve| {
        let months = (0..length).map(|month| curve.months.get(month).or(curve.months.last()).copied().unwrap_or(WHOLE));
        months.map(u64::from).sum::<u64>()
    };
    let how = match sum(after).cmp(&sum(before)) {
        std::cmp::Ordering::Greater => "faster",
        std::cmp::Ordering::Less => "slower",
        std::cmp::Ordering::Equal => "changed",
    };
    format!("ramp {} {how}", after.id)
}

pub(super) fn attrition(before: &Profile, after: &Profile) -> String {
    let [from, to] = [before, after].map(|profile| percent(profile.attrition_a_year));
    format!("attrition of {}: {from} → {to} a year", after.id)
}

pub(super) fn quota(before: &Profile, after: &Profile) -> String {
    let said = |profile: &Profile| {
        let ramps = if profile.quota_ramps { "ramping" } else { "from the first day" };
        match profile.quota {
            Quota::AYear(amount) => format!("{amount} a year {ramps}"),
            Quota::OverAssigned(part) => format!("{} of productivity {ramps}", percent(part)),
        }
    };
    format!("quota of {}: {} → {}", after.id, said(before), said(after))
}

pub(super) fn allocation(id: &str, before: BasisPoints, after: BasisPoints) -> String {
    format!("allocation of {id}: {} → {}", percent(before), percent(after))
}

/// What is another than before, as `name from → to`.
fn changes(named: &[(&str, String, String)]) -> String {
    let changed = named.iter().filter(|(_, before, after)| before != after);
    let said = changed.map(|(name, before, after)| match *name {
        "seats" => format!("{before} → {after} seats"),
        name => format!("{name} {before} → {after}"),
    });
    let said: Vec<String> = said.collect();
    if said.is_empty() { "described differently".to_owned() } else { said.join(", ") }
}

fn or(text: Option<String>, none: &str) -> String {
    text.unwrap_or_else(|| none.to_owned())
}

pub(super) fn seat(seat: &Seat, before: Option<&Seat>, after: Option<&Seat>) -> String {
    let id = &seat.id;
    match (before, after) {
        (None, _) => format!("seat {id} added"),
        (_, None) => format!("seat {id} removed"),
        (Some(before), Some(after)) => {
            let day = |day: Option<jiff::civil::Date>, none| or(day.map(|day| day.to_string()), none);
            let named = [
                ("profile", before.profile.clone(), after.profile.clone()),
                ("segment", before.segment.clone(), after.segment.clone()),
                ("territory", before.territory.clone(), after.territory.clone()),
                ("manager", or(before.manager.clone(), "none"), or(after.manager.clone(), "none")),
                ("from", before.starts.to_string(), after.starts.to_string()),
                ("tenure from", day(before.tenure_from, "the start"), day(after.tenure_from, "the start")),
                ("until", day(before.ends, "open"), day(after.ends, "open")),
            ];
            format!("seat {id}: {}", changes(&named))
        }
    }
}

pub(super) fn hire(hire: &Hire, before: Option<&Hire>, after: Option<&Hire>) -> String {
    let id = &hire.id;
    let seats = format!("{} {}", hire.seats, if hire.seats == 1 { "seat" } else { "seats" });
    match (before, after) {
        (None, _) => format!("hire {id} added ({seats} from {})", hire.starts),
        (_, None) => format!("hire {id} removed ({seats} from {})", hire.starts),
        (Some(before), Some(after)) => {
            let named = [
                ("seats", before.seats.to_string(), after.seats.to_string()),
                ("from", before.starts.to_string(), after.starts.to_string()),
                ("profile", before.profile.clone(), after.profile.clone()),
                ("segment", before.segment.clone(), after.segment.clone()),
                ("territory", before.territory.clone(), after.territory.clone()),
                ("manager", or(before.manager.clone(), "none"), or(after.manager.clone(), "none")),
            ];
            format!("hire {id}: {}", changes(&named))
        }
    }
}

pub(super) fn target(row: &Target, before: Option<Cents>, after: Option<Cents>) -> String {
    let place = row.territory.as_ref().map(|territory| format!(" in {territory}")).unwrap_or_default();
    format!("target of {}{place} from {}: {} → {}", row.segment, row.starts, amount(before), amount(after))
}
