//! One trial: what is booked in each month, by segment.
//!
//! A seat's attainment is a year's figure: 1 + deviation × a normal number, drawn anew for each year of the plan. It is not
//! cut off at nothing, so that means stay what the plan says. Sums of independent normal numbers are normal, so seats that
//! share their months of a year share one draw of it: all that are ramped and there for the whole year, and all that leave at
//! the end of the same month. That is the same distribution as one draw for each seat, not an approximation of it.
//!
//! Months are worked out from sums and differences: a leaver costs two additions, a hire its ramp's months, and nobody costs
//! all the months that they stay.

use super::draws::Random;
use super::seats::{Market, PART, SQUARE_BITS, Single};

/// Months that a plan can have, and a power of two.
const MONTHS: usize = 64;
const YEARS: usize = MONTHS / 12 + 1;

/// Sums of seats that share their months: scales, and their squares.
#[derive(Debug, Clone, Copy, Default)]
struct Shared {
    sum: i64,
    squares: i64,
}

impl Shared {
    fn add(&mut self, scale: i64, seats: i64) {
        self.sum += scale * seats;
        self.squares += (scale >> SQUARE_BITS).pow(2) * seats;
    }

    fn take(&mut self, other: Self) {
        self.sum -= other.sum;
        self.squares -= other.squares;
    }
}

/// What one segment's trial is put together from; in cents a year times 2¹².
#[derive(Debug, Clone)]
struct Sums {
    /// Everybody of the pools.
    everybody: Shared,
    /// Of these, who leaves at the end of each month.
    leavers: [Shared; MONTHS],
    /// Singles that are ramped and there for a whole year.
    whole: [Shared; YEARS],
    /// Amounts of single months.
    direct: [i64; MONTHS],
    /// Changes that stay, up to the year's end.
    steps: [i64; MONTHS + 1],
}

impl Sums {
    const EMPTY: Self = Self {
        everybody: Shared { sum: 0, squares: 0 },
        leavers: [Shared { sum: 0, squares: 0 }; MONTHS],
        whole: [Shared { sum: 0, squares: 0 }; YEARS],
        direct: [0; MONTHS],
        steps: [0; MONTHS + 1],
    };
}

/// Room to work in, and what is told of the last trial.
#[derive(Debug, Clone)]
pub struct Bench {
    sums: Vec<Sums>,
    /// Everybody of the pools by segment, of which every trial begins.
    everybody: Vec<Shared>,
}

