//! One trial: what is booked in each month, by segment.
//!
//! **Attainment** is 1 + deviation × a normal number: one for all months in which somebody ramps, then a new one for each year
//! of the plan. It is not cut off at nothing, so that means stay what the plan says. Sums of independent normal numbers are
//! normal, so seats that share their months of a year share one draw of it: all that are ramped and there for the whole year,
//! all that leave at the end of the same month, all whose ramp ends in the same month. That is the same distribution as one
//! draw for each seat, not an approximation of it.
//!
//! Months are worked out from sums and differences: a leaver costs one addition, a hire its ramp's months, and nobody costs
//! all the months that they stay.
//!
//! Within a trial amounts are `f64`. One trial is always summed in the same order, by additions, products and square roots
//! that IEEE 754 defines to the bit, so its cents are the same on every machine and for any number of threads.

use super::draws::Random;
use super::seats::{BLOCK, Market, Single};

/// Months that a plan can have, and a power of two.
const MONTHS: usize = 64;
const YEARS: usize = MONTHS / 12 + 1;

/// Cents a year of seats that share their months, and the sum of their squares.
#[derive(Debug, Clone, Copy, Default)]
struct Shared([f64; 2]);

impl Shared {
    fn of(scale: f64) -> Self {
        Self([scale, scale * scale])
    }

    fn add(&mut self, other: Self) {
        self.0 = [self.0[0] + other.0[0], self.0[1] + other.0[1]];
    }

    fn take(&mut self, other: Self) {
        self.0 = [self.0[0] - other.0[0], self.0[1] - other.0[1]];
    }

    const fn is_nobody(self) -> bool {
        self.0[0] == 0.0
    }

    /// What they book a year if `drawn` is deviation × a normal number.
    fn booking(self, drawn: f64) -> f64 {
        self.0[0] + self.0[1].max(0.0).sqrt() * drawn
    }
}

/// What one segment's trial is put together from, in cents a year.
#[derive(Debug, Clone)]
struct Sums {
    /// By year: ramped seats that are there from its first month on and were not before.
    join: [Shared; YEARS],
    /// Ramped seats whose ramp ends before this month, and that stay to the year's end.
    ramped: [Shared; MONTHS],
    /// Ramped seats that are there at the year's beginning and leave at the end of this month.
    leave: [Shared; MONTHS],
    /// Amounts of single months; with room for ramps that the plan's end cuts off.
    direct: [f64; 2 * MONTHS],
}

impl Sums {
    const EMPTY: Self = Self {
        join: [Shared([0.0; 2]); YEARS],
        ramped: [Shared([0.0; 2]); MONTHS],
        leave: [Shared([0.0; 2]); MONTHS],
        direct: [0.0; 2 * MONTHS],
    };
}

/// Room to work in.
#[derive(Debug, Clone)]
pub struct Bench {
    sums: Vec<Sums>,
    /// Everybody of the pools by segment, with whom every trial begins.
    everybody: Vec<Shared>,
}

