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
use super::draws::{Choice, LEAVERS, LEAVING, Normal, Stay, Triangle};
use crate::parts::stretched;
use crate::seats::{Kind, Line, Origin, Plan, weights};

/// Levels of a ramp that are added at once.
pub const BLOCK: usize = 8;

/// So many levels, in one line of a cache.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub struct Block(pub [f64; BLOCK]);

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
    /// From where to where the months begin in which it can start.
    starts_in: (usize, usize),
}

/// What people of a profile have in common.
#[derive(Debug, Clone)]
pub struct Ways {
    /// Months that they stay.
    pub stay: Stay,
    /// The same of those alone who leave within the plan.
    pub leaving: Choice<LEAVING>,
    /// The part that is left after 0, 1, 2, … months.
    pub left: Vec<f64>,
}

/// A profile's ramp from some month of tenure on, for every percent of its time from the lowest on: where it lies in
/// [`Levels`].
#[derive(Debug, Clone, Copy)]
pub struct Ramp {
    /// From where to where its rows' lengths lie.
    rows: (usize, usize),
    /// From where to where its rows' blocks lie.
    blocks: (usize, usize),
    /// From where to where its rows lie that are a month longer than the one before.
    longer: (usize, usize),
    /// Whether anything is booked in the first month.
    opens: bool,
}

/// All ramps' levels, one after the other: a trial jumps about in them, and every step to find a place would cost.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    /// Parts of the last level, some blocks a row: from the first month on if the ramp opens with anything, else from the
    /// second; nothing where the last level is reached. A row that reaches it at once has its first month, for those who are
    /// not there for all of it.
    blocks: Vec<Block>,
    /// Months until the last level is reached.
    lengths: Vec<u8>,
    /// Rows that are a month longer than the one before, as often as they are.
    longer: Vec<u32>,
}

/// A ramp's rows.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'m> {
    /// Parts of the last level, some blocks a row: from the first month on if the ramp opens with anything, else from the
    /// second; nothing where the last level is reached. A row that reaches it at once has its first month, for those who are
    /// not there for all of it.
    pub blocks: &'m [Block],
    /// Blocks of a row.
    pub width: usize,
    /// Months until the last level is reached.
    pub lengths: &'m [u8],
    /// Rows that are a month longer than the one before, as often as they are.
    pub longer: &'m [u32],
    /// Whether anything is booked in the first month.
    pub opens: bool,
    /// Whether a row reaches the last level at once.
    pub at_once: bool,
}

impl Levels {
    /// `curves`: levels by percent, and who takes longer is not faster. `skipped`: months of tenure that lie behind.
    fn add(&mut self, curves: &[Vec<u32>], skipped: usize, months: usize) -> Ramp {
        let mut rows: Vec<Vec<f64>> = curves.iter().map(|curve| parts_of_last(curve, skipped, months)).collect();
        let mut longest = 0;
        for row in &mut rows {
            longest = longest.max(row.len());
            row.resize(longest, 1.0);
        }
        let opens = rows.iter().any(|row| row.first().is_none_or(|level| *level > 0.0));
        let first = usize::from(!opens);
        let width = longest.saturating_sub(first).div_ceil(BLOCK).max(1);
        let from = (self.lengths.len(), self.blocks.len(), self.longer.len());
        let mut length = rows.first().map_or(0, Vec::len);
        for (at, mut row) in (0..).zip(rows) {
            self.lengths.push(u8::try_from(row.len()).unwrap_or(u8::MAX));
            self.longer.extend((length..row.len()).map(|_| at));
            length = row.len();
            if row.is_empty() {
                row.push(1.0);
            }
            for block in 0..width {
                let mut levels = [0.0; BLOCK];
                levels.iter_mut().zip(row.iter().skip(first + block * BLOCK)).for_each(|(level, part)| *level = *part);
                self.blocks.push(Block(levels));
            }
        }
        Ramp {
            rows: (from.0, self.lengths.len()),
            blocks: (from.1, self.blocks.len()),
            longer: (from.2, self.longer.len()),
            opens,
        }
    }

    /// A ramp's rows.
    #[must_use]
    pub fn of(&self, ramp: Ramp) -> Rows<'_> {
        let blocks = self.blocks.get(ramp.blocks.0..ramp.blocks.1).unwrap_or_default();
        let lengths = self.lengths.get(ramp.rows.0..ramp.rows.1).unwrap_or_default();
        Rows {
            blocks,
            width: blocks.len() / lengths.len().max(1),
            lengths,
            longer: self.longer.get(ramp.longer.0..ramp.longer.1).unwrap_or_default(),
            opens: ramp.opens,
            at_once: lengths.first() == Some(&0),
        }
    }
}

/// A scenario, ready to be drawn.
#[derive(Debug, Clone)]
pub struct Market {
    /// Number of months.
    pub months: usize,
    /// By month, its first day; then the first day after the plan.
    pub first_days: Vec<u32>,
    /// By day, the part of its month from this day on; nothing on the first day after the plan.
    pub parts: Vec<f64>,
    /// The years' first months, but the first one's.
    pub(super) years_begin: Vec<u32>,
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
    pub delay: Triangle,
    /// Percent of the ramp's time.
    pub ramp: Triangle,
    /// The lowest of these.
    pub lowest_percent: u32,
    /// A seat's attainment less one.
    pub seat: Normal,
    /// The market less one.
    pub market: Normal,
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

