//! What can be replaced on the way from one scenario to another.

use revloops_domain::Cents;
use revloops_scenario::{Month, Productivity, Profile, Scenario, Target};

use super::words;
use crate::results::CauseKind;

/// An entry that is taken over from the other scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Span,
    Territories,
    /// A spread over the year, by id.
    Seasonality(String),
    /// The spread that a segment follows.
    SegmentSpread(String),
    Productivity(ProductivityKey),
    /// A ramp curve, by id.
    Ramp(String),
    /// The ramp curve that a profile follows.
    ProfileRamp(String),
    Attrition(String),
    Quota(String),
    Cost(String),
    /// A seat, but for the part of its working time where both sides have it.
    Seat(String),
    /// Seats to be filled, the same.
    Hire(String),
    SeatAllocation(String),
    HireAllocation(String),
    Target(TargetKey),
}

/// Profile, segment, territory.
type ProductivityKey = (String, Option<String>, Option<String>);
/// First month, segment, territory.
type TargetKey = (Month, String, Option<String>);

fn productivity_key(row: &Productivity) -> ProductivityKey {
    (row.profile.clone(), row.segment.clone(), row.territory.clone())
}

fn target_key(row: &Target) -> TargetKey {
    (row.starts, row.segment.clone(), row.territory.clone())
}

impl Step {
    pub(super) const fn kind(&self) -> CauseKind {
        match self {
            Self::Span => CauseKind::Span,
            Self::Territories => CauseKind::Territories,
            Self::Seasonality(_) | Self::SegmentSpread(_) => CauseKind::Seasonality,
            Self::Productivity(_) => CauseKind::Productivity,
            Self::Ramp(_) | Self::ProfileRamp(_) => CauseKind::Ramp,
            Self::Attrition(_) => CauseKind::Attrition,
            Self::Quota(_) => CauseKind::Quota,
            Self::Cost(_) => CauseKind::Cost,
            Self::Seat(_) => CauseKind::Roster,
            Self::Hire(_) => CauseKind::HiringPlan,
            Self::SeatAllocation(_) | Self::HireAllocation(_) => CauseKind::Allocation,
            Self::Target(_) => CauseKind::Target,
        }
    }

    /// Takes the entry over from `to`.
    pub(super) fn apply(&self, now: &mut Scenario, to: &Scenario) {
        match self {
            Self::Span => (now.starts, now.months) = (to.starts, to.months),
            Self::Territories => now.territories = to.territories.clone(),
            Self::Seasonality(id) => take_over(&mut now.seasonality, &to.seasonality, |one| one.id == *id),
            Self::SegmentSpread(id) => {
                set(
                    &mut now.segments,
                    &to.segments,
                    |one| one.id == *id,
                    |now, to| {
                        now.seasonality.clone_from(&to.seasonality);
                    },
                );
            }
            Self::Productivity(key) => {
                take_over(&mut now.productivity, &to.productivity, |one| productivity_key(one) == *key);
            }
            Self::Ramp(id) => take_over(&mut now.ramp_curves, &to.ramp_curves, |one| one.id == *id),
            Self::ProfileRamp(id) => profile(now, to, id, |now, to| now.ramp.clone_from(&to.ramp)),
            Self::Attrition(id) => profile(now, to, id, |now, to| now.attrition_a_year = to.attrition_a_year),
            Self::Quota(id) => {
                profile(now, to, id, |now, to| (now.quota, now.quota_ramps) = (to.quota, to.quota_ramps));
            }
            Self::Cost(id) => profile(now, to, id, |now, to| now.cost = to.cost),
            Self::Seat(id) => {
                let allocation = now.roster.iter().find(|one| one.id == *id).map(|one| one.allocation);
                take_over(&mut now.roster, &to.roster, |one| one.id == *id);
                if let (Some(kept), Some(seat)) = (allocation, now.roster.iter_mut().find(|one| one.id == *id)) {
                    seat.allocation = kept;
                }
            }
            Self::Hire(id) => {
                let allocation = now.hiring_plan.iter().find(|one| one.id == *id).map(|one| one.allocation);
                take_over(&mut now.hiring_plan, &to.hiring_plan, |one| one.id == *id);
                if let (Some(kept), Some(hire)) = (allocation, now.hiring_plan.iter_mut().find(|one| one.id == *id)) {
                    hire.allocation = kept;
                }
            }
            Self::SeatAllocation(id) => {
                let same = |one: &revloops_scenario::Seat| one.id == *id;
                set(&mut now.roster, &to.roster, same, |now, to| now.allocation = to.allocation);
            }
            Self::HireAllocation(id) => {
                let same = |one: &revloops_scenario::Hire| one.id == *id;
                set(&mut now.hiring_plan, &to.hiring_plan, same, |now, to| now.allocation = to.allocation);
            }
            Self::Target(key) => take_over(&mut now.targets, &to.targets, |one| target_key(one) == *key),
        }
    }
}

