//! What is to be carved: accounts, territories and levers, as they come, and checked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A request, as it comes on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Where accounts can be.
    pub territories: Vec<TerritoryRow>,
    /// What is to be placed.
    pub accounts: Vec<AccountRow>,
    /// How.
    #[serde(default)]
    pub levers: Levers,
}

/// A territory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TerritoryRow {
    /// Its id in the scenario.
    pub id: String,
    /// Its part of the whole potential, in relation to the others' parts.
    #[serde(default = "one")]
    pub share: u32,
    /// How many accounts it may have.
    #[serde(default)]
    pub max_accounts: Option<u32>,
}

fn one() -> u32 {
    1
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountRow {
    /// Its id in the CRM.
    pub id: String,
    /// What it may bring, in any unit that is the same for all.
    pub potential: i64,
    /// The territory that it is in today.
    #[serde(default)]
    pub territory: Option<String>,
    /// Whether it stays where it is, whatever happens.
    #[serde(default)]
    pub locked: bool,
    /// Where it may be, by territory; anywhere where nothing is said.
    #[serde(default)]
    pub eligible: Option<Vec<String>>,
}

/// How accounts are placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Levers {
    /// How far a territory's potential may be from its share, in hundredths of a percent.
    pub tolerance_bp: u32,
    /// What is kept small.
    pub moves_by: MovesBy,
    /// How many accounts may move.
    pub max_moves: Option<u32>,
    /// The solver's seed.
    pub seed: u32,
}

impl Default for Levers {
    fn default() -> Self {
        Self { tolerance_bp: 500, moves_by: MovesBy::Count, max_moves: None, seed: 1 }
    }
}

/// What is kept small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MovesBy {
    /// The number of accounts that move.
    Count,
    /// Their potential.
    Potential,
}

/// Something in a request that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrong {
    /// The account's place in the request.
    pub account: Option<usize>,
    /// The territory's place in the request.
    pub territory: Option<usize>,
    /// What is wrong, and what is right.
    pub why: String,
}

/// A territory's number.
pub type Place = u16;

/// A checked request; accounts and territories are numbers here.
#[derive(Debug, Clone)]
pub struct Market {
    /// The territories.
    pub territories: Vec<Territory>,
    /// The accounts.
    pub accounts: Vec<Account>,
    /// Sets of territories in ascending order, each once; accounts name theirs by its number.
    sets: Vec<Vec<Place>>,
    /// The levers.
    pub levers: Levers,
    /// All potential together.
    pub total: i64,
    shares: i64,
}

/// A territory, with what it should have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Territory {
    /// Its id.
    pub id: String,
    /// Its part of the whole.
    pub share: u32,
    /// The least potential that it may have.
    pub floor: i64,
    /// The most.
    pub ceiling: i64,
    /// The most accounts.
    pub max_accounts: Option<u32>,
}

/// An account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    /// What it may bring.
    pub potential: i64,
    /// Where it is today.
    pub home: Option<Place>,
    /// Whether it stays.
    pub locked: bool,
    set: u32,
}

