//! A document that says only what differs from another.
//!
//! Mappings are merged key by key, and a key without a value (`manager: ~`) takes the base's out. Lists whose entries are
//! told apart by some of their keys are merged entry by entry: `remove: true` takes one out, `before: <id>` says where it
//! goes. Other lists are replaced as a whole. What comes out knows for each value in which file and line it was written.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::document::Place;
use crate::problem::{allowed, readable_path};
use crate::yaml::escape;
use crate::{Document, Problem, Problems};

/// A list of a document whose entries are told apart by some of their keys.
#[derive(Debug, Clone, Copy)]
pub struct Keyed {
    /// The list's key at the top of the document.
    pub list: &'static str,
    /// What an entry is called: `territory`.
    pub entry: &'static str,
    /// The keys that tell entries apart; the first of them must be there.
    pub by: &'static [&'static str],
    /// Whether the order means something, so that `before` can be said.
    pub ordered: bool,
}

/// How the parts of a document are merged.
#[derive(Debug, Clone, Copy)]
pub struct MergeBy {
    /// Lists that are merged entry by entry.
    pub keyed: &'static [Keyed],
    /// Keys whose mapping is one value, such as a condition: replaced as a whole.
    pub whole: &'static [&'static str],
}

/// A value with its place.
struct Node {
    place: Option<Place>,
    content: Content,
}

