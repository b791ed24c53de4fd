//! What happens to one seat that is drawn alone, in some trials side by side.

use pulp::Simd;

use super::draws::{Each, Streams, reached, twelve_times};
use super::seats::{Market, Rows, Single, Ways};
use super::sums::{BEHIND, MONTHS};

/// A single seat, and all that its draws are looked up in.
#[derive(Clone, Copy)]
pub(super) struct Drawing<'m> {
    pub(super) market: &'m Market,
    pub(super) single: &'m Single,
    pub(super) ways: &'m Ways,
    pub(super) rows: Rows<'m>,
}

/// What was drawn of a single seat, by trial. Months are counted from the plan's first, and can lie behind its end.
#[derive(Debug, Clone, Default)]
pub(super) struct Drawn {
    /// First day, counted from the plan's first, up to the first one after the plan.
    pub(super) day: Each<u32>,
    /// First month.
    pub(super) first: Each<u32>,
    /// The ramp's row.
    pub(super) row: Each<u32>,
    /// Months that it stays, the first of which is 0.
    pub(super) stays: Each<u32>,
    /// Bits of which the lowest choose its attainment while it ramps.
    pub(super) bits: Each<u32>,
    /// First month in which it is ramped, if it stays to the end of that year; else [`BEHIND`] the plan.
    pub(super) ramped: Each<u32>,
    /// The last month of such a one.
    pub(super) leaves: Each<u32>,
    /// One if it leaves in the year in which it was ramped.
    pub(super) alone: Each<u32>,
    /// First month in which it is ramped, times 256, and the last one.
    pub(super) from_to: Each<u32>,
}

impl<'m> Drawing<'m> {
    /// Nothing where the profile has no ways to leave.
    pub(super) fn new(market: &'m Market, single: &'m Single) -> Option<Self> {
        let ways = market.ways.get(single.profile)?;
        Some(Self { market, single, ways, rows: market.levels.of(single.ramp) })
    }

    /// What happens to the seat in each trial.
    #[inline(always)]
    pub(super) fn draw<S: Simd>(&self, simd: S, streams: &mut Streams, drawn: &mut Drawn) {
        let Self { market, single, ways, rows } = self;
        let splat = |number: u32| simd.splat_u32s(number);
        let not_below = |number, least| simd.greater_than_or_equal_u32s(number, least);
        let (one, sixteen) = (splat(1), splat(16));
        let (months_begin, earliest) = market.starts_in(single);
        // From the month before, for it is among those that the day is not below.
        let before = splat((earliest as u32).wrapping_sub(1));
        let months = splat(market.months as u32);
        let after_plan = splat(market.first_days.last().copied().unwrap_or(0));
        // A start before the plan is made up for by a delay.
        let (early, starts) = (splat((-single.starts).max(0) as u32), splat(single.starts.cast_unsigned()));
        let shortest = splat(rows.lengths.first().map_or(0, |months| u32::from(*months)));
        let Drawn { day: days, first, row, stays, bits, ramped, leaves, alone, from_to } = drawn;
        let all = [days, first, row, stays, bits, ramped, leaves, alone, from_to];
        let [days, first, row, stays, bits, ramped, leaves, alone, from_to] =
            all.map(|each| S::as_mut_simd_u32s(&mut each.0).0);
        streams.draw::<S, 3>(simd, |at, [one_half, other, rest]| {
            let late = if single.is_hire { market.delay.get(simd, one_half) } else { splat(0) };
            let late = simd.select_u32s(not_below(late, early), late, early);
            let day = simd.add_u32s(late, starts);
            let day = simd.select_u32s(not_below(day, after_plan), after_plan, day);
            let month = simd.add_u32s(before, reached(simd, day, months_begin));
            let percent = market.ramp.get(simd, simd.wrapping_dyn_shr_u32s(one_half, sixteen));
            let percent = simd.sub_u32s(percent, splat(market.lowest_percent));
            let mut length = simd.add_u32s(shortest, reached(simd, percent, rows.longer));
            if rows.at_once {
                // Who never ramps has a first month of their own, unless it is a whole one.
                let whole = months_begin
                    .iter()
                    .fold(splat(0), |whole, begins| simd.select_u32s(simd.equal_u32s(day, splat(*begins)), one, whole));
                let own = simd.sub_u32s(one, whole);
                length = simd.select_u32s(not_below(length, own), length, own);
            }
            let stay = if market.leave_at_random {
                ways.stay.get(simd, simd.wrapping_dyn_shr_u32s(other, sixteen), rest)
            } else {
                splat(MONTHS as u32)
            };
            let (from, to) = (simd.add_u32s(month, length), simd.add_u32s(month, stay));
            // The last month of the year in which it is ramped; after the plan nothing is left of it.
            let year = reached(simd, from, &market.years_begin);
            let end = simd.add_u32s(twelve_times(simd, year), splat(11));
            let end = simd.select_u32s(not_below(end, months), simd.sub_u32s(months, one), end);
            let comes_out = not_below(stay, length);
            let to_its_end = simd.or_m32s(not_below(to, end), not_below(from, months));
            let shared = simd.and_m32s(comes_out, to_its_end);
            let behind = splat(BEHIND as u32);
            let in_plan = |month| simd.select_u32s(not_below(month, behind), behind, month);
            let place = |month| simd.select_u32s(shared, in_plan(month), behind);
            let not_shared = simd.and_m32s(comes_out, simd.not_m32s(to_its_end));
            for (all, vector) in [
                (&mut *days, day),
                (&mut *first, month),
                (&mut *row, percent),
                (&mut *stays, stay),
                (&mut *bits, other),
                (&mut *ramped, place(from)),
                (&mut *leaves, place(to)),
                (&mut *alone, simd.select_u32s(not_shared, one, splat(0))),
                (&mut *from_to, simd.add_u32s(simd.wrapping_dyn_shl_u32s(from, splat(8)), to)),
            ] {
                if let Some(place) = all.get_mut(at) {
                    *place = vector;
                }
            }
        });
    }
}
