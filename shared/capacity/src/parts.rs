//! The parts of the model, in integers: shares of a year, ramp, survival, presence.
//!
//! capacity of a seat in a month = productivity a year × the month's share of the year × ramp(month of tenure) ×
//! allocation × part of the month's days × expected survival.
//!
//! **Rounding.** The product of ramp, allocation, presence and survival is one factor in units of 2⁻⁴⁰, to the nearest; the
//! month's share of a year's amount is kept in units of 2⁻²⁰ cents. Their products are summed over the seat's months, and a
//! month's cents are the rounded sum up to it less the rounded sum before it, halves up. So every month is within a cent of
//! the exact figure, and so is every stretch of months: a seat that nothing happens to books its productivity in twelve
//! months to the cent.

use revloops_domain::Cents;
use revloops_scenario::{BasisPoints, Month, RampCurve, WHOLE};

/// One, in units of a factor.
pub const ONE: u64 = 1 << 40;

/// Bits behind the cent.
pub(crate) const UNIT_BITS: u32 = 20;

/// All months alike.
pub const EVEN: [u32; 12] = [1; 12];

/// `left` × `right` for factors, rounded down.
const fn times(left: u64, right: u64) -> u64 {
    ((left as u128 * right as u128) >> 40) as u64
}

/// What is left of a seat after so many months, if a part of its people leaves each year.
///
/// Who leaves, leaves at a month's end: the first month is whole, and after twelve of them 1 − `a_year` is left, after
/// twenty-four its square. In between, each month keeps the same part: the greatest factor whose twelfth power (each product
/// rounded down) is not above the year's. Found by halving, in integers, so it is the same on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Survival {
    /// After 0 to 11 months.
    powers: [u64; 12],
    /// After 12 months.
    a_year: u64,
}

impl Survival {
    /// For so many who leave in a year.
    #[must_use]
    pub fn new(leave_a_year: BasisPoints) -> Self {
        let a_year = u64::from(WHOLE.saturating_sub(leave_a_year)) * ONE / u64::from(WHOLE);
        let twelfth_power = |month: u64| (0..12).fold(ONE, |power, _| times(power, month));
        let (mut low, mut high) = (0, ONE);
        while low < high {
            let middle = (low + high).div_ceil(2);
            if twelfth_power(middle) <= a_year {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        let mut powers = [ONE; 12];
        let mut power = ONE;
        for after in powers.iter_mut().skip(1) {
            power = times(power, low);
            *after = power;
        }
        Self { powers, a_year }
    }

    /// The part that is left after so many months; all of it before they begin.
    #[must_use]
    pub fn after(&self, months: i32) -> u64 {
        let Ok(months) = usize::try_from(months) else { return ONE };
        let whole_years = (0..months / 12).fold(ONE, |left, _| times(left, self.a_year));
        times(whole_years, self.powers.get(months % 12).copied().unwrap_or(0))
    }
}

/// The ramp in this month of tenure: 0 is the month of the start, and after the last month it stays at the last.
#[must_use]
pub fn ramp_in(months: &[BasisPoints], tenure: i32) -> BasisPoints {
    let Ok(tenure) = usize::try_from(tenure) else { return 0 };
    months.get(tenure).or(months.last()).copied().unwrap_or(WHOLE)
}

/// The curve if ramping takes `percent` of its time.
///
/// Month k shows what the curve shows at k × 100 ÷ percent, straight between its months and to the nearest basis point.
#[must_use]
pub fn stretched(curve: &RampCurve, percent: u32) -> Vec<BasisPoints> {
    let percent = usize::try_from(percent.max(1)).unwrap_or(100);
    let last = curve.months.len().saturating_sub(1);
    let length = (last * percent).div_ceil(100) + 1;
    let at = |month: usize| {
        let (whole, rest) = (month * 100 / percent, month * 100 % percent);
        let value = |month: usize| curve.months.get(month.min(last)).copied().unwrap_or(WHOLE) as usize;
        let sum = value(whole) * (percent - rest) + value(whole + 1) * rest;
        BasisPoints::try_from((2 * sum + percent) / (2 * percent)).unwrap_or(WHOLE)
    };
    (0..length).map(at).collect()
}

/// One month's share of a year's amount, in units of 2⁻²⁰ cents, rounded down. Less than nothing counts as nothing.
#[must_use]
pub(crate) fn share(a_year: Cents, weights: &[u32; 12], month: Month) -> u64 {
    let weight = weights.get(month.of_year()).copied().unwrap_or(0);
    let all: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
    let amount = u128::from(a_year.0.max(0).unsigned_abs());
    let units = (amount << UNIT_BITS) * u128::from(weight) / all.max(1);
    u64::try_from(units).unwrap_or(u64::MAX)
}

/// Twelve months of a year's amount from `starts` on: together the amount, each within a cent of its share.
#[must_use]
pub fn spread(a_year: Cents, weights: &[u32; 12], starts: Month) -> [Cents; 12] {
    let all: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    let mut months = [Cents::ZERO; 12];
    let (mut weight_so_far, mut so_far) = (0, 0);
    for (at, month) in (0..).zip(&mut months) {
        weight_so_far += i128::from(weights.get(starts.plus(at).of_year()).copied().unwrap_or(0));
        let sum = (2 * i128::from(a_year.0) * weight_so_far + all).div_euclid((2 * all).max(1));
        *month = Cents(i64::try_from(sum - so_far).unwrap_or(i64::MAX));
        so_far = sum;
    }
    months
}

/// Ramp × allocation × part of the days × survival, in units of 2⁻⁴⁰ and to the nearest.
#[must_use]
pub(crate) fn factor(ramp: BasisPoints, allocation: BasisPoints, here: u32, days: u32, survival: u64) -> u64 {
    if ramp == WHOLE && allocation == WHOLE && here == days {
        return survival;
    }
    let whole = u64::from(WHOLE) * u64::from(WHOLE) * u64::from(days.max(1));
    let part = u64::from(ramp).saturating_mul(u64::from(allocation)).saturating_mul(u64::from(here));
    if part == 0 {
        return 0;
    }
    let product = u128::from(part) * u128::from(survival) + u128::from(whole / 2);
    u64::try_from(product / u128::from(whole)).unwrap_or(u64::MAX)
}

/// Sums a seat's months and gives each in whole cents (or other wholes), rounding the sum and not the month.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Rounded {
    sum: u128,
    given: i64,
}

impl Rounded {
    /// The next month: an amount in units of 2⁻²⁰ times a factor in units of 2⁻⁴⁰.
    pub(crate) fn next(&mut self, units: u64, factor: u64) -> i64 {
        self.add(units, factor);
        self.take()
    }

