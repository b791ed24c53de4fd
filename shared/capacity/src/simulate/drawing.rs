//! What happens to one seat that is drawn alone.

use super::draws::Random;
use super::seats::{BLOCK, Market, Single, Ways};
use super::sums::MONTHS;
use super::trial::Witness;

/// A single seat, and all that its draws are looked up in.
#[derive(Clone, Copy)]
pub(super) struct Drawing<'m> {
    pub(super) market: &'m Market,
    pub(super) single: &'m Single,
    pub(super) ways: &'m Ways,
    /// Days of delay count once, or not at all.
    late: i32,
    /// Of its ramp, by row.
    levels: &'m [[f64; BLOCK]],
    lengths: &'m [u8],
    /// Blocks of a row.
    width: usize,
}

/// What was drawn of a single seat.
#[derive(Debug, Clone, Copy)]
pub(super) struct Drawn {
    /// Cents a year while it ramps.
    pub(super) ramping: f64,
    /// Part of the first month that the seat is there.
    pub(super) part: f64,
    /// The ramp's row.
    pub(super) row: u16,
    /// First month; [`BEYOND`] where it starts after the plan.
    pub(super) first: u8,
    /// Months of the ramp, from the first on.
    pub(super) ramp: u8,
    /// Months that it stays, the first of which is 0.
    pub(super) stays: u8,
}

/// The month of seats that start after the plan.
pub(super) const BEYOND: u8 = u8::MAX;

impl<'m> Drawing<'m> {
    /// Nothing where the profile has no ways to leave.
    pub(super) fn new(market: &'m Market, single: &'m Single) -> Option<Self> {
        let ways = market.ways.get(single.profile)?;
        let (levels, lengths, width) = market.levels.of(single.ramp);
        Some(Self { market, single, ways, late: i32::from(single.is_hire), levels, lengths, width })
    }

    /// Levels of the ramp that was drawn.
    #[inline]
    pub(super) fn row(&self, drawn: &Drawn) -> &'m [[f64; BLOCK]] {
        let row = usize::from(drawn.row);
        self.levels.get(row * self.width..(row + 1) * self.width).unwrap_or_default()
    }

    /// What happens to the seat in one trial.
    #[inline]
    pub(super) fn draw<W: Witness>(&self, random: &mut Random, at: usize, witness: &mut W) -> Drawn {
        let Self { market, single, .. } = self;
        // Twelve bits each for delay, ramp and attainment, twenty-eight for the month of leaving.
        let bits = random.bits();
        let starts = single.starts + i32::from(market.delay.get(bits)) * self.late;
        let day = market.first_days.get(starts.max(0).unsigned_abs() as usize);
        let percent = market.ramp.get(bits >> 12);
        let row = percent - market.lowest_percent;
        let stays = if market.leave_at_random { self.ways.leaving.get(((bits >> 36) as u32) << 4) } else { MONTHS };
        let less_one = market.seat.draw(bits >> 24);
        if day.is_some() {
            witness.single(at, starts, percent, stays, less_one);
        }
        Drawn {
            ramping: single.scale + single.scale * less_one,
            part: day.map_or(1.0, |day| day.part),
            row,
            first: day.map_or(BEYOND, |day| day.month),
            ramp: self.lengths.get(usize::from(row)).copied().unwrap_or(0),
            stays: stays as u8,
        }
    }
}
