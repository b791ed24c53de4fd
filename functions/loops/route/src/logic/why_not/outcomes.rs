//! What each rule's handler would find, in each territory in which a lead can be.

use super::assume::{Assumed, answer};
use super::{Asked, Wish, words};
use crate::config::{RouteConfig, Territory};
use crate::logic::facts::Facts;
use crate::logic::handlers::{Resolved, Resolving};
use crate::logic::walk::Owned;

/// How often one handler may ask for something more; each asks for a few things at most.
const MOST_NEEDS: usize = 20;

/// What each rule would find.
pub(super) struct Outcomes {
    rules: Vec<OfRule>,
    /// The facts that were recorded, with what is taken to be so.
    pub(super) facts: Facts,
    assumed: Assumed,
    /// Where no rule is tried at all: why.
    pub(super) missed_too_often: Option<String>,
}

#[derive(Default)]
struct OfRule {
    /// Territories (none among them) in which it finds somebody.
    gives: Vec<Option<String>>,
    /// Those in which the wish is met.
    wished: Vec<Option<String>>,
    /// Why it finds nobody elsewhere.
    because: Vec<String>,
}

impl Outcomes {
    pub(super) fn of(asked: &Asked<'_>, facts: &Facts) -> Self {
        let mut outcomes = Self {
            rules: Vec::new(),
            facts: facts.clone(),
            assumed: Assumed::default(),
            missed_too_often: missed_too_often(asked, facts),
        };
        let territories = asked.config.territories.iter().filter(|one| one.when.is_some());
        let places: Vec<Option<&Territory>> = territories.map(Some).chain([None]).collect();
        for place in 0..asked.config.rules.rules().len() {
            let mut of_rule = OfRule::default();
            places.iter().for_each(|territory| outcomes.resolve(asked, place, *territory, &mut of_rule));
            outcomes.rules.push(of_rule);
        }
        outcomes
    }

    /// Territories in which the rule finds somebody.
    pub(super) fn gives(&self, rule: usize) -> &[Option<String>] {
        self.rules.get(rule).map(|rule| rule.gives.as_slice()).unwrap_or_default()
    }

    /// Territories in which the rule meets the wish.
    pub(super) fn wished(&self, rule: usize) -> &[Option<String>] {
        self.rules.get(rule).map(|rule| rule.wished.as_slice()).unwrap_or_default()
    }

    /// Why no rule would meet the wish, whatever the lead.
    pub(super) fn nobody(&self, config: &RouteConfig, wish: &Wish) -> Vec<String> {
        match wish {
            Wish::Rule(id) => {
                let place = config.rules.rules().iter().position(|rule| rule.id == *id);
                let because = place.and_then(|place| self.rules.get(place)).map(|rule| rule.because.clone());
                because.unwrap_or_default()
            }
            Wish::Owner(login) => {
                let mut because = vec![format!("no rule gave a lead to {login} then")];
                let of_them = self.rules.iter().flat_map(|rule| &rule.because);
                let name =
                    self.facts.users.get(login).and_then(Option::as_ref).map_or(login.as_str(), |user| &user.name);
                because.extend(of_them.filter(|why| why.contains(name)).cloned());
                because.dedup();
                because
            }
        }
    }

    /// What was taken to be so for this owner.
    pub(super) fn assumed_of(&self, owned: &Owned<'_>) -> Vec<String> {
        let login = owned.owner.login.to_lowercase();
        let mut said = Vec::new();
        if self.assumed.owners.iter().any(|one| one.to_lowercase() == login) {
            said.push(format!("{} can own records, which was not looked up then", owned.owner.name));
        }
        if let Some(ticket) = &owned.ticket
            && self.assumed.pools.contains(&ticket.pool)
        {
            said.push(format!("it is {}'s turn in {}", owned.owner.name, ticket.pool));
        }
        said
    }

    fn resolve(&mut self, asked: &Asked<'_>, place: usize, territory: Option<&Territory>, of_rule: &mut OfRule) {
        let Asked { config, subject, at, wish } = *asked;
        let Some(rule) = config.rules.rules().get(place) else { return };
        let id = territory.map(|one| one.id.clone());
        for _ in 0..MOST_NEEDS {
            let facts = self.facts.clone();
            let territory = territory.and_then(|one| config.territories.named(&one.id));
            let mut resolving =
                Resolving { config, territory, subject, facts: &facts, at, explain: true, because: Vec::new() };
            match resolving.resolve(&rule.then) {
                Resolved::Needs(need) => answer(need, wish, &mut self.facts, &mut self.assumed),
                Resolved::Owner(found) => {
                    let owned = found.owned(Some(place), Vec::new());
                    if wish.is_met(config, &owned) {
                        of_rule.wished.push(id.clone());
                    }
                    of_rule.gives.push(id);
                    return;
                }
                Resolved::Nobody => {
                    let why = resolving.because.iter().filter(|because| !because.holds).map(words::because);
                    of_rule.because.extend(why);
                    of_rule.because.sort_unstable();
                    of_rule.because.dedup();
                    return;
                }
            }
        }
    }
}

/// Why the lead goes to a queue whatever the rules say.
fn missed_too_often(asked: &Asked<'_>, facts: &Facts) -> Option<String> {
    let Asked { config, subject, at, wish: _ } = *asked;
    let mut resolving = Resolving { config, territory: None, subject, facts, at, explain: true, because: Vec::new() };
    match resolving.missed_too_often()? {
        Resolved::Owner(_) | Resolved::Needs(_) => resolving.because.first().map(words::because),
        Resolved::Nobody => None,
    }
}
