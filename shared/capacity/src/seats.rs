//! The scenario's seats, with every name looked up once.

use std::collections::BTreeMap;

use jiff::civil::Date;
use revloops_domain::Cents;
use revloops_scenario::{BasisPoints, Hire, Month, Quota, Scenario, Seat, WHOLE};

use crate::parts::{EVEN, Rounded, Survival, factor, ramp_in, share};

/// Where a line comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Origin<'a> {
    /// A seat that is filled.
    Roster(&'a Seat),
    /// Seats that are to be filled, all alike.
    Plan(&'a Hire),
}

/// One seat, or several of the hiring plan that are alike. Months are counted from the plan's first.
#[derive(Debug, Clone)]
pub struct Line<'a> {
    /// Where it comes from.
    pub origin: Origin<'a>,
    /// How many seats.
    pub seats: u16,
    /// Profile, by place.
    pub profile: usize,
    /// Segment, by place.
    pub segment: usize,
    /// Territory, by place.
    pub territory: usize,
    /// Manager, by place.
    pub manager: Option<usize>,
    /// What it books a year when fully ramped and there all the time.
    pub productivity: Cents,
    /// Part of the working time.
    pub allocation: BasisPoints,
    /// First day.
    pub starts: Date,
    /// Last day.
    pub ends: Option<Date>,
    /// Month of the start.
    pub first: i32,
    /// First month of tenure.
    pub tenure_from: i32,
    /// Month after which people may have left: the plan's first, or that of the start if it is later.
    pub survives_from: i32,
    /// Places in [`Plan::shares`].
    amounts: Amounts,
}

#[derive(Debug, Clone, Copy)]
struct Amounts {
    capacity: usize,
    quota: usize,
    variable: usize,
}

/// What a profile says about each of its seats.
#[derive(Debug, Clone)]
pub struct Kind {
    /// Ramp by month of tenure.
    pub ramp: Vec<BasisPoints>,
    /// Who is left.
    pub survival: Survival,
    /// Whether the quota grows with the ramp.
    quota_ramps: bool,
    /// Fixed pay and overhead a month, in units of 2⁻²⁰ cents.
    fixed: u64,
    /// Once, in a hire's first month.
    hiring: Cents,
}

/// A month of the plan.
#[derive(Debug, Clone, Copy)]
struct Days {
    first: Date,
    last: Date,
    count: u32,
}

/// A scenario, ready to be computed with.
#[derive(Debug, Clone)]
pub struct Plan<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// Number of months.
    pub months: usize,
    /// The roster, then the hiring plan.
    pub lines: Vec<Line<'a>>,
    /// By profile, in the scenario's order.
    pub kinds: Vec<Kind>,
    days: Vec<Days>,
    /// Yearly amounts by month, in units of 2⁻²⁰ cents: one list for each amount and spread.
    shares: Vec<Vec<u64>>,
}

/// What one seat gives month by month, in cents; full-time equivalents in ten-thousandths.
#[derive(Debug, Clone, Default)]
pub struct SeatMonths {
    /// Expected bookings.
    pub capacity: Vec<i64>,
    /// Street quota.
    pub quota: Vec<i64>,
    /// Cost.
    pub cost: Vec<i64>,
    /// Full-time equivalents.
    pub fte: Vec<i64>,
}

fn places<'a>(ids: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, usize> {
    ids.zip(0..).collect()
}

fn place(places: &BTreeMap<&str, usize>, id: &str) -> usize {
    places.get(id).copied().unwrap_or(usize::MAX)
}

/// The weights of a segment's spread over the year.
#[must_use]
pub fn weights<'a>(scenario: &'a Scenario, segment: &str) -> &'a [u32; 12] {
    let named = scenario.segments.iter().find(|one| one.id == segment).and_then(|one| one.seasonality.as_deref());
    let spread = named.and_then(|id| scenario.seasonality.iter().find(|one| one.id == id));
    spread.map_or(&EVEN, |spread| &spread.weights)
}

/// What a seat of `profile` signs for a year, if it books `productivity`.
#[must_use]
pub fn quota_a_year(quota: Quota, productivity: Cents) -> Cents {
    match quota {
        Quota::AYear(amount) => amount,
        Quota::OverAssigned(part) => of(productivity, i64::from(part), i64::from(WHOLE)),
    }
}