/// Is told what was drawn, so that others can compute with the same draws.
pub trait Witness {
    /// So many seats of a pool leave at the end of this month.
    fn leaves(&mut self, _pool: usize, _month: usize) {}
    /// A single seat: first day, percent of the ramp's time, last month that it is there.
    fn single(&mut self, _single: usize, _starts: i32, _percent: i32, _last: i32) {}
    /// A single seat's attainment less one of a year, in 2⁻¹².
    fn attains(&mut self, _single: usize, _year: usize, _less_one: i64) {}
    /// Attainment of all who are there for a whole year: the normal number's 2⁻¹², times the deviation.
    fn year(&mut self, _segment: usize, _year: usize, _noise: i64) {}
    /// Attainment of all who leave at the end of a month.
    fn month(&mut self, _segment: usize, _month: usize, _noise: i64) {}
    /// The market of a year less one, in 2⁻¹².
    fn market(&mut self, _year: usize, _less_one: i64) {}
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
                    sum.add(pool.scale, i64::from(pool.seats));
                }
            }
        }
        Self { sums: vec![Sums::EMPTY; market.shares.len()], everybody }
    }

    /// Makes one trial: cents by month into `months`, and by segment and year into `segments` (a segment's years together).
    pub fn trial<W: Witness>(
        &mut self,
        market: &Market,
        mut random: Random,
        months: &mut [i64],
        segments: &mut [i64],
        witness: &mut W,
    ) {
        for (sums, everybody) in self.sums.iter_mut().zip(&self.everybody) {
            *sums = Sums::EMPTY;
            sums.everybody = *everybody;
        }
        if market.leave_at_random {
            self.pools(market, &mut random, witness);
            for (at, single) in market.singles.iter().enumerate() {
                self.single::<true, W>(market, at, single, &mut random, witness);
            }
        } else {
            self.expected_pools(market, &mut random);
            for (at, single) in market.singles.iter().enumerate() {
                self.single::<false, W>(market, at, single, &mut random, witness);
            }
        }
        self.together(market, &mut random, months, segments, witness);
    }

    fn pools<W: Witness>(&mut self, market: &Market, random: &mut Random, witness: &mut W) {
        for (at, pool) in market.pools.iter().enumerate() {
            let (Some(sums), Some(ways)) = (self.sums.get_mut(pool.segment), market.ways.get(pool.profile)) else {
                continue;
            };
            let square = (pool.scale >> SQUARE_BITS).pow(2);
            let mut leave = |bits: u32| {
                let month = ways.leaving_of_leavers.get(bits) & (MONTHS - 1);
                if let Some(leavers) = sums.leavers.get_mut(month) {
                    leavers.sum += pool.scale;
                    leavers.squares += square;
                }
                witness.leaves(at, month);
            };
            let bits = random.bits();
            let count = pool.leavers.get((bits >> 32) as u32);
            // Thirty-two bits choose a month: one draw serves two leavers, and the rest of the first one serves the odd one.
            if count % 2 == 1 {
                leave(bits as u32);
            }
            for _ in 0..count / 2 {
                let bits = random.bits();
                leave((bits >> 32) as u32);
                leave(bits as u32);
            }
        }
    }

    /// Where the expected part of each seat leaves, a pool's year is one draw, and its months are what is left of it.
    fn expected_pools(&mut self, market: &Market, random: &mut Random) {
        for pool in &market.pools {
            let (Some(sums), Some(ways)) = (self.sums.get_mut(pool.segment), market.ways.get(pool.profile)) else {
                continue;
            };
            let mut shared = Shared::default();
            shared.add(pool.scale, i64::from(pool.seats));
            let mut year = 0;
            for (month, direct) in sums.direct.iter_mut().enumerate().take(market.months) {
                if month % 12 == 0 {
                    year = shared.sum * PART + noise(shared, i64::from(market.seat.get(random.bits())));
                }
                *direct += left_of(year, ways.survival.after(i32::try_from(month).unwrap_or(i32::MAX)));
            }
        }
    }

    #[inline]
    fn single<const AT_RANDOM: bool, W: Witness>(
        &mut self,
        market: &Market,
        at: usize,
        single: &Single,
        random: &mut Random,
        witness: &mut W,
    ) {
        let (Some(sums), Some(ways)) = (self.sums.get_mut(single.segment), market.ways.get(single.profile)) else {
            return;
        };
        let (bits, mut attainment) = (random.bits(), random.bits());
        let starts = if single.is_hire { single.starts + market.delay.get(bits) } else { single.starts };
        let (first, first_part) = if starts <= 0 {
            (0, PART)
        } else {
            let Some(first) = market.month_of.get(starts.unsigned_abs() as usize) else { return };
            let first = usize::from(*first);
            let Some(days) = market.days.get(first) else { return };
            let there = i64::from(days.first + days.count - starts);
            (first, if there == i64::from(days.count) { PART } else { there * PART / i64::from(days.count) })
        };
        let percent = market.ramp.get(bits >> 12);
        let ramp = ways.ramps.get(percent.unsigned_abs() as usize).map_or(&[][..], Vec::as_slice);
        let mut last = market.months - 1;
        if AT_RANDOM {
            last = last.min(first + ways.leaving.get((bits >> 32) as u32));
        }
        let mut last_part = PART;
        if let Some(ends) = single.ends
            && let Some(month) = market.month_of.get(ends.unsigned_abs() as usize)
            && usize::from(*month) <= last
            && let Some(days) = market.days.get(usize::from(*month))
        {
            last = usize::from(*month);
            last_part = i64::from(ends - days.first + 1) * PART / i64::from(days.count);
        }
        witness.single(at, starts, percent, i32::try_from(last).unwrap_or(i32::MAX));
        if last < first {
            return;
        }
        let skipped = single.tenure.max(0).unsigned_abs() as usize;
        // From here on the seat is ramped and there for whole months.
        let steady = (first + ramp.len().saturating_sub(skipped)).max(first + usize::from(first_part != PART));
        let steady_to = last + usize::from(last_part == PART);
        for year in first / 12..=last / 12 {
            let (from, to) = (first.max(year * 12), (year * 12 + 12).min(last + 1));
            let to_year = (year * 12 + 12).min(market.months);
            if AT_RANDOM && from == year * 12 && steady <= from && to == to_year && steady_to >= to {
                if let Some(whole) = sums.whole.get_mut(year) {
                    whole.add(single.scale, 1);
                }
                continue;
            }
            let less_one = i64::from(market.seat.get(attainment));
            attainment >>= 12;
            witness.attains(at, year, less_one);
            let amount = single.scale * (PART + less_one);
            let ramped = steady.clamp(from, to);
            let mut place = skipped + from - first;
            for direct in sums.direct.iter_mut().take(ramped).skip(from) {
                let part = ramp.get(place).map_or(PART, |part| i64::from(*part));
                *direct += (amount * part) >> 12;
                place += 1;
            }
            if AT_RANDOM {
                if ramped < to {
                    step(&mut sums.steps, ramped, amount);
                    step(&mut sums.steps, to, -amount);
                }
                // Parts of months are taken off again.
                if from == first && first_part != PART {
                    let full = (amount * ramp.get(skipped).map_or(PART, |part| i64::from(*part))) >> 12;
                    step_month(&mut sums.direct, first, -((full * (PART - first_part)) >> 12));
                }
                if to == last + 1 && last_part != PART {
                    let level = ramp.get(skipped + last - first).map_or(PART, |part| i64::from(*part));
                    step_month(&mut sums.direct, last, -((((amount * level) >> 12) * (PART - last_part)) >> 12));
                }
            } else {
                for (month, direct) in sums.direct.iter_mut().enumerate().take(to).skip(from) {
                    let level = ramp.get(skipped + month - first).map_or(PART, |part| i64::from(*part));
                    let mut here = (amount * level) >> 12;
                    let in_ramp = if month < ramped { here } else { 0 };
                    let away = if month == first { PART - first_part } else { 0 }
                        + if month == last { PART - last_part } else { 0 };
                    here -= (here * away) >> 12;
                    let after = i32::try_from(month - first).unwrap_or(i32::MAX);
                    *direct += left_of(here, ways.survival.after(after)) - in_ramp;
                }
            }
        }
    }

    fn together<W: Witness>(
        &mut self,
        market: &Market,
        random: &mut Random,
        months: &mut [i64],
        segments: &mut [i64],
        witness: &mut W,
    ) {
        months.fill(0);
        let years = market.months.div_ceil(12);
        let mut markets = [PART; YEARS];
        for (year, factor) in markets.iter_mut().enumerate().take(years) {
            let less_one = i64::from(market.market.get(random.bits()));
            witness.market(year, less_one);
            *factor += less_one;
        }
        let mut of_segments = segments.iter_mut();
        for (segment, (sums, shares)) in self.sums.iter_mut().zip(&market.shares).enumerate() {
            let mut level = 0;
            let mut everybody = sums.everybody;
            for (year, factor) in markets.iter().enumerate().take(years) {
                let (from, to) = (year * 12, (year * 12 + 12).min(market.months));
                let mut leaving = Shared::default();
                for leavers in sums.leavers.iter().take(to).skip(from) {
                    leaving.sum += leavers.sum;
                    leaving.squares += leavers.squares;
                }
                // Who leaves with the year's last month has been there for all of it.
                let at_end = sums.leavers.get(to - 1).copied().unwrap_or_default();
                let mut whole = everybody;
                whole.take(leaving);
                let singles = sums.whole.get(year).copied().unwrap_or_default();
                whole.sum += at_end.sum + singles.sum;
                whole.squares += at_end.squares + singles.squares;
                everybody.take(leaving);
                let drawn = if whole.sum == 0 { 0 } else { i64::from(market.seat.get(random.bits())) };
                witness.year(segment, year, drawn);
                let mut there = whole.sum * PART + noise(whole, drawn);
                let mut booked = [0; 12];
                for month in (from..to).rev() {
                    let leavers = sums.leavers.get(month).copied().unwrap_or_default();
                    if month + 1 < to && leavers.sum != 0 {
                        let drawn = i64::from(market.seat.get(random.bits()));
                        witness.month(segment, month, drawn);
                        there += leavers.sum * PART + noise(leavers, drawn);
                    }
                    if let Some(booked) = booked.get_mut(month - from) {
                        *booked = there;
                    }
                }
                let mut year_cents = 0;
                for (month, there) in (from..to).zip(booked) {
                    level += sums.steps.get(month).copied().unwrap_or(0);
                    let all = there + level + sums.direct.get(month).copied().unwrap_or(0);
                    let share = shares.get(month).copied().unwrap_or(0);
                    // 2⁻¹² of attainment, 2⁻¹² of the market, 2⁻³² of the year.
                    let product = i128::from(all) * i128::from(factor * share);
                    let cents = ((product + (1 << 55)) >> 56) as i64;
                    year_cents += cents;
                    if let Some(sum) = months.get_mut(month) {
                        *sum += cents;
                    }
                }
                if let Some(sum) = of_segments.next() {
                    *sum = year_cents;
                }
            }
        }
    }
}

/// What normal attainment adds to seats that share it: the root of the sum of their squares, times the draw.
fn noise(shared: Shared, drawn: i64) -> i64 {
    let root = (shared.squares as f64).sqrt();
    ((root * drawn as f64) as i64) << SQUARE_BITS
}

/// `amount` × a part in 2⁻⁴⁰.
fn left_of(amount: i64, part: u64) -> i64 {
    ((i128::from(amount) * i128::from(part)) >> 40) as i64
}

fn step(steps: &mut [i64; MONTHS + 1], month: usize, amount: i64) {
    if let Some(step) = steps.get_mut(month) {
        *step += amount;
    }
}

fn step_month(months: &mut [i64; MONTHS], month: usize, amount: i64) {
    if let Some(sum) = months.get_mut(month) {
        *sum += amount;
    }
}
