//! What people do to a CRM, and what must be there after a plan was taken back: the oracle of the property tests.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use revloops_domain::{AccountId, UserId};
use revloops_loopkit::ports::AssociationCause;
use revloops_testkit::{CrmTerritories, Shape, TerritoryShape, TestWorld, account_id, user_id};
use serde_json::json;

/// One thing that a person does; numbers are taken modulo what there is.
#[derive(Debug, Clone)]
pub(super) enum Edit {
    Rename(usize),
    PutUser(usize, u32),
    TakeUser(usize),
    PutAccount(usize, u32),
    TakeAccount(usize),
    MoveAccount(usize, usize),
}

pub(super) fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        any::<usize>().prop_map(Edit::Rename),
        (any::<usize>(), 1_u32..5).prop_map(|(at, user)| Edit::PutUser(at, user)),
        any::<usize>().prop_map(Edit::TakeUser),
        (any::<usize>(), 1_u32..20).prop_map(|(at, account)| Edit::PutAccount(at, account)),
        any::<usize>().prop_map(Edit::TakeAccount),
        (any::<usize>(), any::<usize>()).prop_map(|(one, to)| Edit::MoveAccount(one, to)),
    ]
}

fn nth<T: Clone>(of: Vec<T>, number: usize) -> Option<T> {
    if of.is_empty() { None } else { of.get(number % of.len()).cloned() }
}

/// `then` is what was there when people began: nobody puts an account back where it was then, which would look as if
/// nothing had happened, and is something that a person did.
pub(super) fn make(world: &TestWorld, edit: &Edit, then: &Shape) {
    world.with(|memory| {
        let crm = &mut memory.crm;
        let territories: Vec<String> = crm.territories.keys().cloned().collect();
        match edit {
            Edit::Rename(at) => {
                if let Some(id) = nth(territories, *at) {
                    crm.territories.get_mut(&id).unwrap().name = format!("By hand {at}");
                }
            }
            Edit::PutUser(at, user) => {
                if let Some(id) = nth(territories, *at) {
                    let record = json!({"Territory2Id": id, "UserId": user_id(*user), "RoleInTerritory2": "By hand"});
                    // Where the user is there already, the CRM refuses it.
                    drop(crm.create("UserTerritory2Association", record.as_object().unwrap()));
                }
            }
            Edit::TakeUser(at) => {
                if let Some(id) = nth(crm.users.keys().cloned().collect(), *at) {
                    crm.users.remove(&id);
                }
            }
            Edit::PutAccount(at, number) => {
                if let Some(id) = nth(territories, *at) {
                    put(crm, &id, &account_id(*number), then);
                }
            }
            Edit::TakeAccount(at) => {
                if let Some(id) = nth(crm.placed.keys().cloned().collect(), *at) {
                    crm.placed.remove(&id);
                }
            }
            Edit::MoveAccount(at, to) => {
                if let (Some(id), Some(to)) = (nth(crm.placed.keys().cloned().collect(), *at), nth(territories, *to)) {
                    let account = crm.placed[&id].account_id.clone();
                    if !was_there(crm, &to, &account, then) {
                        crm.placed.remove(&id);
                        put(crm, &to, &account, then);
                    }
                }
            }
        }
    });
}

fn was_there(crm: &CrmTerritories, territory: &str, account: &AccountId, then: &Shape) -> bool {
    let name = &crm.territories[territory].developer_name;
    then.accounts.iter().any(|(at, one, _)| at == name && one == account)
}

fn put(crm: &mut CrmTerritories, territory: &str, account: &AccountId, then: &Shape) {
    if was_there(crm, territory, account, then) {
        return;
    }
    if !crm.placed.values().any(|one| one.territory_id == territory && one.account_id == *account) {
        crm.place(territory, account, AssociationCause::Manual);
    }
}

fn by_name(shape: &Shape) -> BTreeMap<&str, &TerritoryShape> {
    shape.territories.iter().map(|one| (one.0.as_str(), one)).collect()
}

fn accounts(shape: &Shape) -> BTreeMap<&AccountId, BTreeSet<&str>> {
    let mut accounts: BTreeMap<&AccountId, BTreeSet<&str>> = BTreeMap::new();
    for (territory, account, _) in &shape.accounts {
        accounts.entry(account).or_default().insert(territory);
    }
    accounts
}

