//! A labelled set of dirty pairs: leads, each with the account that it belongs to, or with one that only looks like it.
//!
//! The truth is in how a pair was made and never in what the matcher says: first there is a company, then an account and a
//! lead of it (or of another company that is called nearly so). It is made by a seed, so that a figure can be checked by
//! anybody, and a seed that was never looked at while the matcher was written tells how good it is.

mod dirt;
mod look_alikes;
mod matches;
pub mod rng;
mod words;
mod world;

use revloops_domain::{Account, AccountId, Lead};

/// A lead whose account is known.
#[derive(Debug, Clone)]
pub struct Labelled {
    /// What was done to it: `typo`, `namesake abroad`, …
    pub kind: &'static str,
    /// The lead.
    pub lead: Lead,
    /// Its account; `None` where the CRM has none of this company.
    pub truth: Option<AccountId>,
}

/// All accounts of a made-up CRM, and leads to match.
#[derive(Debug, Clone)]
pub struct LabelledSet {
    /// Every lead is matched against all of them.
    pub accounts: Vec<Account>,
    /// The leads with their truth.
    pub pairs: Vec<Labelled>,
}

impl LabelledSet {
    /// The set of `seed`: so many leads of each of its 25 kinds.
    #[must_use]
    pub fn new(seed: u64, of_each_kind: usize) -> Self {
        let mut world = world::World::new(seed);
        let mut pairs = Vec::new();
        for _ in 0..of_each_kind {
            for make in matches::KINDS.iter().chain(look_alikes::KINDS) {
                pairs.extend(make(&mut world, pairs.len()));
            }
        }
        Self { accounts: world.accounts, pairs }
    }
}
