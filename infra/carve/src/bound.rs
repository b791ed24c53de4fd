//! A bound that no placement can beat, from prices.
//!
//! Lagrangian duality: whatever the prices, each account's cheapest place, priced, together with what the corridors
//! cost at these prices, is at most the cost of any placement that keeps every rule. All places that an account may be
//! in are looked at, not only those that the linear program knows: so the bound holds for the whole problem.
//! See Geoffrion, "Lagrangean relaxation for integer programming" (1974).

use crate::market::{Account, Market, Place};

/// What a unit of potential, an account and a move are worth. Any numbers give a bound; the linear program's are the best.
#[derive(Debug, Clone, PartialEq)]
pub struct Prices {
    /// For each territory, of a unit of potential: above zero where it needs more.
    pub potential: Vec<f64>,
    /// For each territory, of an account: at most zero, below where its cap binds.
    pub seats: Vec<f64>,
    /// Of a move: at most zero, below where the cap on moves binds.
    pub moves: f64,
}

/// What a problem is measured in, so that numbers are near one: the mean potential, and the costs of moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// Potential that counts as one.
    pub potential: f64,
    /// Cost that counts as one.
    pub cost: f64,
    /// What moves weigh: 0 where only the missing potential is minimised.
    pub moves: f64,
}

impl Scale {
    /// The scale of a market.
    pub fn of(market: &Market) -> Self {
        let mean = real(market.total) / real(market.accounts.len().try_into().unwrap_or(i64::MAX)).max(1.0);
        let cost = match market.levers.moves_by {
            crate::market::MovesBy::Count => 1.0,
            crate::market::MovesBy::Potential => mean,
        };
        Self { potential: mean, cost, moves: 1.0 }
    }

    /// Potential in this scale.
    pub fn potential(&self, potential: i64) -> f64 {
        real(potential) / self.potential
    }

    /// What it costs to move an account, in this scale.
    pub fn cost(&self, market: &Market, account: &Account) -> f64 {
        self.moves * real(market.cost(account)) / self.cost
    }
}

/// A whole number as a real one; all of ours are below 2^52.
#[expect(clippy::cast_precision_loss, reason = "a checked market's numbers are below 2^52")]
pub fn real(number: i64) -> f64 {
    number as f64
}

impl Prices {
    /// What it is worth to have an account in this place.
    fn worth(&self, place: Place, potential: f64) -> f64 {
        let at = usize::from(place);
        let price = |prices: &[f64]| prices.get(at).copied().unwrap_or_default();
        price(&self.potential) * potential + price(&self.seats)
    }

    /// What it costs, at these prices, to have an account in a place.
    pub fn priced(&self, market: &Market, scale: Scale, account: &Account, place: Place) -> f64 {
        let staying = -self.worth(place, scale.potential(account.potential));
        match account.home {
            Some(home) if home != place => staying + scale.cost(market, account) - self.moves,
            Some(_) | None => staying,
        }
    }

    /// The bound, in the scale's costs.
    pub fn bound(&self, market: &Market, scale: Scale) -> f64 {
        // Only what is limited has a price.
        let mut limited = self.clone();
        for (seat, territory) in limited.seats.iter_mut().zip(&market.territories) {
            *seat = if territory.max_accounts.is_some() { seat.min(0.0) } else { 0.0 };
        }
        limited.moves = if market.levers.max_moves.is_some() { self.moves.min(0.0) } else { 0.0 };
        let cheapest = |account: &Account| {
            let priced = market.allowed(account).iter().map(|place| limited.priced(market, scale, account, *place));
            priced.fold(f64::INFINITY, f64::min)
        };
        let mut bound: f64 = market.accounts.iter().map(cheapest).sum();
        for ((territory, price), seat) in market.territories.iter().zip(&limited.potential).zip(&limited.seats) {
            let side = if *price > 0.0 { territory.floor } else { territory.ceiling };
            bound += price * scale.potential(side);
            bound += territory.max_accounts.map_or(0.0, |most| seat * f64::from(most));
        }
        bound += market.levers.max_moves.map_or(0.0, |most| limited.moves * f64::from(most));
        // What adding up many numbers may have lost.
        bound - 1e-9 * (1.0 + bound.abs())
    }
}
