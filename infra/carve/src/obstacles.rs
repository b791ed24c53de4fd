//! Why a market cannot be carved as asked, and how much is missing.

use serde::{Deserialize, Serialize};

use crate::SolverFailed;
use crate::market::{Account, Market, MovesBy, Place};
use crate::relaxation::{least_missing, relax};

/// What stands in the way. Potential is in the request's unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Obstacle {
    /// The locked accounts of a territory alone are more than it may have.
    LockedAboveCeiling {
        /// The territory.
        territory: String,
        /// What they are worth.
        locked: i64,
        /// What it may have.
        ceiling: i64,
        /// The difference.
        too_much: i64,
    },
    /// The locked accounts of a territory alone are more in number than it may have.
    LockedAboveCap {
        /// The territory.
        territory: String,
        /// How many.
        locked: u64,
        /// How many it may have.
        max_accounts: u32,
    },
    /// All caps together are below the number of accounts.
    CapsTooSmall {
        /// The accounts.
        accounts: u64,
        /// The seats.
        seats: u64,
    },
    /// One account is more than any territory that it may be in may have.
    AccountTooBig {
        /// The account.
        account: String,
        /// Its potential.
        potential: i64,
        /// The largest of those territories' ceilings.
        ceiling: i64,
    },
    /// All accounts that may be in these territories are less than their floors together.
    OutOfReach {
        /// The territories.
        territories: Vec<String>,
        /// What the accounts are worth.
        reachable: i64,
        /// What these territories need at least.
        floors: i64,
        /// The difference.
        missing: i64,
    },
    /// The accounts that may be in these territories only are more than their ceilings together.
    NowhereElse {
        /// The territories.
        territories: Vec<String>,
        /// What the accounts are worth.
        captive: i64,
        /// What these territories may have at most.
        ceilings: i64,
        /// The difference.
        too_much: i64,
    },
    /// Shares, locks, eligibility and caps together leave no way; each alone would.
    Together {
        /// The territories that stay outside their corridor or above their cap.
        territories: Vec<String>,
        /// At least so much stays outside, in potential (an account above a cap counts as a mean account).
        missing: i64,
    },
    /// More accounts must move than may.
    TooFewMoves {
        /// So many at least.
        needed: i64,
        /// So many may.
        max_moves: u32,
    },
}

/// What can be told before anything is solved.
pub fn plain(market: &Market) -> Vec<Obstacle> {
    let mut found = Vec::new();
    let all = || (0..).zip(&market.territories);
    for (place, territory) in all() {
        let locked = || market.accounts.iter().filter(move |account| account.locked && account.home == Some(place));
        let sum: i64 = locked().map(|account| account.potential).sum();
        if sum > territory.ceiling {
            found.push(Obstacle::LockedAboveCeiling {
                territory: territory.id.clone(),
                locked: sum,
                ceiling: territory.ceiling,
                too_much: sum - territory.ceiling,
            });
        }
        let number = locked().count() as u64;
        if let Some(most) = territory.max_accounts.filter(|most| number > u64::from(*most)) {
            found.push(Obstacle::LockedAboveCap {
                territory: territory.id.clone(),
                locked: number,
                max_accounts: most,
            });
        }
        found.extend(out_of_reach(market, &[place]));
    }
    let forced = market.accounts.iter().filter(|account| account.home.is_some() && market.stays(account).is_none());
    let needed = i64::try_from(forced.count()).unwrap_or(i64::MAX);
    if let Some(max_moves) = market.levers.max_moves.filter(|most| needed > i64::from(*most)) {
        found.push(Obstacle::TooFewMoves { needed, max_moves });
    }
    let seats: Option<u64> = market.territories.iter().map(|territory| territory.max_accounts.map(u64::from)).sum();
    let accounts = market.accounts.len() as u64;
    if let Some(seats) = seats.filter(|seats| *seats < accounts) {
        found.push(Obstacle::CapsTooSmall { accounts, seats });
    }
    found
}

