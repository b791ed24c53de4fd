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
use super::draws::{Choice, LEAVERS, LEAVING, Steps};
use crate::parts::stretched;
use crate::seats::{Kind, Line, Origin, Plan, weights};

/// Levels of a ramp that are added at once.
pub const BLOCK: usize = 8;

/// Seats of the roster that are ramped, there from the plan's first day to its last, and alike.
#[derive(Debug, Clone)]
pub struct Pool {
    /// Segment, by place.
    pub segment: usize,
    /// Profile, by place.
    pub profile: usize,
    /// Cents a year of one of them.
    pub scale: f64,
    /// How many.
    pub seats: u16,
    /// How many leave within the plan.
    pub leavers: Choice<LEAVERS>,
}

/// A seat that is drawn alone.
#[derive(Debug, Clone)]
pub struct Single {
    /// Segment, by place.
    pub segment: usize,
    /// Profile, by place.
    pub profile: usize,
    /// Cents a year at the end of its ramp.
    pub scale: f64,
    /// First day, counted from the plan's first; less than nothing where it began before.
    pub starts: i32,
    /// Whether it may start later.
    pub is_hire: bool,
    /// Its ramp from the start (or from the plan's first month) on.
    pub ramp: Ramp,
    /// Months of tenure that lie behind then.
    pub skipped: usize,
    /// Last day, counted from the plan's first.
    pub ends: Option<i32>,
}

/// What people of a profile have in common.
#[derive(Debug, Clone)]
pub struct Ways {
    /// Months that they stay.
    pub leaving: Choice<LEAVING>,
    /// The same of those alone who leave within the plan.
    pub leaving_of_leavers: Choice<LEAVING>,
    /// The part that is left after 0, 1, 2, … months.
    pub left: Vec<f64>,
}

/// A profile's ramp from some month of tenure on, for every percent of its time from the lowest on: where it lies in
/// [`Levels`].
#[derive(Debug, Clone, Copy)]
pub struct Ramp {
    /// From where to where its rows lie.
    blocks: (usize, usize),
    /// From where to where their lengths lie.
    lengths: (usize, usize),
    /// Blocks of a row.
    width: usize,
}

/// All ramps' levels, one after the other: a trial jumps about in them, and every step to find a place would cost.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    /// Parts of the last level, nothing where it is reached.
    blocks: Vec<[f64; BLOCK]>,
    /// Months until the last level is reached.
    lengths: Vec<u8>,
}

impl Levels {
    /// `curves`: levels by percent. `skipped`: months of tenure that lie behind.
    fn add(&mut self, curves: &[Vec<u32>], skipped: usize, months: usize) -> Ramp {
        let rows: Vec<Vec<f64>> = curves.iter().map(|curve| parts_of_last(curve, skipped, months)).collect();
        let width = rows.iter().map(Vec::len).max().unwrap_or(0).div_ceil(BLOCK).max(1);
        let from = (self.blocks.len(), self.lengths.len());
        for row in &rows {
            for block in 0..width {
                let mut levels = [0.0; BLOCK];
                levels.iter_mut().zip(row.iter().skip(block * BLOCK)).for_each(|(level, part)| *level = *part);
                self.blocks.push(levels);
            }
        }
        self.lengths.extend(rows.iter().map(|row| u8::try_from(row.len()).unwrap_or(u8::MAX)));
        Ramp { blocks: (from.0, self.blocks.len()), lengths: (from.1, self.lengths.len()), width }
    }

    /// A ramp's blocks, row by row; its rows' months until the last level is reached; and how many blocks a row has.
    #[must_use]
    pub fn of(&self, ramp: Ramp) -> (&[[f64; BLOCK]], &[u8], usize) {
        let blocks = self.blocks.get(ramp.blocks.0..ramp.blocks.1).unwrap_or_default();
        let lengths = self.lengths.get(ramp.lengths.0..ramp.lengths.1).unwrap_or_default();
        (blocks, lengths, ramp.width)
    }
}

/// A day on which somebody can start.
#[derive(Debug, Clone, Copy)]
pub struct FirstDay {
    /// Its month.
    pub month: u8,
    /// Part of the month from this day on.
    pub part: f64,
    /// Days of its month.
    pub days: u8,
}

