//! A market to measure with: potentials as they are (a few big accounts, many small), cities, owners who got theirs by
//! history, and locks. From a seed.

use crate::market::{AccountRow, Levers, Request, TerritoryRow};

/// How the market is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Accounts.
    pub accounts: usize,
    /// Territories.
    pub territories: usize,
    /// For all that is left to chance.
    pub seed: u64,
}

/// Territories near enough for an account.
const NEAR: usize = 8;

/// Invents a market.
///
/// Accounts lie around cities (big cities have more), territories lie where accounts are, in two segments. An account may be
/// in the eight nearest territories of its segment. Today it is in one of the nearest three, where some territories are
/// far more popular than others; one in fifty is in none. One in ten is locked.
pub fn invent(size: Size) -> Request {
    let mut chance = Chance(size.seed);
    let cities: Vec<(f64, f64)> =
        (0..size.territories.div_ceil(4).max(3)).map(|_| (chance.part() * 1_000.0, chance.part() * 600.0)).collect();
    let around = |chance: &mut Chance| {
        // The square makes the first cities the big ones.
        let city = chance.part() * chance.part();
        let (x, y) = cities.get(below(city, cities.len())).copied().unwrap_or_default();
        (x + 25.0 * chance.normal(), y + 25.0 * chance.normal())
    };
    let segment = |number: usize| number % 5 < 2;
    let centres: Vec<(f64, f64)> = (0..size.territories).map(|_| around(&mut chance)).collect();
    let pull: Vec<f64> = (0..size.territories).map(|_| (0.6 * chance.normal()).exp()).collect();
    let name = |number: usize| format!("t{number:03}");
    let mut accounts = Vec::with_capacity(size.accounts);
    for number in 0..size.accounts {
        let (x, y) = around(&mut chance);
        let enterprise = chance.part() < 0.4;
        let mut near: Vec<(f64, usize)> = centres
            .iter()
            .enumerate()
            .filter(|(at, _)| segment(*at) == enterprise)
            .map(|(at, (cx, cy))| ((cx - x).powi(2) + (cy - y).powi(2), at))
            .collect();
        near.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        near.truncate(NEAR);
        let popular = |chance: &mut Chance| {
            let pulls = near.iter().take(3).map(|(_, at)| (pull.get(*at).copied().unwrap_or(1.0), *at));
            let drawn = pulls.map(|(pull, at)| (pull * -chance.part().max(1e-12).ln().recip(), at));
            drawn.max_by(|one, other| one.0.total_cmp(&other.0)).map(|(_, at)| at)
        };
        let home = popular(&mut chance).filter(|_| chance.part() > 0.02);
        #[expect(clippy::cast_possible_truncation, reason = "a potential of some thousands to some millions")]
        let potential = (20_000.0 * (1.1 * chance.normal()).exp()) as i64 + 500;
        accounts.push(AccountRow {
            id: format!("001{number:012}"),
            potential,
            territory: home.map(name),
            locked: home.is_some() && chance.part() < 0.1,
            eligible: Some(near.iter().map(|(_, at)| name(*at)).collect()),
        });
    }
    let territory = |number| TerritoryRow { id: name(number), share: 1, max_accounts: None };
    Request { territories: (0..size.territories).map(territory).collect(), accounts, levers: Levers::default() }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "small numbers"
)]
fn below(part: f64, length: usize) -> usize {
    ((part * length as f64) as usize).min(length.saturating_sub(1))
}

/// SplitMix64: small, and the same everywhere.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to below 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits")]
    fn part(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Nearly normal: twelve uniform draws, less six.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.part()).sum::<f64>() - 6.0
    }
}
