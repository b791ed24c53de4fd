//! Where every account is put, and the figures of it.

use serde::{Deserialize, Serialize};

use crate::market::{Account, Market, Place};

/// What each territory has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    loads: Vec<i64>,
    counts: Vec<u32>,
}

impl Tally {
    /// Of territories that have nothing.
    pub fn new(market: &Market) -> Self {
        Self { loads: vec![0; market.territories.len()], counts: vec![0; market.territories.len()] }
    }

    /// Of accounts that are where `place` says; who is nowhere does not count.
    pub fn of(market: &Market, place: impl Fn(usize, &Account) -> Option<Place>) -> Self {
        let mut this = Self::new(market);
        for (number, account) in market.accounts.iter().enumerate() {
            if let Some(place) = place(number, account) {
                this.add(place, account);
            }
        }
        this
    }

    /// Puts an account into a territory.
    pub fn add(&mut self, place: Place, account: &Account) {
        let at = usize::from(place);
        if let (Some(load), Some(count)) = (self.loads.get_mut(at), self.counts.get_mut(at)) {
            *load += account.potential;
            *count += 1;
        }
    }

    /// Takes an account out of a territory that has it.
    fn take(&mut self, place: Place, account: &Account) {
        let at = usize::from(place);
        if let (Some(load), Some(count)) = (self.loads.get_mut(at), self.counts.get_mut(at)) {
            *load -= account.potential;
            *count -= 1;
        }
    }

    /// A territory's potential.
    pub fn load(&self, place: Place) -> i64 {
        self.loads.get(usize::from(place)).copied().unwrap_or_default()
    }

    /// How many accounts it has.
    pub fn count(&self, place: Place) -> u32 {
        self.counts.get(usize::from(place)).copied().unwrap_or_default()
    }

    /// Whether one more account may come.
    pub fn has_seat(&self, market: &Market, place: Place) -> bool {
        let most = market.territories.get(usize::from(place)).and_then(|territory| territory.max_accounts);
        most.is_none_or(|most| self.count(place) < most)
    }
}

/// Where every account is put, with each territory's tally kept beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    places: Vec<Place>,
    tally: Tally,
}

/// The figures of a placement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Accounts that leave a territory.
    pub moves: u64,
    /// Their potential.
    pub potential_moved: i64,
    /// Accounts that were in no territory before.
    pub placed: u64,
    /// The territory furthest from its share, in hundredths of a percent of the share.
    pub max_imbalance_bp: u64,
    /// The mean over all territories.
    pub mean_imbalance_bp: u64,
    /// Territories outside the tolerance.
    pub outside: u64,
    /// Territories with more accounts than they may have.
    pub over_cap: u64,
    /// Locked accounts that moved.
    pub locked_moved: u64,
    /// Accounts in a territory that they may not be in, locked ones apart.
    pub misplaced: u64,
}

impl Placement {
    /// Puts each account where it is said.
    pub fn new(market: &Market, places: Vec<Place>) -> Self {
        let tally = Tally::of(market, |number, _| places.get(number).copied());
        Self { places, tally }
    }

    /// Where each account is.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// What each territory has.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Where an account is.
    pub fn place(&self, account: usize) -> Option<Place> {
        self.places.get(account).copied()
    }

    /// Puts one account elsewhere.
    pub fn shift(&mut self, market: &Market, number: usize, to: Place) {
        if let (Some(slot), Some(account)) = (self.places.get_mut(number), market.accounts.get(number)) {
            let from = std::mem::replace(slot, to);
            self.tally.take(from, account);
            self.tally.add(to, account);
        }
    }

    /// What the moves cost, in the levers' measure.
    pub fn cost(&self, market: &Market) -> i64 {
        self.moved(market).map(|(_, account, _)| market.cost(account)).sum()
    }

    /// The accounts that leave a territory, with where they go.
    pub fn moved<'a>(&'a self, market: &'a Market) -> impl Iterator<Item = (usize, &'a Account, Place)> {
        let all = market.accounts.iter().zip(&self.places).enumerate();
        all.filter(|(_, (account, place))| account.home.is_some_and(|home| home != **place))
            .map(|(number, (account, place))| (number, account, *place))
    }

    /// Whether every rule is kept: tolerance, caps, moves, locks, eligibility.
    pub fn is_kept(&self, market: &Market) -> bool {
        let figures = self.figures(market);
        let allowed = market.levers.max_moves.is_none_or(|most| figures.moves <= u64::from(most));
        figures.outside == 0 && figures.over_cap == 0 && figures.locked_moved == 0 && figures.misplaced == 0 && allowed
    }

    /// The figures.
    pub fn figures(&self, market: &Market) -> Figures {
        let mut figures = Figures {
            moves: 0,
            potential_moved: 0,
            placed: 0,
            max_imbalance_bp: 0,
            mean_imbalance_bp: 0,
            outside: 0,
            over_cap: 0,
            locked_moved: 0,
            misplaced: 0,
        };
        for (_, account, _) in self.moved(market) {
            figures.moves += 1;
            figures.potential_moved += account.potential;
            figures.locked_moved += u64::from(account.locked);
        }
        for (account, place) in market.accounts.iter().zip(&self.places) {
            figures.placed += u64::from(account.home.is_none());
            figures.misplaced += u64::from(market.allowed(account).binary_search(place).is_err());
        }
        let mut sum = 0;
        for (place, territory) in (0..).zip(&market.territories) {
            let load = self.tally.load(place);
            let off = market.off_by(place, load);
            figures.max_imbalance_bp = figures.max_imbalance_bp.max(off);
            sum += off;
            figures.outside += u64::from(load < territory.floor || load > territory.ceiling);
            figures.over_cap += u64::from(territory.max_accounts.is_some_and(|most| self.tally.count(place) > most));
        }
        figures.mean_imbalance_bp = sum.div_ceil(market.territories.len().max(1) as u64);
        figures
    }
}
