//! What becomes of each rule of a list in which the first that holds decides.

use super::Space;
use super::find::{Found, Witness};
use super::region::Region;
use crate::condition::Condition;

/// A list of rules in the order in which they are tried, ready to be proved.
#[derive(Debug)]
pub struct Book<'a> {
    space: &'a Space,
    rules: Vec<(&'a Condition, Option<Region>)>,
}

/// What becomes of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It gets leads: this one.
    Reached(Witness),
    /// It holds for no lead.
    Contradiction,
    /// Others take every lead for which it holds.
    Taken {
        /// The places of those that take all of them together; without any one of them something would be left.
        by: Vec<usize>,
        /// One of the leads.
        example: Witness,
        /// The place of the first that takes it.
        taker: usize,
    },
    /// Nothing is claimed: the work would be too much.
    Undecided,
}

impl<'a> Book<'a> {
    /// The list of these conditions; the space must be made of them.
    #[must_use]
    pub fn new(space: &'a Space, conditions: impl IntoIterator<Item = &'a Condition>) -> Self {
        let rules = conditions.into_iter().map(|condition| (condition, space.region(condition))).collect();
        Self { space, rules }
    }

    /// The leads for which the rule at this place holds; `None` where they are too many boxes.
    #[must_use]
    pub fn region(&self, at: usize) -> Option<&Region> {
        self.rules.get(at).and_then(|(_, region)| region.as_ref())
    }

    /// What becomes of the rule at `at`, when those at `takers` come first and keep what they take.
    ///
    /// A lead is only ever shown once the rules themselves have confirmed it.
    #[must_use]
    pub fn fate(&self, at: usize, takers: &[usize]) -> Fate {
        match self.region(at) {
            Some(region) => self.fate_within(at, region, takers),
            None => Fate::Undecided,
        }
    }

    /// As [`Book::fate`] of those leads alone that are in `region`, for all of which the rule holds.
    #[must_use]
    pub fn fate_within(&self, at: usize, region: &Region, takers: &[usize]) -> Fate {
        let (places, regions): (Vec<usize>, Vec<&Region>) =
            takers.iter().filter_map(|taker| Some((*taker, self.region(*taker)?))).unzip();
        match self.space.find(region, &regions) {
            Found::Lead(witness) if self.holds(at, &witness) && self.taker(takers, &witness).is_none() => {
                Fate::Reached(witness)
            }
            Found::Lead(_) | Found::Undecided => Fate::Undecided,
            Found::Nothing { because } => match self.space.find(region, &[]) {
                Found::Nothing { .. } => Fate::Contradiction,
                Found::Undecided => Fate::Undecided,
                Found::Lead(example) => match self.taker(takers, &example) {
                    Some(taker) if self.holds(at, &example) => {
                        let by = because.into_iter().filter_map(|place| places.get(place).copied()).collect();
                        Fate::Taken { by, example, taker }
                    }
                    Some(_) | None => Fate::Undecided,
                },
            },
        }
    }

    fn holds(&self, at: usize, witness: &Witness) -> bool {
        self.rules.get(at).is_some_and(|(condition, _)| condition.holds(&witness.values))
    }

    fn taker(&self, takers: &[usize], witness: &Witness) -> Option<usize> {
        takers.iter().copied().find(|taker| self.holds(*taker, witness))
    }
}
