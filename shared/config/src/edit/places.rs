//! What an edit means for the value, and which pieces of the text it replaces.

use serde_json::{Map, Value};

use super::chunks::{self, Part, Parts};
use super::tree::{line_end, line_start};
use super::written::{Written, entry, written};
use super::{Cut, Edit, EditError, Kind, Node, Path, PathError, Place, Spot, Step};
use crate::path::described;

/// The value after an edit.
pub(super) fn changed(value: &Value, edit: &Edit) -> Result<Value, EditError> {
    let mut changed = value.clone();
    match edit {
        Edit::Set { path, value: to } => match target(value, path)? {
            Target::There(places) => *at_mut(&mut changed, &places, path)? = to.clone(),
            Target::NewKey(parent, key) => {
                let parent = at_mut(&mut changed, &parent, path)?;
                let what = format!("it would stand in {}", described(parent));
                let keys = parent.as_object_mut().ok_or_else(|| unsuitable(path, &what, "name a mapping"))?;
                keys.insert(key, to.clone());
            }
        },
        Edit::Remove { path } => {
            let (places, _) = path.places(value)?;
            let (last, parent) = last(&places, path)?;
            match (at_mut(&mut changed, parent, path)?, last) {
                (Value::Object(keys), Place::Key(key)) => drop(keys.shift_remove(key)),
                (Value::Array(items), Place::At(nth)) if *nth < items.len() => drop(items.remove(*nth)),
                _ => return Err(unsuitable(path, "it is not there", "look at the file")),
            }
        }
        Edit::Insert { list, value: item, to } => {
            let at = insert_at(value, list, to)?;
            let (places, _) = list.places(value)?;
            if let Value::Array(items) = at_mut(&mut changed, &places, list)? {
                items.insert(at.min(items.len()), item.clone());
            }
        }
        Edit::Move { path, to } => {
            let (places, _) = path.places(value)?;
            let (from, to) = moved(value, path, &places, to)?;
            if let Value::Array(items) = at_mut(&mut changed, last(&places, path)?.1, path)? {
                let item = items.remove(from);
                items.insert(to.min(items.len()), item);
            }
        }
    }
    Ok(changed)
}

/// The pieces of text that an edit replaces.
pub(super) fn cuts(text: &str, root: &Node, value: &Value, edit: &Edit) -> Result<Vec<Cut>, EditError> {
    let path = edit.path();
    match edit {
        Edit::Set { value: to, .. } => match target(value, path)? {
            Target::There(places) => set(text, root, &places, to, path),
            Target::NewKey(parent, key) => {
                let node = at(root, &parent, path)?;
                let alone =
                    || set(text, root, &parent, &Value::Object(Map::from_iter([(key.clone(), to.clone())])), path);
                match &node.kind {
                    Kind::Map { entries, .. } if entries.is_empty() => alone(),
                    Kind::Map { flow: true, entries } => {
                        let end = entries.last().map_or(node.end, |entry| entry.value.end);
                        Ok(vec![Cut { from: end, to: end, with: format!(", {}", entry(&key, to)) }])
                    }
                    Kind::Map { flow: false, entries } => {
                        let column = entries.first().map_or(0, |first| first.start - line_start(text, first.start));
                        let end = line_end(text, node.end.saturating_sub(1).max(node.start));
                        let mut line =
                            if text.get(..end).is_some_and(|before| before.ends_with('\n')) { "" } else { "\n" }
                                .to_owned();
                        line.push_str(&Written::key(&key, to, column));
                        Ok(vec![Cut { from: end, to: end, with: line }])
                    }
                    Kind::Empty => alone(),
                    Kind::Scalar(_) | Kind::List { .. } => Err(unsuitable(path, "it would not stand in a mapping", "")),
                }
            }
        },
        Edit::Remove { .. } => {
            let (places, _) = path.places(value)?;
            let (last, parent) = last(&places, path)?;
            let node = at(root, parent, path)?;
            let parts = Parts::of(text, node, path)?;
            let nth = match (&node.kind, last) {
                (Kind::Map { entries, .. }, Place::Key(key)) => entries.iter().position(|entry| entry.key == *key),
                (_, Place::At(nth)) => Some(*nth),
                _ => None,
            };
            if parts.len() == 1 {
                let empty =
                    if matches!(last, Place::At(_)) { Value::Array(Vec::new()) } else { Value::Object(Map::new()) };
                let mut cuts = set(text, root, parent, &empty, path)?;
                // Its comments below it go with it; those above it stand in what was replaced.
                let end = line_end(text, node.end.saturating_sub(1).max(node.start));
                if !node.is_flow() && parts.end() > end {
                    cuts.push(Cut { from: end, to: parts.end(), with: String::new() });
                }
                return Ok(cuts);
            }
            chunks::removed(text, &parts, nth.unwrap_or(usize::MAX), path)
        }
        Edit::Insert { value: item, to, .. } => {
            let nth = insert_at(value, path, to)?;
            let (places, _) = path.places(value)?;
            let node = at(root, &places, path)?;
            let parts = Parts::of(text, node, path)?;
            if parts.len() == 0 {
                return set(text, root, &places, &Value::Array(vec![item.clone()]), path);
            }
            Ok(chunks::inserted(text, &parts, nth, item))
        }
        Edit::Move { to, .. } => {
            let (places, _) = path.places(value)?;
            let (from, to) = moved(value, path, &places, to)?;
            let node = at(root, last(&places, path)?.1, path)?;
            chunks::moved(text, &Parts::of(text, node, path)?, from, to, path)
        }
    }
}

