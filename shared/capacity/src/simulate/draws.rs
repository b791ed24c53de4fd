//! Random numbers, and tables through which they become delays, ramps, leavers and attainment.
//!
//! Every table is made of integers and of IEEE additions, multiplications, divisions and square roots, which are the same on
//! every machine; nothing comes from a library's `exp` or `ln`.

use std::sync::OnceLock;

use revloops_scenario::Triangular;

use crate::parts::{ONE, Survival};

/// A stream of numbers that depends on its seed and on what it is for alone (wyrand: a counter and one wide product).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    const STEP: u64 = 0xA076_1D64_78BD_642F;

    /// The stream of one trial. Trials do not share any state, so they can be made in any order and anywhere.
    #[must_use]
    pub fn of_trial(seed: u64, trial: u64) -> Self {
        // SplitMix64's finish, twice: trials that follow on each other must not begin near each other.
        let mix = |mut value: u64| {
            value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            value ^ (value >> 31)
        };
        Self(mix(mix(seed.wrapping_add(0x9E37_79B9_7F4A_7C15)) ^ trial.wrapping_mul(0xE703_7ED1_A0B4_28DB)))
    }

    /// 64 random bits.
    #[inline]
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(Self::STEP);
        let product = u128::from(self.0) * u128::from(self.0 ^ 0xE703_7ED1_A0B4_28DB);
        (product >> 64) as u64 ^ product as u64
    }
}

/// Number of equally likely steps of a table.
pub const STEPS: usize = 4_096;

/// A value for each of 4,096 equally likely steps. Values are small, so that the tables of a trial stay in the nearest cache.
#[derive(Debug, Clone)]
pub struct Steps<T>(Box<[T; STEPS]>);

impl<T: Copy + Default> Steps<T> {
    fn of(value: impl Fn(usize) -> T) -> Self {
        let mut steps = Box::new([T::default(); STEPS]);
        for (at, step) in steps.iter_mut().enumerate() {
            *step = value(at);
        }
        Self(steps)
    }

    /// The value that the lowest 12 of these bits choose.
    #[inline]
    #[must_use]
    pub fn get(&self, bits: u64) -> T {
        self.0.get(bits as usize & (STEPS - 1)).copied().unwrap_or_default()
    }
}

impl Steps<u16> {
    /// The highest of them.
    #[must_use]
    pub fn highest(&self) -> u16 {
        self.0.iter().copied().max().unwrap_or(0)
    }

    /// The lowest of them.
    #[must_use]
    pub fn lowest(&self) -> u16 {
        self.0.iter().copied().min().unwrap_or(0)
    }

    /// The same, but not below `least`.
    #[must_use]
    pub fn at_least(mut self, least: u16) -> Self {
        self.0.iter_mut().for_each(|value| *value = least.max(*value));
        self
    }

    /// A triangular distribution in whole numbers: in each step the quantile of its middle, to the nearest.
    #[must_use]
    pub fn triangular(range: Triangular) -> Self {
        let (low, high) = (i64::from(range.low), i64::from(range.high.max(range.low)));
        let likely = i64::from(range.likely).clamp(low, high);
        let width = high - low;
        // u = (2·step + 1) ÷ 8,192. Below the peak, low + √(u·width·(likely − low)); above it the same from the other end.
        let root = |part: i64, side: i64| {
            let radicand = i128::from(part) * i128::from(width) * i128::from(side) * 4 / (2 * STEPS as i128);
            i64::try_from(radicand.unsigned_abs().isqrt().div_ceil(2)).unwrap_or(0)
        };
        Self::of(|step| {
            let part = 2 * step as i64 + 1;
            let whole = 2 * STEPS as i64;
            let value = if part * width <= whole * (likely - low) {
                low + root(part, likely - low)
            } else {
                high - root(whole - part, high - likely)
            };
            u16::try_from(value).unwrap_or(u16::MAX)
        })
    }
}

impl Steps<f32> {
    /// The value that the lowest 12 of these bits choose.
    #[inline]
    #[must_use]
    pub fn draw(&self, bits: u64) -> f64 {
        f64::from(self.get(bits))
    }

    /// `deviation` (basis points) times a normal number: mean nothing, and each step has its opposite.
    #[must_use]
    pub fn normal(deviation: u32) -> Self {
        let normal = normal_steps();
        Self::of(|step| (normal.get(step).copied().unwrap_or(0.0) * f64::from(deviation) / 10_000.0) as f32)
    }
}

/// e^(−x) for x ≥ 0, by squaring a short series.
fn exp_minus(x: f64) -> f64 {
    let small = x / 1_024.0;
    let series = 1.0 - small * (1.0 - small / 2.0 * (1.0 - small / 3.0 * (1.0 - small / 4.0 * (1.0 - small / 5.0))));
    (0..10).fold(series, |power, _| power * power)
}

