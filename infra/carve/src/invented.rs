//! A market to measure with: potentials as they are (a few big accounts, many small), cities, owners who got theirs by
//! history, and locks. From a seed.

use crate::bound::real;
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

/// An account before it has a home.
struct Prospect {
    at: (f64, f64),
    potential: i64,
    enterprise: bool,
    /// The territory that it would be in if the map were drawn anew.
    cell: usize,
}

/// Invents a market.
///
/// Accounts lie around cities, of which some are big; potentials are log-normal. Territories are in two segments and lie
/// where the potential is: the map is cut into parts of the same potential. An account may be in its own part or in the
/// nearest others of its segment, eight in all. Today it is in one of the nearest three, where some territories are far
/// more popular than others; one in fifty is in none. One in ten is locked.
pub fn invent(size: Size) -> Request {
    let mut chance = Chance(size.seed);
    let enterprise = (size.territories * 2 / 5).max(1);
    let part = real(whole(enterprise)) / real(whole(size.territories)).max(1.0);
    let mut prospects = prospects(size, part, &mut chance);
    let mut centres = vec![(0.0, 0.0); size.territories];
    for (segment, range) in [(true, 0..enterprise), (false, enterprise..size.territories)] {
        let own: Vec<&mut Prospect> = prospects.iter_mut().filter(|one| one.enterprise == segment).collect();
        cut(own, range, true, &mut centres);
    }
    let pull: Vec<f64> = (0..size.territories).map(|_| (0.6 * chance.normal()).exp()).collect();
    let name = |number: usize| format!("t{number:03}");
    let mut accounts = Vec::with_capacity(size.accounts);
    for (number, one) in prospects.iter().enumerate() {
        let range = if one.enterprise { 0..enterprise } else { enterprise..size.territories };
        let squared = |(x, y): (f64, f64)| (x - one.at.0).powi(2) + (y - one.at.1).powi(2);
        let all = centres.iter().enumerate().filter(|(at, _)| range.contains(at));
        let mut near: Vec<(bool, f64, usize)> =
            all.map(|(at, centre)| (at != one.cell, squared(*centre), at)).collect();
        near.sort_by(|one, other| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)).then(one.2.cmp(&other.2)));
        near.truncate(NEAR);
        let drawn = near.iter().take(3).map(|(_, _, at)| {
            let pull = pull.get(*at).copied().unwrap_or(1.0);
            (pull / -chance.part().max(1e-12).ln(), *at)
        });
        let popular = drawn.max_by(|one, other| one.0.total_cmp(&other.0)).map(|(_, at)| at);
        let home = popular.filter(|_| chance.part() > 0.02);
        accounts.push(AccountRow {
            id: format!("001{number:012}"),
            potential: one.potential,
            territory: home.map(name),
            locked: home.is_some() && chance.part() < 0.1,
            eligible: Some(near.iter().map(|(_, _, at)| name(*at)).collect()),
        });
    }
    // In thousands of potential: a territory's fair part of its segment.
    let share = |segment: bool, territories: usize| {
        let sum: i64 = prospects.iter().filter(|one| one.enterprise == segment).map(|one| one.potential).sum();
        u32::try_from(sum / whole(territories).max(1) / 1_000).unwrap_or(u32::MAX).max(1)
    };
    let shares = [share(true, enterprise), share(false, size.territories - enterprise)];
    let territories = (0..size.territories).map(|number| TerritoryRow {
        id: name(number),
        share: if number < enterprise { shares[0] } else { shares[1] },
        max_accounts: None,
    });
    Request { territories: territories.collect(), accounts, levers: Levers::default() }
}

fn whole(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn prospects(size: Size, part: f64, chance: &mut Chance) -> Vec<Prospect> {
    let cities: Vec<(f64, f64)> =
        (0..size.territories.div_ceil(4).max(3)).map(|_| (chance.part() * 1_000.0, chance.part() * 600.0)).collect();
    let mut prospect = |_| {
        // The square makes the first cities the big ones.
        let city = below(chance.part() * chance.part(), cities.len());
        let (x, y) = cities.get(city).copied().unwrap_or_default();
        let at = (x + 25.0 * chance.normal(), y + 25.0 * chance.normal());
        #[expect(clippy::cast_possible_truncation, reason = "a potential of some thousands to some millions")]
        let potential = (20_000.0 * (1.1 * chance.normal()).exp()) as i64 + 500;
        Prospect { at, potential, enterprise: chance.part() < part, cell: 0 }
    };
    (0..size.accounts).map(&mut prospect).collect()
}

/// Cuts a part of the map into territories of the same potential, by turns from west to east and from north to south.
fn cut(mut own: Vec<&mut Prospect>, cells: std::ops::Range<usize>, by_x: bool, centres: &mut [(f64, f64)]) {
    let whole: i64 = own.iter().map(|one| one.potential).sum();
    if cells.len() <= 1 {
        let weight = real(whole).max(1.0);
        let sum = own.iter().fold((0.0, 0.0), |(x, y), one| {
            let part = real(one.potential) / weight;
            (x + part * one.at.0, y + part * one.at.1)
        });
        for one in own {
            one.cell = cells.start;
        }
        centres.get_mut(cells.start).into_iter().for_each(|centre| *centre = sum);
        return;
    }
    let along = |one: &Prospect| if by_x { one.at.0 } else { one.at.1 };
    own.sort_by(|one, other| along(one).total_cmp(&along(other)));
    let first = cells.len() / 2;
    let (parts, mine) = (cells.len() as u64, first as u64);
    let wanted = i128::from(whole) * i128::from(mine) / i128::from(parts);
    let mut sum = 0;
    let at = own.iter().position(|one| {
        sum += i128::from(one.potential);
        sum > wanted
    });
    let rest = own.split_off(at.unwrap_or(own.len()));
    let middle = cells.start + first;
    cut(own, cells.start..middle, !by_x, centres);
    cut(rest, middle..cells.end, !by_x, centres);
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
