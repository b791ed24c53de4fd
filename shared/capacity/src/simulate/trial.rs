//! One trial: what is booked in each month, by segment.
//!
//! **Attainment** is 1 + deviation × a normal number: one for all months in which somebody ramps, then a new one for each year
//! of the plan. It is not cut off at nothing, so that means stay what the plan says. Sums of independent normal numbers are
//! normal, so seats that share their months of a year share one draw of it: all that are ramped and there for the whole year,
//! all that leave at the end of the same month, all whose ramp ends in the same month. That is the same distribution as one
//! draw for each seat, not an approximation of it.
//!
//! Months are worked out from sums and differences: a leaver costs one addition, a hire its ramp's months, and nobody costs
//! all the months that they stay. Trials are made some at a time, side by side; each draws from its own stream in its own
//! order, so it does not matter which are made together.
//!
//! Within a trial amounts are `f64`. One trial is always summed in the same order, by additions, products and square roots
//! that IEEE 754 defines to the bit, so its cents are the same on every machine and for any number of threads.

use super::drawing::{BEYOND, Drawing, Drawn};
use super::draws::Random;
use super::seats::Market;
use super::sums::{Shared, Sums, YEARS};

/// Trials that are made side by side, each with its own stream: what a seat is, and where its tables lie, is found out once
/// for all of them, and what one trial adds up does not wait for what it has just added.
const LANES: usize = 32;

/// Room to work in.
#[derive(Debug, Clone)]
pub struct Bench {
    randoms: Vec<Random>,
    lanes: Vec<Lane>,
    /// Of the single seat that is being added, by lane.
    drawn: Vec<Drawn>,
    /// Everybody of the pools by segment, with whom every trial begins.
    everybody: Vec<Shared>,
}

/// One trial in the making.
#[derive(Debug, Clone)]
struct Lane {
    /// The market's attainment by year.
    markets: [f64; YEARS],
    /// Of the segment that is being put together.
    sums: Sums,
}

/// Is told what was drawn, so that others can compute with the same draws. Attainments are told less one.
pub trait Witness {
    /// Somebody of a pool leaves at the end of this month.
    fn leaves(&mut self, _pool: usize, _month: usize) {}
    /// A single seat: first day, percent of the ramp's time, months that it stays, attainment while it ramps.
    fn single(&mut self, _single: usize, _starts: i32, _percent: u16, _stays: usize, _less_one: f64) {}
    /// A single seat's attainment of a year that it shares with nobody.
    fn alone(&mut self, _single: usize, _year: usize, _less_one: f64) {}
    /// Attainment that is shared by all who are there for a whole year.
    fn year(&mut self, _segment: usize, _year: usize, _less_one: f64) {}
    /// The same for all who leave at the end of a month.
    fn leavers(&mut self, _segment: usize, _month: usize, _less_one: f64) {}
    /// The same for all whose ramp ends before a month.
    fn ramped(&mut self, _segment: usize, _month: usize, _less_one: f64) {}
    /// The market's attainment of a year.
    fn market(&mut self, _year: usize, _less_one: f64) {}
}

/// Nobody looks.
#[derive(Debug, Clone, Copy)]
pub struct Nobody;
impl Witness for Nobody {}

impl Bench {
    /// Room for trials of this market.
    #[must_use]
    pub fn new(market: &Market) -> Self {
        let mut everybody = vec![Shared::default(); market.shares.len()];
        if market.leave_at_random {
            for pool in &market.pools {
                if let Some(sum) = everybody.get_mut(pool.segment) {
                    (0..pool.seats).for_each(|_| sum.add(Shared::of(pool.scale)));
                }
            }
        }
        Self { randoms: Vec::new(), lanes: Vec::with_capacity(LANES), drawn: Vec::with_capacity(LANES), everybody }
    }

    /// Makes trials, from the `first` on: each trial's cents by month into `months`, and by segment and year into `segments`
    /// (a segment's years together).
    pub fn trials(&mut self, market: &Market, seed: u64, first: u64, months: &mut [i64], segments: &mut [i64]) {
        let of_segments = LANES * market.segment_years().max(1);
        let chunks = months.chunks_mut(LANES * market.months).zip(segments.chunks_mut(of_segments));
        for (from, (months, segments)) in (first..).step_by(LANES).zip(chunks) {
            let trials = from..from + (months.len() / market.months) as u64;
            self.some(market, trials.map(|trial| Random::of_trial(seed, trial)), months, segments, &mut Nobody);
        }
    }

    /// Makes one trial, with somebody who looks.
    pub fn trial<W: Witness>(
        &mut self,
        market: &Market,
        random: Random,
        months: &mut [i64],
        segments: &mut [i64],
        witness: &mut W,
    ) {
        self.some(market, std::iter::once(random), months, segments, witness);
    }

