//! How sure a plan is: seeded trials of hire dates, ramps, leavers and attainment.
//!
//! - [`draws`]: random numbers and tables
//! - [`seats`]: the scenario's seats by what can happen to them
//! - [`drawing`]: what happens to one of them
//! - [`sums`]: what a segment's trial is put together from
//! - [`together`]: what its seats book
//! - [`trial`]: trials, some at a time
//! - [`spread`]: quantiles and chances
//!
//! A trial draws: each hire's delay in days (triangular), each ramping seat's time to ramp in percent (triangular), each
//! person's leaving month (at their profile's rate, from the plan's first month or their start on), each seat's attainment a
//! year (normal around one), the market's attainment a year (normal around one, shared by all).
//!
//! Every trial has its own stream of random numbers and its own place in the result, and amounts are integers: the same seed
//! gives the same bytes on any number of threads.

mod drawing;
pub mod draws;
pub mod seats;
mod spread;
mod sums;
mod together;
pub mod trial;

use revloops_scenario::Scenario;

use crate::results::{SegmentChance, Simulated, Variance};
use crate::targets::Targets;
use seats::Market;
use trial::Bench;

/// What is asked of a simulation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// The same seed gives the same bytes.
    pub seed: u64,
    /// Number of trials; at least one is made.
    pub trials: u32,
    /// Threads that share the work; the result does not depend on it.
    pub threads: usize,
}

/// Which uncertainties a run draws; the others are held at their mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Factors {
    /// Hires that start later.
    pub hire_dates: bool,
    /// Ramps that take longer.
    pub ramp: bool,
    /// People who leave.
    pub attrition: bool,
    /// Each seat's attainment.
    pub seat_attainment: bool,
    /// Everybody's attainment.
    pub market: bool,
}

impl Factors {
    /// All of them.
    pub const ALL: Self = Self { hire_dates: true, ramp: true, attrition: true, seat_attainment: true, market: true };
    /// None of them.
    pub const NONE: Self =
        Self { hire_dates: false, ramp: false, attrition: false, seat_attainment: false, market: false };
}

/// Bookings of every trial, in cents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trials {
    /// Number of months.
    pub months: usize,
    /// Number of segments.
    pub segments: usize,
    /// Trial by trial: each month's bookings.
    pub by_month: Vec<i64>,
    /// Trial by trial: each segment's bookings a year, one segment after the other.
    pub by_segment: Vec<i64>,
}

impl Trials {
    /// Years of the plan.
    #[must_use]
    pub fn years(&self) -> usize {
        self.months.div_ceil(12)
    }
}

/// Simulates a scenario: how its bookings spread, how likely its targets are, and where the spread comes from.
///
/// **Variance.** For each uncertainty a run of as many trials draws it alone, the others held at their mean; the variance of
/// that run by the variance with all of them is its part (its first-order effect). What is left to 100 % comes about
/// together, and is also where the error of so many trials ends up.
#[must_use]
pub fn simulate(scenario: &Scenario, asked: Asked) -> Simulated {
    let trials = run(scenario, Factors::ALL, asked);
    let targets = Targets::new(scenario);
    let starts = scenario.starts;
    let segment = |(at, segment): (usize, &revloops_scenario::Segment)| {
        let target = targets.segments.get(at).map_or(&[][..], Vec::as_slice);
        let years = trials.years();
        let year = |year: usize| {
            let bookings = spread::column(&trials.by_segment, trials.segments * years, at * years + year);
            spread::chance(starts, year * 12..year * 12 + 12, bookings, target)
        };
        let all = spread::sums(&trials.by_segment, trials.segments * years, at * years..(at + 1) * years);
        SegmentChance {
            segment: segment.id.clone(),
            years: (0..years).map(year).collect(),
            plan: spread::chance(starts, 0..trials.months, all, target),
        }
    };
    let span = |months: std::ops::Range<usize>| {
        let sums = spread::sums(&trials.by_month, trials.months, months.start..months.end.min(trials.months));
        spread::chance(starts, months, sums, &targets.total)
    };
    let [first_year_variance, plan_variance] = variances(scenario, asked, &trials);
    Simulated {
        scenario: scenario.id.clone(),
        hash: scenario.hash.clone(),
        currency: scenario.currency.clone(),
        starts,
        seed: asked.seed,
        trials: asked.trials.max(1),
        months: months(&trials),
        years: (0..trials.years()).map(|year| span(year * 12..year * 12 + 12)).collect(),
        plan: span(0..trials.months),
        segments: scenario.segments.iter().enumerate().map(segment).collect(),
        first_year_variance,
        plan_variance,
    }
}

