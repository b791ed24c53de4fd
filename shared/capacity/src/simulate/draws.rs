//! Random numbers, and how they become delays, ramps, leavers and attainment.
//!
//! Everything is made of integers and of IEEE additions, multiplications, divisions and square roots, which are the same on
//! every machine and for any width of its vectors; nothing comes from a library's `exp` or `ln`, and no product is added in
//! one rounding.

use std::sync::OnceLock;

use pulp::Simd;
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

    /// The streams of as many trials as are made side by side, from the `first` on.
    #[must_use]
    pub fn of_trials(seed: u64, first: u64) -> [Self; LANES] {
        std::array::from_fn(|lane| Self::of_trial(seed, first.wrapping_add(lane as u64)))
    }

    /// 64 random bits.
    #[inline]
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(Self::STEP);
        let product = u128::from(self.0) * u128::from(self.0 ^ 0xE703_7ED1_A0B4_28DB);
        (product >> 64) as u64 ^ product as u64
    }
}

/// Trials that are made side by side, each with its own streams.
pub const LANES: usize = 16;

/// A number for each trial of some that are made side by side.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(64))]
pub struct Each<T>(pub [T; LANES]);

impl<T: Copy + Default> Each<T> {
    /// One trial's.
    #[inline(always)]
    pub(super) fn at(&self, lane: usize) -> T {
        self.0.get(lane).copied().unwrap_or_default()
    }
}

/// Streams of 32 bits, one for each trial (xoshiro128++: additions, shifts and rotations, which vectors have).
#[derive(Debug, Clone)]
pub struct Streams([Each<u32>; 4]);

impl Streams {
    /// From each trial's own stream.
    #[must_use]
    pub fn of(randoms: &mut [Random; LANES]) -> Self {
        let mut states = [Each([0; LANES]); 4];
        for half in states.as_chunks_mut::<2>().0 {
            let [low, high] = half;
            for ((random, low), high) in randoms.iter_mut().zip(&mut low.0).zip(&mut high.0) {
                let bits = random.bits();
                (*low, *high) = (bits as u32, (bits >> 32) as u32);
            }
        }
        // A state of nothing would stay one.
        states[0].0.iter_mut().for_each(|state| *state |= 1);
        Self(states)
    }

    /// Draws `N` times 32 bits for one vector of trials after the other.
    #[inline(always)]
    pub(super) fn draw<S: Simd, const N: usize>(&mut self, simd: S, mut each: impl FnMut(usize, [S::u32s; N])) {
        let [a, b, c, d] = &mut self.0;
        let [a, b, c, d] = [a, b, c, d].map(|state| S::as_mut_simd_u32s(&mut state.0).0);
        let shifted = |number: S::u32s, by: u32| simd.wrapping_dyn_shl_u32s(number, simd.splat_u32s(by));
        // Of bits; what the library calls so turns lanes.
        let turned = |number: S::u32s, by: u32| {
            simd.or_u32s(shifted(number, by), simd.wrapping_dyn_shr_u32s(number, simd.splat_u32s(32 - by)))
        };
        for (at, (((a, b), c), d)) in a.iter_mut().zip(b).zip(c).zip(d).enumerate() {
            let mut drawn = [*a; N];
            for drawn in &mut drawn {
                *drawn = simd.add_u32s(turned(simd.add_u32s(*a, *d), 7), *a);
                let ninth = shifted(*b, 9);
                *c = simd.xor_u32s(*c, *a);
                *d = simd.xor_u32s(*d, *b);
                *b = simd.xor_u32s(*b, *c);
                *a = simd.xor_u32s(*a, *d);
                *c = simd.xor_u32s(*c, ninth);
                *d = turned(*d, 11);
            }
            each(at, drawn);
        }
    }
}

/// How many of some bounds, in ascending order, each number is not below. Numbers and bounds are less than 2³¹.
#[inline(always)]
pub(super) fn reached<S: Simd>(simd: S, numbers: S::u32s, bounds: &[u32]) -> S::u32s {
    let sign = simd.splat_u32s(31);
    let all = simd.splat_u32s(bounds.len() as u32);
    // The sign of the difference instead of a comparison: half the instructions.
    bounds.iter().fold(all, |count, bound| {
        let less = simd.sub_u32s(numbers, simd.splat_u32s(*bound));
        simd.sub_u32s(count, simd.wrapping_dyn_shr_u32s(less, sign))
    })
}