/// Is told what was drawn, so that others can compute with the same draws. Attainments are told less one.
pub trait Witness {
    /// Somebody of a pool leaves at the end of this month.
    fn leaves(&mut self, _pool: usize, _month: usize) {}
    /// A single seat: first day, percent of the ramp's time, months that it stays, attainment while it ramps.
    fn single(&mut self, _single: usize, _starts: i32, _percent: i32, _stays: usize, _less_one: f64) {}
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

/// A single seat's draws.
struct Drawn {
    /// First month.
    first: usize,
    /// Part of it that the seat is there.
    part: f64,
    /// Months of the ramp, from the first on.
    ramp: usize,
    /// Months that it stays, the first of which is 0.
    stays: usize,
    /// Cents a year while it ramps.
    ramping: f64,
    /// Place of the ramp's levels.
    row: usize,
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
            sums.join[0] = *everybody;
        }
        if market.leave_at_random {
            self.pools(market, &mut random, witness);
        } else {
            self.expected_pools(market, &mut random);
        }
        for (at, single) in market.singles.iter().enumerate() {
            if market.leave_at_random && single.ends.is_none() {
                self.single(market, at, single, &mut random, witness);
            } else {
                self.by_month(market, at, single, &mut random, witness);
            }
        }
        self.together(market, &mut random, months, segments, witness);
    }

    fn pools<W: Witness>(&mut self, market: &Market, random: &mut Random, witness: &mut W) {
        for (at, pool) in market.pools.iter().enumerate() {
            let (Some(sums), Some(ways)) = (self.sums.get_mut(pool.segment), market.ways.get(pool.profile)) else {
                continue;
            };
            let one = Shared::of(pool.scale);
            let mut leave = |bits: u32| {
                let month = ways.leaving_of_leavers.get(bits) & (MONTHS - 1);
                if let Some(leave) = sums.leave.get_mut(month) {
                    leave.add(one);
                }
                witness.leaves(at, month);
            };
            let bits = random.bits();
            let count = pool.leavers.get((bits >> 32) as u32);
            // Thirty-two bits choose a month: a draw serves two leavers, and the rest of the first one serves the odd one.
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
            let seats = f64::from(pool.seats);
            let all = Shared([pool.scale * seats, pool.scale * pool.scale * seats]);
            let mut year = 0.0;
            for (month, (direct, left)) in sums.direct.iter_mut().zip(&ways.left).enumerate().take(market.months) {
                if month % 12 == 0 {
                    year = all.booking(market.seat.get(random.bits()));
                }
                *direct += year * left;
            }
        }
    }

    /// What happens to a single seat; nothing where it starts after the plan.
    #[inline]
    fn draw<W: Witness>(
        market: &Market,
        at: usize,
        single: &Single,
        random: &mut Random,
        witness: &mut W,
    ) -> Option<Drawn> {
        // Twelve bits each for delay, ramp and attainment, twenty-eight for the month of leaving.
        let bits = random.bits();
        let starts = if single.is_hire { single.starts + market.delay.get(bits) } else { single.starts };
        let day = market.first_days.get(starts.max(0).unsigned_abs() as usize)?;
        let percent = market.ramp.get(bits >> 12);
        let row = (percent - market.lowest_percent).unsigned_abs() as usize;
        let ramp = market.ramps.get(single.ramp)?.lengths.get(row)?;
        let stays = match market.ways.get(single.profile) {
            Some(ways) if market.leave_at_random => ways.leaving.get(((bits >> 36) as u32) << 4),
            Some(_) | None => MONTHS,
        };
        let less_one = market.seat.get(bits >> 24);
        witness.single(at, starts, percent, stays, less_one);
        Some(Drawn {
            first: usize::from(day.month),
            part: day.part,
            ramp: usize::from(*ramp),
            stays,
            ramping: single.scale + single.scale * less_one,
            row,
        })
    }

    #[inline]
    fn single<W: Witness>(
        &mut self,
        market: &Market,
        at: usize,
        single: &Single,
        random: &mut Random,
        witness: &mut W,
    ) {
        let (Some(sums), Some(ramp)) = (self.sums.get_mut(single.segment), market.ramps.get(single.ramp)) else {
            return;
        };
        let Some(drawn) = Self::draw(market, at, single, random, witness) else { return };
        let first = drawn.first;
        if drawn.stays < drawn.ramp {
            // Left while it ramped.
            for (month, level) in (first..).zip(ramp.levels(drawn.row)).take(drawn.stays + 1) {
                let part = if month == first { drawn.part } else { 1.0 };
                if let Some(direct) = sums.direct.get_mut(month) {
                    *direct += drawn.ramping * level * part;
                }
            }
            return;
        }
        for (block, levels) in ramp.blocks(drawn.row).enumerate() {
            let from = first + block * BLOCK;
            if let Some(direct) = sums.direct.get_mut(from..from + BLOCK)
                && let Ok(direct) = <&mut [f64; BLOCK]>::try_from(direct)
            {
                direct.iter_mut().zip(levels).for_each(|(direct, level)| *direct += drawn.ramping * level);
            }
        }
        // The first month's missing days are taken off again. Who never ramped has their first month on their own.
        let mut from = first + drawn.ramp;
        if drawn.part != 1.0
            && let Some(direct) = sums.direct.get_mut(first)
        {
            if drawn.ramp == 0 {
                *direct += drawn.ramping * drawn.part;
                from += 1;
            } else {
                *direct -= drawn.ramping * ramp.first(drawn.row) * (1.0 - drawn.part);
            }
        }
        let last = first + drawn.stays;
        if from >= market.months || last < from {
            return;
        }
        let year = from / 12;
        let next_year = year * 12 + 12;
        let one = Shared::of(single.scale);
        if from == year * 12 {
            add(&mut sums.join, year, one);
            add(&mut sums.leave, last.min(MONTHS - 1), one);
        } else if last + 1 >= next_year.min(market.months) {
            add(&mut sums.ramped, from, one);
            if last >= next_year {
                add(&mut sums.join, year + 1, one);
                add(&mut sums.leave, last.min(MONTHS - 1), one);
            }
        } else {
            // Left in the year in which it was ramped: it shares its months with nobody.
            let less_one = market.seat.get(random.bits());
            witness.alone(at, year, less_one);
            for direct in sums.direct.iter_mut().take(last + 1).skip(from) {
                *direct += single.scale + single.scale * less_one;
            }
        }
    }

    /// A single seat month by month: one that ends, or everybody where the expected part of each seat leaves.
    fn by_month<W: Witness>(
        &mut self,
        market: &Market,
        at: usize,
        single: &Single,
        random: &mut Random,
        witness: &mut W,
    ) {
        let (Some(sums), Some(ramp)) = (self.sums.get_mut(single.segment), market.ramps.get(single.ramp)) else {
            return;
        };
        let Some(drawn) = Self::draw(market, at, single, random, witness) else { return };
        let Some(ways) = market.ways.get(single.profile) else { return };
        let mut levels = ramp.levels(drawn.row);
        let mut last = (drawn.first + drawn.stays).min(market.months - 1);
        let mut last_part = 1.0;
        if let Some(ends) = single.ends
            && let Some(day) = market.first_days.get(ends.unsigned_abs() as usize)
            && usize::from(day.month) <= last
        {
            last = usize::from(day.month);
            // The part before the day's end: what a start on it would miss, and the day itself.
            last_part = 1.0 - day.part + day.one;
        }
        let mut amount = drawn.ramping;
        for month in drawn.first..=last {
            let after = month - drawn.first;
            let level = levels.next().filter(|_| after < drawn.ramp).unwrap_or(1.0);
            if after >= drawn.ramp && (after == drawn.ramp || month % 12 == 0) {
                let less_one = market.seat.get(random.bits());
                witness.alone(at, month / 12, less_one);
                amount = single.scale + single.scale * less_one;
            }
            let away = if month == drawn.first { 1.0 - drawn.part } else { 0.0 }
                + if month == last { 1.0 - last_part } else { 0.0 };
            let left = if market.leave_at_random { 1.0 } else { ways.left.get(after).copied().unwrap_or(0.0) };
            if let Some(direct) = sums.direct.get_mut(month) {
                *direct += amount * level * (1.0 - away).max(0.0) * left;
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
        let mut markets = [1.0; YEARS];
        for (year, factor) in markets.iter_mut().enumerate().take(years) {
            let less_one = market.market.get(random.bits());
            witness.market(year, less_one);
            *factor += less_one;
        }
        let mut of_segments = segments.iter_mut();
        for (segment, (sums, shares)) in self.sums.iter_mut().zip(&market.shares).enumerate() {
            let mut everybody = Shared::default();
            for (year, (factor, join)) in markets.iter().zip(&sums.join).enumerate().take(years) {
                let (from, to) = (year * 12, (year * 12 + 12).min(market.months));
                let mut booked = [0.0; 12];
                everybody.add(*join);
                // Who leaves with the year's last month is there for all of it.
                let mut whole = everybody;
                for (month, leave) in sums.leave.iter().enumerate().take(to - 1).skip(from) {
                    if leave.is_nobody() {
                        continue;
                    }
                    whole.take(*leave);
                    let drawn = market.seat.get(random.bits());
                    witness.leavers(segment, month, drawn);
                    let booking = leave.booking(drawn);
                    booked.iter_mut().take(month + 1 - from).for_each(|booked| *booked += booking);
                }
                everybody = whole;
                everybody.take(sums.leave.get(to - 1).copied().unwrap_or_default());
                if !whole.is_nobody() {
                    let drawn = market.seat.get(random.bits());
                    witness.year(segment, year, drawn);
                    let booking = whole.booking(drawn);
                    booked.iter_mut().for_each(|booked| *booked += booking);
                }
                for (month, ramped) in sums.ramped.iter().enumerate().take(to).skip(from) {
                    if ramped.is_nobody() {
                        continue;
                    }
                    let drawn = market.seat.get(random.bits());
                    witness.ramped(segment, month, drawn);
                    let booking = ramped.booking(drawn);
                    booked.iter_mut().skip(month - from).for_each(|booked| *booked += booking);
                }
                let mut year_cents = 0;
                let direct = sums.direct.iter().take(to).skip(from);
                let amounts = booked.iter().zip(direct).zip(shares.iter().skip(from));
                for (((booked, direct), share), month) in amounts.zip(months.iter_mut().skip(from)) {
                    let cents = nearest((booked + direct) * factor * share);
                    year_cents += cents;
                    *month += cents;
                }
                if let Some(sum) = of_segments.next() {
                    *sum = year_cents;
                }
            }
        }
    }
}

/// To the nearest cent, halves away from nothing.
fn nearest(cents: f64) -> i64 {
    (cents + if cents < 0.0 { -0.5 } else { 0.5 }) as i64
}

#[inline]
fn add(sums: &mut [Shared], at: usize, shared: Shared) {
    if let Some(sum) = sums.get_mut(at) {
        sum.add(shared);
    }
}