    fn some<W: Witness>(
        &mut self,
        market: &Market,
        streams: impl Iterator<Item = Random>,
        months: &mut [i64],
        segments: &mut [i64],
        witness: &mut W,
    ) {
        let years = market.years();
        let Self { randoms, lanes, drawn, everybody } = self;
        randoms.clear();
        randoms.extend(streams);
        lanes.resize(randoms.len(), Lane { markets: [1.0; YEARS], sums: Sums::EMPTY });
        for (random, lane) in randoms.iter_mut().zip(lanes.iter_mut()) {
            for (year, factor) in lane.markets.iter_mut().enumerate().take(years) {
                let less_one = market.market.draw(random.bits());
                witness.market(year, less_one);
                *factor = 1.0 + less_one;
            }
        }
        months.fill(0);
        for (segment, everybody) in everybody.iter().enumerate() {
            for lane in lanes.iter_mut() {
                lane.sums.clear(*everybody, market.months);
            }
            for (at, pool) in market.pools_of(segment) {
                let Some(ways) = market.ways.get(pool.profile) else { continue };
                for (random, lane) in randoms.iter_mut().zip(lanes.iter_mut()) {
                    if market.leave_at_random {
                        lane.sums.pool(random, at, pool, ways, witness);
                    } else {
                        lane.sums.expected_pool(market, random, pool, ways);
                    }
                }
            }
            for (at, single) in market.singles_of(segment) {
                let Some(drawing) = Drawing::new(market, single) else { continue };
                // All are drawn before the first is added, so that neither waits for the other's tables.
                drawn.clear();
                drawn.extend(randoms.iter_mut().map(|random| drawing.draw(random, at, witness)));
                let each = randoms.iter_mut().zip(lanes.iter_mut()).zip(drawn.iter());
                let each = each.filter(|(_, drawn)| drawn.first != BEYOND);
                // Asked once for all lanes, not once a lane: the benchmark shows it.
                if market.leave_at_random && single.ends.is_none() {
                    each.for_each(|((random, lane), drawn)| lane.sums.single(&drawing, drawn, random, at, witness));
                } else {
                    each.for_each(|((random, lane), drawn)| lane.sums.by_month(&drawing, drawn, random, at, witness));
                }
            }
            let rows = months.chunks_mut(market.months).zip(segments.chunks_mut(market.segment_years()));
            for ((random, lane), (months, segments)) in randoms.iter_mut().zip(lanes.iter()).zip(rows) {
                let segments = segments.iter_mut().skip(segment * years).take(years);
                lane.together(market, random, segment, months, segments, witness);
            }
        }
    }
}

impl Lane {
    /// Puts a segment's months and years together.
    fn together<'y, W: Witness>(
        &self,
        market: &Market,
        random: &mut Random,
        segment: usize,
        months: &mut [i64],
        mut years: impl Iterator<Item = &'y mut i64>,
        witness: &mut W,
    ) {
        let Self { markets, sums } = self;
        let shares = market.shares.get(segment).map_or(&[][..], Vec::as_slice);
        let mut everybody = sums.everybody;
        let mut step = 0.0;
        for (year, factor) in markets.iter().enumerate().take(market.years()) {
            let from = year * 12;
            let to = market.last_of_year(from) + 1;
            // Twelve for leavers, twelve for those who come out of their ramp, one for all who are there.
            let mut draws = [0.0; 25];
            for five in draws.as_chunks_mut::<5>().0 {
                // Twelve bits each.
                let bits = random.bits();
                for (at, drawn) in five.iter_mut().enumerate() {
                    *drawn = market.seat.draw(bits >> (12 * at));
                }
            }
            let [.., of_all] = draws;
            let mut booked = [0.0; 12];
            // Who leaves with the year's last month is there for all of it.
            let mut whole = everybody;
            let leave = booked.iter_mut().zip(sums.leave.iter().skip(from)).zip(&draws);
            for (month, ((booked, leave), drawn)) in (from..to - 1).zip(leave) {
                whole.take(*leave);
                witness.leavers(segment, month, *drawn);
                *booked = leave.booking(*drawn);
            }
            witness.year(segment, year, of_all);
            // Who is there all year books in every month, who leaves in those up to their last.
            let mut there = whole.booking(of_all);
            for booked in booked.iter_mut().rev() {
                there += *booked;
                *booked = there;
            }
            // Who comes out of the ramp books from then on, and is there when the next year begins.
            everybody = whole;
            let mut came = 0.0;
            let ramped = booked.iter_mut().zip(sums.ramped.iter().skip(from)).zip(draws.iter().skip(12));
            for (month, ((booked, ramped), drawn)) in (from..to).zip(ramped) {
                everybody.add(*ramped);
                witness.ramped(segment, month, *drawn);
                came += ramped.booking(*drawn);
                *booked += came;
            }
            everybody.take(sums.leave.get(to - 1).copied().unwrap_or_default());
            for (booked, steps) in booked.iter_mut().zip(sums.steps.iter().take(to).skip(from)) {
                step += steps;
                *booked += step;
            }
            let mut year_cents = 0;
            let direct = sums.direct.iter().take(to).skip(from);
            let amounts = booked.iter().zip(direct).zip(shares.iter().skip(from));
            for (((booked, direct), share), month) in amounts.zip(months.iter_mut().skip(from)) {
                let cents = nearest((booked + direct) * factor * share);
                year_cents += cents;
                *month += cents;
            }
            if let Some(sum) = years.next() {
                *sum = year_cents;
            }
        }
    }
}

/// To the nearest cent, halves away from nothing.
fn nearest(cents: f64) -> i64 {
    (cents + if cents < 0.0 { -0.5 } else { 0.5 }) as i64
}
