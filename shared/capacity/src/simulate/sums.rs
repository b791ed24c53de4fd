//! What a segment's trial is put together from: each seat adds what it shares with others, and what is its own.

use super::drawing::{Drawing, Drawn};
use super::draws::Random;
use super::seats::{BLOCK, Market, Pool, Ways};
use super::trial::Witness;

/// Months that a plan can have, and a power of two.
pub(super) const MONTHS: usize = 64;
pub(super) const YEARS: usize = MONTHS / 12 + 1;
/// Room for ramps that the plan's end cuts off.
pub(super) const ROOM: usize = MONTHS + 2 * BLOCK;

/// Cents a year of seats that share their months, and the sum of their squares.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Shared([f64; 2]);

impl Shared {
    pub(super) fn of(scale: f64) -> Self {
        Self([scale, scale * scale])
    }

    pub(super) fn add(&mut self, other: Self) {
        self.0 = [self.0[0] + other.0[0], self.0[1] + other.0[1]];
    }

    pub(super) fn take(&mut self, other: Self) {
        self.0 = [self.0[0] - other.0[0], self.0[1] - other.0[1]];
    }

    /// What they book a year if `drawn` is deviation × a normal number.
    pub(super) fn booking(self, drawn: f64) -> f64 {
        self.0[0] + self.0[1].max(0.0).sqrt() * drawn
    }
}

/// What one segment's trial is put together from, in cents a year. There is room for what lies behind the plan's end, so
/// that nobody has to ask for it.
#[derive(Debug, Clone)]
pub(super) struct Sums {
    /// Ramped seats that are there from the first month on.
    pub(super) everybody: Shared,
    /// Seats whose ramp ends before this month, and that stay to the year's end.
    pub(super) ramped: [Shared; ROOM],
    /// Ramped seats that leave at the end of this month, and were there at the year's beginning or leave with its end.
    pub(super) leave: [Shared; ROOM],
    /// Amounts of single months.
    pub(super) direct: [f64; ROOM],
    /// By how much the amount of this month and of all that follow is greater than that of the month before.
    pub(super) steps: [f64; ROOM],
}

impl Sums {
    pub(super) const EMPTY: Self = Self {
        everybody: Shared([0.0; 2]),
        ramped: [Shared([0.0; 2]); ROOM],
        leave: [Shared([0.0; 2]); ROOM],
        direct: [0.0; ROOM],
        steps: [0.0; ROOM],
    };

    /// Empties the plan's months; what lies behind them is added to and never read.
    pub(super) fn clear(&mut self, everybody: Shared, months: usize) {
        self.everybody = everybody;
        for shared in [&mut self.ramped, &mut self.leave] {
            shared.iter_mut().take(months).for_each(|sum| *sum = Shared::default());
        }
        for amounts in [&mut self.direct, &mut self.steps] {
            amounts.iter_mut().take(months).for_each(|amount| *amount = 0.0);
        }
    }