/// Middle quantiles of 4,096 equally likely parts of the normal distribution, stretched so that their variance is one.
///
/// The distribution function is summed by φ(x)·(x + x³/3 + x⁵/15 + …) and inverted by Newton's steps.
fn normal_steps() -> &'static [f64; STEPS] {
    static STEPS_OF_NORMAL: OnceLock<Box<[f64; STEPS]>> = OnceLock::new();
    STEPS_OF_NORMAL.get_or_init(|| {
        const ROOT_OF_TAU: f64 = 2.506_628_274_631_000_5;
        let density = |x: f64| exp_minus(x * x / 2.0) / ROOT_OF_TAU;
        let above_half = |x: f64| {
            let (mut term, mut sum, mut odd) = (x, x, 3.0);
            while term > 1e-17 * sum {
                term *= x * x / odd;
                sum += term;
                odd += 2.0;
            }
            density(x) * sum
        };
        let half = STEPS / 2;
        let mut upper = Vec::with_capacity(half);
        let mut x = 0.0f64;
        for step in 0..half {
            let wanted = (step as f64 + 0.5) / STEPS as f64;
            for _ in 0..6 {
                x += ((wanted - above_half(x)) / density(x)).clamp(-0.2, 0.2);
            }
            upper.push(x);
        }
        let variance = upper.iter().map(|x| x * x).sum::<f64>() / half as f64;
        let stretch = 1.0 / variance.sqrt();
        let mut steps = Box::new([0.0; STEPS]);
        for (at, step) in steps.iter_mut().enumerate() {
            let from_middle = if at < half { half - 1 - at } else { at - half };
            let size = upper.get(from_middle).copied().unwrap_or(0.0) * stretch;
            *step = if at < half { -size } else { size };
        }
        steps
    })
}

/// Cells by which a month of leaving is found.
pub const LEAVING: usize = 4_096;
/// Cells by which a number of leavers is found.
pub const LEAVERS: usize = 256;

/// Numbers 0, 1, 2, … with given chances: 32 random bits choose one, by a guide and the few cuts near it.
#[derive(Debug, Clone)]
pub struct Choice<const CELLS: usize> {
    /// By the highest bits, the first number that they may mean.
    guide: Box<[u8; CELLS]>,
    /// Below its cut, a number or one before it is meant.
    cuts: Vec<u32>,
}

impl<const CELLS: usize> Choice<CELLS> {
    const SHIFT: u32 = 32 - CELLS.trailing_zeros();

    /// From sums of chances in 2⁻³², the last of which is taken as one.
    fn new(mut cuts: Vec<u32>) -> Self {
        if let Some(last) = cuts.last_mut() {
            *last = u32::MAX;
        }
        let mut guide = Box::new([0; CELLS]);
        for (from, cell) in (0_u64..).step_by(1 << Self::SHIFT).zip(guide.iter_mut()) {
            let first = cuts.partition_point(|cut| u64::from(*cut) <= from).min(cuts.len() - 1);
            *cell = u8::try_from(first).unwrap_or(u8::MAX);
        }
        Self { guide, cuts }
    }

    /// The number that these bits choose.
    #[inline]
    #[must_use]
    pub fn get(&self, bits: u32) -> usize {
        let mut number = usize::from(self.guide.get((bits >> Self::SHIFT) as usize).copied().unwrap_or(0));
        while self.cuts.get(number).is_some_and(|cut| bits >= *cut && *cut != u32::MAX) {
            number += 1;
        }
        number
    }
}

impl Choice<LEAVING> {
    /// Months that somebody stays who may leave at each month's end, the first of which is 0; `within` where they stay so long.
    #[must_use]
    pub fn leaving(survival: &Survival, within: usize) -> Self {
        Self::new(left_after(survival, within, |left| (u128::from(ONE - left) << 32) / u128::from(ONE)))
    }

    /// The same of those alone who leave within so many months.
    #[must_use]
    pub fn leaving_of_leavers(survival: &Survival, within: usize) -> Self {
        let last = i32::try_from(within).unwrap_or(i32::MAX);
        let all = u128::from(ONE - survival.after(last)).max(1);
        let mut cuts = left_after(survival, within, |left| (u128::from(ONE - left) << 32) / all);
        cuts.pop();
        Self::new(cuts)
    }
}

impl Choice<LEAVERS> {
    /// How many of `count` leave, if each does with a chance of `leave` (in 2⁻⁴⁰).
    #[must_use]
    pub fn leavers(count: u16, leave: u64) -> Self {
        let chance = leave as f64 / ONE as f64;
        let all = f64::from(count);
        // From the peak down on both sides, so that nothing runs out of the numbers' range; then made to sum up to one.
        let peak = (((all + 1.0) * chance) as usize).min(usize::from(count));
        let mut weights = vec![0.0; usize::from(count) + 1];
        let odds = if chance < 1.0 { chance / (1.0 - chance) } else { 0.0 };
        let mut weight = 1.0;
        for (number, slot) in weights.iter_mut().enumerate().skip(peak) {
            *slot = weight;
            weight *= (all - number as f64) / (number as f64 + 1.0) * odds;
        }
        let mut weight = 1.0;
        for (number, slot) in weights.iter_mut().enumerate().take(peak + 1).rev() {
            *slot = weight;
            weight *= if odds > 0.0 { number as f64 / (all - number as f64 + 1.0) / odds } else { 0.0 };
        }
        let sum: f64 = weights.iter().sum();
        let mut so_far = 0.0;
        let cuts = weights.iter().map(|weight| {
            so_far += weight;
            (so_far / sum * 4_294_967_296.0) as u32
        });
        Self::new(cuts.collect())
    }
}

