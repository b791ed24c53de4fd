//! Small steps from a placement to a better one: first into the corridors, then fewer moves, then evener.

use crate::market::{Account, Market, Place};
use crate::placement::Placement;

/// Passes over all accounts, at most.
const PASSES: usize = 60;

/// Brings a placement nearer to the corridors, one account at a time, until no single step helps.
///
/// The step that takes away the most of what is outside for each move is taken; a step that costs no move (a moved
/// account goes elsewhere, or home again) comes before one that does.
pub fn mend(market: &Market, placement: &mut Placement) {
    for _ in 0..PASSES {
        let mut changed = false;
        for (number, account) in market.accounts.iter().enumerate() {
            changed |= step(market, placement, number, account, &Goal::Corridors);
        }
        if !changed {
            return;
        }
    }
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
                changed |= step(market, placement, *number, account, &Goal::Even);
            }
        }
        if !changed {
            return;
        }
    }
}

enum Goal {
    Corridors,
    Even,
}

/// Moves one account to its best place; whether it did.
fn step(market: &Market, placement: &mut Placement, number: usize, account: &Account, goal: &Goal) -> bool {
    let Some(from) = placement.place(number) else { return false };
    let before = |place: Place| badness(market, place, placement.tally().load(place), goal);
    let after = |place: Place, change: i64| badness(market, place, placement.tally().load(place) + change, goal);
    let leaving = before(from) - after(from, -account.potential);
    let mut best: Option<(bool, i128, Place)> = None;
    for place in market.allowed(account) {
        if *place == from || !placement.tally().has_seat(market, *place) {
            continue;
        }
        let gain = leaving + before(*place) - after(*place, account.potential);
        let costs = account.home == Some(from);
        let allowed = match goal {
            Goal::Corridors => true,
            Goal::Even => {
                !costs
                    && fits_after(market, placement, from, -account.potential)
                    && fits_after(market, placement, *place, account.potential)
            }
        };
        let better = best.is_none_or(|(_, most, _)| gain > most);
        if allowed && gain > 0 && better {
            best = Some((costs, gain, *place));
        }
    }
    match best {
        // A new move must be worth it: it takes away a good part of what it carries.
        Some((costs, gain, place)) if !costs || gain * 2 >= i128::from(account.potential) => {
            placement.shift(market, number, place);
            true
        }
        Some(_) | None => false,
    }
}

/// How bad a load is: what is outside the corridor; or, to make it even, the square of what it is off by the share.
fn badness(market: &Market, place: Place, load: i64, goal: &Goal) -> i128 {
    let Some(territory) = market.territories.get(usize::from(place)) else { return 0 };
    match goal {
        Goal::Corridors => i128::from((load - territory.ceiling).max(territory.floor - load).max(0)),
        Goal::Even => {
            // Parts of the share, in millionths, so that small territories count like big ones.
            let fair = market.fair(place).max(1);
            let off = i128::from(load - fair) * 1_000_000 / i128::from(fair);
            off * off
        }
    }
}

fn fits_after(market: &Market, placement: &Placement, place: Place, change: i64) -> bool {
    let load = placement.tally().load(place) + change;
    market.territories.get(usize::from(place)).is_some_and(|own| load >= own.floor && load <= own.ceiling)
}