    pub(super) fn pool<W: Witness>(
        &mut self,
        random: &mut Random,
        at: usize,
        pool: &Pool,
        ways: &Ways,
        witness: &mut W,
    ) {
        let one = Shared::of(pool.scale);
        let mut leave = |bits: u32| {
            let month = ways.leaving_of_leavers.get(bits) & (MONTHS - 1);
            if let Some(leave) = self.leave.get_mut(month) {
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

    /// Where the expected part of each seat leaves, a pool's year is one draw, and its months are what is left of it.
    pub(super) fn expected_pool(&mut self, market: &Market, random: &mut Random, pool: &Pool, ways: &Ways) {
        let seats = f64::from(pool.seats);
        let all = Shared([pool.scale * seats, pool.scale * pool.scale * seats]);
        let mut year = 0.0;
        for (month, (direct, left)) in self.direct.iter_mut().zip(&ways.left).enumerate().take(market.months) {
            if month % 12 == 0 {
                year = all.booking(market.seat.draw(random.bits()));
            }
            *direct += year * left;
        }
    }

    /// A single seat of which nobody knows when it ends.
    #[inline]
    pub(super) fn single<W: Witness>(
        &mut self,
        drawing: &Drawing<'_>,
        drawn: &Drawn,
        random: &mut Random,
        at: usize,
        witness: &mut W,
    ) {
        let (market, scale) = (drawing.market, drawing.single.scale);
        let (first, stays, length) = (usize::from(drawn.first), usize::from(drawn.stays), usize::from(drawn.ramp));
        // What is there in the ramp's first month, and in its others.
        let mut amounts = [drawn.ramping; BLOCK];
        amounts[0] *= drawn.part;
        for (block, levels) in drawing.row(drawn).iter().enumerate() {
            let from = first + block * BLOCK;
            if let Some(direct) = self.direct.get_mut(from..from + BLOCK)
                && let Ok(direct) = <&mut [f64; BLOCK]>::try_from(direct)
            {
                // By a copy, which nothing else can point to: so it is added some at a time.
                let mut sums = *direct;
                sums.iter_mut().zip(amounts).zip(levels).for_each(|((sum, amount), level)| *sum += amount * level);
                *direct = sums;
            }
            amounts[0] = drawn.ramping;
        }
        if stays < length {
            // Left while it ramped: the rest of the ramp is taken off again.
            let rest = self.direct.iter_mut().skip(first).zip(drawing.row(drawn).as_flattened()).skip(stays + 1);
            rest.for_each(|(direct, level)| *direct -= drawn.ramping * level);
            return;
        }
        let mut from = first + length;
        let last = first + stays;
        if length == 0 && drawn.part != 1.0 {
            // Who never ramps has a first month of their own, unless it is a whole one.
            if let Some(direct) = self.direct.get_mut(first) {
                *direct += drawn.ramping * drawn.part;
            }
            from += 1;
            if last < from {
                return;
            }
        }
        if last >= market.last_of_year(from) {
            add(&mut self.ramped, from, Shared::of(scale));
            add(&mut self.leave, last, Shared::of(scale));
        } else {
            // Left in the year in which it was ramped: it shares its months with nobody.
            let less_one = market.seat.draw(random.bits());
            witness.alone(at, from / 12, less_one);
            let amount = scale + scale * less_one;
            if let Some([first, .., after]) = self.steps.get_mut(from..last + 2) {
                *first += amount;
                *after -= amount;
            }
        }
    }

    /// A single seat month by month: one that ends, or everybody where the expected part of each seat leaves.
    pub(super) fn by_month<W: Witness>(
        &mut self,
        drawing: &Drawing<'_>,
        drawn: &Drawn,
        random: &mut Random,
        at: usize,
        witness: &mut W,
    ) {
        let Drawing { market, single, ways, .. } = drawing;
        let (first, length) = (usize::from(drawn.first), usize::from(drawn.ramp));
        let mut levels = drawing.row(drawn).as_flattened().iter().copied();
        let mut last = (first + usize::from(drawn.stays)).min(market.months - 1);
        let mut last_part = 1.0;
        if let Some(ends) = single.ends
            && let Some(day) = market.first_days.get(ends.unsigned_abs() as usize)
            && usize::from(day.month) <= last
        {
            last = usize::from(day.month);
            // The part before the day's end: what a start on it would miss, and the day itself.
            last_part = 1.0 - day.part + 1.0 / f64::from(day.days);
        }
        let mut amount = drawn.ramping;
        for month in first..=last {
            let after = month - first;
            let level = levels.next().filter(|_| after < length).unwrap_or(1.0);
            if after >= length && (after == length || month % 12 == 0) {
                let less_one = market.seat.draw(random.bits());
                witness.alone(at, month / 12, less_one);
                amount = single.scale + single.scale * less_one;
            }
            let away =
                if month == first { 1.0 - drawn.part } else { 0.0 } + if month == last { 1.0 - last_part } else { 0.0 };
            let left = if market.leave_at_random { 1.0 } else { ways.left.get(after).copied().unwrap_or(0.0) };
            if let Some(direct) = self.direct.get_mut(month) {
                *direct += amount * level * (1.0 - away).max(0.0) * left;
            }
        }
    }
}

#[inline]
fn add(sums: &mut [Shared], at: usize, shared: Shared) {
    if let Some(sum) = sums.get_mut(at) {
        sum.add(shared);
    }
}