/// Cuts by month: who has left by its end, then everybody.
fn left_after(survival: &Survival, within: usize, part: impl Fn(u64) -> u128) -> Vec<u32> {
    let month = |after: usize| part(survival.after(i32::try_from(after).unwrap_or(i32::MAX)));
    (1..=within).map(|after| u32::try_from(month(after)).unwrap_or(u32::MAX)).chain([u32::MAX]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_steps_have_the_quantiles_mean_and_variance_of_the_normal_distribution() {
        let steps = normal_steps();
        let variance = steps.iter().map(|x| x * x).sum::<f64>() / STEPS as f64;
        assert!((variance - 1.0).abs() < 1e-12);
        assert!(steps.iter().zip(steps.iter().rev()).all(|(low, high)| *low == -*high));
        assert!(steps.is_sorted());
        // 10 %, 2.5 % and 0.1 %, from a table.
        for (part, wanted) in [(0.9, 1.281_551_6), (0.975, 1.959_964_0), (0.999, 3.090_232_3)] {
            let got = steps[(part * STEPS as f64) as usize];
            assert!((got - wanted).abs() < 0.03, "{part}: {got}");
        }
        assert!(Steps::normal(3_500).get(4_095) > 1.0 && Steps::normal(0).get(4_095) == 0.0);
    }

    #[test]
    fn triangular_steps_have_the_mean_and_variance_of_their_range() {
        for (low, likely, high) in [(0, 30, 120), (90, 110, 160), (5, 5, 400), (0, 200, 200)] {
            let steps = Steps::triangular(Triangular { low, likely, high });
            let values: Vec<f64> = (0..STEPS as u64).map(|at| f64::from(steps.get(at))).collect();
            let mean = values.iter().sum::<f64>() / STEPS as f64;
            let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / STEPS as f64;
            let (a, c, b) = (f64::from(low), f64::from(likely), f64::from(high));
            assert!((mean - (a + b + c) / 3.0).abs() < 0.1, "{low} {likely} {high}: {mean}");
            let wanted = (a * a + b * b + c * c - a * b - a * c - b * c) / 18.0;
            assert!((variance / wanted - 1.0).abs() < 0.01, "{low} {likely} {high}: {variance} {wanted}");
        }
        assert_eq!(Steps::triangular(Triangular::sure(7)).highest(), 7);
        assert_eq!(Steps::triangular(Triangular::sure(7)).lowest(), 7);
    }

    #[test]
    fn choices_have_their_chances() {
        let survival = Survival::new(2_000);
        fn even<const CELLS: usize>(choice: &Choice<CELLS>) -> Vec<f64> {
            let mut counts = vec![0u32; 64];
            (0..1 << 16).for_each(|at: u32| counts[choice.get((at << 16) + (1 << 15))] += 1);
            counts.into_iter().map(|count| f64::from(count) / 65_536.0).collect()
        }
        let stays = even(&Choice::leaving(&survival, 24));
        assert!((stays[..12].iter().sum::<f64>() - 0.2).abs() < 1e-3);
        assert!((stays[24] - 0.64).abs() < 1e-3);
        let of_leavers = even(&Choice::leaving_of_leavers(&survival, 24));
        assert!((of_leavers[..12].iter().sum::<f64>() - 0.2 / 0.36).abs() < 1e-3);
        assert!((of_leavers[..24].iter().sum::<f64>() - 1.0).abs() < 1e-9);
        let leavers = even(&Choice::leavers(40, 36 * ONE / 100));
        let mean: f64 = leavers.iter().enumerate().map(|(number, chance)| number as f64 * chance).sum();
        let square: f64 = leavers.iter().enumerate().map(|(number, chance)| (number as f64).powi(2) * chance).sum();
        assert!((mean - 14.4).abs() < 0.01, "{mean}");
        assert!((square - mean * mean - 40.0 * 0.36 * 0.64).abs() < 0.05);
        for (count, leave, all) in [(3, 0, 0), (3, ONE, 3), (1, ONE, 1)] {
            let choice = Choice::leavers(count, leave);
            assert!([0, 1 << 31, u32::MAX].into_iter().all(|bits| choice.get(bits) == all), "{count} {leave}");
        }
    }

    #[test]
    fn a_trials_stream_depends_on_seed_and_trial_alone() {
        let first = |seed, trial| Random::of_trial(seed, trial).bits();
        assert_eq!(first(1, 2), first(1, 2));
        assert_ne!(first(1, 2), first(2, 1));
        let ones: u32 = (0..10_000).map(|trial| first(7, trial).count_ones()).sum();
        assert!((310_000..330_000).contains(&ones), "{ones} of 640,000 bits");
    }
}