/// How bookings of each month spread.
#[must_use]
pub fn months(trials: &Trials) -> Vec<crate::results::Quantiles> {
    (0..trials.months).map(|month| spread::quantiles(spread::column(&trials.by_month, trials.months, month))).collect()
}

/// Makes trials in which some uncertainties are drawn.
#[must_use]
pub fn run(scenario: &Scenario, factors: Factors, asked: Asked) -> Trials {
    trials(&Market::new(scenario, factors), asked)
}

/// Makes trials of a market that stands ready.
#[must_use]
pub fn trials(market: &Market, asked: Asked) -> Trials {
    let trials = usize::try_from(asked.trials.max(1)).unwrap_or(1);
    let (months, segments) = (market.months, market.shares.len());
    let of_segments = market.segment_years();
    let mut all =
        Trials { months, segments, by_month: vec![0; trials * months], by_segment: vec![0; trials * of_segments] };
    let each = trials.div_ceil(asked.threads.clamp(1, trials));
    let parts = all.by_month.chunks_mut(each * months).zip(all.by_segment.chunks_mut((each * of_segments).max(1)));
    let work = |first: usize, by_month: &mut [i64], by_segment: &mut [i64]| {
        Bench::new(market).trials(market, asked.seed, first as u64, by_month, by_segment);
    };
    std::thread::scope(|scope| {
        let mut here = None;
        for (part, (by_month, by_segment)) in parts.enumerate() {
            if part == 0 {
                here = Some((by_month, by_segment));
            } else {
                scope.spawn(move || work(part * each, by_month, by_segment));
            }
        }
        if let Some((by_month, by_segment)) = here {
            work(0, by_month, by_segment);
        }
    });
    all
}

/// Of the first year and of the plan.
fn variances(scenario: &Scenario, asked: Asked, all: &Trials) -> [Variance; 2] {
    let none = Factors::NONE;
    let alone = [
        Factors { hire_dates: true, ..none },
        Factors { ramp: true, ..none },
        Factors { attrition: true, ..none },
        Factors { seat_attainment: true, ..none },
        Factors { market: true, ..none },
    ];
    let spans = [0..all.months.min(12), 0..all.months];
    let of = |trials: &Trials| {
        spans.clone().map(|span| spread::variance(&spread::sums(&trials.by_month, trials.months, span)))
    };
    let whole = of(all);
    let parts = alone.map(|factors| of(&run(scenario, factors, asked)));
    let [first, plan] = [0, 1].map(|span| {
        let variance = whole.get(span).copied().unwrap_or(0);
        let part = |factor: usize| {
            let alone = parts.get(factor).and_then(|spans| spans.get(span)).copied().unwrap_or(0);
            spread::part(alone, variance)
        };
        let [hire_dates, ramp, attrition, seat_attainment, market] = [0, 1, 2, 3, 4].map(part);
        let known = hire_dates + ramp + attrition + seat_attainment + market;
        Variance {
            deviation: spread::deviation(variance),
            hire_dates,
            ramp,
            attrition,
            seat_attainment,
            market,
            together: if variance == 0 { 0 } else { 10_000 - known },
        }
    });
    [first, plan]
}

#[cfg(test)]
mod tests;
