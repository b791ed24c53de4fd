//! The scenario's seats, sorted by what can happen to them in a trial.
//!
//! **Pools.** Ramped people of the roster differ in a trial by when they leave and by what they book, and in nothing else.
//! Those of one segment, profile and productivity are drawn together: how many leave within the plan (binomial), and each
//! leaver's month.
//!
//! **Singles.** Everybody else (hires, people who ramp, seats that end or begin within the plan) is drawn alone.

use std::collections::BTreeMap;

use jiff::civil::Date;
use revloops_scenario::{Scenario, Triangular, WHOLE};

use super::Factors;
use super::draws::{Choice, Steps};
use crate::parts::{Survival, stretched};
use crate::seats::{Kind, Line, Origin, Plan, weights};

/// One, for ramps and attainment.
pub const PART: i64 = 1 << 12;

/// Bits that a seat's scale loses before it is squared, so that sums of squares fit.
pub const SQUARE_BITS: u32 = 8;

/// Seats of the roster that are ramped, there from the plan's first day to its last, and alike.
#[derive(Debug, Clone)]
pub struct Pool {
    /// Segment, by place.
    pub segment: usize,
    /// Profile, by place.
    pub profile: usize,
    /// Cents a year of one of them.
    pub scale: i64,
    /// How many.
    pub seats: u16,
    /// How many leave within the plan.
    pub leavers: Choice,
}

/// A seat that is drawn alone.
#[derive(Debug, Clone)]
pub struct Single {
    /// Segment, by place.
    pub segment: usize,
    /// Profile, by place.
    pub profile: usize,
    /// Cents a year at the end of its ramp.
    pub scale: i64,
    /// First day, counted from the plan's first; less than nothing where it began before.
    pub starts: i32,
    /// Whether it may start later.
    pub is_hire: bool,
    /// Month of tenure in the month of the start, or in the plan's first if it began before.
    pub tenure: i32,
    /// Last day, counted from the plan's first.
    pub ends: Option<i32>,
}

/// What people of a profile have in common.
#[derive(Debug, Clone)]
pub struct Ways {
    /// By percent of the ramp's time, from the lowest on: parts of the ramp's last level, in 2⁻¹².
    pub ramps: Vec<Vec<u16>>,
    /// Months until they leave.
    pub leaving: Choice,
    /// The same of those alone who leave within the plan.
    pub leaving_of_leavers: Choice,
    /// What is left of them on average.
    pub survival: Survival,
}

/// A month of the plan.
#[derive(Debug, Clone, Copy)]
pub struct MonthDays {
    /// First day, counted from the plan's first.
    pub first: i32,
    /// Number of days.
    pub count: i32,
}

/// A scenario, ready to be drawn.
#[derive(Debug, Clone)]
pub struct Market {
    /// Number of months.
    pub months: usize,
    /// By month.
    pub days: Vec<MonthDays>,
    /// The month of each day of the plan.
    pub month_of: Vec<u8>,
    /// By segment, the months' shares of a year in 2⁻³².
    pub shares: Vec<Vec<i64>>,
    /// Seats that are drawn together.
    pub pools: Vec<Pool>,
    /// Seats that are drawn alone.
    pub singles: Vec<Single>,
    /// By profile.
    pub ways: Vec<Ways>,
    /// Days by which hires are late.
    pub delay: Steps,
    /// Percent of the ramp's time, less the lowest.
    pub ramp: Steps,
    /// A seat's attainment less one, in 2⁻¹².
    pub seat: Steps,
    /// The market less one, in 2⁻¹².
    pub market: Steps,
    /// Whether people leave at random.
    pub leave_at_random: bool,
}