    pub(crate) fn add(&mut self, units: u64, factor: u64) {
        self.sum += (u128::from(units) * u128::from(factor)) >> 40;
    }

    /// What has come together since the last time.
    pub(crate) fn take(&mut self) -> i64 {
        let whole = i64::try_from((self.sum + (1 << (UNIT_BITS - 1))) >> UNIT_BITS).unwrap_or(i64::MAX);
        let month = whole - self.given;
        self.given = whole;
        month
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_twelve_months_exactly_the_rest_is_left() {
        for leave in [0, 1, 1_200, 1_800, 5_000, 9_999, WHOLE] {
            let survival = Survival::new(leave);
            let left = u64::from(WHOLE - leave) * ONE / u64::from(WHOLE);
            assert_eq!(survival.after(0), ONE);
            assert_eq!(survival.after(12), left, "{leave}");
            let twelve = times(survival.after(11), survival.after(1));
            assert!(left - twelve < 64, "{leave}: the months make the year, {twelve} of {left}");
        }
        assert_eq!(Survival::new(1_900).after(24), times(8_100 * ONE / 10_000, 8_100 * ONE / 10_000));
        assert_eq!(Survival::new(1_900).after(-3), ONE);
    }

    #[test]
    fn six_months_keep_the_root_of_the_year() {
        // 0.81 a year is 0.9 in half a year.
        let half = Survival::new(1_900).after(6);
        assert!(half.abs_diff(9 * ONE / 10) < 64, "{half}");
    }

    #[test]
    fn a_stretched_ramp_takes_its_percent_of_the_time() {
        let curve = RampCurve { id: "standard".to_owned(), months: vec![0, 2_000, 4_000, 6_000, 8_000, 10_000] };
        assert_eq!(stretched(&curve, 100), curve.months);
        let slow = [0, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000, 8_000, 9_000, 10_000];
        assert_eq!(stretched(&curve, 200), slow);
        assert_eq!(stretched(&curve, 50), [0, 4_000, 8_000, 10_000]);
        assert_eq!(stretched(&RampCurve { id: "none".to_owned(), months: vec![7_000] }, 130), [7_000]);
    }

    #[test]
    fn twelve_months_add_up_to_the_year_wherever_they_begin() {
        let weights = [6, 6, 10, 6, 7, 11, 6, 6, 11, 7, 8, 17];
        for from in 0..12 {
            let starts = "2027-01".parse::<Month>().unwrap().plus(from);
            let months = spread(Cents(100_000_001), &weights, starts);
            assert_eq!(months.iter().copied().sum::<Cents>(), Cents(100_000_001));
        }
    }
}
