//! What a segment's trial is put together from: each seat adds what it shares with others, and what is its own.

use super::drawing::{Drawing, Drawn};
use super::draws::{LANES, Random};
use super::seats::{BLOCK, Block, Market, Pool, Ways};
use super::trial::Witness;

/// Months that a plan can have are fewer: a power of two.
pub(super) const MONTHS: usize = 64;
/// A month behind every plan, for what nobody reads.
pub(super) const BEHIND: usize = MONTHS - 1;
/// Room for ramps that the plan's end cuts off, and so much more that lanes take an odd number of a cache's lines: else their
/// months would share its sets.
const ROOM: usize = 2 * MONTHS + BLOCK;

/// By months that somebody stays: one for each month of a block up to then, nothing for those after it.
const THERE: [Block; BLOCK + 1] = [
    Block([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
    Block([1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
    Block([1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
    Block([1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
    Block([1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]),
    Block([1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0]),
    Block([1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0]),
    Block([1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0]),
    Block([1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]),
];

/// Cents a year of seats that share their months, and the sum of their squares.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Shared(pub(super) [f64; 2]);

impl Shared {
    pub(super) fn of(scale: f64) -> Self {
        Self([scale, scale * scale])
    }

    #[inline(always)]
    pub(super) fn add(&mut self, other: Self) {
        self.0 = [self.0[0] + other.0[0], self.0[1] + other.0[1]];
    }

    /// What they book a year if `drawn` is deviation × a normal number.
    fn booking(self, drawn: f64) -> f64 {
        self.0[0] + self.0[1].max(0.0).sqrt() * drawn
    }
}

/// A single seat that leaves in the year in which it was ramped: it shares its months with nobody.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Alone {
    /// Its place.
    pub(super) single: u32,
    pub(super) lane: u16,
    /// First month in which it is ramped, times 256, and the last one.
    from_to: u16,
}

/// What one segment's trial is put together from, in cents a year. There is room for what lies behind the plan's end, so
/// that nobody has to ask for it; nobody reads it.
#[derive(Debug, Clone)]
pub(super) struct Sums {
    /// Seats whose ramp ends before this month, and that stay to the year's end.
    pub(super) ramped: [Shared; MONTHS],
    /// Ramped seats that leave at the end of this month, and were there at the year's beginning or leave with its end.
    pub(super) leave: [Shared; MONTHS],
    /// Amounts of single months.
    pub(super) direct: [f64; ROOM],
    /// By how much the amount of this month and of all that follow is greater than that of the month before.
    pub(super) steps: [f64; MONTHS],
}

impl Sums {
    pub(super) const EMPTY: Self = Self {
        ramped: [Shared([0.0; 2]); MONTHS],
        leave: [Shared([0.0; 2]); MONTHS],
        direct: [0.0; ROOM],
        steps: [0.0; MONTHS],
    };

    #[inline(always)]
    pub(super) fn pool<W: Witness>(
        &mut self,
        random: &mut Random,
        at: usize,
        pool: &Pool,
        ways: &Ways,
        witness: &mut W,
    ) {
        let one = Shared::of(pool.scale);
        let mut leave = |bits: u32, one: Shared| {
            let month = ways.leaving.get(bits) & (MONTHS - 1);
            if let Some(leave) = self.leave.get_mut(month) {
                leave.add(one);
            }
            month
        };
        let bits = random.bits();
        let count = pool.leavers.get((bits >> 32) as u32);
        // Thirty-two bits choose a month: a draw serves two leavers, and the rest of the first one serves the odd one, or
        // nobody: no branch, which would be guessed wrong every other time.
        let odd = count % 2;
        let part = odd as f64;
        let month = leave(bits as u32, Shared(one.0.map(|amount| amount * part)));
        if W::LOOKS && odd == 1 {
            witness.leaves(at, month);
        }
        for _ in 0..count / 2 {
            let bits = random.bits();
            for bits in [(bits >> 32) as u32, bits as u32] {
                let month = leave(bits, one);
                if W::LOOKS {
                    witness.leaves(at, month);
                }
            }
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

    /// A single seat that left in the year in which it was ramped.
    #[inline(always)]
    pub(super) fn alone<W: Witness>(&mut self, market: &Market, alone: Alone, random: &mut Random, witness: &mut W) {
        let less_one = market.seat.draw(random.bits());
        let [from, to] = alone.from_to.to_be_bytes().map(usize::from);
        if W::LOOKS {
            witness.alone(alone.single as usize, from / 12, less_one);
        }
        let scale = market.singles.get(alone.single as usize).map_or(0.0, |single| single.scale);
        let amount = scale + scale * less_one;
        if let Some(step) = self.steps.get_mut(from) {
            *step += amount;
        }
        if let Some(step) = self.steps.get_mut(to + 1) {
            *step -= amount;
        }
    }

    /// A single seat month by month: one that ends, or everybody where the expected part of each seat leaves.
    pub(super) fn by_month<W: Witness>(
        &mut self,
        drawing: &Drawing<'_>,
        drawn: &Drawn,
        lane: usize,
        random: &mut Random,
        at: usize,
        witness: &mut W,
    ) {
        let Drawing { market, single, ways, rows } = drawing;
        let (first, row) = (drawn.first.at(lane) as usize, drawn.row.at(lane) as usize);
        let length = rows.lengths.get(row).copied().map_or(0, usize::from);
        let blocks = rows.blocks.get(row * rows.width..).unwrap_or_default();
        let opening = if rows.opens { None } else { Some(&0.0) };
        let mut levels = opening.into_iter().chain(blocks.iter().flat_map(|block| &block.0)).copied();
        let part = market.parts.get(drawn.day.at(lane) as usize).copied().unwrap_or(0.0);
        let mut last = (first + drawn.stays.at(lane) as usize).min(market.months - 1);
        let mut last_part = 1.0;
        if let Some((month, part)) = single.ends.and_then(|day| market.up_to(day))
            && month <= last
        {
            (last, last_part) = (month, part);
        }
        let mut amount = single.scale + single.scale * market.seat.draw(u64::from(drawn.bits.at(lane)));
        for month in first..=last {
            let after = month - first;
            let level = levels.next().filter(|_| after < length).unwrap_or(1.0);
            if after >= length && (after == length || month % 12 == 0) {
                let less_one = market.seat.draw(random.bits());
                witness.alone(at, month / 12, less_one);
                amount = single.scale + single.scale * less_one;
            }
            let away =
                if month == first { 1.0 - part } else { 0.0 } + if month == last { 1.0 - last_part } else { 0.0 };
            let left = if market.leave_at_random { 1.0 } else { ways.left.get(after).copied().unwrap_or(0.0) };
            if let Some(direct) = self.direct.get_mut(month) {
                *direct += amount * level * (1.0 - away).max(0.0) * left;
            }
        }
    }
}

/// A single seat of which nobody knows when it ends, in all lanes: its ramp, and what it shares with others afterwards. One
/// step for all lanes after the other: so each keeps what it needs in registers.
#[inline(always)]
pub(super) fn single(lanes: &mut [Sums; LANES], drawing: &Drawing<'_>, drawn: &Drawn) {
    let Drawing { market, single, rows, .. } = drawing;
    let Drawn { day, first, row, stays, bits, ramped, leaves, .. } = drawn;
    let (scale, seat, parts) = (single.scale, &market.seat, market.parts.as_slice());
    let mut ramping = [0.0; LANES];
    for (ramping, bits) in ramping.iter_mut().zip(&bits.0) {
        *ramping = scale + scale * seat.draw(u64::from(*bits));
    }
    let from = usize::from(!rows.opens);
    for block in 0..rows.width {
        let before = from + block * BLOCK;
        let opens = rows.opens && block == 0;
        let drawn = first.0.iter().zip(&day.0).zip(row.0.iter().zip(&stays.0));
        for ((lane, ramping), ((first, day), (row, stays))) in lanes.iter_mut().zip(&ramping).zip(drawn) {
            let (first, row) = (*first as usize & (MONTHS - 1), *row as usize);
            let there = (*stays as usize + 1).saturating_sub(before).min(BLOCK);
            let months = lane.direct.get_mut(first + before..);
            if let Some(direct) = months.and_then(<[f64]>::first_chunk_mut::<BLOCK>)
                && let (Some(Block(there)), Some(levels)) =
                    (THERE.get(there), rows.blocks.get(row * rows.width + block))
            {
                // By a copy, which nothing else can point to: so it is added some at a time.
                let (mut sums, mut there) = (*direct, *there);
                if opens {
                    let part = parts.get(*day as usize).copied().unwrap_or(0.0);
                    let at_once = rows.at_once && part == 1.0 && rows.lengths.get(row) == Some(&0);
                    there[0] = if at_once { 0.0 } else { part };
                }
                for ((sum, there), level) in sums.iter_mut().zip(there).zip(levels.0) {
                    *sum += ramping * there * level;
                }
                *direct = sums;
            }
        }
    }
    let one = Shared::of(scale);
    for (lane, (ramped, leaves)) in lanes.iter_mut().zip(ramped.0.iter().zip(&leaves.0)) {
        if let Some(ramped) = lane.ramped.get_mut(*ramped as usize & (MONTHS - 1)) {
            ramped.add(one);
        }
        if let Some(leave) = lane.leave.get_mut(*leaves as usize & (MONTHS - 1)) {
            leave.add(one);
        }
    }
}

impl Alone {
    pub(super) fn of(single: usize, lane: usize, from_to: u32) -> Self {
        Self { single: single as u32, lane: lane as u16, from_to: from_to as u16 }
    }
}
