//! Which territory of the CRM is which of ours.

use std::collections::{BTreeMap, BTreeSet};

use revloops_loopkit::ports::CrmTerritory;

use crate::logic::goal::Wanted;
use crate::logic::plan::{Described, Place};

/// The CRM's territories, told apart.
#[derive(Debug)]
pub struct Matched<'a> {
    /// The territory of each of ours that the CRM has, by our id.
    pub ours: BTreeMap<&'a str, &'a CrmTerritory>,
    /// What we made and the scenario has no more, by the CRM's id.
    pub retired: BTreeMap<&'a str, &'a CrmTerritory>,
    /// What is none of ours, by the CRM's id.
    pub unmanaged: BTreeMap<&'a str, &'a CrmTerritory>,
    /// The place of each territory that is ours or was, by the CRM's id.
    pub places: BTreeMap<&'a str, Place>,
    /// The CRM's id of each territory that it lies in.
    by_id: BTreeMap<&'a str, &'a CrmTerritory>,
}

/// Tells the CRM's territories apart. Ours is the one with our id (`RevLoops_Id__c`); where none has it, the one with our
/// developer name that has no other id of ours, which is taken over.
#[must_use]
pub fn match_up<'a>(wanted: &'a [Wanted], territories: &'a [CrmTerritory]) -> Matched<'a> {
    let mut sorted: Vec<&CrmTerritory> = territories.iter().collect();
    sorted.sort_by(|one, other| one.id.cmp(&other.id));
    let mut ours: BTreeMap<&str, &CrmTerritory> = BTreeMap::new();
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    for goal in wanted {
        let known = sorted.iter().copied().find(|one| our_id(one) == Some(goal.id.as_str()));
        let named = || {
            let fits = |one: &&CrmTerritory| {
                our_id(one).is_none() && one.developer_name.eq_ignore_ascii_case(&goal.developer_name)
            };
            sorted.iter().copied().find(fits)
        };
        if let Some(found) = known.or_else(named) {
            ours.insert(&goal.id, found);
            taken.insert(&found.id);
        }
    }
    let (mut retired, mut unmanaged) = (BTreeMap::new(), BTreeMap::new());
    for one in sorted.iter().filter(|one| !taken.contains(one.id.as_str())) {
        // A second one with the id of one that is there: somebody has copied it.
        let copied = our_id(one).is_some_and(|id| ours.contains_key(id));
        if our_id(one).is_some() && !copied {
            retired.insert(one.id.as_str(), *one);
        } else {
            unmanaged.insert(one.id.as_str(), *one);
        }
    }
    let mut places = BTreeMap::new();
    for goal in wanted {
        if let Some(found) = ours.get(goal.id.as_str()) {
            places.insert(found.id.as_str(), Place { id: goal.id.clone(), name: goal.name.clone() });
        }
    }
    for one in retired.values() {
        let id = our_id(one).unwrap_or(&one.id).to_owned();
        places.insert(one.id.as_str(), Place { id, name: one.name.clone() });
    }
    let by_id = sorted.iter().map(|one| (one.id.as_str(), *one)).collect();
    Matched { ours, retired, unmanaged, places, by_id }
}

impl Matched<'_> {
    /// The place of a territory by the CRM's id: with our id where it is ours, else with the CRM's.
    #[must_use]
    pub fn place(&self, crm_id: &str) -> Place {
        let unknown = || {
            let name = self.by_id.get(crm_id).map_or(crm_id, |one| one.name.as_str());
            Place { id: crm_id.to_owned(), name: name.to_owned() }
        };
        self.places.get(crm_id).cloned().unwrap_or_else(unknown)
    }
}

/// Our id on a territory; a blank one is none.
#[must_use]
pub fn our_id(territory: &CrmTerritory) -> Option<&str> {
    territory.revloops_id.as_deref().map(str::trim).filter(|id| !id.is_empty())
}

/// What a territory has of what we set.
#[must_use]
pub fn described(territory: &CrmTerritory) -> Described {
    let about = territory.description.as_deref().map(str::trim_end).filter(|about| !about.is_empty());
    Described {
        name: territory.name.clone(),
        developer_name: territory.developer_name.clone(),
        revloops_id: our_id(territory).map(str::to_owned),
        about: about.map(str::to_owned),
    }
}
