//! What a segment's seats book, month by month, for some trials side by side.

use pulp::Simd;

use super::draws::{Each, LANES, Random};
use super::seats::Market;
use super::sums::{MONTHS, Shared, Sums};
use super::trial::Witness;

/// Years that a plan can have begun.
const YEARS: usize = MONTHS / 12 + 1;

/// Amounts of a year's months.
type Year = [Each<f64>; 12];

const NOTHING: Each<f64> = Each([0.0; LANES]);

/// Room to put a segment together, and what comes of it.
#[derive(Debug, Clone)]
pub(super) struct Together {
    /// The market's attainment by year.
    markets: [Each<f64>; YEARS],
    /// Of the year at hand: what leaves, what comes out of its ramp (cents and their squares), what is booked besides, and
    /// by how much that grows.
    leave: [Year; 2],
    ramped: [Year; 2],
    direct: Year,
    steps: Year,
    /// Attainment less one: of leavers by month, of those who come out of their ramp by month, of all who are there.
    draws: [Each<f64>; 25],
    /// Cents by month, all segments together.
    months: [Each<i64>; MONTHS],
    /// Cents by year of the segment.
    years: [Each<i64>; YEARS],
}

impl Default for Together {
    fn default() -> Self {
        Self {
            markets: [NOTHING; YEARS],
            leave: [[NOTHING; 12]; 2],
            ramped: [[NOTHING; 12]; 2],
            direct: [NOTHING; 12],
            steps: [NOTHING; 12],
            draws: [NOTHING; 25],
            months: [Each([0; LANES]); MONTHS],
            years: [Each([0; LANES]); YEARS],
        }
    }
}

impl Together {
    /// Cents by month, all segments so far together.
    pub(super) fn months(&self) -> &[Each<i64>] {
        &self.months
    }

    /// Cents by year of the segment that was put together last.
    pub(super) fn years(&self) -> &[Each<i64>] {
        &self.years
    }

    /// Draws the market, and begins with nothing booked.
    pub(super) fn begin<W: Witness>(&mut self, market: &Market, randoms: &mut [Random; LANES], witness: &mut W) {
        self.months.iter_mut().for_each(|month| month.0 = [0; LANES]);
        for (year, factors) in self.markets.iter_mut().enumerate().take(market.years()) {
            for (lane, (random, factor)) in randoms.iter_mut().zip(&mut factors.0).enumerate() {
                let less_one = market.market.draw(random.bits());
                *factor = 1.0 + less_one;
                if W::LOOKS && lane == 0 {
                    witness.market(year, less_one);
                }
            }
        }
    }

    /// Puts a segment's months and years together.
    #[expect(clippy::too_many_arguments, reason = "a step of a trial, which has one caller")]
    #[inline(always)]
    pub(super) fn segment<S: Simd, W: Witness>(
        &mut self,
        simd: S,
        market: &Market,
        segment: usize,
        everybody: Shared,
        lanes: &mut [Sums; LANES],
        randoms: &mut [Random; LANES],
        witness: &mut W,
    ) {
        let shares = market.shares.get(segment).map_or(&[][..], Vec::as_slice);
        // Carried from year to year: who is there (cents and their squares), and what single amounts have grown to.
        let mut there = everybody.0.map(|amount| Each([amount; LANES]));
        let mut grown = NOTHING;
        for year in 0..market.years() {
            let from = year * 12;
            let to = (from + 12).min(market.months);
            self.turn(from, to, lanes);
            self.draw(market, randoms);
            if W::LOOKS {
                let [.., of_all] = &self.draws;
                witness.year(segment, year, of_all.at(0));
                for (month, (leave, ramped)) in (from..to).zip(self.draws.iter().zip(self.draws.iter().skip(12))) {
                    if month + 1 < to {
                        witness.leavers(segment, month, leave.at(0));
                    }
                    witness.ramped(segment, month, ramped.at(0));
                }
            }
            self.year(simd, year, to - from, shares.get(from..to).unwrap_or_default(), &mut there, &mut grown);
        }
    }

    /// From trial by trial to month by month. What was taken begins with nothing again.
    #[inline(always)]
    fn turn(&mut self, from: usize, to: usize, lanes: &mut [Sums; LANES]) {
        let Self { leave, ramped, direct, steps, .. } = self;
        for (at, lane) in lanes.iter_mut().enumerate() {
            for (year, sums) in [(&mut *leave, &mut lane.leave), (&mut *ramped, &mut lane.ramped)] {
                let [amounts, squares] = year;
                let sums = sums.get_mut(from..to).unwrap_or_default();
                for ((amount, square), sum) in amounts.iter_mut().zip(squares).zip(sums) {
                    if let (Some(amount), Some(square)) = (amount.0.get_mut(at), square.0.get_mut(at)) {
                        [*amount, *square] = std::mem::take(&mut sum.0);
                    }
                }
            }
            for (year, amounts) in [(&mut *direct, &mut lane.direct[..]), (&mut *steps, &mut lane.steps[..])] {
                for (month, amount) in year.iter_mut().zip(amounts.get_mut(from..to).unwrap_or_default()) {
                    if let Some(month) = month.0.get_mut(at) {
                        *month = std::mem::take(amount);
                    }
                }
            }
        }
    }