/// Another value in the same place.
fn set(text: &str, root: &Node, places: &[Place], to: &Value, path: &Path) -> Result<Vec<Cut>, EditError> {
    let Some((last, parent)) = places.split_last() else {
        return Err(unsuitable(path, "the whole file would be replaced", "say which part of it"));
    };
    let parent = at(root, parent, path)?;
    let (start, after, node) = match (&parent.kind, last) {
        (Kind::Map { entries, .. }, Place::Key(key)) => {
            entries.iter().find(|entry| entry.key == *key).map(|entry| (entry.start, entry.after, &entry.value))
        }
        (Kind::List { items, flow }, Place::At(nth)) => {
            items.get(*nth).map(|item| (item.start, if *flow { item.value.start } else { item.start + 1 }, &item.value))
        }
        _ => None,
    }
    .ok_or_else(|| EditError::Unfaithful { path: path.to_string() })?;
    let column = start - line_start(text, start);
    let of_list = matches!(last, Place::At(_));
    let spaced =
        text.get(after..node.start).is_some_and(|between| between.is_empty()) && !(of_list && parent.is_flow());
    let space = if spaced { " " } else { "" };
    match written(to, &node.kind, parent.is_flow(), column, text.get(after..node.start).unwrap_or_default()) {
        Written::Line(line)
            if node.is_flow() || !text.get(after..node.start).is_some_and(|between| between.contains('\n')) =>
        {
            Ok(vec![Cut { from: node.start, to: node.end, with: format!("{space}{line}") }])
        }
        // What stood in lines of its own now stands behind the key, in front of a comment there.
        Written::Line(line) => {
            let header = line_end(text, after);
            Ok(vec![
                Cut { from: after, to: after, with: format!(" {line}") },
                Cut { from: header, to: line_end(text, node.end.saturating_sub(1)), with: String::new() },
            ])
        }
        Written::Lines { header, lines } => {
            let own_lines = text.get(after..node.start).is_some_and(|between| between.contains('\n'));
            let newline = if text.get(node.end..).is_some_and(|rest| rest.starts_with('\n')) { "" } else { "\n" };
            if own_lines && header.is_empty() {
                let from = line_end(text, after);
                let with = format!("{}{newline}", lines.trim_end_matches('\n'));
                let to = if newline.is_empty() { node.end } else { line_end(text, node.end.saturating_sub(1)) };
                // Comments between the key and its first entry were about what is replaced.
                return Ok(vec![Cut { from, to, with }]);
            }
            let rest = text.get(node.end..line_end(text, node.end.saturating_sub(1).max(after))).unwrap_or_default();
            let comment = rest.trim();
            let comment = if comment.starts_with('#') { format!(" {comment}") } else { String::new() };
            let head = if header.is_empty() { String::new() } else { format!(" {header}") };
            let to = line_end(text, node.end.saturating_sub(1).max(after));
            Ok(vec![Cut { from: after, to, with: format!("{head}{comment}\n{lines}") }])
        }
    }
}

enum Target {
    There(Vec<Place>),
    NewKey(Vec<Place>, String),
}