    /// The months' first days among which a single seat's start lies: it starts in the month of the last one that it has
    /// reached. The second is the first one's month.
    #[inline]
    pub(super) fn starts_in(&self, single: &Single) -> (&[u32], usize) {
        let (from, to) = single.starts_in;
        (self.first_days.get(from..to).unwrap_or_default(), from)
    }

    /// The month of this day, and the part of the month up to the day's end; nothing where it is none of the plan.
    pub(super) fn up_to(&self, day: i32) -> Option<(usize, f64)> {
        let day = u32::try_from(day).ok()?;
        let month = self.first_days.partition_point(|first| *first <= day) - 1;
        let (begins, ends) = (*self.first_days.get(month)?, *self.first_days.get(month + 1)?);
        Some((month, f64::from(day + 1 - begins) / f64::from(ends - begins)))
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
        let delay = held(given.hire_delay_days, factors.hire_dates);
        let ramp = held(given.ramp_time_percent, factors.ramp);
        let some = |percent: u32| percent.clamp(1, u32::from(u16::MAX));
        let ramp = Triangular { low: some(ramp.low), likely: some(ramp.likely), high: some(ramp.high) };
        let start = scenario.starts.first_day();
        let (mut first_days, mut parts) = (vec![0], Vec::new());
        for at in 0..i32::from(scenario.months) {
            let days = scenario.starts.plus(at).days();
            parts.extend((0..days).map(|day| f64::from(days - day) / f64::from(days)));
            first_days.push(parts.len() as u32);
        }
        parts.push(0.0);
        let curves = scenario.profiles.iter().map(|profile| {
            let curve = scenario.ramp_curves.iter().find(|curve| curve.id == profile.ramp);
            let levels = |percent| curve.map(|curve| stretched(curve, percent)).unwrap_or_default();
            (ramp.low..=ramp.high).map(levels).collect::<Vec<_>>()
        });
        let ways = |kind: &Kind| {
            let left = |months: i32| kind.survival.after(months) as f64 / crate::parts::ONE as f64;
            Ways {
                stay: Stay::new(&kind.survival, plan.months),
                leaving: Choice::leaving(&kind.survival, plan.months),
                left: (0..i32::from(scenario.months)).map(left).collect(),
            }
        };
        let mut sorted = Sorted {
            start,
            first_days: &first_days,
            latest: delay.high.cast_signed(),
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
        // Like beside like: what is done for one of them is guessed right for the next.
        sorted.singles.sort_by_key(|one| (one.segment, one.ramp.rows.0, one.is_hire, one.ends.is_some(), one.starts));
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
            parts,
            years_begin: (12..plan.months as u32).step_by(12).collect(),
            shares: scenario.segments.iter().map(|segment| share_of(&segment.id)).collect(),
            pools: sorted.pools(&plan, leave_at_random),
            singles: sorted.singles,
            ways: plan.kinds.iter().map(ways).collect(),
            levels: sorted.levels,
            first_days,
            delay: Triangle::new(delay),
            ramp: Triangle::new(ramp),
            lowest_percent: ramp.low,
            seat: Normal::new(if factors.seat_attainment { given.seat_attainment } else { 0 }),
            market: Normal::new(if factors.market { given.market_attainment } else { 0 }),
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

struct Sorted<'p> {
    start: Date,
    /// By month, its first day; then the first day after the plan.
    first_days: &'p [u32],
    /// Days by which hires are late at most.
    latest: i32,
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

impl Sorted<'_> {
    fn add(&mut self, line: &Line<'_>, kind: &Kind) {
        let level = i128::from(kind.ramp.last().copied().unwrap_or(WHOLE));
        let product = i128::from(line.productivity.0.max(0)) * i128::from(line.allocation) * level;
        let whole = i128::from(WHOLE) * i128::from(WHOLE);
        let scale = i64::try_from((2 * product + whole) / (2 * whole)).unwrap_or(i64::MAX);
        let starts = days_between(self.start, line.starts);
        let days = self.first_days.last().map_or(0, |day| day.cast_signed());
        let ends = line.ends.map(|day| days_between(self.start, day)).filter(|day| *day < days - 1);
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
        let ramped = self.levels.of(ramp).lengths.iter().all(|months| *months == 0);
        if !is_hire && starts <= 0 && ends.is_none() && ramped {
            *self.pools.entry((segment, profile, scale)).or_default() += line.seats;
            return;
        }
        let reached = |day: i32| self.first_days.partition_point(|first| first.cast_signed() <= day.max(0));
        let latest = starts.saturating_add(if is_hire { self.latest } else { 0 });
        let starts_in = (reached(starts) - 1, reached(latest));
        let single = Single { segment, profile, scale: scale as f64, starts, is_hire, ramp, skipped, ends, starts_in };
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