fn profile(now: &mut Scenario, to: &Scenario, id: &str, change: impl Fn(&mut Profile, &Profile)) {
    set(&mut now.profiles, &to.profiles, |one| one.id == id, change);
}

/// Makes an entry what it is in `to`: replaced, added or removed.
fn take_over<T: Clone>(now: &mut Vec<T>, to: &[T], same: impl Fn(&T) -> bool) {
    let wanted = to.iter().find(|one| same(one)).cloned();
    match (now.iter().position(&same), wanted) {
        (Some(at), Some(wanted)) => {
            if let Some(entry) = now.get_mut(at) {
                *entry = wanted;
            }
        }
        (Some(at), None) => drop(now.remove(at)),
        (None, Some(wanted)) => now.push(wanted),
        (None, None) => {}
    }
}

/// Changes a part of an entry that both sides have.
fn set<T>(now: &mut [T], to: &[T], same: impl Fn(&T) -> bool, change: impl Fn(&mut T, &T)) {
    if let (Some(now), Some(to)) = (now.iter_mut().find(|one| same(one)), to.iter().find(|one| same(one))) {
        change(now, to);
    }
}

/// `from`, with the definitions that only `to` has: nobody uses them yet.
pub(super) fn with_definitions_of(from: &Scenario, to: &Scenario) -> Scenario {
    fn add<T: Clone>(now: &mut Vec<T>, to: &[T], id: impl Fn(&T) -> &str) {
        let new: Vec<T> = to.iter().filter(|new| now.iter().all(|one| id(one) != id(new))).cloned().collect();
        now.extend(new);
    }
    let mut scenario = from.clone();
    let knows = |profile: &str| from.profiles.iter().any(|one| one.id == profile);
    scenario.productivity.extend(to.productivity.iter().filter(|row| !knows(&row.profile)).cloned());
    add(&mut scenario.segments, &to.segments, |one| &one.id);
    add(&mut scenario.managers, &to.managers, |one| &one.id);
    add(&mut scenario.ramp_curves, &to.ramp_curves, |one| &one.id);
    add(&mut scenario.seasonality, &to.seasonality, |one| &one.id);
    add(&mut scenario.profiles, &to.profiles, |one| &one.id);
    scenario
}

/// All that is replaced, in the order of [`CauseKind`], and how it is called.
pub(super) fn steps(from: &Scenario, to: &Scenario) -> Vec<(Step, String)> {
    let mut steps = Vec::new();
    if (from.starts, from.months) != (to.starts, to.months) {
        steps.push((Step::Span, words::span(from, to)));
    }
    if lies_in(from) != lies_in(to) {
        steps.push((Step::Territories, "territories lie differently".to_owned()));
    }
    for (before, after) in both(&from.seasonality, &to.seasonality, |one, other| one.id == other.id) {
        if before != after {
            steps.push((Step::Seasonality(after.id.clone()), format!("seasonality {}", after.id)));
        }
    }
    for (before, after) in both(&from.segments, &to.segments, |one, other| one.id == other.id) {
        if before.seasonality != after.seasonality {
            steps.push((Step::SegmentSpread(after.id.clone()), words::segment_spread(before, after)));
        }
    }
    // Rows of profiles that one side alone has count as their definition, unless the profile goes: then they do no harm.
    let knows = |scenario: &Scenario, id: &str| scenario.profiles.iter().any(|one| one.id == id);
    for (before, after) in
        changed(&from.productivity, &to.productivity, |one, other| productivity_key(one) == productivity_key(other))
    {
        let Some(row) = after.or(before) else { continue };
        if knows(from, &row.profile) && knows(to, &row.profile) {
            steps.push((Step::Productivity(productivity_key(row)), words::productivity(row, before, after)));
        }
    }
    for (before, after) in both(&from.ramp_curves, &to.ramp_curves, |one, other| one.id == other.id) {
        if before != after {
            steps.push((Step::Ramp(after.id.clone()), words::ramp(before, after)));
        }
    }
    let profiles: Vec<(&Profile, &Profile)> =
        both(&from.profiles, &to.profiles, |one, other| one.id == other.id).collect();
    for (before, after) in &profiles {
        if before.ramp != after.ramp {
            let what = format!("ramp of {}: {} → {}", after.id, before.ramp, after.ramp);
            steps.push((Step::ProfileRamp(after.id.clone()), what));
        }
    }
    for (before, after) in &profiles {
        if before.attrition_a_year != after.attrition_a_year {
            steps.push((Step::Attrition(after.id.clone()), words::attrition(before, after)));
        }
    }
    for (before, after) in &profiles {
        if (before.quota, before.quota_ramps) != (after.quota, after.quota_ramps) {
            steps.push((Step::Quota(after.id.clone()), words::quota(before, after)));
        }
    }
    for (before, after) in &profiles {
        if before.cost != after.cost {
            steps.push((Step::Cost(after.id.clone()), format!("cost of {}", after.id)));
        }
    }
    seats(from, to, &mut steps);
    for (before, after) in changed(&from.targets, &to.targets, |one, other| target_key(one) == target_key(other)) {
        let Some(row) = after.or(before) else { continue };
        let amount = |row: Option<&Target>| row.map(|row| row.a_year);
        steps.push((Step::Target(target_key(row)), words::target(row, amount(before), amount(after))));
    }
    steps
}

