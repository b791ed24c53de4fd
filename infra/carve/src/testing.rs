//! Small requests for tests.

use crate::market::{AccountRow, Levers, Request, TerritoryRow};

/// An account that may be anywhere.
pub(crate) fn account(id: &str, potential: i64, home: Option<usize>) -> AccountRow {
    let territory = home.map(|home| format!("t{home}"));
    AccountRow { id: id.to_owned(), potential, territory, locked: false, eligible: None }
}

/// A request with territories `t0`, `t1`, … of one share each.
pub(crate) fn request(territories: usize, accounts: impl IntoIterator<Item = AccountRow>) -> Request {
    let territory = |number| TerritoryRow { id: format!("t{number}"), share: 1, max_accounts: None };
    Request {
        territories: (0..territories).map(territory).collect(),
        accounts: accounts.into_iter().collect(),
        levers: Levers::default(),
    }
}
