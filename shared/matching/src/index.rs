//! All accounts in memory, for batches and dry runs: the same keys and the same verdict as live.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use revloops_domain::Account;

use crate::company::Company;
use crate::decide::verdict;
use crate::keys::{self, AT_MOST_A_KEY, BlockKey, crowded};
use crate::prepared::Prepared;
use crate::rules::MatchRules;
use crate::verdict::MatchVerdict;

/// Accounts by their keys.
pub struct MatchIndex {
    /// By id.
    accounts: Vec<(Account, Prepared)>,
    /// Hash of a key → places in `accounts`, in order. The key's text is not kept: two that share a hash share candidates,
    /// which comparing sorts out.
    places: HashMap<u64, Vec<u32>>,
}

impl MatchIndex {
    /// Takes up all accounts; of two with one id the newer.
    #[must_use]
    pub fn new(accounts: impl IntoIterator<Item = Account>) -> Self {
        let mut all: Vec<Account> = accounts.into_iter().collect();
        all.sort_by(|one, other| one.id.cmp(&other.id).then_with(|| other.modified_at.cmp(&one.modified_at)));
        all.dedup_by(|later, kept| later.id == kept.id);
        let mut index = Self { accounts: Vec::with_capacity(all.len()), places: HashMap::new() };
        for account in all {
            let prepared = Prepared::of(&Company::of_account(&account));
            let place = u32::try_from(index.accounts.len()).unwrap_or(u32::MAX);
            for key in keys::of(&prepared) {
                let under = index.places.entry(hash(&key)).or_default();
                if under.len() < AT_MOST_A_KEY {
                    under.push(place);
                }
            }
            index.accounts.push((account, prepared));
        }
        index
    }

    /// How many accounts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.accounts.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    /// The accounts that share a key with the company, by id.
    pub fn candidates(&self, company: &Company) -> impl Iterator<Item = &Account> {
        self.near(company).into_iter().map(|(account, _)| account)
    }

    /// The account that the company belongs to.
    #[must_use]
    pub fn decide(&self, rules: &MatchRules, company: &Company) -> MatchVerdict {
        let lead = Prepared::of(company);
        let known = rules.with_aliases(company);
        let near = self.near(&known);
        let mut verdict = verdict(rules, &lead, &near);
        let crowded = crowded(&known, near.iter().map(|(account, _)| *account));
        verdict.crowded = crowded.iter().map(ToString::to_string).collect();
        verdict
    }

    fn near(&self, company: &Company) -> Vec<(&Account, &Prepared)> {
        let mut places = BTreeSet::new();
        for key in keys::keys(company) {
            places.extend(self.places.get(&hash(&key)).into_iter().flatten().copied());
        }
        let at = |place: u32| usize::try_from(place).ok().and_then(|place| self.accounts.get(place));
        places.into_iter().filter_map(at).map(|(account, prepared)| (account, prepared)).collect()
    }
}

fn hash(key: &BlockKey) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}
