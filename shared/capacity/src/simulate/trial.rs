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

use pulp::{Arch, Simd, WithSimd};

use super::drawing::{Drawing, Drawn};
use super::draws::{LANES, Random, Streams};
use super::seats::Market;
use super::sums::{self, Alone, Shared, Sums};
use super::together::Together;

/// Room to work in.
#[derive(Debug, Clone)]
pub struct Bench {
    lanes: Box<[Sums; LANES]>,
    /// Of the single seat that is being added.
    drawn: Drawn,
    /// Of a segment's single seats.
    alone: Vec<Alone>,
    /// Everybody of the pools by segment, with whom every trial begins.
    everybody: Vec<Shared>,
    together: Together,
}

/// Is told what was drawn in the first of the trials, so that others can compute with the same draws. Attainments are told
/// less one.
pub trait Witness {
    /// Whether anybody looks.
    const LOOKS: bool = true;
    /// Somebody of a pool leaves at the end of this month.
    fn leaves(&mut self, _pool: usize, _month: usize) {}
    /// A single seat: first day, percent of the ramp's time, months that it stays, attainment while it ramps.
    fn single(&mut self, _single: usize, _starts: u32, _percent: u32, _stays: u32, _less_one: f64) {}
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
impl Witness for Nobody {
    const LOOKS: bool = false;
}

/// Looks at the first of the trials that are made side by side, and at no other.
struct OfFirst<'w, W>(Option<&'w mut W>);

impl<'w, W> OfFirst<'w, W> {
    fn new(place: usize, witness: &'w mut W) -> Self {
        Self((place == 0).then_some(witness))
    }
}

impl<W: Witness> Witness for OfFirst<'_, W> {
    const LOOKS: bool = W::LOOKS;

    fn leaves(&mut self, pool: usize, month: usize) {
        if let Some(witness) = &mut self.0 {
            witness.leaves(pool, month);
        }
    }

    fn alone(&mut self, single: usize, year: usize, less_one: f64) {
        if let Some(witness) = &mut self.0 {
            witness.alone(single, year, less_one);
        }
    }
}

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
        Self {
            lanes: Box::new([Sums::EMPTY; LANES]),
            drawn: Drawn::default(),
            alone: vec![Alone::default(); market.singles.len() * LANES],
            everybody,
            together: Together::default(),
        }
    }

    /// Makes trials, from the `first` on: each trial's cents by month into `months`, and by segment and year into `segments`
    /// (a segment's years together).
    pub fn trials(&mut self, market: &Market, seed: u64, first: u64, months: &mut [i64], segments: &mut [i64]) {
        let of_segments = LANES * market.segment_years().max(1);
        let chunks = months.chunks_mut(LANES * market.months).zip(segments.chunks_mut(of_segments));
        for (from, (months, segments)) in (first..).step_by(LANES).zip(chunks) {
            self.some(market, Random::of_trials(seed, from), months, segments, &mut Nobody);
        }
    }

    /// Makes one trial, with somebody who looks.
    pub fn trial<W: Witness>(
        &mut self,
        market: &Market,
        random: &Random,
        months: &mut [i64],
        segments: &mut [i64],
        witness: &mut W,
    ) {
        self.some(market, std::array::from_fn(|_| random.clone()), months, segments, witness);
    }

    /// Makes trials side by side; there are as many results as there is room for.
    fn some<W: Witness>(
        &mut self,
        market: &Market,
        randoms: [Random; LANES],
        months: &mut [i64],
        segments: &mut [i64],
        witness: &mut W,
    ) {
        Arch::new().dispatch(Side { bench: self, market, randoms, months, segments, witness });
    }
}

/// Trials side by side, in the widest vectors that the machine has.
struct Side<'a, W> {
    bench: &'a mut Bench,
    market: &'a Market,
    randoms: [Random; LANES],
    months: &'a mut [i64],
    segments: &'a mut [i64],
    witness: &'a mut W,
}

