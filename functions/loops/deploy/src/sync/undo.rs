//! What taking one write back needs, given what the CRM has now: pure. A three-way merge for each record: *base* is what was
//! there before, *ours* what we wrote, *theirs* what is there now. Only what is still ours goes back.

use serde_json::{Map, Value};

use revloops_domain::{AccountId, UserId};
use revloops_loopkit::merge::{self, ended, to_undo};
use revloops_loopkit::ports::{AssociationCause, CrmTerritory, Ended, Intended, RecordResult};

use super::act::{ACCOUNT, Act, Judged, TERRITORY, USER};
use super::judge::{account_record, changed, creation, gone, user_record};
use super::view::{DEVELOPER_NAME, Deleted, OUR_ID, View};
use crate::logic::people::same_role;
use crate::logic::plan::Plan;

/// `done` is what applying was about to write, `made` the id of the record that it created, `overruled` whether people have
/// changed what we had put in its place, and `noted` what an earlier attempt to take it back was about to write.
pub(super) fn judge(
    done: &Intended,
    made: Option<&str>,
    overruled: bool,
    plan: &Plan,
    view: &View,
    noted: Option<&Intended>,
) -> Judged {
    let key = done.id.as_str();
    if overruled {
        return changed(key, "a person has changed since what we had put in its place");
    }
    match key.split_once('/').map(|(kind, _)| kind) {
        Some("create") => delete_territory(key, done, made, view, noted),
        Some("retire") => create_territory(key, done, plan, view, noted),
        Some("change" | "move") => update(key, done, view, noted),
        Some("user-in") => take_user_out(key, done, made, view, noted),
        Some("user-out") => put_user_back(key, done, view, noted),
        Some("account-in") => take_account_out(key, done, made, view, noted),
        Some("account-out") => put_account_back(key, done, view, noted),
        Some(_) | None => Judged::End(RecordResult {
            why: Some("nobody knows what this is".to_owned()),
            ..ended(key, Ended::Refused)
        }),
    }
}

fn text<'a>(fields: &'a Map<String, Value>, field: &str) -> &'a str {
    fields.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// The result of a record that is as it was before: ours where an earlier attempt had noted it.
fn back(key: &str, noted: Option<&Intended>, otherwise: Ended) -> Judged {
    Judged::End(ended(key, if noted.is_some() { Ended::Written } else { otherwise }))
}

fn delete_territory(key: &str, done: &Intended, made: Option<&str>, view: &View, noted: Option<&Intended>) -> Judged {
    let there = match made {
        Some(id) => view.territory(id),
        None => view.ours(text(&done.set, OUR_ID)),
    };
    let Some(there) = there else { return back(key, noted, Ended::Gone) };
    let now = view.fields(there);
    let left: Vec<String> = done
        .set
        .iter()
        .filter(|(field, ours)| !now.get(*field).is_some_and(|theirs| merge::same(theirs, ours)))
        .map(|(field, _)| field.clone())
        .collect();
    if !left.is_empty() {
        return Judged::End(RecordResult { left, ..ended(key, Ended::Changed) });
    }
    let inside = view.inside(&there.id);
    if !inside.is_empty() {
        return changed(key, format!("there are {} in it", inside.join(", ")));
    }
    let intended = Intended { id: key.to_owned(), before: now, set: Map::new() };
    let act = Act::Delete(there.id.clone(), Deleted::Territory(there.id.clone()));
    Judged::Do { intended, act, left: Vec::new() }
}

fn create_territory(key: &str, done: &Intended, plan: &Plan, view: &View, noted: Option<&Intended>) -> Judged {
    if view.territory(text(&done.before, "Id")).is_some() || view.ours(text(&done.before, OUR_ID)).is_some() {
        return back(key, noted, Ended::Already);
    }
    if view.named(text(&done.before, DEVELOPER_NAME)).is_some() {
        return changed(key, "somebody has made one of this developer name");
    }
    let mut set = done.before.clone();
    set.remove("Id");
    let Some(written) = view.as_written(&set) else { return gone(key, "for it to lie in") };
    let intended = Intended { id: key.to_owned(), before: Map::new(), set };
    Judged::Do { intended, act: Act::Create(TERRITORY, creation(written, plan, view)), left: Vec::new() }
}

