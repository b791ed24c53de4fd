//! Route's pools, absences and lists.

use revloops_config::{Edit, ValuePath};
use serde_json::{Map, Value, json};

use super::generic::{keys, set_keys};
use super::{ChangeError, Files, Spot};

const POOLS: &str = "pools.yaml";
const TEAM: &str = "team.yaml";
const LISTS: &str = "lists.yaml";

fn members(pool: &str) -> ValuePath {
    keys(&["pools"]).with("id", pool).key("members")
}

fn shares(weight: Option<u32>, per_day: Option<u32>) -> Map<String, Value> {
    let values = [("weight", weight), ("per_day", per_day)];
    values.into_iter().filter_map(|(key, value)| Some((key.to_owned(), Value::from(value?)))).collect()
}

pub(super) fn add(
    files: &mut Files<'_>,
    pool: &str,
    login: &str,
    weight: Option<u32>,
    per_day: Option<u32>,
) -> Result<(), ChangeError> {
    let list = members(pool);
    refuse_second(
        files,
        POOLS,
        &list,
        "login",
        login,
        &format!("`{login}` is in the pool `{pool}` already; use `set_pool_member`"),
    )?;
    let mut member = Map::from_iter([("login".to_owned(), Value::from(login))]);
    member.extend(shares(Some(weight.unwrap_or(1)), per_day));
    files.edit(POOLS, &[Edit::Insert { list, value: Value::Object(member), to: Spot::Last }])
}

pub(super) fn set(
    files: &mut Files<'_>,
    pool: &str,
    login: &str,
    weight: Option<u32>,
    per_day: Option<u32>,
) -> Result<(), ChangeError> {
    set_keys(files, POOLS, &members(pool).with("login", login), &shares(weight, per_day))
}

pub(super) fn remove(files: &mut Files<'_>, pool: &str, login: &str) -> Result<(), ChangeError> {
    files.edit(POOLS, &[Edit::Remove { path: members(pool).with("login", login) }])
}

pub(super) fn add_absence(files: &mut Files<'_>, login: &str, from: &str, to: &str) -> Result<(), ChangeError> {
    for day in [from, to] {
        if day.parse::<jiff::civil::Date>().is_err() {
            return Err(ChangeError::Refused(format!("`{day}` is no day; write it as `2026-12-21`")));
        }
    }
    let person = keys(&["people"]).with("login", login);
    let value = files.value(TEAM)?;
    let there = person.of(&value).map_err(|error| ChangeError::Edit { file: TEAM.to_owned(), source: error.into() })?;
    let away = json!({"from": from, "to": to});
    let edit = match there.get("away") {
        Some(_) => Edit::Insert { list: person.key("away"), value: away, to: Spot::Last },
        None => Edit::Set { path: person.key("away"), value: json!([away]) },
    };
    files.edit(TEAM, &[edit])
}

pub(super) fn remove_absence(files: &mut Files<'_>, login: &str, from: &str) -> Result<(), ChangeError> {
    let away = keys(&["people"]).with("login", login).key("away");
    let value = files.value(TEAM)?;
    let only = away.of(&value).ok().and_then(Value::as_array).is_some_and(|all| all.len() == 1);
    let one = away.with("from", from);
    one.of(&value).map_err(|error| ChangeError::Edit { file: TEAM.to_owned(), source: error.into() })?;
    files.edit(TEAM, &[Edit::Remove { path: if only { away } else { one } }])
}

pub(super) fn add_value(files: &mut Files<'_>, list: &str, value: &str) -> Result<(), ChangeError> {
    let path = keys(&["lists"]).with("id", list).key("values");
    refuse_second(files, LISTS, &path, "", value, &format!("`{value}` is on the list `{list}` already"))?;
    files.edit(LISTS, &[Edit::Insert { list: path, value: Value::from(value), to: Spot::Last }])
}

pub(super) fn remove_value(files: &mut Files<'_>, list: &str, value: &str) -> Result<(), ChangeError> {
    files.edit(LISTS, &[Edit::Remove { path: keys(&["lists"]).with("id", list).key("values").with("", value) }])
}

fn refuse_second(
    files: &Files<'_>,
    file: &str,
    list: &ValuePath,
    key: &str,
    name: &str,
    what: &str,
) -> Result<(), ChangeError> {
    let value = files.value(file)?;
    match list.with(key, name).of(&value) {
        Ok(_) => Err(ChangeError::Refused(what.to_owned())),
        Err(_) => Ok(()),
    }
}
