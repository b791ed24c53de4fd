//! What operations have in common.

use revloops_config::{Edit, Step, ValuePath};
use serde_json::{Map, Value};

use super::{ChangeError, Files, Spot, id};

/// The way by keys from the top of a file.
pub(super) fn keys(keys: &[&str]) -> ValuePath {
    ValuePath(keys.iter().map(|key| Step::Key((*key).to_owned())).collect())
}

/// Sets several keys of a mapping that must be there; `null` takes one out.
pub(super) fn set_keys(
    files: &mut Files<'_>,
    file: &str,
    path: &ValuePath,
    set: &Map<String, Value>,
) -> Result<(), ChangeError> {
    if set.is_empty() {
        return Err(ChangeError::Refused(format!(
            "nothing is said to be changed of {path} in {file}; say at least one value"
        )));
    }
    let now = files.value(file)?;
    let there = path.of(&now).map_err(|error| ChangeError::Edit { file: file.to_owned(), source: error.into() })?;
    let mut edits = Vec::new();
    for (key, value) in set {
        let path = path.key(key);
        match (value, there.get(key)) {
            (Value::Null, None) => {}
            (Value::Null, Some(_)) => edits.push(Edit::Remove { path }),
            (value, _) => edits.push(Edit::Set { path, value: value.clone() }),
        }
    }
    files.edit(file, &edits)
}

/// That exactly one of both is said.
pub(super) fn one_of(before: Option<&str>, after: Option<&str>) -> Result<(), ChangeError> {
    match (before, after) {
        (Some(_), None) | (None, Some(_)) => Ok(()),
        (Some(_), Some(_)) | (None, None) => {
            Err(ChangeError::Refused("say where it goes by one of `before` and `after`".to_owned()))
        }
    }
}

/// The place beside an entry with this id; last where neither is said.
pub(super) fn id_spot(before: Option<&str>, after: Option<&str>) -> Result<Spot, ChangeError> {
    match (before, after) {
        (Some(before), None) => Ok(Spot::Before(id(before))),
        (None, Some(after)) => Ok(Spot::After(id(after))),
        (None, None) => Ok(Spot::Last),
        (Some(_), Some(_)) => one_of(before, after).map(|()| Spot::Last),
    }
}

/// The place beside an entry that is told as in a path: `id=industry`, `=DE`, `2`.
pub(super) fn step_spot(before: Option<&str>, after: Option<&str>) -> Result<Spot, ChangeError> {
    let step = |text: &str| -> Result<Step, ChangeError> {
        let path: ValuePath = format!("[{text}]").parse().map_err(|error| {
            ChangeError::Refused(format!(
                "`{text}` names no entry of a list ({error}); write `id=industry`, `=DE` or a number from 0"
            ))
        })?;
        path.0.into_iter().next().ok_or_else(|| ChangeError::Refused("an entry is not named".to_owned()))
    };
    match (before, after) {
        (Some(before), None) => step(before).map(Spot::Before),
        (None, Some(after)) => step(after).map(Spot::After),
        (None, None) => Ok(Spot::Last),
        (Some(_), Some(_)) => one_of(before, after).map(|()| Spot::Last),
    }
}