fn target(value: &Value, path: &Path) -> Result<Target, EditError> {
    match path.places(value) {
        Ok((places, _)) => Ok(Target::There(places)),
        Err(error) => {
            let Some((Step::Key(key), parent)) = path.0.split_last() else { return Err(error.into()) };
            match Path(parent.to_vec()).places(value) {
                Ok((places, Value::Object(_) | Value::Null)) => Ok(Target::NewKey(places, key.clone())),
                Ok(_) | Err(_) => Err(error.into()),
            }
        }
    }
}

fn insert_at(value: &Value, list: &Path, to: &Spot) -> Result<usize, EditError> {
    let there = list.of(value)?;
    let Some(items) = there.as_array() else {
        return Err(unsuitable(list, &format!("it is {}", described(there)), "only a list takes entries"));
    };
    spot(value, list, items.len(), to)
}

fn spot(value: &Value, list: &Path, len: usize, to: &Spot) -> Result<usize, EditError> {
    let of = |step: &Step| -> Result<usize, EditError> {
        match list.then(step.clone()).places(value)?.0.pop() {
            Some(Place::At(nth)) => Ok(nth),
            Some(Place::Key(_)) | None => {
                Err(unsuitable(list, "it is no list", "only entries of a list have an order"))
            }
        }
    };
    match to {
        Spot::First => Ok(0),
        Spot::Last => Ok(len),
        Spot::Before(step) => of(step),
        Spot::After(step) => of(step).map(|nth| nth + 1),
    }
}

/// From where to where, counted once the entry is out.
fn moved(value: &Value, path: &Path, places: &[Place], to: &Spot) -> Result<(usize, usize), EditError> {
    let (Some((Place::At(from), _)), Some((_, parent))) = (places.split_last(), path.0.split_last()) else {
        return Err(unsuitable(path, "it is no entry of a list", "only entries of a list have an order"));
    };
    let list = Path(parent.to_vec());
    let len = list.of(value)?.as_array().map_or(0, Vec::len);
    let to = spot(value, &list, len, to)?;
    Ok((*from, if to > *from { to - 1 } else { to }))
}

fn at<'n>(root: &'n Node, places: &[Place], path: &Path) -> Result<&'n Node, EditError> {
    let found = places.iter().try_fold(root, |node, place| node.child(place));
    found.ok_or_else(|| EditError::Unfaithful { path: path.to_string() })
}

fn at_mut<'v>(root: &'v mut Value, places: &[Place], path: &Path) -> Result<&'v mut Value, EditError> {
    let found = places.iter().try_fold(root, |value, place| match place {
        Place::Key(key) => value.get_mut(key),
        Place::At(nth) => value.get_mut(nth),
    });
    let found = found.ok_or_else(|| EditError::Unfaithful { path: path.to_string() })?;
    if found.is_null() {
        // A key of a mapping that is not written yet.
        *found = Value::Object(Map::new());
    }
    Ok(found)
}

fn last<'p>(places: &'p [Place], path: &Path) -> Result<(&'p Place, &'p [Place]), EditError> {
    places.split_last().ok_or_else(|| unsuitable(path, "the whole file is meant", "say which part of it"))
}

pub(super) fn unsuitable(path: &Path, what: &str, remedy: &str) -> EditError {
    EditError::Unsuitable { path: path.to_string(), what: what.to_owned(), remedy: remedy.to_owned() }
}

impl Parts {
    fn of(text: &str, node: &Node, path: &Path) -> Result<Self, EditError> {
        let parts = match &node.kind {
            Kind::List { items, .. } => items
                .iter()
                .map(|item| Part { start: item.start, end: item.value.end.max(item.start), flow: item.value.is_flow() })
                .collect(),
            Kind::Map { entries, .. } => {
                entries.iter().map(|entry| Part { start: entry.start, end: entry.value.end, flow: true }).collect()
            }
            Kind::Empty => Vec::new(),
            Kind::Scalar(_) => {
                return Err(PathError::NotThere {
                    path: path.to_string(),
                    what: "it is one value".to_owned(),
                    remedy: "only lists and mappings have entries".to_owned(),
                }
                .into());
            }
        };
        let flow = matches!(node.kind, Kind::List { flow: true, .. } | Kind::Map { flow: true, .. });
        Ok(Self::new(text, parts, flow, matches!(node.kind, Kind::List { .. })))
    }
}