/// Years as months: four times and eight times so many.
#[inline(always)]
pub(super) fn twelve_times<S: Simd>(simd: S, years: S::u32s) -> S::u32s {
    let [four, eight] = [2, 3].map(|shift| simd.wrapping_dyn_shl_u32s(years, simd.splat_u32s(shift)));
    simd.add_u32s(four, eight)
}

/// Sixteen bits mean so many equally likely numbers.
const SIXTEEN: u32 = 1 << 16;

/// A triangular distribution in whole numbers, none over 65,535: sixteen bits choose a quantile, taken in the middle of its
/// step and to the nearest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Triangle {
    low: f32,
    high: f32,
    /// The part of the distribution below the likely number.
    below: f32,
    /// Square of the distance from the low number, by part of the distribution.
    rises: f32,
    /// Square of the distance to the high number, by part from there.
    falls: f32,
}

impl Triangle {
    /// Of this range.
    #[must_use]
    pub fn new(range: Triangular) -> Self {
        let [low, likely, high] = [range.low, range.likely, range.high].map(|number| number.min(SIXTEEN - 1) as f32);
        let high = high.max(low);
        let likely = likely.clamp(low, high);
        let width = high - low;
        let below = if width > 0.0 { (likely - low) / width } else { 1.0 };
        Self { low, high, below, rises: width * (likely - low), falls: width * (high - likely) }
    }

    /// The numbers that the lowest sixteen of these bits choose.
    #[inline(always)]
    pub(super) fn get<S: Simd>(&self, simd: S, bits: S::u32s) -> S::u32s {
        // As the fraction's bits of a number from one to two.
        let bits = simd.and_u32s(bits, simd.splat_u32s(SIXTEEN - 1));
        let from_one = simd.or_u32s(simd.wrapping_dyn_shl_u32s(bits, simd.splat_u32s(7)), simd.splat_u32s(0x3f80_0000));
        let part = simd.sub_f32s(simd.transmute_f32s_u32s(from_one), simd.splat_f32s(1.0 - 0.5 / SIXTEEN as f32));
        let rises = simd.less_than_or_equal_f32s(part, simd.splat_f32s(self.below));
        let rest = simd.sub_f32s(simd.splat_f32s(1.0), part);
        let (up, down) =
            (simd.mul_f32s(part, simd.splat_f32s(self.rises)), simd.mul_f32s(rest, simd.splat_f32s(self.falls)));
        let root = simd.sqrt_f32s(simd.select_f32s(rises, up, down));
        let (up, down) =
            (simd.add_f32s(simd.splat_f32s(self.low), root), simd.sub_f32s(simd.splat_f32s(self.high), root));
        // What is added has no bits behind the point, and the number in its lowest bits.
        let whole = simd.add_f32s(simd.select_f32s(rises, up, down), simd.splat_f32s(12_582_912.0));
        simd.and_u32s(simd.transmute_u32s_f32s(whole), simd.splat_u32s(0x3f_ffff))
    }
}

/// Months that somebody stays who may leave at each month's end, the first of which is 0.
///
/// The chance to leave is the same in each month, so the whole years, the quarters of the year after them and the months of
/// that quarter do not depend on each other: sixteen bits choose each of them.
#[derive(Debug, Clone)]
pub struct Stay {
    years: Vec<u32>,
    quarters: [u32; 3],
    months: [u32; 2],
}

impl Stay {
    /// For so many months; who stays longer stays as many years as they have begun, or more.
    #[must_use]
    pub fn new(survival: &Survival, within: usize) -> Self {
        let left = |months: usize| u128::from(survival.after(i32::try_from(months).unwrap_or(i32::MAX)));
        // Nobody is there after `cycle`, of those for whom this counts.
        let bound = |months: usize, gone: u128| {
            let all = (u128::from(ONE) - gone).max(1);
            let leave = (u128::from(ONE) - left(months)) * u128::from(SIXTEEN);
            u32::try_from(((2 * leave + all) / (2 * all)).min(u128::from(SIXTEEN))).unwrap_or(SIXTEEN)
        };
        Self {
            years: (1..=within.div_ceil(12)).map(|year| bound(year * 12, 0)).collect(),
            quarters: [3, 6, 9].map(|months| bound(months, left(12))),
            months: [1, 2].map(|months| bound(months, left(3))),
        }
    }

