//! What a step of a plan needs, given what the CRM has now: pure.

use serde_json::{Map, Value, json};

use revloops_loopkit::merge::{self, ended, to_apply};
use revloops_loopkit::ports::{AssociationCause, Ended, Intended, PlannedChange, RecordResult};

use super::act::{ACCOUNT, Act, Judged, TERRITORY, USER};
use super::view::{ABOUT, DEVELOPER_NAME, Deleted, NAME, OUR_ID, PARENT, View};
use crate::logic::people::same_role;
use crate::logic::plan::{
    AccountStep, ChangedTerritory, Described, MovedTerritory, NewTerritory, Plan, RetiredTerritory, Step, UserStep,
};

/// `noted` is what an earlier attempt was about to write: by it, what is there already is known as ours.
pub(super) fn judge(step: &Step, plan: &Plan, view: &View, noted: Option<&Intended>) -> Judged {
    let key = step.key();
    match step {
        Step::ChangeTerritory(change) => change_territory(&key, change, view, noted),
        Step::CreateTerritory(new) => create_territory(&key, new, plan, view, noted),
        Step::MoveTerritory(moved) => move_territory(&key, moved, view, noted),
        Step::RetireTerritory(retired) => retire_territory(&key, retired, view, noted),
        Step::UserIn(step) => user_in(&key, step, view, noted),
        Step::UserOut(step) => user_out(&key, step, view, noted),
        Step::AccountIn(step) => account_in(&key, step, view, noted),
        Step::AccountOut(step) => account_out(&key, step, view, noted),
    }
}

/// The result of a record that is as it should be: ours where an earlier attempt had noted it.
fn reached(key: &str, noted: Option<&Intended>, otherwise: Ended) -> RecordResult {
    ended(key, if noted.is_some() { Ended::Written } else { otherwise })
}

/// The result of a record that a person has changed since.
pub(super) fn changed(key: &str, why: impl Into<String>) -> Judged {
    Judged::End(RecordResult { why: Some(why.into()), ..ended(key, Ended::Changed) })
}

pub(super) fn gone(key: &str, what: &str) -> Judged {
    Judged::End(RecordResult { why: Some(format!("there is no territory {what}")), ..ended(key, Ended::Gone) })
}

/// The fields that we describe a territory by.
fn fields(described: &Described) -> Map<String, Value> {
    Map::from_iter([
        (NAME.to_owned(), json!(described.name)),
        (DEVELOPER_NAME.to_owned(), json!(described.developer_name)),
        (OUR_ID.to_owned(), json!(described.revloops_id)),
        (ABOUT.to_owned(), json!(described.about)),
    ])
}

/// What a territory that is created gets beside what describes it.
pub(super) fn creation(mut written: Map<String, Value>, plan: &Plan, view: &View) -> Map<String, Value> {
    written.insert("Territory2ModelId".to_owned(), json!(view.model()));
    written.insert("Territory2TypeId".to_owned(), json!(plan.territory_type));
    written.retain(|_, value| !value.is_null());
    written
}

fn create_territory(key: &str, new: &NewTerritory, plan: &Plan, view: &View, noted: Option<&Intended>) -> Judged {
    if let Some(there) = view.ours(&new.id) {
        return Judged::End(RecordResult { made: Some(there.id.clone()), ..reached(key, noted, Ended::Already) });
    }
    if view.named(&new.is.developer_name).is_some() {
        return changed(key, "somebody has made one of this developer name");
    }
    let mut set = fields(&new.is);
    set.insert(PARENT.to_owned(), json!(new.parent.as_ref().map(|parent| &parent.id)));
    let Some(written) = view.as_written(&set) else {
        return gone(key, new.parent.as_ref().map_or("", |parent| &parent.name));
    };
    let intended = Intended { id: key.to_owned(), before: Map::new(), set };
    Judged::Do { intended, act: Act::Create(TERRITORY, creation(written, plan, view)), left: Vec::new() }
}