/// What must be there: `before` a plan, `after` it, and as people have `edited` it since; for each record, what people
/// changed stays, and all else is as before.
pub(super) fn merged(before: &Shape, after: &Shape, edited: &Shape) -> Shape {
    let users = users(before, after, edited);
    let accounts = placed(before, after, edited);
    let (base, ours, theirs) = (by_name(before), by_name(after), by_name(edited));
    let mut territories: BTreeMap<&str, TerritoryShape> = BTreeMap::new();
    for (name, one) in &base {
        // What we deleted, nobody could change: it is as before.
        let (ours, theirs) = (ours.get(name).copied().unwrap_or(one), theirs.get(name).copied().unwrap_or(one));
        let pick = |base: &Option<String>, ours: &Option<String>, theirs: &Option<String>| {
            if theirs == ours { base.clone() } else { theirs.clone() }
        };
        let label = if theirs.1 == ours.1 { &one.1 } else { &theirs.1 };
        let about = pick(&one.3, &ours.3, &theirs.3);
        let territory = (one.0.clone(), label.clone(), one.2.clone(), about, one.4.clone());
        territories.insert(name, territory);
    }
    // What we created stays where people have renamed it, put something into it, or it has such a one in it.
    let created: Vec<&str> = ours.keys().filter(|name| !base.contains_key(*name)).copied().collect();
    let filled = |name: &str| users.iter().any(|(at, ..)| at == name) || accounts.iter().any(|(at, ..)| at == name);
    let mut stays: BTreeSet<&str> =
        created.iter().filter(|name| ours[*name].1 != theirs[*name].1 || filled(name)).copied().collect();
    loop {
        let above: Vec<&str> =
            stays.iter().filter_map(|name| ours[name].4.as_deref()).filter(|up| created.contains(up)).collect();
        let grown = stays.len();
        stays.extend(above);
        if stays.len() == grown {
            break;
        }
    }
    for name in stays {
        territories.insert(name, theirs[name].clone());
    }
    Shape { territories: territories.into_values().collect(), users, accounts }
}

/// Each user in each territory by itself.
fn users(before: &Shape, after: &Shape, edited: &Shape) -> BTreeSet<(String, UserId, Option<String>)> {
    let of = |shape: &Shape| -> BTreeMap<(String, UserId), Option<String>> {
        shape.users.iter().map(|(at, user, role)| ((at.clone(), user.clone()), role.clone())).collect()
    };
    let (base, ours, theirs) = (of(before), of(after), of(edited));
    let keys: BTreeSet<&(String, UserId)> = base.keys().chain(ours.keys()).chain(theirs.keys()).collect();
    let wanted = keys.into_iter().filter_map(|key| {
        let role = if theirs.get(key) == ours.get(key) { base.get(key) } else { theirs.get(key) };
        Some((key.0.clone(), key.1.clone(), role?.clone()))
    });
    wanted.collect()
}

/// Each account by itself: where it is not any more where we put it, people have placed it; else it goes back, and what
/// people added stays.
fn placed(before: &Shape, after: &Shape, edited: &Shape) -> BTreeSet<(String, AccountId, bool)> {
    let (base, ours, theirs) = (accounts(before), accounts(after), accounts(edited));
    let none = BTreeSet::new();
    let ids: BTreeSet<&AccountId> = base.keys().chain(ours.keys()).chain(theirs.keys()).copied().collect();
    let mut wanted = BTreeSet::new();
    for id in ids {
        let of = |shape: &BTreeMap<&AccountId, BTreeSet<&'_ str>>| -> BTreeSet<String> {
            shape.get(id).unwrap_or(&none).iter().map(|one| (*one).to_owned()).collect()
        };
        let (base, ours, theirs) = (of(&base), of(&ours), of(&theirs));
        let added: BTreeSet<&String> = ours.difference(&base).collect();
        let removed: BTreeSet<&String> = base.difference(&ours).collect();
        let placed_since = if added.is_empty() {
            !theirs.is_empty() && !removed.is_empty() && ours.is_empty()
        } else {
            !added.iter().all(|one| theirs.contains(*one))
        };
        let mut places: BTreeSet<String> = theirs.iter().filter(|one| !added.contains(one)).cloned().collect();
        if !placed_since {
            places.extend(removed.into_iter().cloned());
        }
        wanted.extend(places.into_iter().map(|place| (place, id.clone(), true)));
    }
    wanted
}