/// `amount` × part ÷ whole, to the nearest cent; nothing of nothing.
fn of(amount: Cents, part: i64, whole: i64) -> Cents {
    if whole <= 0 {
        return Cents::ZERO;
    }
    let product = 2 * i128::from(amount.0) * i128::from(part) + i128::from(whole);
    Cents(i64::try_from(product.div_euclid(2 * i128::from(whole))).unwrap_or(i64::MAX))
}

/// What is looked up while lines are made.
struct Lookup<'a> {
    scenario: &'a Scenario,
    profiles: BTreeMap<&'a str, usize>,
    segments: BTreeMap<&'a str, usize>,
    territories: BTreeMap<&'a str, usize>,
    managers: BTreeMap<&'a str, usize>,
    productivity: BTreeMap<(&'a str, &'a str, &'a str), Cents>,
    /// Lists of shares by amount and segment.
    known: BTreeMap<(Cents, usize), usize>,
    shares: Vec<Vec<u64>>,
}

impl<'a> Lookup<'a> {
    fn productivity(&mut self, profile: &'a str, segment: &'a str, territory: &'a str) -> Cents {
        let found = || self.scenario.productivity_of(profile, segment, territory).unwrap_or_default();
        *self.productivity.entry((profile, segment, territory)).or_insert_with(found)
    }

    fn share(&mut self, a_year: Cents, segment: usize) -> usize {
        *self.known.entry((a_year, segment)).or_insert_with(|| {
            let id = self.scenario.segments.get(segment).map_or("", |segment| segment.id.as_str());
            let weights = weights(self.scenario, id);
            let months = 0..i32::from(self.scenario.months);
            self.shares.push(months.map(|at| share(a_year, weights, self.scenario.starts.plus(at))).collect());
            self.shares.len() - 1
        })
    }

    fn line(&mut self, origin: Origin<'a>) -> Line<'a> {
        let (profile, segment, territory, manager, starts) = match origin {
            Origin::Roster(seat) => (&seat.profile, &seat.segment, &seat.territory, &seat.manager, seat.starts),
            Origin::Plan(hire) => (&hire.profile, &hire.segment, &hire.territory, &hire.manager, hire.starts),
        };
        let productivity = self.productivity(profile, segment, territory);
        let (profile, segment) = (place(&self.profiles, profile), place(&self.segments, segment));
        let kind = self.scenario.profiles.get(profile);
        let quota = kind.map_or(Cents::ZERO, |kind| quota_a_year(kind.quota, productivity));
        let variable = kind.map_or(Cents::ZERO, |kind| of(kind.cost.variable_a_year, productivity.0, quota.0));
        let amounts = Amounts {
            capacity: self.share(productivity, segment),
            quota: self.share(quota, segment),
            variable: self.share(variable, segment),
        };
        let first = Month::of(starts).since(self.scenario.starts);
        let (seats, allocation, ends, tenure_from) = match origin {
            Origin::Roster(seat) => (1, seat.allocation, seat.ends, seat.tenure_from.unwrap_or(starts)),
            Origin::Plan(hire) => (hire.seats, hire.allocation, None, starts),
        };
        Line {
            origin,
            seats,
            profile,
            segment,
            territory: place(&self.territories, territory),
            manager: manager.as_deref().and_then(|id| self.managers.get(id).copied()),
            productivity,
            allocation,
            starts,
            ends,
            first,
            tenure_from: Month::of(tenure_from).since(self.scenario.starts),
            survives_from: first.max(0),
            amounts,
        }
    }
}

impl<'a> Plan<'a> {
    /// Looks every name of the scenario up.
    #[must_use]
    pub fn new(scenario: &'a Scenario) -> Self {
        let mut lookup = Lookup {
            scenario,
            profiles: places(scenario.profiles.iter().map(|one| one.id.as_str())),
            segments: places(scenario.segments.iter().map(|one| one.id.as_str())),
            territories: places(scenario.territories.iter().map(|one| one.id.as_str())),
            managers: places(scenario.managers.iter().map(|one| one.id.as_str())),
            productivity: BTreeMap::new(),
            known: BTreeMap::new(),
            shares: Vec::new(),
        };
        let roster = scenario.roster.iter().map(Origin::Roster);
        let lines = roster.chain(scenario.hiring_plan.iter().map(Origin::Plan)).map(|one| lookup.line(one)).collect();
        let kind = |profile: &revloops_scenario::Profile| {
            let curve = scenario.ramp_curves.iter().find(|curve| curve.id == profile.ramp);
            let cost = profile.cost;
            Kind {
                ramp: curve.map(|curve| curve.months.clone()).unwrap_or_default(),
                survival: Survival::new(profile.attrition_a_year),
                quota_ramps: profile.quota_ramps,
                fixed: share(
                    of(cost.base_a_year, i64::from(WHOLE) + i64::from(cost.overhead), i64::from(WHOLE)),
                    &EVEN,
                    scenario.starts,
                ),
                hiring: cost.hiring,
            }
        };
        let days = |at: i32| {
            let month = scenario.starts.plus(at);
            let first = month.first_day();
            Days { first, last: first.last_of_month(), count: month.days().unsigned_abs() }
        };
        Self {
            scenario,
            months: usize::from(scenario.months),
            lines,
            kinds: scenario.profiles.iter().map(kind).collect(),
            days: (0..i32::from(scenario.months)).map(days).collect(),
            shares: lookup.shares,
        }
    }

