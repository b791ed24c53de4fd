use async_trait::async_trait;

use revloops_domain::{Account, AccountId};

use crate::failure::Outcome;

/// The CRM's accounts, found by the keys that matching computes of them. Whoever puts an account in says its keys, so that
/// there is one home for how they are made.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// The accounts that have one of `keys`, by id; under each key `at_most` are looked at, the lowest ids first.
    async fn candidates(&self, keys: &[String], at_most: usize) -> Outcome<Vec<Account>>;

    /// One account, `None` where it is not known.
    async fn get(&self, id: &AccountId) -> Outcome<Option<Account>>;

    /// Keeps `account` under `keys` and under no other, unless a newer version is known; returns whether it was kept.
    async fn put(&self, account: &Account, keys: &[String]) -> Outcome<bool>;

    /// Forgets an account that the CRM does not have any more.
    async fn remove(&self, id: &AccountId) -> Outcome<()>;
}