enum Content {
    One(Value),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Document {
    /// `base` with what this document says differently. Taking out what is not there is a problem.
    #[must_use]
    pub fn merged_onto(&self, base: &Self, by: &MergeBy, problems: &mut Problems) -> Self {
        let merged = Merging { by, problems }.root(node(base, base.value(), ""), node(self, self.value(), ""));
        document(self.file(), merged)
    }

    /// This document with the entries of the same list of `other` in front of its own.
    #[must_use]
    pub fn with_entries_of(&self, other: &Self, list: &str) -> Self {
        let mut own = node(self, self.value(), "");
        let more = other.value().get(list).map(|value| node(other, value, &format!("/{list}")));
        if let (Content::Map(keys), Some(Node { content: Content::List(mut entries), place })) =
            (&mut own.content, more)
        {
            match keys.iter_mut().find(|(key, _)| key == list) {
                Some((_, Node { content: Content::List(there), .. })) => {
                    entries.append(there);
                    *there = entries;
                }
                Some(_) => {}
                None => keys.push((list.to_owned(), Node { place, content: Content::List(entries) })),
            }
        }
        document(self.file(), own)
    }
}

fn node(document: &Document, value: &Value, pointer: &str) -> Node {
    let place = document.place_at(pointer).map(|place| {
        let own = place.pointer.clone().unwrap_or_else(|| pointer.into());
        Place { pointer: Some(own), ..place.clone() }
    });
    let content = match value {
        Value::Array(items) => {
            let items = items.iter().enumerate();
            Content::List(items.map(|(at, item)| node(document, item, &format!("{pointer}/{at}"))).collect())
        }
        Value::Object(keys) => {
            let inside = |key: &String| format!("{pointer}/{}", escape(key));
            Content::Map(keys.iter().map(|(key, value)| (key.clone(), node(document, value, &inside(key)))).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Content::One(value.clone()),
    };
    Node { place, content }
}

fn document(file: &str, root: Node) -> Document {
    let mut places = BTreeMap::new();
    let value = value(root, "", &mut places);
    Document::of_places(file, value, places)
}

fn value(node: Node, pointer: &str, places: &mut BTreeMap<String, Place>) -> Value {
    if let Some(mut place) = node.place {
        if place.pointer.as_deref() == Some(pointer) {
            place.pointer = None;
        }
        places.insert(pointer.to_owned(), place);
    }
    match node.content {
        Content::One(one) => one,
        Content::List(items) => {
            let items = items.into_iter().enumerate();
            Value::Array(items.map(|(at, item)| value(item, &format!("{pointer}/{at}"), places)).collect())
        }
        Content::Map(keys) => {
            let mut entries = Map::new();
            for (key, item) in keys {
                let inside = format!("{pointer}/{}", escape(&key));
                entries.insert(key, value(item, &inside, places));
            }
            Value::Object(entries)
        }
    }
}

struct Merging<'a> {
    by: &'a MergeBy,
    problems: &'a mut Problems,
}

impl Merging<'_> {
    fn root(&mut self, base: Node, own: Node) -> Node {
        let (Content::Map(mut keys), Content::Map(own_keys)) = (base.content, own.content) else {
            return Node { place: own.place, content: Content::Map(Vec::new()) };
        };
        for (key, node) in own_keys {
            let keyed = self.by.keyed.iter().find(|keyed| keyed.list == key);
            match (keyed, node.content) {
                (Some(keyed), Content::List(own)) => {
                    let there = take(&mut keys, &key);
                    let base = match there {
                        Some(Node { content: Content::List(items), .. }) => items,
                        Some(_) | None => Vec::new(),
                    };
                    let content = Content::List(self.list(keyed, base, own));
                    keys.push((key, Node { place: node.place, content }));
                }
                (_, content) => self.put(&mut keys, key, Node { place: node.place, content }),
            }
        }
        Node { place: own.place, content: Content::Map(keys) }
    }

    /// Puts a value under its key, in or beside what is there.
    fn put(&mut self, keys: &mut Vec<(String, Node)>, key: String, own: Node) {
        if matches!(own.content, Content::One(Value::Null)) {
            take(keys, &key);
            return;
        }
        let place = keys.iter().position(|(there, _)| *there == key);
        match place.and_then(|place| keys.get_mut(place)) {
            Some((_, there)) => {
                let whole = self.by.whole.contains(&key.as_str());
                match (&mut there.content, own.content) {
                    (Content::Map(inner), Content::Map(own_keys)) if !whole => {
                        for (key, node) in own_keys {
                            self.put(inner, key, node);
                        }
                    }
                    (there, content) => *there = content,
                }
                there.place = own.place;
            }
            None => keys.push((key, own)),
        }
    }

    fn list(&mut self, keyed: &Keyed, base: Vec<Node>, own: Vec<Node>) -> Vec<Node> {
        let mut entries: Vec<Option<Node>> = base.into_iter().map(Some).collect();
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        for (at, entry) in entries.iter().enumerate() {
            if let Some(identity) = entry.as_ref().and_then(|entry| identity(entry, keyed.by)) {
                known.entry(identity).or_insert(at);
            }
        }
        let mut told: BTreeSet<String> = BTreeSet::new();
        let mut moves = Vec::new();
        for mut entry in own {
            let place = entry.place.clone();
            let removed =
                matches!(take_key(&mut entry, "remove"), Some(Node { content: Content::One(Value::Bool(true)), .. }));
            let before = if keyed.ordered { take_key(&mut entry, "before") } else { None };
            let identity = identity(&entry, keyed.by);
            // A second entry of the same name stays one of its own, so that it is found to be there twice.
            let again = identity.as_ref().is_some_and(|identity| !told.insert(identity.clone()));
            let there = identity.as_ref().and_then(|identity| known.get(identity)).copied().filter(|_| !again);
            let at = match (there, removed) {
                (Some(at), true) => {
                    if let Some(slot) = entries.get_mut(at) {
                        *slot = None;
                    }
                    continue;
                }
                (None, true) => {
                    self.nothing_to_remove(keyed, &entry, place.as_ref(), &entries);
                    continue;
                }
                (Some(at), false) => {
                    if let (Some(Some(slot)), Content::Map(keys)) = (entries.get_mut(at), entry.content) {
                        if let Content::Map(inner) = &mut slot.content {
                            for (key, node) in keys {
                                self.put(inner, key, node);
                            }
                        }
                        slot.place = place;
                    }
                    at
                }
                (None, false) => {
                    entries.push(Some(entry));
                    entries.len() - 1
                }
            };
            moves.extend(before.map(|before| (at, before)));
        }
        self.moved(keyed, entries, moves)
    }

    fn moved(&mut self, keyed: &Keyed, entries: Vec<Option<Node>>, moves: Vec<(usize, Node)>) -> Vec<Node> {
        let mut entries: Vec<(usize, Node)> =
            entries.into_iter().enumerate().filter_map(|(at, entry)| Some((at, entry?))).collect();
        for (nth, before) in moves {
            let Content::One(Value::String(before_id)) = &before.content else { continue };
            let from = entries.iter().position(|(at, _)| *at == nth);
            let known = entries.iter().any(|(_, entry)| id_of(entry, keyed).is_some_and(|id| id == before_id));
            if !known {
                let ids: Vec<&str> = entries.iter().filter_map(|(_, entry)| id_of(entry, keyed)).collect();
                let what = format!("unknown {} `{before_id}`", keyed.entry);
                self.problem(before.place.as_ref(), what, allowed(before_id, &ids));
                continue;
            }
            if let Some(from) = from {
                let moved = entries.remove(from);
                let to = entries.iter().position(|(_, entry)| id_of(entry, keyed).is_some_and(|id| id == before_id));
                entries.insert(to.unwrap_or(from), moved);
            }
        }
        entries.into_iter().map(|(_, entry)| entry).collect()
    }

    fn nothing_to_remove(&mut self, keyed: &Keyed, entry: &Node, place: Option<&Place>, entries: &[Option<Node>]) {
        let shown = |entry: &Node| {
            let named = keyed.by.iter().filter_map(|key| key_of(entry, key).map(|value| (key, value)));
            named.map(|(_, value)| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect::<Vec<_>>()
        };
        let there: Vec<String> = entries.iter().flatten().map(|entry| shown(entry).join(", ")).collect();
        let there: Vec<&str> = there.iter().map(String::as_str).collect();
        let given = shown(entry).join(", ");
        let what = format!("there is no {} `{given}` to take out", keyed.entry);
        self.problem(place, what, allowed(&given, &there));
    }

    fn problem(&mut self, place: Option<&Place>, what: String, remedy: String) {
        let Some(place) = place else { return };
        self.problems.push(Problem {
            file: place.file.to_string(),
            line: place.line,
            column: place.column,
            path: readable_path(place.pointer.as_deref().unwrap_or_default()),
            what,
            remedy,
        });
    }
}

fn take(keys: &mut Vec<(String, Node)>, key: &str) -> Option<Node> {
    let at = keys.iter().position(|(there, _)| there == key)?;
    Some(keys.remove(at).1)
}

fn take_key(entry: &mut Node, key: &str) -> Option<Node> {
    match &mut entry.content {
        Content::Map(keys) => take(keys, key),
        Content::One(_) | Content::List(_) => None,
    }
}

fn key_of<'n>(entry: &'n Node, key: &str) -> Option<&'n Value> {
    let Content::Map(keys) = &entry.content else { return None };
    match &keys.iter().find(|(there, _)| there == key)?.1.content {
        Content::One(Value::Null) | Content::List(_) | Content::Map(_) => None,
        Content::One(value) => Some(value),
    }
}