/// Accounts that fit nowhere; needs their ids.
pub fn too_big<'a>(market: &Market, ids: impl Iterator<Item = &'a str>) -> Vec<Obstacle> {
    let mut found = Vec::new();
    for (account, id) in market.accounts.iter().zip(ids).filter(|(account, _)| !account.locked) {
        let ceilings = market.allowed(account).iter().filter_map(|place| market.territories.get(usize::from(*place)));
        let ceiling = ceilings.map(|territory| territory.ceiling).max().unwrap_or_default();
        if account.potential > ceiling {
            found.push(Obstacle::AccountTooBig { account: id.to_owned(), potential: account.potential, ceiling });
        }
    }
    found
}

/// What the linear program proves, where it cannot keep all rules even with split accounts.
///
/// # Errors
/// If the solver gives up.
pub fn proven(market: &Market) -> Result<Vec<Obstacle>, SolverFailed> {
    let least = least_missing(&market.with(market.levers.moves_by, None))?;
    let mean = crate::bound::Scale::of(market).potential;
    if least.bound <= 1e-6 {
        return too_few_moves(market);
    }
    let priced = |above: bool| -> Vec<Place> {
        let wanted = (0..).zip(&least.prices.potential);
        wanted.filter(|(_, price)| if above { **price > 0.5 } else { **price < -0.5 }).map(|(place, _)| place).collect()
    };
    let (poor, rich) = (priced(true), priced(false));
    let crisp: Vec<Obstacle> = out_of_reach(market, &poor).into_iter().chain(nowhere_else(market, &rich)).collect();
    if !crisp.is_empty() {
        return Ok(crisp);
    }
    let mut both: Vec<Place> = poor.into_iter().chain(rich).collect();
    both.sort_unstable();
    #[expect(clippy::cast_possible_truncation, reason = "less than the whole potential, which is below 2^52")]
    let missing = (least.bound * mean).ceil() as i64;
    Ok(vec![Obstacle::Together { territories: names(market, &both), missing }])
}

/// Whether the cap on moves alone stands in the way.
fn too_few_moves(market: &Market) -> Result<Vec<Obstacle>, SolverFailed> {
    let Some(max_moves) = market.levers.max_moves else { return Ok(Vec::new()) };
    let needed = relax(&market.with(MovesBy::Count, None))?.whole_bound();
    Ok(if needed > i64::from(max_moves) { vec![Obstacle::TooFewMoves { needed, max_moves }] } else { Vec::new() })
}

fn out_of_reach(market: &Market, places: &[Place]) -> Option<Obstacle> {
    let within = |account: &&Account| market.allowed(account).iter().any(|place| places.contains(place));
    let reachable: i64 = market.accounts.iter().filter(within).map(|account| account.potential).sum();
    let floors: i64 = chosen(market, places).map(|territory| territory.floor).sum();
    let missing = floors - reachable;
    (missing > 0).then(|| Obstacle::OutOfReach { territories: names(market, places), reachable, floors, missing })
}

fn nowhere_else(market: &Market, places: &[Place]) -> Option<Obstacle> {
    let only = |account: &&Account| market.allowed(account).iter().all(|place| places.contains(place));
    let captive: i64 = market.accounts.iter().filter(only).map(|account| account.potential).sum();
    let ceilings: i64 = chosen(market, places).map(|territory| territory.ceiling).sum();
    let too_much = captive - ceilings;
    (too_much > 0).then(|| Obstacle::NowhereElse { territories: names(market, places), captive, ceilings, too_much })
}

fn chosen<'a>(market: &'a Market, places: &[Place]) -> impl Iterator<Item = &'a crate::market::Territory> {
    places.iter().filter_map(|place| market.territories.get(usize::from(*place)))
}

fn names(market: &Market, places: &[Place]) -> Vec<String> {
    chosen(market, places).map(|territory| territory.id.clone()).collect()
}