impl Market {
    /// Checks a request.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn check(request: &Request) -> Result<Self, Vec<Wrong>> {
        let mut wrong = Vec::new();
        let places = places(request, &mut wrong);
        let mut sets: BTreeMap<Vec<Place>, u32> = BTreeMap::new();
        let everywhere: Vec<Place> = places.values().copied().collect();
        let mut seen = BTreeMap::new();
        let mut accounts = Vec::with_capacity(request.accounts.len());
        for (at, row) in request.accounts.iter().enumerate() {
            let mut say = |why: String| wrong.push(Wrong { account: Some(at), territory: None, why });
            if let Some(first) = seen.insert(row.id.as_str(), at) {
                say(format!("account {} is there twice, first as number {}: keep one row", row.id, first + 1));
            }
            if row.potential < 0 {
                say(format!("a potential of {} is below nothing", row.potential));
            }
            let mut place = |id: &String| {
                let found = places.get(id.as_str()).copied();
                if found.is_none() {
                    say(format!("there is no territory `{id}`"));
                }
                found
            };
            let home = row.territory.as_ref().and_then(&mut place);
            let mut set: Vec<Place> = match &row.eligible {
                None => everywhere.clone(),
                Some(ids) => ids.iter().filter_map(place).collect(),
            };
            set.sort_unstable();
            set.dedup();
            if row.locked && row.territory.is_none() {
                say("it is locked and in no territory: name the one it stays in".to_owned());
            }
            if set.is_empty() && !row.locked {
                say("it may be in no territory: name those that it may be in, or leave the column empty".to_owned());
            }
            let next = u32::try_from(sets.len()).unwrap_or(u32::MAX);
            let set = *sets.entry(set).or_insert(next);
            accounts.push(Account { potential: row.potential, home, locked: row.locked, set });
        }
        let total = accounts.iter().try_fold(0_i64, |sum, account| sum.checked_add(account.potential));
        if total.is_none_or(|total| total <= 0 || total > LARGEST) {
            let why = format!("all potential together must be more than 0 and at most {LARGEST}");
            wrong.push(Wrong { account: None, territory: None, why });
        }
        let (Some(total), []) = (total, wrong.as_slice()) else { return Err(wrong) };
        let mut listed = vec![Vec::new(); sets.len()];
        for (set, number) in sets {
            if let Some(slot) = listed.get_mut(number as usize) {
                *slot = set;
            }
        }
        let shares = request.territories.iter().map(|row| i64::from(row.share)).sum();
        let territory = |row: &TerritoryRow| {
            let (floor, ceiling) = corridor(total, row.share, shares, request.levers.tolerance_bp);
            Territory { id: row.id.clone(), share: row.share, floor, ceiling, max_accounts: row.max_accounts }
        };
        let territories = request.territories.iter().map(territory).collect();
        Ok(Self { territories, accounts, sets: listed, levers: request.levers, total, shares })
    }

    /// The same market under other levers; the tolerance is what it was.
    pub fn with(&self, moves_by: MovesBy, max_moves: Option<u32>) -> Self {
        Self { levers: Levers { moves_by, max_moves, ..self.levers }, ..self.clone() }
    }

    /// Where an account may be, in ascending order: a locked one only where it is.
    pub fn allowed<'a>(&'a self, account: &'a Account) -> &'a [Place] {
        match (account.locked, &account.home) {
            (true, Some(home)) => std::slice::from_ref(home),
            (_, _) => self.sets.get(account.set as usize).map(Vec::as_slice).unwrap_or_default(),
        }
    }

    /// Whether an account may stay where it is.
    pub fn stays(&self, account: &Account) -> Option<Place> {
        account.home.filter(|home| self.allowed(account).binary_search(home).is_ok())
    }

    /// What a move of this account costs, in the levers' measure. To place one that is nowhere costs nothing.
    pub fn cost(&self, account: &Account) -> i64 {
        match (account.home, self.levers.moves_by) {
            (None, _) => 0,
            (Some(_), MovesBy::Count) => 1,
            (Some(_), MovesBy::Potential) => account.potential,
        }
    }

    /// A territory's fair part of the potential, rounded down.
    pub fn fair(&self, place: Place) -> i64 {
        let share = self.territories.get(usize::from(place)).map_or(0, |territory| i128::from(territory.share));
        narrow(i128::from(self.total) * share / i128::from(self.shares))
    }

    /// How far a load is from a territory's fair part, in hundredths of a percent, rounded up.
    pub fn off_by(&self, place: Place, load: i64) -> u64 {
        let share = self.territories.get(usize::from(place)).map_or(0, |territory| i128::from(territory.share));
        let fair = i128::from(self.total) * share;
        let off = (i128::from(load) * i128::from(self.shares) - fair).unsigned_abs() * 10_000;
        u64::try_from(off.div_ceil(fair.unsigned_abs().max(1))).unwrap_or(u64::MAX)
    }
}

/// The most potential: all that is computed from it stays within what an `f64` tells exactly.
const LARGEST: i64 = 1 << 52;

/// Floor and ceiling, as whole numbers within the corridor.
fn corridor(total: i64, share: u32, shares: i64, tolerance_bp: u32) -> (i64, i64) {
    let fair = i128::from(total) * i128::from(share);
    let whole = i128::from(shares) * 10_000;
    let below = fair * (10_000 - i128::from(tolerance_bp)).max(0);
    let above = fair * (10_000 + i128::from(tolerance_bp));
    (narrow((below + whole - 1) / whole), narrow(above / whole))
}

fn narrow(number: i128) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn places<'a>(request: &'a Request, wrong: &mut Vec<Wrong>) -> BTreeMap<&'a str, Place> {
    let mut places = BTreeMap::new();
    let mut say = |territory, why: String| wrong.push(Wrong { account: None, territory, why });
    for (at, row) in request.territories.iter().enumerate() {
        if row.share == 0 {
            say(Some(at), "a share of 0 is no share: leave the territory out".to_owned());
        }
        match Place::try_from(at) {
            Ok(place) => {
                if places.insert(row.id.as_str(), place).is_some() {
                    say(Some(at), format!("territory {} is there twice: keep one row", row.id));
                }
            }
            Err(_) => say(Some(at), format!("there are more than {} territories", Place::MAX)),
        }
    }
    if request.territories.len() < 2 {
        say(None, "there must be two territories at least".to_owned());
    }
    if request.accounts.is_empty() {
        say(None, "there is no account".to_owned());
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{account, request};

    #[test]
    fn the_corridor_is_whole_numbers_inside_the_tolerance() {
        assert_eq!(corridor(1_000, 1, 3, 500), (317, 350));
        assert_eq!(corridor(1_000, 1, 4, 500), (238, 262));
        assert_eq!(corridor(300, 1, 3, 0), (100, 100));
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let mut asked = request(2, [account("a", 5, Some(0)), account("a", -1, Some(1)), account("c", 1, None)]);
        asked.accounts[2].locked = true;
        asked.accounts[0].eligible = Some(vec!["t9".to_owned()]);
        let wrong = Market::check(&asked).unwrap_err();
        let said: Vec<&str> = wrong.iter().map(|wrong| wrong.why.as_str()).collect();
        assert_eq!(said.len(), 5, "{said:?}");
        assert!(said[0].contains("t9") && said[1].contains("may be in no territory"), "{said:?}");
        assert!(
            said[2].contains("twice") && said[3].contains("below nothing") && said[4].contains("locked"),
            "{said:?}"
        );
    }

    #[test]
    fn imbalance_is_rounded_up() {
        let market = Market::check(&request(3, [account("a", 1_000, Some(0))])).unwrap();
        assert_eq!(market.off_by(0, 350), 500);
        assert_eq!(market.off_by(0, 351), 530);
        assert_eq!(market.off_by(1, 0), 10_000);
    }
}
