//! Small steps from a placement to a better one: first into the corridors, then fewer moves, then evener.

use crate::market::{Account, Market, Place};
use crate::placement::Placement;

/// Passes over all accounts, at most.
const PASSES: usize = 60;

/// Brings a placement into the corridors, one account at a time, until no single step helps.
///
/// In each pass every territory outside its corridor gets the one step that takes away the most of what is outside; a
/// step of an account that has moved already counts double, for it costs no move.
pub fn mend(market: &Market, placement: &mut Placement) {
    for _ in 0..PASSES {
        let outside: Vec<bool> = (0..)
            .zip(&market.territories)
            .map(|(place, _)| amiss(market, place, placement.tally().load(place)) > 0)
            .collect();
        let is_outside = |place: Place| outside.get(usize::from(place)).copied().unwrap_or_default();
        let mut best: Vec<Option<(i64, usize, Place)>> = vec![None; market.territories.len()];
        for (number, account) in market.accounts.iter().enumerate().filter(|(_, account)| !account.locked) {
            let Some(from) = placement.place(number) else { continue };
            for to in market.allowed(account).iter().copied() {
                if to == from || !(is_outside(from) || is_outside(to)) {
                    continue;
                }
                let gain = gain(market, placement, account, from, to);
                let weight = if account.home == Some(from) { gain } else { gain * 2 };
                let about = usize::from(if is_outside(from) { from } else { to });
                if let Some(slot) = best.get_mut(about)
                    && gain > 0
                    && slot.is_none_or(|(most, ..)| weight > most)
                {
                    *slot = Some((weight, number, to));
                }
            }
        }
        let mut changed = false;
        for (_, number, to) in best.into_iter().flatten() {
            let (Some(account), Some(from)) = (market.accounts.get(number), placement.place(number)) else { continue };
            // An earlier step of this pass may have done it.
            if from != to && gain(market, placement, account, from, to) > 0 && placement.tally().has_seat(market, to) {
                placement.shift(market, number, to);
                changed = true;
            }
        }
        if !changed {
            return;
        }
    }
}

/// How much less is outside the corridors when an account goes from one territory to another.
fn gain(market: &Market, placement: &Placement, account: &Account, from: Place, to: Place) -> i64 {
    let tally = placement.tally();
    let now = amiss(market, from, tally.load(from)) + amiss(market, to, tally.load(to));
    let then = amiss(market, from, tally.load(from) - account.potential)
        + amiss(market, to, tally.load(to) + account.potential);
    now - then
}

/// What is outside a territory's corridor.
fn amiss(market: &Market, place: Place, load: i64) -> i64 {
    let territory = market.territories.get(usize::from(place));
    territory.map_or(0, |territory| (load - territory.ceiling).max(territory.floor - load).max(0))
}

/// Sends moved accounts home where every rule is kept without their move; the dearest first.
pub fn send_home(market: &Market, placement: &mut Placement) {
    let mut moved: Vec<(i64, usize, Place)> = placement
        .moved(market)
        .filter_map(|(number, account, _)| Some((market.cost(account), number, market.stays(account)?)))
        .collect();
    moved.sort_by_key(|(cost, number, _)| (std::cmp::Reverse(*cost), *number));
    for (_, number, home) in moved {
        let (Some(account), Some(from)) = (market.accounts.get(number), placement.place(number)) else { continue };
        if fits_after(market, placement, from, -account.potential)
            && fits_after(market, placement, home, account.potential)
            && placement.tally().has_seat(market, home)
        {
            placement.shift(market, number, home);
        }
    }
}

/// Makes loads evener without one more move and without leaving a corridor: moved accounts go elsewhere.
pub fn even_out(market: &Market, placement: &mut Placement) {
    let loose: Vec<usize> = market
        .accounts
        .iter()
        .enumerate()
        .filter(|(number, account)| !account.locked && placement.place(*number) != account.home)
        .map(|(number, _)| number)
        .collect();
    for _ in 0..PASSES {
        let mut changed = false;
        for number in &loose {
            if let Some(account) = market.accounts.get(*number) {
                changed |= step(market, placement, *number, account);
            }
        }
        if !changed {
            return;
        }
    }
}

/// Puts one moved account where the loads are the most even; whether it went anywhere.
fn step(market: &Market, placement: &mut Placement, number: usize, account: &Account) -> bool {
    let Some(from) = placement.place(number) else { return false };
    let tally = placement.tally();
    let better = |place: Place, change: i64| {
        uneven(market, place, tally.load(place)) - uneven(market, place, tally.load(place) + change)
    };
    if !fits_after(market, placement, from, -account.potential) {
        return false;
    }
    let leaving = better(from, -account.potential);
    let fits = |to: &&Place| {
        **to != from && tally.has_seat(market, **to) && fits_after(market, placement, **to, account.potential)
    };
    let steps = market.allowed(account).iter().filter(fits).map(|to| (leaving + better(*to, account.potential), *to));
    match steps.max_by_key(|(gain, to)| (*gain, std::cmp::Reverse(*to))) {
        Some((gain, to)) if gain > 0 => {
            placement.shift(market, number, to);
            true
        }
        Some(_) | None => false,
    }
}

/// The square of what a load is off, in millionths of the share, so that small territories count like big ones.
fn uneven(market: &Market, place: Place, load: i64) -> i128 {
    let fair = market.fair(place).max(1);
    let off = i128::from(load - fair) * 1_000_000 / i128::from(fair);
    off * off
}

fn fits_after(market: &Market, placement: &Placement, place: Place, change: i64) -> bool {
    let load = placement.tally().load(place) + change;
    market.territories.get(usize::from(place)).is_some_and(|own| load >= own.floor && load <= own.ceiling)
}