fn update(key: &str, done: &Intended, view: &View, noted: Option<&Intended>) -> Judged {
    let territory = view.territory(text(&done.before, "Id"));
    let now = territory.map(|territory| view.fields(territory));
    match (to_undo(done, now.as_ref(), noted), territory) {
        (merge::Step::End(result), _) => Judged::End(result),
        (merge::Step::Write { .. }, None) => back(key, noted, Ended::Gone),
        (merge::Step::Write { intended, left }, Some(territory)) => {
            let Some(written) = view.as_written(&intended.set) else { return gone(key, "for it to lie in") };
            Judged::Do { intended, act: Act::Update(territory.id.clone(), written), left }
        }
    }
}

fn user(fields: &Map<String, Value>) -> Option<UserId> {
    UserId::parse(text(fields, "User")).ok()
}

fn account(fields: &Map<String, Value>) -> Option<AccountId> {
    AccountId::parse(text(fields, "Account")).ok()
}

fn territory<'v>(fields: &Map<String, Value>, view: &'v View) -> Option<&'v CrmTerritory> {
    view.at(text(fields, "Territory"))
}

fn take_user_out(key: &str, done: &Intended, made: Option<&str>, view: &View, noted: Option<&Intended>) -> Judged {
    let found = territory(&done.set, view).zip(user(&done.set));
    let Some((territory, user)) = found else { return back(key, noted, Ended::Gone) };
    let Some(there) = view.user(&territory.id, &user) else { return back(key, noted, Ended::Gone) };
    let ours = done.set.get("Role").and_then(Value::as_str);
    if made.is_some_and(|made| made != there.id) || !same_role(there.role.as_deref(), ours) {
        return changed(key, "somebody has taken the user out and in again");
    }
    let intended = Intended { id: key.to_owned(), before: done.set.clone(), set: Map::new() };
    let act = Act::Delete(there.id.clone(), Deleted::User(territory.id.clone(), user));
    Judged::Do { intended, act, left: Vec::new() }
}

fn put_user_back(key: &str, done: &Intended, view: &View, noted: Option<&Intended>) -> Judged {
    let found = territory(&done.before, view).zip(user(&done.before));
    let Some((territory, user)) = found else { return gone(key, text(&done.before, "Territory")) };
    let was = done.before.get("Role").and_then(Value::as_str);
    if let Some(there) = view.user(&territory.id, &user) {
        return if same_role(there.role.as_deref(), was) {
            back(key, noted, Ended::Already)
        } else {
            changed(key, "somebody has given another role")
        };
    }
    let intended = Intended { id: key.to_owned(), before: Map::new(), set: done.before.clone() };
    let record = user_record(&territory.id, user.as_str(), was);
    Judged::Do { intended, act: Act::Create(USER, record), left: Vec::new() }
}

fn take_account_out(key: &str, done: &Intended, made: Option<&str>, view: &View, noted: Option<&Intended>) -> Judged {
    let found = territory(&done.set, view).zip(account(&done.set));
    let Some((territory, account)) = found else { return back(key, noted, Ended::Gone) };
    let Some(there) = view.account(&territory.id, &account) else { return back(key, noted, Ended::Gone) };
    if made.is_some_and(|made| made != there.id) || there.cause == AssociationCause::Org {
        return changed(key, "somebody has taken the account out and in again");
    }
    let intended = Intended { id: key.to_owned(), before: done.set.clone(), set: Map::new() };
    let act = Act::Delete(there.id.clone(), Deleted::Account(territory.id.clone(), account));
    Judged::Do { intended, act, left: Vec::new() }
}

/// Only an account that is still where we put it goes back: one that a person has placed elsewhere since has its place.
fn put_account_back(key: &str, done: &Intended, view: &View, noted: Option<&Intended>) -> Judged {
    let found = territory(&done.before, view).zip(account(&done.before));
    let Some((territory, account)) = found else { return gone(key, text(&done.before, "Territory")) };
    if view.account(&territory.id, &account).is_some() {
        return back(key, noted, Ended::Already);
    }
    let places = view.places_of(&account);
    let still_ours = match done.before.get("To").and_then(Value::as_str) {
        Some(to) => view.at(to).is_some_and(|to| view.account(&to.id, &account).is_some()),
        None => places.is_empty(),
    };
    if !still_ours {
        let now = if places.is_empty() { "no territory".to_owned() } else { places.join(", ") };
        return changed(key, format!("a person has put it into {now}"));
    }
    let mut set = done.before.clone();
    set.remove("Id");
    let intended = Intended { id: key.to_owned(), before: Map::new(), set };
    let record = account_record(&territory.id, account.as_str());
    Judged::Do { intended, act: Act::Create(ACCOUNT, record), left: Vec::new() }
}