/// A scenario, ready to be drawn.
#[derive(Debug, Clone)]
pub struct Market {
    /// Number of months.
    pub months: usize,
    /// By day of the plan.
    pub first_days: Vec<FirstDay>,
    /// By month of the plan.
    last_of_year: Vec<u8>,
    /// By segment, the months' shares of a year.
    pub shares: Vec<Vec<f64>>,
    /// Seats that are drawn together.
    pub pools: Vec<Pool>,
    /// Seats that are drawn alone.
    pub singles: Vec<Single>,
    /// By profile.
    pub ways: Vec<Ways>,
    /// Levels of the ramps that singles are on.
    pub levels: Levels,
    /// Days by which hires are late.
    pub delay: Steps<u16>,
    /// Percent of the ramp's time.
    pub ramp: Steps<u16>,
    /// The lowest of these.
    pub lowest_percent: u16,
    /// A seat's attainment less one.
    pub seat: Steps<f32>,
    /// The market less one.
    pub market: Steps<f32>,
    /// Whether people leave at random.
    pub leave_at_random: bool,
}

impl Market {
    /// Years of the plan, the last of which may be a part of one.
    #[must_use]
    pub fn years(&self) -> usize {
        self.months.div_ceil(12)
    }

    /// Amounts of a trial by segment and year.
    #[must_use]
    pub fn segment_years(&self) -> usize {
        self.shares.len() * self.years()
    }

    /// The last month of a month's year; of months behind the plan the first one, as nothing is left of their year.
    #[inline]
    #[must_use]
    pub fn last_of_year(&self, month: usize) -> usize {
        self.last_of_year.get(month).copied().map_or(0, usize::from)
    }

    /// A segment's pools with their places: they stand together.
    pub fn pools_of(&self, segment: usize) -> impl Iterator<Item = (usize, &Pool)> {
        let from = self.pools.partition_point(|pool| pool.segment < segment);
        self.pools.iter().enumerate().skip(from).take_while(move |(_, pool)| pool.segment == segment)
    }

    /// A segment's singles with their places: they stand together.
    pub fn singles_of(&self, segment: usize) -> impl Iterator<Item = (usize, &Single)> {
        let from = self.singles.partition_point(|single| single.segment < segment);
        self.singles.iter().enumerate().skip(from).take_while(move |(_, single)| single.segment == segment)
    }