    /// The months that these bits choose, sixteen of each and of the last the next sixteen as well.
    #[inline(always)]
    pub(super) fn get<S: Simd>(&self, simd: S, years: S::u32s, rest: S::u32s) -> S::u32s {
        let low = simd.splat_u32s(SIXTEEN - 1);
        let years = reached(simd, simd.and_u32s(years, low), &self.years);
        let quarters = reached(simd, simd.and_u32s(rest, low), &self.quarters);
        let months = reached(simd, simd.wrapping_dyn_shr_u32s(rest, simd.splat_u32s(16)), &self.months);
        let of_quarters = simd.add_u32s(quarters, simd.wrapping_dyn_shl_u32s(quarters, simd.splat_u32s(1)));
        simd.add_u32s(twelve_times(simd, years), simd.add_u32s(of_quarters, months))
    }
}

/// Number of equally likely steps of a table.
pub const STEPS: usize = 4_096;

/// A deviation times a normal number, in 4,096 equally likely steps: its mean is nothing, and each step has its opposite.
#[derive(Debug, Clone)]
pub struct Normal(Box<[f32; STEPS]>);

impl Normal {
    /// For this deviation, in basis points.
    #[must_use]
    pub fn new(deviation: u32) -> Self {
        let mut steps = Box::new([0.0; STEPS]);
        for (step, normal) in steps.iter_mut().zip(normal_steps()) {
            *step = (normal * f64::from(deviation) / 10_000.0) as f32;
        }
        Self(steps)
    }

    /// The number that the lowest 12 of these bits choose.
    #[inline]
    #[must_use]
    pub fn draw(&self, bits: u64) -> f64 {
        f64::from(self.0.get(bits as usize & (STEPS - 1)).copied().unwrap_or_default())
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
    /// By the highest bits, the number that they mean, or [`UNSURE`].
    guide: Box<[u8; CELLS]>,
    /// Below its cut, a number or one before it is meant.
    cuts: Vec<u32>,
}

/// The highest bits alone do not say which number is meant.
const UNSURE: u8 = u8::MAX;

impl<const CELLS: usize> Choice<CELLS> {
    const SHIFT: u32 = 32 - CELLS.trailing_zeros();

    /// From sums of chances in 2⁻³², the last of which is taken as one.
    fn new(mut cuts: Vec<u32>) -> Self {
        cuts.pop();
        // A cut at the very end has nobody behind it.
        cuts.retain(|cut| *cut < u32::MAX);
        let mut choice = Self { guide: Box::new([UNSURE; CELLS]), cuts };
        for at in 0..CELLS {
            let lowest = (at << Self::SHIFT) as u32;
            let highest = lowest | ((1 << Self::SHIFT) - 1);
            let number = choice.search(lowest);
            if let Some(cell) = choice.guide.get_mut(at)
                && choice.cuts.get(number).is_none_or(|cut| *cut > highest)
            {
                *cell = u8::try_from(number).unwrap_or(UNSURE);
            }
        }
        choice
    }

    /// The number that these bits choose.
    #[inline]
    #[must_use]
    pub fn get(&self, bits: u32) -> usize {
        let number = self.guide.get((bits >> Self::SHIFT) as usize).copied().unwrap_or(UNSURE);
        if number == UNSURE { self.search(bits) } else { usize::from(number) }
    }