    /// Twelve for leavers, twelve for those who come out of their ramp, one for all who are there.
    #[inline(always)]
    fn draw(&mut self, market: &Market, randoms: &mut [Random; LANES]) {
        for five in self.draws.as_chunks_mut::<5>().0 {
            for (lane, random) in randoms.iter_mut().enumerate() {
                // Twelve bits each.
                let bits = random.bits();
                for (at, drawn) in five.iter_mut().enumerate() {
                    if let Some(drawn) = drawn.0.get_mut(lane) {
                        *drawn = market.seat.draw(bits >> (12 * at));
                    }
                }
            }
        }
    }

    /// Puts a year together, one vector of trials after the other.
    #[inline(always)]
    fn year<S: Simd>(
        &mut self,
        simd: S,
        year: usize,
        length: usize,
        shares: &[f64],
        there: &mut [Each<f64>; 2],
        grown: &mut Each<f64>,
    ) {
        let Self { markets, leave, ramped, direct, steps, draws, months, years } = self;
        let nothing = simd.splat_f64s(0.0);
        // What seats who share their months book a year.
        let booking = |amount, square, drawn| {
            let root = simd.sqrt_f64s(simd.max_f64s(square, nothing));
            simd.add_f64s(amount, simd.mul_f64s(root, drawn))
        };
        let vector = |each: &Each<f64>, at: usize| S::as_simd_f64s(&each.0).0.get(at).copied().unwrap_or(nothing);
        let (Some(market), Some(of_year)) = (markets.get(year), years.get_mut(year)) else { return };
        let [.., of_all] = &*draws;
        let [leave, leave_squares] = &*leave;
        let [ramped, ramped_squares] = &*ramped;
        let [amounts, squares] = there;
        let amounts = S::as_mut_simd_f64s(&mut amounts.0).0.iter_mut();
        let squares = S::as_mut_simd_f64s(&mut squares.0).0.iter_mut();
        let grown = S::as_mut_simd_f64s(&mut grown.0).0.iter_mut();
        let of_year = S::as_mut_simd_i64s(&mut of_year.0).0.iter_mut();
        for (at, (((amount, square), grown), of_year)) in amounts.zip(squares).zip(grown).zip(of_year).enumerate() {
            let mut booked = [nothing; 12];
            // Who leaves with the year's last month is there for all of it.
            let leavers = leave.iter().zip(leave_squares).zip(draws.iter());
            for (booked, ((leave, squares), drawn)) in booked.iter_mut().zip(leavers).take(length - 1) {
                let (leave, squares) = (vector(leave, at), vector(squares, at));
                *amount = simd.sub_f64s(*amount, leave);
                *square = simd.sub_f64s(*square, squares);
                *booked = booking(leave, squares, vector(drawn, at));
            }
            // Who is there all year books in every month, who leaves in those up to their last.
            let mut sum = booking(*amount, *square, vector(of_all, at));
            for booked in booked.iter_mut().take(length).rev() {
                sum = simd.add_f64s(sum, *booked);
                *booked = sum;
            }
            // Who comes out of the ramp books from then on, and is there when the next year begins.
            let mut came = nothing;
            let coming = ramped.iter().zip(ramped_squares).zip(draws.iter().skip(12));
            for (booked, ((ramped, squares), drawn)) in booked.iter_mut().zip(coming).take(length) {
                let (ramped, squares) = (vector(ramped, at), vector(squares, at));
                *amount = simd.add_f64s(*amount, ramped);
                *square = simd.add_f64s(*square, squares);
                came = simd.add_f64s(came, booking(ramped, squares, vector(drawn, at)));
                *booked = simd.add_f64s(*booked, came);
            }
            if let (Some(leave), Some(squares)) = (leave.get(length - 1), leave_squares.get(length - 1)) {
                *amount = simd.sub_f64s(*amount, vector(leave, at));
                *square = simd.sub_f64s(*square, vector(squares, at));
            }
            let market = vector(market, at);
            let mut year_cents = simd.splat_i64s(0);
            let besides = direct.iter().zip(steps.iter()).zip(shares);
            let months = months.iter_mut().skip(year * 12);
            for ((booked, ((direct, steps), share)), month) in booked.iter().zip(besides).zip(months) {
                *grown = simd.add_f64s(*grown, vector(steps, at));
                let all = simd.add_f64s(simd.add_f64s(*booked, *grown), vector(direct, at));
                let cents = nearest(simd, simd.mul_f64s(simd.mul_f64s(all, market), simd.splat_f64s(*share)));
                year_cents = simd.add_i64s(year_cents, cents);
                if let Some(month) = S::as_mut_simd_i64s(&mut month.0).0.get_mut(at) {
                    *month = simd.add_i64s(*month, cents);
                }
            }
            *of_year = year_cents;
        }
    }
}

/// To the nearest cent, halves to the even one. Right up to 2⁵⁰ cents, eleven trillion of a currency.
#[inline(always)]
fn nearest<S: Simd>(simd: S, cents: S::f64s) -> S::i64s {
    // What is added has no bits behind the point, and the number in its lowest bits.
    let added = simd.splat_f64s(6_755_399_441_055_744.0);
    let whole = |cents| simd.transmute_i64s_u64s(simd.transmute_u64s_f64s(cents));
    simd.sub_i64s(whole(simd.add_f64s(cents, added)), whole(added))
}
