//! Accounts in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use revloops_domain::{Account, AccountId};
use revloops_loopkit::Outcome;
use revloops_loopkit::ports::Accounts;

/// [`Accounts`] in memory: found by keys alone, as in a table.
#[derive(Default)]
pub struct AccountsInMemory(Mutex<BTreeMap<AccountId, (Account, BTreeSet<String>)>>);

impl AccountsInMemory {
    fn with<T>(&self, look: impl FnOnce(&mut BTreeMap<AccountId, (Account, BTreeSet<String>)>) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Accounts for AccountsInMemory {
    async fn candidates(&self, keys: &[String], at_most: usize) -> Outcome<Vec<Account>> {
        Ok(self.with(|accounts| {
            let mut found = BTreeMap::new();
            for key in keys {
                let under = accounts.values().filter(|(_, keys)| keys.contains(key)).take(at_most);
                found.extend(under.map(|(account, _)| (account.id.clone(), account.clone())));
            }
            found.into_values().collect()
        }))
    }

    async fn get(&self, id: &AccountId) -> Outcome<Option<Account>> {
        Ok(self.with(|accounts| accounts.get(id).map(|(account, _)| account.clone())))
    }

    async fn put(&self, account: &Account, keys: &[String]) -> Outcome<bool> {
        Ok(self.with(|accounts| {
            if accounts.get(&account.id).is_some_and(|(known, _)| known.modified_at > account.modified_at) {
                return false;
            }
            accounts.insert(account.id.clone(), (account.clone(), keys.iter().cloned().collect()));
            true
        }))
    }

    async fn remove(&self, id: &AccountId) -> Outcome<()> {
        self.with(|accounts| accounts.remove(id));
        Ok(())
    }
}