/// Seats that are filled, seats to be filled, then the working time of both.
fn seats(from: &Scenario, to: &Scenario, steps: &mut Vec<(Step, String)>) {
    let mut allocations = Vec::new();
    for (before, after) in changed(&from.roster, &to.roster, |one, other| one.id == other.id) {
        let Some(seat) = after.or(before) else { continue };
        if let (Some(before), Some(after)) = (before, after) {
            if before.allocation != after.allocation {
                let what = words::allocation(&seat.id, before.allocation, after.allocation);
                allocations.push((Step::SeatAllocation(seat.id.clone()), what));
            }
            if *before == (revloops_scenario::Seat { allocation: before.allocation, ..after.clone() }) {
                continue;
            }
        }
        steps.push((Step::Seat(seat.id.clone()), words::seat(seat, before, after)));
    }
    for (before, after) in changed(&from.hiring_plan, &to.hiring_plan, |one, other| one.id == other.id) {
        let Some(hire) = after.or(before) else { continue };
        if let (Some(before), Some(after)) = (before, after) {
            if before.allocation != after.allocation {
                let what = words::allocation(&hire.id, before.allocation, after.allocation);
                allocations.push((Step::HireAllocation(hire.id.clone()), what));
            }
            if *before == (revloops_scenario::Hire { allocation: before.allocation, ..after.clone() }) {
                continue;
            }
        }
        steps.push((Step::Hire(hire.id.clone()), words::hire(hire, before, after)));
    }
    steps.append(&mut allocations);
}

/// Each territory's parent, whatever else is said about it: only that counts for productivity and roll-ups.
fn lies_in(scenario: &Scenario) -> Vec<(&str, Option<&str>)> {
    let parent = |one| scenario.territories.parent(one).map(|parent| parent.id.as_str());
    let mut all: Vec<_> = scenario.territories.iter().map(|one| (one.id.as_str(), parent(one))).collect();
    all.sort_unstable();
    all
}

/// Entries that both sides have.
fn both<'a, T>(from: &'a [T], to: &'a [T], same: impl Fn(&T, &T) -> bool) -> impl Iterator<Item = (&'a T, &'a T)> {
    to.iter().filter_map(move |after| Some((from.iter().find(|before| same(before, after))?, after)))
}

/// Entries that are not the same on both sides: before and after.
fn changed<'a, T: PartialEq>(
    from: &'a [T],
    to: &'a [T],
    same: impl Fn(&T, &T) -> bool,
) -> Vec<(Option<&'a T>, Option<&'a T>)> {
    let mut all = Vec::new();
    for after in to {
        let before = from.iter().find(|before| same(before, after));
        if before != Some(after) {
            all.push((before, Some(after)));
        }
    }
    let gone = from.iter().filter(|before| to.iter().all(|after| !same(before, after)));
    all.extend(gone.map(|before| (Some(before), None)));
    all
}

/// What is said where an entry is not there.
pub(super) fn amount(cents: Option<Cents>) -> String {
    cents.map_or_else(|| "none".to_owned(), |cents| cents.to_string())
}
