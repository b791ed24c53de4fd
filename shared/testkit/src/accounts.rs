//! Accounts in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use revloops_domain::{Account, AccountId};
use revloops_loopkit::Outcome;
use revloops_loopkit::ports::Accounts;

/// [`Accounts`] in memory: found by keys alone, as in a table.
#[derive(Default)]
pub struct AccountsInMemory(Mutex<Table>);

#[derive(Default)]
struct Table {
    accounts: BTreeMap<AccountId, (Account, BTreeSet<String>)>,
    rows: BTreeMap<String, BTreeSet<AccountId>>,
}

impl Table {
    fn forget(&mut self, id: &AccountId) {
        for key in self.accounts.remove(id).map(|(_, keys)| keys).unwrap_or_default() {
            if let Some(ids) = self.rows.get_mut(&key) {
                ids.remove(id);
            }
        }
    }
}

impl AccountsInMemory {
    fn with<T>(&self, look: impl FnOnce(&mut Table) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Accounts for AccountsInMemory {
    async fn candidates(&self, keys: &[String], at_most: usize) -> Outcome<Vec<Account>> {
        Ok(self.with(|table| {
            let ids: BTreeSet<&AccountId> =
                keys.iter().filter_map(|key| table.rows.get(key)).flat_map(|ids| ids.iter().take(at_most)).collect();
            ids.into_iter().filter_map(|id| table.accounts.get(id)).map(|(account, _)| account.clone()).collect()
        }))
    }

    async fn get(&self, id: &AccountId) -> Outcome<Option<Account>> {
        Ok(self.with(|table| table.accounts.get(id).map(|(account, _)| account.clone())))
    }

    async fn put(&self, account: &Account, keys: &[String]) -> Outcome<bool> {
        Ok(self.with(|table| {
            if table.accounts.get(&account.id).is_some_and(|(known, _)| known.modified_at > account.modified_at) {
                return false;
            }
            table.forget(&account.id);
            for key in keys {
                table.rows.entry(key.clone()).or_default().insert(account.id.clone());
            }
            table.accounts.insert(account.id.clone(), (account.clone(), keys.iter().cloned().collect()));
            true
        }))
    }

    async fn remove(&self, id: &AccountId) -> Outcome<()> {
        self.with(|table| table.forget(id));
        Ok(())
    }
}
