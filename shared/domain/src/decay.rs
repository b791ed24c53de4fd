//! Points that fade: `points × 0.5^(age / half-life)`, in whole numbers alone, so that every machine computes the same.
//!
//! A half-life is cut into 1,024 steps; the age is taken down to the step that it has reached. Within a half-life the
//! factor is a product of the roots of one half, each rounded to 32 binary places. Against the exact formula this is off
//! by less than one part in a thousand.

/// `0.5^(1/2)`, `0.5^(1/4)`, … `0.5^(1/1024)`, times 2^32.
const ROOTS: [u64; 10] = [
    3_037_000_500,
    3_611_622_603,
    3_938_502_376,
    4_112_874_773,
    4_202_935_003,
    4_248_701_965,
    4_271_771_996,
    4_283_353_945,
    4_289_156_690,
    4_292_061_010,
];

const ONE: u64 = 1 << 32;
const STEPS: u64 = 1 << ROOTS.len();

/// The thousandths of a point that are left of `points` after `age_seconds`.
#[must_use]
pub fn left_milli(points: i32, age_seconds: u64, half_life_days: u32) -> i64 {
    let half_life = u64::from(half_life_days.max(1)) * 86_400;
    let halvings = age_seconds / half_life;
    if halvings >= 31 {
        return 0;
    }
    let step = (age_seconds % half_life) * STEPS / half_life;
    let mut factor = ONE;
    for (place, root) in ROOTS.iter().enumerate() {
        if step & (STEPS >> (place + 1)) != 0 {
            factor = (factor * root) >> 32;
        }
    }
    let milli = i128::from(points) * 1_000 * i128::from(factor >> halvings);
    // Rounded half away from nought, so that points for and against a lead fade alike.
    let half = i128::from(ONE / 2) * milli.signum();
    i64::try_from((milli + half) / i128::from(ONE)).unwrap_or(0)
}

/// Thousandths as whole points, rounded half away from nought.
#[must_use]
pub fn whole(milli: i64) -> i32 {
    i32::try_from((milli + 500 * milli.signum()) / 1_000).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400;

    #[test]
    fn half_is_left_after_one_half_life_and_a_quarter_after_two() {
        for (points, days, half_life, milli) in [
            (20, 0, 30, 20_000),
            (20, 30, 30, 10_000),
            (20, 60, 30, 5_000),
            (20, 15, 30, 14_142),
            (20, 10, 30, 15_874),
            (-20, 30, 30, -10_000),
            (10, 90, 30, 1_250),
            (100, 1, 365, 99_810),
            (15, 300, 30, 15),
            (100, 3_000, 30, 0),
        ] {
            let left = left_milli(points, days * DAY, half_life);
            assert!((left - milli).abs() <= (milli.abs() / 1_000).max(1), "{points} after {days} days: {left}");
        }
    }

    #[test]
    fn the_whole_table_follows_the_formula_within_a_thousandth_and_never_rises() {
        for half_life in [1_u32, 7, 30, 90] {
            let mut before = i64::MAX;
            for hour in 0..24 * 400_u32 {
                let left = left_milli(100, u64::from(hour) * 3_600, half_life);
                let exact = 100_000.0 * 0.5_f64.powf(f64::from(hour) / 24.0 / f64::from(half_life));
                assert!(left <= before, "{half_life} days, hour {hour}: {left} after {before}");
                #[expect(clippy::cast_precision_loss, reason = "small numbers in a test")]
                let off = (left as f64 - exact).abs();
                assert!(off <= exact / 1_000.0 + 1.0, "{half_life} days, hour {hour}: {left}, exactly {exact}");
                before = left;
            }
        }
    }

    #[test]
    fn points_are_rounded_half_away_from_nought() {
        for (milli, points) in [(0, 0), (499, 0), (500, 1), (-500, -1), (-499, 0), (14_142, 14), (14_500, 15)] {
            assert_eq!(whole(milli), points, "{milli}");
        }
    }
}