    /// Sorts the scenario's seats; factors that are not wanted are held at their mean.
    #[must_use]
    pub fn new(scenario: &Scenario, factors: Factors) -> Self {
        let plan = Plan::new(scenario);
        let given = scenario.uncertainty;
        let held = |range: Triangular, wanted: bool| {
            let mean = (2 * (range.low + range.likely + range.high) + 3) / 6;
            if wanted { range } else { Triangular::sure(mean) }
        };
        let ramp = Steps::triangular(held(given.ramp_time_percent, factors.ramp)).at_least(1);
        let (lowest, highest) = (ramp.lowest(), ramp.highest());
        let start = scenario.starts.first_day();
        let mut first_days = Vec::new();
        for (month, at) in (0u8..).zip(0..i32::from(scenario.months)) {
            let days = scenario.starts.plus(at).days();
            first_days.extend((0..days).map(|day| FirstDay {
                month,
                part: f64::from(days - day) / f64::from(days),
                days: u8::try_from(days).unwrap_or(31),
            }));
        }
        let curves = scenario.profiles.iter().map(|profile| {
            let curve = scenario.ramp_curves.iter().find(|curve| curve.id == profile.ramp);
            let levels = |percent: u16| curve.map(|curve| stretched(curve, u32::from(percent))).unwrap_or_default();
            (lowest..=highest).map(levels).collect::<Vec<_>>()
        });
        let ways = |kind: &Kind| {
            let left = |months: i32| kind.survival.after(months) as f64 / crate::parts::ONE as f64;
            Ways {
                leaving: Choice::leaving(&kind.survival, plan.months),
                leaving_of_leavers: Choice::leaving_of_leavers(&kind.survival, plan.months),
                left: (0..i32::from(scenario.months)).map(left).collect(),
            }
        };
        let mut sorted = Sorted {
            start,
            days: i32::try_from(first_days.len()).unwrap_or(i32::MAX),
            months: plan.months,
            curves: curves.collect(),
            pools: BTreeMap::new(),
            singles: Vec::new(),
            levels: Levels::default(),
            known: BTreeMap::new(),
        };
        for line in &plan.lines {
            if let Some(kind) = plan.kinds.get(line.profile) {
                sorted.add(line, kind);
            }
        }
        sorted.singles.sort_by_key(|single| single.segment);
        let share_of = |segment: &str| {
            let weights = weights(scenario, segment);
            let all: u64 = weights.iter().map(|weight| u64::from(*weight)).sum();
            let month = |at: i32| {
                let weight = weights.get(scenario.starts.plus(at).of_year()).copied().unwrap_or(0);
                f64::from(weight) / all.max(1) as f64
            };
            (0..i32::from(scenario.months)).map(month).collect::<Vec<_>>()
        };
        let leave_at_random = factors.attrition && given.attrition_at_random;
        Self {
            months: plan.months,
            first_days,
            last_of_year: (0..plan.months)
                .map(|month| u8::try_from((month / 12 * 12 + 12).min(plan.months) - 1).unwrap_or(u8::MAX))
                .collect(),
            shares: scenario.segments.iter().map(|segment| share_of(&segment.id)).collect(),
            pools: sorted.pools(&plan, leave_at_random),
            singles: sorted.singles,
            ways: plan.kinds.iter().map(ways).collect(),
            levels: sorted.levels,
            delay: Steps::triangular(held(given.hire_delay_days, factors.hire_dates)),
            ramp,
            lowest_percent: lowest,
            seat: Steps::normal(if factors.seat_attainment { given.seat_attainment } else { 0 }),
            market: Steps::normal(if factors.market { given.market_attainment } else { 0 }),
            leave_at_random,
        }
    }
}

fn days_between(from: Date, to: Date) -> i32 {
    (to - from).get_days()
}

/// Levels of a ramp as parts of its last one, up to which it is reached; no more of them than the plan has months.
fn parts_of_last(levels: &[u32], skipped: usize, months: usize) -> Vec<f64> {
    let last = f64::from(levels.last().copied().unwrap_or(WHOLE).max(1));
    let reached = levels.iter().rposition(|level| Some(level) != levels.last()).map_or(0, |at| at + 1);
    levels.iter().take(reached).skip(skipped).take(months).map(|level| f64::from(*level) / last).collect()
}

struct Sorted {
    start: Date,
    /// Days of the plan.
    days: i32,
    /// Months of the plan.
    months: usize,
    /// By profile and percent of the ramp's time.
    curves: Vec<Vec<Vec<u32>>>,
    /// Seats by segment, profile and scale.
    pools: BTreeMap<(usize, usize, i64), u16>,
    singles: Vec<Single>,
    levels: Levels,
    /// Ramps by profile and months that lie behind.
    known: BTreeMap<(usize, usize), Ramp>,
}

impl Sorted {
    fn add(&mut self, line: &Line<'_>, kind: &Kind) {
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
        let skipped = usize::try_from(line.first.max(0) - line.tenure_from).unwrap_or(0);
        let (segment, profile) = (line.segment, line.profile);
        let ramp = *self.known.entry((profile, skipped)).or_insert_with(|| {
            let curves = self.curves.get(profile).map_or(&[][..], Vec::as_slice);
            self.levels.add(curves, skipped, self.months)
        });
        let ramped = self.levels.of(ramp).1.iter().all(|months| *months == 0);
        if !is_hire && starts <= 0 && ends.is_none() && ramped {
            *self.pools.entry((segment, profile, scale)).or_default() += line.seats;
            return;
        }
        let single = Single { segment, profile, scale: scale as f64, starts, is_hire, ramp, skipped, ends };
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
                pools.push(Pool { segment: *segment, profile: *profile, scale: *scale as f64, seats, leavers });
                left -= seats;
            }
        }
        pools
    }
}
