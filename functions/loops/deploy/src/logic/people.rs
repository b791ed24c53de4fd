//! Users in and out of territories.

use std::collections::{BTreeMap, BTreeSet};

use revloops_domain::UserId;
use revloops_loopkit::ports::{CrmUser, TerritoryUser};

use crate::logic::goal::Wanted;
use crate::logic::match_up::Matched;
use crate::logic::plan::{Absent, Place, Step, UserStep};

/// Who leaves, who comes, and who cannot come. Another role is leaving and coming: the CRM changes none.
///
/// `retired` are the CRM's ids of the territories that are deleted; in one that stays for now, its people stay.
pub(crate) fn people(
    wanted: &[Wanted],
    matched: &Matched<'_>,
    inside: &[TerritoryUser],
    known: &[CrmUser],
    retired: &BTreeSet<&str>,
) -> (Vec<Step>, Vec<Step>, Vec<Absent>) {
    let by_login: BTreeMap<String, &CrmUser> = known.iter().map(|user| (user.login.to_lowercase(), user)).collect();
    let logins: BTreeMap<&UserId, &str> = known.iter().map(|user| (&user.id, user.login.as_str())).collect();
    let mut now: BTreeMap<&str, Vec<&TerritoryUser>> = BTreeMap::new();
    for one in inside {
        now.entry(&one.territory_id).or_default().push(one);
    }
    let (mut out, mut come, mut absent) = (Vec::new(), Vec::new(), Vec::new());
    let leaves = |one: &TerritoryUser, territory: &Place, other_role: bool| {
        Step::UserOut(UserStep {
            territory: territory.clone(),
            user: one.user_id.clone(),
            login: logins.get(&one.user_id).map(|login| (*login).to_owned()),
            role: one.role.clone(),
            association: Some(one.id.clone()),
            other_role,
        })
    };
    for goal in wanted {
        let territory = Place { id: goal.id.clone(), name: goal.name.clone() };
        let mut missing: BTreeMap<&UserId, (&str, Option<&String>)> = BTreeMap::new();
        for (login, role) in &goal.people {
            match by_login.get(login) {
                Some(user) if user.active => drop(missing.insert(&user.id, (login.as_str(), role.as_ref()))),
                found @ (Some(_) | None) => absent.push(Absent {
                    territory: territory.clone(),
                    login: login.clone(),
                    why: if found.is_some() { "not active" } else { "unknown to the CRM" }.to_owned(),
                }),
            }
        }
        let crm_id = matched.ours.get(goal.id.as_str()).map(|one| one.id.as_str());
        let there = crm_id.and_then(|id| now.get(id)).map(Vec::as_slice).unwrap_or_default();
        let mut roles = BTreeSet::new();
        for one in there {
            match missing.get(&one.user_id) {
                Some((_, role)) if same_role(one.role.as_deref(), role.map(String::as_str)) => {
                    missing.remove(&one.user_id);
                }
                Some(_) => {
                    out.push(leaves(one, &territory, true));
                    roles.insert(&one.user_id);
                }
                None => out.push(leaves(one, &territory, false)),
            }
        }
        come.extend(missing.into_iter().map(|(user, (login, role))| {
            Step::UserIn(UserStep {
                territory: territory.clone(),
                user: user.clone(),
                login: Some(login.to_owned()),
                role: role.cloned(),
                association: None,
                other_role: roles.contains(user),
            })
        }));
    }
    for id in retired {
        let territory = matched.place(id);
        out.extend(now.get(id).into_iter().flatten().map(|one| leaves(one, &territory, false)));
    }
    (out, come, absent)
}

/// Whether two roles are the same to the CRM: it keeps no empty texts.
pub(crate) fn same_role(one: Option<&str>, other: Option<&str>) -> bool {
    one.unwrap_or_default().trim() == other.unwrap_or_default().trim()
}