fn change_territory(key: &str, change: &ChangedTerritory, view: &View, noted: Option<&Intended>) -> Judged {
    let (mut expect, mut set) = (fields(&change.before), fields(&change.after));
    let same: Vec<String> = set
        .iter()
        .filter(|(field, value)| expect.get(*field) == Some(*value))
        .map(|(field, _)| field.clone())
        .collect();
    for field in same {
        expect.remove(&field);
        set.remove(&field);
    }
    update(key, &change.crm_id, PlannedChange { id: key.to_owned(), expect, set }, view, noted)
}

fn move_territory(key: &str, moved: &MovedTerritory, view: &View, noted: Option<&Intended>) -> Judged {
    let parent = |id: Option<&String>| Map::from_iter([(PARENT.to_owned(), json!(id))]);
    let planned = PlannedChange {
        id: key.to_owned(),
        expect: parent(moved.from.as_ref().map(|place| &place.id)),
        set: parent(moved.to.as_ref().map(|place| &place.id)),
    };
    update(key, &moved.crm_id, planned, view, noted)
}

fn update(key: &str, crm_id: &str, planned: PlannedChange, view: &View, noted: Option<&Intended>) -> Judged {
    let territory = view.territory(crm_id);
    let now = territory.map(|territory| view.fields(territory));
    match to_apply(&planned, now.as_ref(), noted) {
        merge::Step::End(result) => Judged::End(result),
        merge::Step::Write { mut intended, left } => {
            let Some(written) = view.as_written(&intended.set) else { return gone(key, "for it to lie in") };
            intended.before.insert("Id".to_owned(), json!(crm_id));
            Judged::Do { intended, act: Act::Update(crm_id.to_owned(), written), left }
        }
    }
}

fn retire_territory(key: &str, retired: &RetiredTerritory, view: &View, noted: Option<&Intended>) -> Judged {
    let Some(there) = view.territory(&retired.crm_id) else {
        return Judged::End(reached(key, noted, Ended::Gone));
    };
    let inside = view.inside(&there.id);
    if !inside.is_empty() {
        return changed(key, format!("there are {} in it", inside.join(", ")));
    }
    let mut before = view.fields(there);
    let planned = fields(&retired.was);
    let differs: Vec<String> = planned
        .iter()
        .filter(|(field, value)| !before.get(*field).is_some_and(|now| merge::same(now, value)))
        .map(|(field, _)| field.clone())
        .collect();
    if !differs.is_empty() {
        return Judged::End(RecordResult { left: differs, ..ended(key, Ended::Changed) });
    }
    before.insert("Id".to_owned(), json!(there.id));
    let intended = Intended { id: key.to_owned(), before, set: Map::new() };
    let act = Act::Delete(there.id.clone(), Deleted::Territory(there.id.clone()));
    Judged::Do { intended, act, left: Vec::new() }
}

fn user_in(key: &str, step: &UserStep, view: &View, noted: Option<&Intended>) -> Judged {
    let Some(territory) = view.ours(&step.territory.id) else { return gone(key, &step.territory.name) };
    if let Some(there) = view.user(&territory.id, &step.user) {
        if !same_role(there.role.as_deref(), step.role.as_deref()) {
            return changed(key, "somebody has given another role");
        }
        return Judged::End(RecordResult { made: Some(there.id.clone()), ..reached(key, noted, Ended::Already) });
    }
    let set = Map::from_iter([
        ("Territory".to_owned(), json!(step.territory.id)),
        ("User".to_owned(), json!(step.user)),
        ("Role".to_owned(), json!(step.role)),
    ]);
    let intended = Intended { id: key.to_owned(), before: Map::new(), set };
    let act = Act::Create(USER, user_record(&territory.id, step.user.as_str(), step.role.as_deref()));
    Judged::Do { intended, act, left: Vec::new() }
}

