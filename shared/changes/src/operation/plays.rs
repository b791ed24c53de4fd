//! Pursue's plays. Outcomes are compared by a play's version, so each change of a play gives it another one.

use revloops_config::{Edit, ValuePath};
use serde_json::{Map, Value};

use super::generic::{keys, set_keys};
use super::{ChangeError, Files, Spot};

pub(super) const FILE: &str = "plays.yaml";

fn play(name: &str) -> ValuePath {
    keys(&["plays"]).with("id", name)
}

pub(super) fn edit(
    files: &mut Files<'_>,
    name: &str,
    milestone: Option<&str>,
    set: &Map<String, Value>,
    version: Option<&str>,
) -> Result<(), ChangeError> {
    let path = match milestone {
        Some(milestone) => play(name).key("milestones").with("id", milestone),
        None => play(name),
    };
    set_keys(files, FILE, &path, set)?;
    if milestone.is_none() && set.contains_key("version") { Ok(()) } else { new_version(files, name, version) }
}

pub(super) fn add_milestone(
    files: &mut Files<'_>,
    name: &str,
    milestone: &Map<String, Value>,
    to: Spot,
    version: Option<&str>,
) -> Result<(), ChangeError> {
    let list = play(name).key("milestones");
    files.edit(FILE, &[Edit::Insert { list, value: Value::Object(milestone.clone()), to }])?;
    new_version(files, name, version)
}

pub(super) fn remove_milestone(
    files: &mut Files<'_>,
    name: &str,
    milestone: &str,
    version: Option<&str>,
) -> Result<(), ChangeError> {
    files.edit(FILE, &[Edit::Remove { path: play(name).key("milestones").with("id", milestone) }])?;
    new_version(files, name, version)
}

fn new_version(files: &mut Files<'_>, name: &str, version: Option<&str>) -> Result<(), ChangeError> {
    let path = play(name).key("version");
    let value = files.value(FILE)?;
    let now = path.of(&value).ok().and_then(Value::as_str).unwrap_or_default();
    let next = version.map_or_else(|| next(now), str::to_owned);
    if next == now {
        return Err(ChangeError::Refused(format!(
            "play `{name}` has the version {now} already; a changed play needs another one"
        )));
    }
    files.edit(FILE, &[Edit::Set { path, value: Value::from(next) }])
}

/// `2026-11-a` → `2026-11-b`; behind `z`, or without a letter, another one is put: `2026-11-z-b`.
fn next(version: &str) -> String {
    let (head, last) = version.split_at_checked(version.len().saturating_sub(1)).unwrap_or((version, ""));
    match last.bytes().next() {
        Some(letter @ b'a'..=b'y') if head.ends_with('-') => format!("{head}{}", char::from(letter + 1)),
        Some(_) => format!("{version}-b"),
        None => "a".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn a_version_is_followed_by_another_one() {
        for (now, then) in [
            ("2026-11-a", "2026-11-b"),
            ("2026-11-z", "2026-11-z-b"),
            ("2026-11-z-b", "2026-11-z-c"),
            ("7", "7-b"),
            ("", "a"),
        ] {
            assert_eq!(next(now), then);
        }
    }
}