    /// The part of a month's days that lie between two days, both counted: (days there, days of the month).
    #[must_use]
    pub fn presence(&self, month: usize, starts: Date, ends: Option<Date>) -> (u32, u32) {
        let Some(days) = self.days.get(month) else { return (0, 1) };
        let ends = ends.unwrap_or(Date::MAX);
        if starts <= days.first && ends >= days.last {
            return (days.count, days.count);
        }
        if starts > days.last || ends < days.first {
            return (0, days.count);
        }
        let (from, to) = (starts.max(days.first), ends.min(days.last));
        let there = i32::from(to.day()) - i32::from(from.day()) + 1;
        (there.max(0).unsigned_abs(), days.count)
    }

    /// One seat of `line`, month by month, into `into`.
    pub fn seat_months(&self, line: &Line<'_>, into: &mut SeatMonths) {
        let nothing = Vec::new();
        let shares = |place: usize| self.shares.get(place).unwrap_or(&nothing).iter().copied();
        let amounts = shares(line.amounts.capacity).zip(shares(line.amounts.quota)).zip(shares(line.amounts.variable));
        for list in [&mut into.capacity, &mut into.quota, &mut into.cost, &mut into.fte] {
            list.clear();
        }
        let Some(kind) = self.kinds.get(line.profile) else { return };
        let (mut capacity, mut quota, mut cost, mut fte) =
            (Rounded::default(), Rounded::default(), Rounded::default(), Rounded::default());
        for (month, ((capacity_units, quota_units), variable_units)) in amounts.enumerate() {
            let at = i32::try_from(month).unwrap_or(i32::MAX);
            let (here, days) = self.presence(month, line.starts, line.ends);
            let (booking, staying) = if here == 0 {
                (0, 0)
            } else {
                let survival = kind.survival.after(at - line.survives_from);
                let ramp = ramp_in(&kind.ramp, at - line.tenure_from);
                let staying = factor(WHOLE, line.allocation, here, days, survival);
                let booking = if ramp == WHOLE { staying } else { factor(ramp, line.allocation, here, days, survival) };
                (booking, staying)
            };
            into.capacity.push(capacity.next(capacity_units, booking));
            into.quota.push(quota.next(quota_units, if kind.quota_ramps { booking } else { staying }));
            cost.add(variable_units, booking);
            cost.add(kind.fixed, staying);
            let hired = matches!(line.origin, Origin::Plan(_)) && at == line.first;
            into.cost.push(cost.take() + if hired { kind.hiring.0 } else { 0 });
            into.fte.push(fte.next(u64::from(WHOLE) << crate::parts::UNIT_BITS, staying));
        }
    }

    /// The ids of a line's seats: its own, or `row/1`, `row/2`, …
    #[must_use]
    pub fn ids(line: &Line<'_>) -> Vec<String> {
        match line.origin {
            Origin::Roster(seat) => vec![seat.id.clone()],
            Origin::Plan(hire) => (1..=line.seats).map(|number| format!("{}/{number}", hire.id)).collect(),
        }
    }
}