    #[cold]
    fn search(&self, bits: u32) -> usize {
        self.cuts.partition_point(|cut| *cut <= bits)
    }
}

impl Choice<LEAVING> {
    /// Months that somebody stays who may leave at each month's end and does so within so many months; the first is 0.
    #[must_use]
    pub fn leaving(survival: &Survival, within: usize) -> Self {
        let gone = |months: usize| ONE - survival.after(i32::try_from(months).unwrap_or(i32::MAX));
        let all = u128::from(gone(within)).max(1);
        let cut = |months: usize| u32::try_from((u128::from(gone(months)) << 32) / all).unwrap_or(u32::MAX);
        Self::new((1..=within).map(cut).collect())
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

#[cfg(test)]
mod tests {
    use pulp::{Arch, Scalar, WithSimd};

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
        let normal = Normal::new(3_500);
        assert!(normal.draw(4_095) > 1.0 && normal.draw(0) == -normal.draw(4_095));
        assert_eq!(Normal::new(0).draw(4_095), 0.0);
    }

    #[test]
    fn a_triangles_numbers_have_the_mean_and_variance_of_their_range() {
        let numbers = |range: Triangular| {
            let triangle = Triangle::new(range);
            (0..SIXTEEN).map(move |bits| f64::from(triangle.get(Scalar, bits)))
        };
        for (low, likely, high) in [(0, 30, 120), (90, 110, 160), (5, 5, 400), (0, 200, 200), (0, 20_000, 65_535)] {
            let range = Triangular { low, likely, high };
            let mean = numbers(range).sum::<f64>() / f64::from(SIXTEEN);
            let variance = numbers(range).map(|x| (x - mean).powi(2)).sum::<f64>() / f64::from(SIXTEEN);
            let (a, c, b) = (f64::from(low), f64::from(likely), f64::from(high));
            assert!((mean - (a + b + c) / 3.0).abs() < 0.02, "{low} {likely} {high}: {mean}");
            let wanted = (a * a + b * b + c * c - a * b - a * c - b * c) / 18.0;
            assert!((variance / wanted - 1.0).abs() < 0.005, "{low} {likely} {high}: {variance} {wanted}");
            assert!(numbers(range).all(|number| (a..=b).contains(&number)), "{low} {likely} {high}");
        }
        assert!(numbers(Triangular::sure(7)).all(|number| number == 7.0));
        assert!(numbers(Triangular::sure(0)).all(|number| number == 0.0));
    }

    #[test]
    fn a_stay_has_its_chances() {
        for (leave_a_year, within) in [(2_000, 24), (2_000, 36), (1_500, 30), (0, 36), (10_000, 12)] {
            let survival = Survival::new(leave_a_year);
            let stay = Stay::new(&survival, within);
            let mut counts = vec![0.0; 84];
            let mut random = Random::of_trial(1, 1);
            let draws = 400_000;
            for _ in 0..draws {
                let (years, rest) = (random.bits() as u32, random.bits() as u32);
                counts[stay.get(Scalar, years, rest) as usize] += 1.0 / f64::from(draws);
            }
            for months in 0..within {
                let wanted = survival.after(months as i32) as f64 / ONE as f64;
                let there: f64 = counts.iter().skip(months).sum();
                assert!((there - wanted).abs() < 0.003, "{leave_a_year} within {within}: {there}, not {wanted}");
            }
        }
    }

    #[test]
    fn choices_have_their_chances() {
        let survival = Survival::new(2_000);
        let even = |choice: &Choice<LEAVING>| {
            let mut counts = vec![0u32; 64];
            (0..1 << 16).for_each(|at: u32| counts[choice.get((at << 16) + (1 << 15))] += 1);
            counts.into_iter().map(|count| f64::from(count) / 65_536.0).collect::<Vec<_>>()
        };
        let leaving = even(&Choice::leaving(&survival, 24));
        assert!((leaving[..12].iter().sum::<f64>() - 0.2 / 0.36).abs() < 1e-3);
        assert!((leaving[..24].iter().sum::<f64>() - 1.0).abs() < 1e-9);
        let leavers = Choice::leavers(40, 36 * ONE / 100);
        let numbers: Vec<f64> = (0..1 << 16).map(|at: u32| leavers.get((at << 16) + (1 << 15)) as f64).collect();
        let mean = numbers.iter().sum::<f64>() / 65_536.0;
        let square = numbers.iter().map(|number| number.powi(2)).sum::<f64>() / 65_536.0;
        assert!((mean - 14.4).abs() < 0.01, "{mean}");
        assert!((square - mean * mean - 40.0 * 0.36 * 0.64).abs() < 0.05);
        for (count, leave, all) in [(3, 0, 0), (3, ONE, 3), (1, ONE, 1), (255, ONE, 255)] {
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

    #[test]
    fn streams_are_as_many_as_trials_whatever_the_width_of_vectors() {
        struct Draws(Streams);
        impl WithSimd for Draws {
            type Output = Vec<u32>;
            #[inline(always)]
            fn with_simd<S: Simd>(mut self, simd: S) -> Vec<u32> {
                let mut drawn = Each([0; LANES]);
                let mut all = Vec::new();
                for _ in 0..1_000 {
                    self.0.draw::<S, 1>(simd, |at, [bits]| S::as_mut_simd_u32s(&mut drawn.0).0[at] = bits);
                    all.extend(drawn.0);
                }
                all
            }
        }
        let mut randoms = Random::of_trials(7, 0);
        let streams = Streams::of(&mut randoms);
        let drawn = Arch::new().dispatch(Draws(streams.clone()));
        assert!(drawn == Scalar.vectorize(Draws(streams)));
        let ones: u32 = drawn.iter().map(|bits| bits.count_ones()).sum();
        assert!((16 * LANES as u32 * 1_000).abs_diff(ones) < 5_000, "{ones}");
        let apart: std::collections::BTreeSet<u32> = drawn.iter().take(LANES).copied().collect();
        assert_eq!(apart.len(), LANES);
    }
}
