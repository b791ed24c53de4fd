//! The greedy waterfall that spreadsheets do: the biggest account first, kept where it is while there is room.

use std::cmp::Reverse;

use crate::market::{Account, Market, Place};
use crate::placement::{Placement, Tally};

/// How full a territory is poured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fill {
    /// To its share.
    Share,
    /// To the most that the tolerance lets it have; keeps more accounts where they are.
    Ceiling,
}

/// Places every account in one pass: locked ones, then by potential, the biggest first.
///
/// An account stays while its territory has room. Else it goes to the territory with the most room; where none has room
/// for it, to the one that it fills over the least, measured by the territory's share. Caps hold as long as there is any
/// other territory that it may be in.
pub fn waterfall(market: &Market, fill: Fill) -> Placement {
    let room: Vec<i64> = (0..)
        .zip(&market.territories)
        .map(|(place, territory)| match fill {
            Fill::Share => market.fair(place),
            Fill::Ceiling => territory.ceiling,
        })
        .collect();
    let mut pour = Pour { market, room, tally: Tally::new(market) };
    let mut order: Vec<(usize, &Account)> = market.accounts.iter().enumerate().collect();
    order.sort_by_key(|(number, account)| (!account.locked, Reverse(account.potential), *number));
    let mut places = vec![0; market.accounts.len()];
    for (number, account) in order {
        let place = pour.next(account);
        pour.put(account, place);
        if let Some(slot) = places.get_mut(number) {
            *slot = place;
        }
    }
    Placement::new(market, places)
}

struct Pour<'a> {
    market: &'a Market,
    room: Vec<i64>,
    tally: Tally,
}

impl Pour<'_> {
    fn next(&self, account: &Account) -> Place {
        let allowed = self.market.allowed(account);
        let home = self.market.stays(account);
        if let Some(home) = home
            && (account.locked || (self.is_open(home) && self.room(home) >= account.potential))
        {
            return home;
        }
        let open = || allowed.iter().copied().filter(|place| self.is_open(*place));
        let roomy = open().filter(|place| self.room(*place) >= account.potential);
        let emptiest = roomy.max_by_key(|place| (self.room(*place), Reverse(*place)));
        let least_over = || {
            open().min_by_key(|place| {
                let over = i128::from(account.potential - self.room(*place)) * 1_000_000;
                (over / i128::from(self.market.fair(*place).max(1)), home != Some(*place), *place)
            })
        };
        emptiest.or_else(least_over).or_else(|| allowed.first().copied()).unwrap_or_default()
    }

    fn put(&mut self, account: &Account, place: Place) {
        if let Some(room) = self.room.get_mut(usize::from(place)) {
            *room -= account.potential;
        }
        self.tally.add(place, account);
    }

    fn room(&self, place: Place) -> i64 {
        self.room.get(usize::from(place)).copied().unwrap_or_default()
    }

    fn is_open(&self, place: Place) -> bool {
        self.tally.has_seat(self.market, place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{account, request};

    #[test]
    fn the_biggest_stay_and_the_rest_goes_where_there_is_room() {
        let accounts = [account("a", 50, Some(0)), account("b", 40, Some(0)), account("c", 10, Some(0))];
        let market = Market::check(&request(2, accounts)).unwrap();
        assert_eq!(waterfall(&market, Fill::Share).places(), [0, 1, 1]);
    }

    #[test]
    fn a_locked_account_stays_though_it_is_the_smallest() {
        let mut asked = request(2, [account("a", 60, Some(0)), account("b", 40, Some(0))]);
        asked.accounts[1].locked = true;
        let market = Market::check(&asked).unwrap();
        assert_eq!(waterfall(&market, Fill::Share).places(), [1, 0]);
    }

    #[test]
    fn a_cap_sends_accounts_on() {
        let mut asked = request(2, [account("a", 10, Some(0)), account("b", 9, Some(0)), account("c", 81, Some(1))]);
        asked.territories[0].max_accounts = Some(1);
        let market = Market::check(&asked).unwrap();
        assert_eq!(waterfall(&market, Fill::Ceiling).places(), [0, 1, 1]);
    }
}