impl Market {
    /// Sorts the scenario's seats; factors that are not wanted are held at their mean.
    #[must_use]
    pub fn new(scenario: &Scenario, factors: Factors) -> Self {
        let plan = Plan::new(scenario);
        let given = scenario.uncertainty;
        let held = |range: Triangular, wanted: bool| {
            let mean = (2 * (range.low + range.likely + range.high) + 3) / 6;
            if wanted { range } else { Triangular::sure(mean) }
        };
        let ramp_range = held(given.ramp_time_percent, factors.ramp);
        let percents = Steps::triangular(ramp_range);
        let (lowest, highest) = (percents.lowest().max(1), percents.highest().max(1));
        let start = scenario.starts.first_day();
        let days_of = |at: i32| {
            let month = scenario.starts.plus(at);
            MonthDays { first: days_between(start, month.first_day()), count: month.days() }
        };
        let days: Vec<MonthDays> = (0..i32::from(scenario.months)).map(days_of).collect();
        let month_of = days.iter().zip(0u8..).flat_map(|(days, month)| (0..days.count).map(move |_| month)).collect();
        let ways: Vec<Ways> = scenario
            .profiles
            .iter()
            .zip(&plan.kinds)
            .map(|(profile, kind)| {
                let curve = scenario.ramp_curves.iter().find(|curve| curve.id == profile.ramp);
                let ramps = (lowest..=highest).map(|percent| {
                    let months = curve.map(|curve| stretched(curve, percent.unsigned_abs())).unwrap_or_default();
                    parts_of_last(&months)
                });
                Ways {
                    ramps: ramps.collect(),
                    leaving: Choice::leaving(&kind.survival, plan.months),
                    leaving_of_leavers: Choice::leaving_of_leavers(&kind.survival, plan.months),
                    survival: kind.survival,
                }
            })
            .collect();
        let mut sorted = Sorted {
            start,
            days: i32::try_from(Vec::len(&month_of)).unwrap_or(i32::MAX),
            pools: BTreeMap::new(),
            singles: Vec::new(),
        };
        for line in &plan.lines {
            let ramped = ways.get(line.profile).map_or(0, |ways| ways.ramps.iter().map(Vec::len).max().unwrap_or(0));
            if let Some(kind) = plan.kinds.get(line.profile) {
                sorted.add(line, kind, i32::try_from(ramped).unwrap_or(i32::MAX));
            }
        }
        let share_of = |segment: &str| {
            let weights = weights(scenario, segment);
            let all: u64 = weights.iter().map(|weight| u64::from(*weight)).sum();
            let month = |at: i32| {
                let weight = weights.get(scenario.starts.plus(at).of_year()).copied().unwrap_or(0);
                let share = ((u128::from(weight) << 33) + u128::from(all)) / (2 * u128::from(all.max(1)));
                i64::try_from(share).unwrap_or(0)
            };
            (0..i32::from(scenario.months)).map(month).collect::<Vec<_>>()
        };
        Self {
            months: plan.months,
            days,
            month_of,
            shares: scenario.segments.iter().map(|segment| share_of(&segment.id)).collect(),
            pools: sorted.pools(&plan, factors.attrition && given.attrition_at_random),
            singles: sorted.singles,
            delay: Steps::triangular(held(given.hire_delay_days, factors.hire_dates)),
            ramp: Steps::triangular(Triangular {
                low: ramp_range.low.max(1) - lowest.unsigned_abs().min(ramp_range.low.max(1)),
                likely: ramp_range.likely.max(1).saturating_sub(lowest.unsigned_abs()),
                high: ramp_range.high.max(1).saturating_sub(lowest.unsigned_abs()),
            }),
            seat: Steps::normal(if factors.seat_attainment { given.seat_attainment } else { 0 }),
            market: Steps::normal(if factors.market { given.market_attainment } else { 0 }),
            ways,
            leave_at_random: factors.attrition && given.attrition_at_random,
        }
    }
}

fn days_between(from: Date, to: Date) -> i32 {
    (to - from).get_days()
}

/// Levels of a ramp as parts of its last one, up to which it is reached.
fn parts_of_last(months: &[u32]) -> Vec<u16> {
    let last = months.last().copied().unwrap_or(WHOLE).max(1);
    let part = |level: &u32| u16::try_from((u64::from(*level) * 8_192 + u64::from(last)) / (2 * u64::from(last)));
    let mut parts: Vec<u16> = months.iter().map(|level| part(level).unwrap_or(u16::MAX)).collect();
    while parts.last().is_some_and(|part| i64::from(*part) == PART) {
        parts.pop();
    }
    parts
}

struct Sorted {
    start: Date,
    /// Days of the plan.
    days: i32,
    /// Seats by segment, profile and scale.
    pools: BTreeMap<(usize, usize, i64), u16>,
    singles: Vec<Single>,
}

impl Sorted {
    /// `ramped`: months after which everybody of the profile is ramped, however long it takes.
    fn add(&mut self, line: &Line<'_>, kind: &Kind, ramped: i32) {
        let level = i128::from(kind.ramp.last().copied().unwrap_or(WHOLE));
        let product = i128::from(line.productivity.0.max(0)) * i128::from(line.allocation) * level;
        let whole = i128::from(WHOLE) * i128::from(WHOLE);
        let scale = i64::try_from((2 * product + whole) / (2 * whole)).unwrap_or(i64::MAX);
        let starts = days_between(self.start, line.starts);
        let ends = line.ends.map(|day| days_between(self.start, day)).filter(|day| *day < self.days - 1);
        if ends.is_some_and(|day| day < 0) {
            return;
        }
        let is_hire = matches!(line.origin, Origin::Plan(_));
        let tenure = line.first.max(0) - line.tenure_from;
        if !is_hire && starts <= 0 && ends.is_none() && tenure >= ramped {
            *self.pools.entry((line.segment, line.profile, scale)).or_default() += line.seats;
            return;
        }
        let (segment, profile) = (line.segment, line.profile);
        let single = Single { segment, profile, scale, starts, is_hire, tenure, ends };
        self.singles.extend((0..line.seats).map(|_| single.clone()));
    }

    /// No more than 255 seats each: how many leave is kept in a byte.
    fn pools(&self, plan: &Plan<'_>, at_random: bool) -> Vec<Pool> {
        let last = i32::try_from(plan.months).unwrap_or(i32::MAX);
        let mut pools = Vec::new();
        for ((segment, profile, scale), seats) in &self.pools {
            let Some(kind) = plan.kinds.get(*profile) else { continue };
            let leave = crate::parts::ONE - kind.survival.after(last);
            let mut left = *seats;
            while left > 0 {
                let seats = left.min(255);
                let leavers = Choice::leavers(if at_random { seats } else { 0 }, leave);
                pools.push(Pool { segment: *segment, profile: *profile, scale: *scale, seats, leavers });
                left -= seats;
            }
        }
        pools
    }
}
