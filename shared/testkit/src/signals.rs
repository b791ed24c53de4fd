//! Signals in memory, and the accounts and people that they are about.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::civil::Date;

use revloops_domain::signal::KeptSignal;
use revloops_domain::{Account, AccountId, MailDomain};
use revloops_loopkit::Outcome;
use revloops_loopkit::ports::{AccountPeople, CrmPerson, Signals};

use crate::world::TestWorld;

/// What the world in memory knows of accounts' signals and people.
#[derive(Debug, Clone, Default)]
pub struct SignalsInMemory {
    /// Signals by account, day and id.
    pub kept: BTreeMap<(AccountId, Date, String), KeptSignal>,
    /// Accounts of the CRM.
    pub accounts: BTreeMap<AccountId, Account>,
    /// Who is known at them.
    pub people: BTreeMap<AccountId, Vec<CrmPerson>>,
}

#[async_trait]
impl Signals for TestWorld {
    async fn kept(&self, account: &AccountId, since: Date) -> Outcome<Vec<KeptSignal>> {
        self.read(|memory| {
            let of = memory.signals.kept.iter().filter(|((of, on, _), _)| of == account && *on >= since);
            of.map(|(_, kept)| kept.clone()).collect()
        })
    }

    async fn keep(&self, account: &AccountId, signals: &[KeptSignal]) -> Outcome<()> {
        self.write(|memory| {
            for kept in signals {
                let key = (account.clone(), kept.signal.on, kept.signal.id.clone());
                if memory.signals.kept.get(&key).is_none_or(|known| known.last_seen <= kept.last_seen) {
                    memory.signals.kept.insert(key, kept.clone());
                }
            }
            Ok(())
        })
    }
}

#[async_trait]
impl AccountPeople for TestWorld {
    async fn account(&self, id: &AccountId) -> Outcome<Option<Account>> {
        self.read(|memory| memory.signals.accounts.get(id).cloned())
    }

    async fn people(&self, id: &AccountId, _domain: Option<&MailDomain>, at_most: usize) -> Outcome<Vec<CrmPerson>> {
        let some = |people: &Vec<CrmPerson>| people.iter().take(at_most).cloned().collect();
        self.read(|memory| memory.signals.people.get(id).map(some).unwrap_or_default())
    }
}