impl<W: Witness> WithSimd for Side<'_, W> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { bench, market, mut randoms, months, segments, witness } = self;
        let Bench { lanes, drawn, alone, everybody, together } = bench;
        let lanes = &mut **lanes;
        let mut streams = Streams::of(&mut randoms);
        together.begin(market, &mut randoms, witness);
        for (segment, everybody) in everybody.iter().enumerate() {
            for (at, pool) in market.pools_of(segment) {
                let Some(ways) = market.ways.get(pool.profile) else { continue };
                for (place, (random, lane)) in randoms.iter_mut().zip(lanes.iter_mut()).enumerate() {
                    if market.leave_at_random {
                        lane.pool(random, at, pool, ways, &mut OfFirst::new(place, witness));
                    } else {
                        lane.expected_pool(market, random, pool, ways);
                    }
                }
            }
            let mut are_alone = 0;
            for (at, single) in market.singles_of(segment) {
                let Some(drawing) = Drawing::new(market, single) else { continue };
                drawing.draw(simd, &mut streams, drawn);
                if W::LOOKS && drawn.first.at(0) < market.months as u32 {
                    let less_one = market.seat.draw(u64::from(drawn.bits.at(0)));
                    let percent = drawn.row.at(0) + market.lowest_percent;
                    witness.single(at, drawn.day.at(0), percent, drawn.stays.at(0), less_one);
                }
                if market.leave_at_random && single.ends.is_none() {
                    sums::single(lanes, &drawing, drawn);
                    // Written down for all lanes, and kept if it is alone: that costs less than a guess.
                    for (place, (is_alone, from_to)) in drawn.alone.0.iter().zip(&drawn.from_to.0).enumerate() {
                        if let Some(alone) = alone.get_mut(are_alone) {
                            *alone = Alone::of(at, place, *from_to);
                        }
                        are_alone += *is_alone as usize;
                    }
                } else {
                    for (place, (random, lane)) in randoms.iter_mut().zip(lanes.iter_mut()).enumerate() {
                        lane.by_month(&drawing, drawn, place, random, at, &mut OfFirst::new(place, witness));
                    }
                }
            }
            for alone in alone.iter().take(are_alone) {
                let place = usize::from(alone.lane);
                if let (Some(lane), Some(random)) = (lanes.get_mut(place), randoms.get_mut(place)) {
                    lane.alone(market, *alone, random, &mut OfFirst::new(place, witness));
                }
            }
            together.segment(simd, market, segment, *everybody, lanes, &mut randoms, witness);
            let years = market.years();
            let rows = segments.chunks_exact_mut(market.segment_years().max(1)).enumerate();
            for (lane, row) in rows {
                let of_years = row.iter_mut().skip(segment * years).take(years);
                of_years.zip(together.years()).for_each(|(cents, year)| *cents = year.at(lane));
            }
        }
        for (lane, row) in months.chunks_exact_mut(market.months).enumerate() {
            row.iter_mut().zip(together.months()).for_each(|(cents, month)| *cents = month.at(lane));
        }
    }
}

#[cfg(test)]
mod tests {
    use pulp::Scalar;

    use super::*;
    use crate::simulate::{Factors, tests::uncertain};

    #[test]
    fn vectors_of_any_width_give_the_same_bytes() {
        let mut scenario = uncertain();
        for (months, at_random) in [(36, true), (36, false), (31, true)] {
            scenario.months = months;
            scenario.uncertainty.attrition_at_random = at_random;
            let market = &Market::new(&scenario, Factors::ALL);
            let made = |widest: bool| {
                let (mut months, mut segments) =
                    (vec![0; LANES * market.months], vec![0; LANES * market.segment_years()]);
                let mut bench = Bench::new(market);
                let side = Side {
                    bench: &mut bench,
                    market,
                    randoms: Random::of_trials(7, 0),
                    months: &mut months,
                    segments: &mut segments,
                    witness: &mut Nobody,
                };
                if widest {
                    Arch::new().dispatch(side);
                } else {
                    Scalar.vectorize(side);
                }
                (months, segments)
            };
            let (months, segments) = made(true);
            assert!((months.clone(), segments.clone()) == made(false), "{}", market.months);
            assert_eq!(months.iter().sum::<i64>(), segments.iter().sum::<i64>());
        }
    }
}
