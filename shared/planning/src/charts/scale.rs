//! Where amounts are on an axis.

use revloops_domain::Cents;

/// A linear axis with zero on it, whose ends are ticks: bars are as long as their amounts are large.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scale {
    low: i64,
    high: i64,
    step: i64,
    /// Where the low end is, in the chart's units.
    from: f64,
    /// Where the high end is.
    to: f64,
}

impl Scale {
    /// Over all of `amounts`, with about so many ticks, drawn from `from` to `to`.
    pub(crate) fn over(amounts: impl IntoIterator<Item = Cents>, ticks: i64, from: f64, to: f64) -> Self {
        let (low, high) =
            amounts.into_iter().fold((0, 0), |(low, high), amount| (amount.0.min(low), amount.0.max(high)));
        let wanted = (high.saturating_sub(low) / ticks.max(1)).max(1);
        let step = steps().find(|step| *step >= wanted).unwrap_or(i64::MAX);
        let low = low.div_euclid(step).saturating_mul(step);
        let up = high.div_euclid(step).saturating_mul(step);
        let high = if up < high || up == low { up.saturating_add(step) } else { up };
        Self { low, high, step, from, to }
    }

    /// The same amounts on an axis elsewhere.
    pub(crate) const fn between(self, from: f64, to: f64) -> Self {
        Self { from, to, ..self }
    }

    /// Where this amount is.
    pub(crate) fn at(&self, amount: Cents) -> f64 {
        let whole = self.high as f64 - self.low as f64;
        self.from + (self.to - self.from) * (amount.0 as f64 - self.low as f64) / whole
    }

    /// The amounts that are written beside the axis, both ends among them.
    pub(crate) fn ticks(&self) -> impl Iterator<Item = Cents> {
        let (low, step) = (self.low, self.step);
        let count = (i128::from(self.high) - i128::from(low)) / i128::from(step);
        (0..=i64::try_from(count).unwrap_or(0)).map(move |at| Cents(low.saturating_add(at.saturating_mul(step))))
    }
}

/// 1, 2, 2.5 and 5 times every power of ten, from a currency's unit on.
fn steps() -> impl Iterator<Item = i64> {
    let powers = std::iter::successors(Some(10_i64), |power| power.checked_mul(10));
    powers.flat_map(|power| [10, 20, 25, 50].into_iter().filter_map(move |times| power.checked_mul(times)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(amounts: &[i64]) -> Vec<i64> {
        Scale::over(amounts.iter().copied().map(Cents::units), 4, 0.0, 1.0).ticks().map(|tick| tick.0 / 100).collect()
    }

    #[test]
    fn ticks_are_round_and_zero_is_among_them() {
        assert_eq!(ticks(&[930_000]), [0, 250_000, 500_000, 750_000, 1_000_000]);
        assert_eq!(ticks(&[1_000, 100]), [0, 250, 500, 750, 1_000]);
        assert_eq!(ticks(&[-120, 400]), [-200, 0, 200, 400]);
        assert_eq!(ticks(&[-7]), [-8, -6, -4, -2, 0]);
    }

    #[test]
    fn an_axis_without_amounts_has_a_length() {
        let scale = Scale::over([], 4, 10.0, 90.0);
        assert!((scale.at(Cents::ZERO) - 10.0).abs() < 1e-9 && scale.at(Cents(50)).is_finite());
    }

    #[test]
    fn a_bar_of_half_the_amount_is_half_as_long() {
        let scale = Scale::over([Cents::units(80)], 4, 200.0, 0.0);
        let length = |units| scale.at(Cents::ZERO) - scale.at(Cents::units(units));
        assert!((length(40) * 2.0 - length(80)).abs() < 1e-9);
    }

    #[test]
    fn the_largest_amounts_have_an_axis_too() {
        let scale = Scale::over([Cents(i64::MAX), Cents(i64::MIN / 2)], 4, 0.0, 100.0);
        assert!(scale.ticks().count() < 12 && scale.at(Cents(i64::MAX)) <= 100.0);
    }
}
