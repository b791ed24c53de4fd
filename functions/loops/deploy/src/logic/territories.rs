//! Territories to be created, changed, moved and retired.

use std::collections::{BTreeMap, BTreeSet};

use revloops_loopkit::ports::{AssociationCause, CrmTerritory, TerritoryAccount};

use crate::logic::goal::Wanted;
use crate::logic::match_up::{Matched, described};
use crate::logic::plan::{
    ChangedTerritory, Described, Kept, MovedTerritory, NewTerritory, Place, RetiredTerritory, Step,
};

/// Changes, then what is created, then moves; each with those that others lie in first. A new parent has so its own place
/// already when something comes to lie in it, and no territory ever lies within itself.
pub(crate) fn shape(wanted: &[Wanted], matched: &Matched<'_>) -> Vec<Step> {
    let (mut changes, mut created, mut moves) = (Vec::new(), Vec::new(), Vec::new());
    let names: BTreeMap<&str, &str> = wanted.iter().map(|goal| (goal.id.as_str(), goal.name.as_str())).collect();
    let place = |id: &String| {
        let name = names.get(id.as_str()).copied().unwrap_or(id);
        Place { id: id.clone(), name: name.to_owned() }
    };
    for goal in wanted {
        let parent = goal.parent.as_ref().map(place);
        let after = Described {
            name: goal.name.clone(),
            developer_name: goal.developer_name.clone(),
            revloops_id: Some(goal.id.clone()),
            about: goal.about.as_deref().map(str::trim_end).filter(|about| !about.is_empty()).map(str::to_owned),
        };
        let Some(now) = matched.ours.get(goal.id.as_str()) else {
            created.push(Step::CreateTerritory(NewTerritory { id: goal.id.clone(), is: after, parent }));
            continue;
        };
        let before = described(now);
        if before != after {
            let change = ChangedTerritory { id: goal.id.clone(), crm_id: now.id.clone(), before, after };
            changes.push(Step::ChangeTerritory(change));
        }
        let lies_in = now.parent_id.as_deref().map(|id| matched.place(id));
        if lies_in.as_ref().map(|place| &place.id) != parent.as_ref().map(|place| &place.id) {
            let territory = Place { id: goal.id.clone(), name: goal.name.clone() };
            let crm_id = now.id.clone();
            moves.push(Step::MoveTerritory(MovedTerritory { territory, crm_id, from: lies_in, to: parent }));
        }
    }
    changes.into_iter().chain(created).chain(moves).collect()
}

/// What the scenario has no more: what can be deleted, those that lie in others first, and what has to stay, and why.
///
/// `stay` are the accounts that stay in each territory (by the CRM's id) although they would leave it.
pub(crate) fn retire(
    matched: &Matched<'_>,
    placed: &[TerritoryAccount],
    stay: &BTreeMap<String, usize>,
) -> (Vec<RetiredTerritory>, Vec<Kept>) {
    let mut by_org: BTreeMap<&str, usize> = BTreeMap::new();
    for one in placed.iter().filter(|one| one.cause == AssociationCause::Org) {
        *by_org.entry(&one.territory_id).or_default() += 1;
    }
    let mut why: BTreeMap<&str, String> = BTreeMap::new();
    for id in matched.retired.keys() {
        let said = if let Some(accounts) = stay.get(*id) {
            format!("{accounts} of its accounts stay for now")
        } else if let Some(accounts) = by_org.get(id) {
            format!("the CRM's own rules keep {accounts} accounts in it")
        } else if matched.unmanaged.values().any(|one| one.parent_id.as_deref() == Some(*id)) {
            "a territory that is none of ours lies in it".to_owned()
        } else {
            continue;
        };
        why.insert(id, said);
    }
    // What a territory that stays lies in has to stay as well.
    loop {
        let above: Vec<(&str, String)> = why
            .keys()
            .filter_map(|id| matched.retired.get(id))
            .filter_map(|one| {
                let parent = matched.retired.get(one.parent_id.as_deref()?)?;
                Some((parent.id.as_str(), format!("{} stays, which lies in it", one.name)))
            })
            .filter(|(id, _)| !why.contains_key(id))
            .collect();
        if above.is_empty() {
            break;
        }
        for (id, said) in above {
            why.entry(id).or_insert(said);
        }
    }
    let mut goes: Vec<&CrmTerritory> =
        matched.retired.values().filter(|one| !why.contains_key(one.id.as_str())).copied().collect();
    goes.sort_by_key(|one| (std::cmp::Reverse(depth(one, &matched.retired)), one.developer_name.clone()));
    let retired = goes.into_iter().map(|one| RetiredTerritory {
        id: matched.place(&one.id).id,
        crm_id: one.id.clone(),
        was: described(one),
        parent: one.parent_id.as_deref().map(|id| matched.place(id)),
    });
    let kept = why.into_iter().map(|(id, why)| Kept { territory: matched.place(id), why });
    (retired.collect(), kept.collect())
}

/// How many of the retired ones a territory lies in.
fn depth(territory: &CrmTerritory, retired: &BTreeMap<&str, &CrmTerritory>) -> usize {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut at = territory;
    while let Some(above) = at.parent_id.as_deref().and_then(|id| retired.get(id))
        && seen.insert(&above.id)
    {
        at = above;
    }
    seen.len()
}