fn user_out(key: &str, step: &UserStep, view: &View, noted: Option<&Intended>) -> Judged {
    let Some(territory) = view.at(&step.territory.id) else {
        return Judged::End(reached(key, noted, Ended::Gone));
    };
    let Some(there) = view.user(&territory.id, &step.user) else {
        return Judged::End(reached(key, noted, Ended::Gone));
    };
    if step.association.as_ref().is_some_and(|planned| *planned != there.id) {
        return changed(key, "somebody has taken the user out and in again");
    }
    let before = Map::from_iter([
        ("Id".to_owned(), json!(there.id)),
        ("Territory".to_owned(), json!(step.territory.id)),
        ("User".to_owned(), json!(step.user)),
        ("Role".to_owned(), json!(there.role)),
    ]);
    let intended = Intended { id: key.to_owned(), before, set: Map::new() };
    let what = Deleted::User(territory.id.clone(), step.user.clone());
    Judged::Do { intended, act: Act::Delete(there.id.clone(), what), left: Vec::new() }
}

fn account_in(key: &str, step: &AccountStep, view: &View, noted: Option<&Intended>) -> Judged {
    let Some(territory) = view.ours(&step.territory.id) else { return gone(key, &step.territory.name) };
    if let Some(there) = view.account(&territory.id, &step.account) {
        return Judged::End(RecordResult { made: Some(there.id.clone()), ..reached(key, noted, Ended::Already) });
    }
    let places = view.places_of(&step.account);
    match &step.other {
        // Where it is to come from, it must still be; and who had no place must have none.
        Some(from) if !places.contains(&from.id.as_str()) => {
            return changed(key, format!("it is not in {} any more", from.name));
        }
        None if !places.is_empty() => {
            return changed(key, format!("somebody has put it into {}", places.join(", ")));
        }
        Some(_) | None => {}
    }
    let set = Map::from_iter([
        ("Territory".to_owned(), json!(step.territory.id)),
        ("Account".to_owned(), json!(step.account)),
    ]);
    let intended = Intended { id: key.to_owned(), before: Map::new(), set };
    let act = Act::Create(ACCOUNT, account_record(&territory.id, step.account.as_str()));
    Judged::Do { intended, act, left: Vec::new() }
}

fn account_out(key: &str, step: &AccountStep, view: &View, noted: Option<&Intended>) -> Judged {
    let there = view.at(&step.territory.id).and_then(|territory| view.account(&territory.id, &step.account));
    let Some(there) = there else {
        return Judged::End(reached(key, noted, Ended::Gone));
    };
    if there.cause == AssociationCause::Org || step.association.as_ref().is_some_and(|planned| *planned != there.id) {
        return changed(key, "somebody has taken the account out and in again");
    }
    // It leaves only for where it has come to: else it would be nowhere.
    if let Some(to) = &step.other {
        let come = view.at(&to.id).is_some_and(|to| view.account(&to.id, &step.account).is_some());
        if !come {
            return changed(key, format!("it has not come into {}", to.name));
        }
    }
    let before = Map::from_iter([
        ("Id".to_owned(), json!(there.id)),
        ("Territory".to_owned(), json!(step.territory.id)),
        ("Account".to_owned(), json!(step.account)),
        ("To".to_owned(), json!(step.other.as_ref().map(|to| &to.id))),
    ]);
    let intended = Intended { id: key.to_owned(), before, set: Map::new() };
    let what = Deleted::Account(there.territory_id.clone(), step.account.clone());
    Judged::Do { intended, act: Act::Delete(there.id.clone(), what), left: Vec::new() }
}

/// A user in a territory, as the CRM takes it.
pub(super) fn user_record(territory: &str, user: &str, role: Option<&str>) -> Map<String, Value> {
    let mut record =
        Map::from_iter([("Territory2Id".to_owned(), json!(territory)), ("UserId".to_owned(), json!(user))]);
    if let Some(role) = role {
        record.insert("RoleInTerritory2".to_owned(), json!(role));
    }
    record
}

/// An account in a territory, as the CRM takes it.
pub(super) fn account_record(territory: &str, account: &str) -> Map<String, Value> {
    Map::from_iter([
        ("Territory2Id".to_owned(), json!(territory)),
        ("ObjectId".to_owned(), json!(account)),
        ("AssociationCause".to_owned(), json!("Territory2Manual")),
    ])
}