/// The text under the first of the keys that tell entries apart.
fn id_of<'n>(entry: &'n Node, keyed: &Keyed) -> Option<&'n str> {
    key_of(entry, keyed.by.first()?)?.as_str()
}

/// What tells the entry apart from others; `None` where the first of its keys is not there.
fn identity(entry: &Node, by: &[&str]) -> Option<String> {
    key_of(entry, by.first()?)?;
    let parts = by.iter().map(|key| key_of(entry, key).map_or_else(|| "~".to_owned(), Value::to_string));
    Some(parts.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const BY: MergeBy = MergeBy {
        keyed: &[
            Keyed { list: "places", entry: "place", by: &["id"], ordered: true },
            Keyed { list: "rates", entry: "rate", by: &["kind", "place"], ordered: false },
        ],
        whole: &["when"],
    };

    const BASE: &str = "\
name: base
tags: [a, b]
places:
  - {id: north, owner: ann, when: {field: country, is: NO}}
  - {id: south, owner: bob}
rates:
  - {kind: x, a_year: 1}
  - {kind: x, place: north, a_year: 2}
";

    fn merged(own: &str) -> (Document, Problems) {
        let mut problems = Problems::new();
        let base = Document::parse_yaml("base.yaml", BASE, &mut problems).unwrap();
        let own = Document::parse_yaml("own.yaml", own, &mut problems).unwrap();
        (own.merged_onto(&base, &BY, &mut problems), problems)
    }

    #[test]
    fn entries_change_where_something_is_written_and_stay_elsewhere() {
        let (document, problems) = merged(
            "tags: [c]\nplaces: [{id: south, owner: eve}, {id: north, owner: ~, when: {always: true}}]\n\
             rates: [{kind: x, place: north, a_year: 5}, {kind: y, a_year: 7}]\n",
        );
        assert!(problems.is_empty(), "{problems}");
        assert_eq!(
            document.value(),
            &json!({
                "name": "base",
                "tags": ["c"],
                "places": [{"id": "north", "when": {"always": true}}, {"id": "south", "owner": "eve"}],
                "rates": [{"kind": "x", "a_year": 1}, {"kind": "x", "place": "north", "a_year": 5}, {"kind": "y", "a_year": 7}],
            })
        );
    }

    #[test]
    fn each_value_keeps_the_file_line_and_path_at_which_it_was_written() {
        let (document, mut problems) = merged("places:\n  - id: south\n    owner: eve\n");
        problems.at(&document, "/places/1/owner", "wrong", "");
        problems.at(&document, "/places/0/owner", "wrong", "");
        problems.at(&document, "/name", "wrong", "");
        let said: Vec<String> = problems.sorted().iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "base.yaml:1:1 name: wrong",
                "base.yaml:4:17 places[0].owner: wrong",
                "own.yaml:3:5 places[0].owner: wrong"
            ]
        );
    }

    #[test]
    fn entries_are_taken_out_and_put_in_order() {
        let (document, problems) =
            merged("places: [{id: south, before: north}, {id: middle, before: north}, {id: top, before: south}]\n");
        assert!(problems.is_empty(), "{problems}");
        assert_eq!(document.names_in("places", "id"), ["top", "south", "middle", "north"]);
        let (document, _) = merged("places: [{id: north, remove: true}]\n");
        assert_eq!(document.names_in("places", "id"), ["south"]);
    }

    #[test]
    fn what_is_not_there_cannot_be_taken_out_nor_stood_before() {
        let (_, problems) = merged(
            "places:\n  - {id: nort, remove: true}\n  - {id: new, before: sout}\nrates:\n  - {kind: x, place: south, remove: true}\n",
        );
        let said = problems.to_string();
        for wanted in [
            "own.yaml:2:5 places[0]: there is no place `nort` to take out; did you mean `north`?",
            "own.yaml:3:15 places[1].before: unknown place `sout`; did you mean `south`?",
            "own.yaml:5:5 rates[0]: there is no rate `x, south` to take out",
        ] {
            assert!(said.contains(wanted), "wanted {wanted}\nin\n{said}");
        }
    }

    #[test]
    fn an_entry_that_is_told_twice_stays_twice() {
        let (document, _) = merged("places: [{id: south, owner: eve}, {id: south, owner: dan}]\n");
        assert_eq!(document.names_in("places", "id"), ["north", "south", "south"]);
    }
}
