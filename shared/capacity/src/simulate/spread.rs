//! Quantiles, means, deviations and chances of trials.

use std::ops::Range;

use revloops_domain::Cents;
use revloops_scenario::Month;

use crate::results::{Chance, Quantiles};

/// One column of rows.
pub(super) fn column(rows: &[i64], width: usize, at: usize) -> Vec<i64> {
    rows.chunks_exact(width.max(1)).filter_map(|row| row.get(at).copied()).collect()
}

/// The sum of some columns, row by row.
pub(super) fn sums(rows: &[i64], width: usize, columns: Range<usize>) -> Vec<i64> {
    rows.chunks_exact(width.max(1)).map(|row| row.get(columns.clone()).unwrap_or_default().iter().sum()).collect()
}

/// P10, P50 and P90 are the smallest values that a tenth, half and nine tenths of the trials do not exceed.
pub(super) fn quantiles(mut values: Vec<i64>) -> Quantiles {
    let (mean, deviation) = (mean(&values), deviation(variance(&values)));
    let count = values.len();
    let place = |tenths: usize| (count * tenths).div_ceil(10).clamp(1, count.max(1)) - 1;
    let mut rest = values.as_mut_slice();
    let mut before = 0;
    let [p10, p50, p90] = [1, 5, 9].map(|tenths| {
        // Each selection leaves what is greater on its right, so the next one has less to look at.
        let at = place(tenths);
        let taken = std::mem::take(&mut rest);
        if at < before || at - before >= taken.len() {
            rest = taken;
            return None;
        }
        let (_, value, right) = taken.select_nth_unstable(at - before);
        let value = *value;
        before = at + 1;
        rest = right;
        Some(value)
    });
    // With few trials two quantiles can be the same value.
    let p10 = p10.unwrap_or(0);
    let p50 = p50.unwrap_or(p10);
    let p90 = p90.unwrap_or(p50);
    Quantiles { p10: Cents(p10), p50: Cents(p50), p90: Cents(p90), mean: Cents(mean), deviation }
}

/// Bookings of a span of months against its part of the targets.
pub(super) fn chance(starts: Month, months: Range<usize>, bookings: Vec<i64>, targets: &[Cents]) -> Chance {
    let target: Cents = targets.iter().skip(months.start).take(months.len()).copied().sum();
    let reaching = bookings.iter().filter(|amount| **amount >= target.0).count();
    let share = (reaching * 20_000 + bookings.len()) / (2 * bookings.len()).max(1);
    Chance {
        starts: starts.plus(i32::try_from(months.start).unwrap_or(0)),
        bookings: quantiles(bookings),
        target,
        reaches_target: (target > Cents::ZERO).then(|| u32::try_from(share).unwrap_or(u32::MAX)),
    }
}

fn mean(values: &[i64]) -> i64 {
    let sum: i128 = values.iter().map(|value| i128::from(*value)).sum();
    let count = i128::try_from(values.len().max(1)).unwrap_or(1);
    i64::try_from((2 * sum + count).div_euclid(2 * count)).unwrap_or(0)
}

/// Mean of the squared distances from the mean.
pub(super) fn variance(values: &[i64]) -> u128 {
    let mean = i128::from(mean(values));
    let squares: u128 = values.iter().map(|value| (i128::from(*value) - mean).unsigned_abs().pow(2)).sum();
    squares / u128::try_from(values.len().max(1)).unwrap_or(1)
}

/// Its root.
pub(super) fn deviation(variance: u128) -> Cents {
    Cents(i64::try_from(variance.isqrt()).unwrap_or(i64::MAX))
}

/// `alone` ÷ `whole` in basis points, to the nearest.
pub(super) fn part(alone: u128, whole: u128) -> i32 {
    if whole == 0 {
        return 0;
    }
    i32::try_from((alone * 20_000 + whole) / (whole * 2)).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_so_many_do_not_exceed() {
        let shown = |count: i64| {
            let quantiles = quantiles((1..=count).rev().collect());
            (quantiles.p10.0, quantiles.p50.0, quantiles.p90.0)
        };
        assert_eq!(shown(1_000), (100, 500, 900));
        assert_eq!(shown(7), (1, 4, 7));
        assert_eq!(shown(1), (1, 1, 1));
        assert_eq!(shown(2), (1, 1, 2));
        let same = quantiles(vec![5; 9]);
        assert_eq!((same.p10, same.mean, same.deviation), (Cents(5), Cents(5), Cents::ZERO));
        assert_eq!(quantiles(vec![-10, 10]).deviation, Cents(10));
    }
}
