//! A scenario's files → one document in which every value knows where it was written.

use std::path::{Component, Path};

use schemars::{JsonSchema, Schema, schema_for};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use revloops_config::{Document, Keyed, MergeBy, Problems, names};

use crate::raw::{RawNamedAccounts, RawScenario};

/// How a scenario is merged with the one that it is based on.
const BY: MergeBy = MergeBy {
    keyed: &[
        Keyed { list: "segments", entry: "segment", by: &["id"], ordered: false },
        Keyed { list: "managers", entry: "manager", by: &["id"], ordered: false },
        Keyed { list: "ramp_curves", entry: "ramp curve", by: &["id"], ordered: false },
        Keyed { list: "seasonality", entry: "seasonality", by: &["id"], ordered: false },
        Keyed { list: "profiles", entry: "profile", by: &["id"], ordered: false },
        Keyed { list: "productivity", entry: "productivity", by: &["profile", "segment", "territory"], ordered: false },
        Keyed { list: "roster", entry: "seat", by: &["id"], ordered: false },
        Keyed { list: "hiring_plan", entry: "hire", by: &["id"], ordered: false },
        Keyed { list: "targets", entry: "target", by: &["starts", "segment", "territory"], ordered: false },
        Keyed { list: "lists", entry: "list", by: &["id"], ordered: false },
        Keyed { list: "territories", entry: "territory", by: &["id"], ordered: true },
        Keyed { list: "named_accounts", entry: "named account", by: &["account"], ordered: false },
    ],
    whole: &["when", "quota"],
};

/// Where scenario files come from.
pub(crate) trait Files {
    /// The document of this path under the config root; what is wrong with it is a problem.
    fn read(&self, path: &str, problems: &mut Problems) -> Option<Document>;
    /// The ids of all scenarios, in order.
    fn ids(&self) -> Vec<String>;
}

/// Files of a config folder.
pub(crate) struct Folder<'a>(pub(crate) &'a Path);

impl Files for Folder<'_> {
    fn read(&self, path: &str, problems: &mut Problems) -> Option<Document> {
        Document::read_yaml(self.0, path, problems)
    }

    fn ids(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.join("scenarios")).into_iter().flatten().flatten();
        let named = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let mut ids: Vec<String> = named.filter_map(|name| Some(name.strip_suffix(".yaml")?.to_owned())).collect();
        ids.sort();
        ids
    }
}

/// `config/active_scenario.yaml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawActive {
    /// The scenario that everything reads from, by the name of its file without `.yaml`.
    active_scenario: String,
}

/// The file that names the active scenario.
pub const ACTIVE_FILE: &str = "active_scenario.yaml";

pub(crate) fn active(files: &dyn Files, problems: &mut Problems) -> Option<String> {
    let document = files.read(ACTIVE_FILE, problems)?;
    let active = document.read::<RawActive>(problems)?.active_scenario;
    let ids = files.ids();
    if !ids.contains(&active) {
        let ids = ids.iter().map(String::as_str);
        problems.unknown_name(&document, "/active_scenario", "scenario", &active, ids);
        return None;
    }
    Some(active)
}

/// A scenario's document, merged with those that it is based on.
pub(crate) struct Source {
    pub(crate) document: Document,
    /// The scenarios that it is based on, nearest first.
    pub(crate) based_on: Vec<String>,
}

/// The path of a scenario's file under the config root.
#[must_use]
pub fn path_of(id: &str) -> String {
    format!("scenarios/{id}.yaml")
}

/// Reads the scenario and all that it is based on; each file is held against the schema as it is written, and the whole
/// against the schema of a whole.
pub(crate) fn source(files: &dyn Files, id: &str, problems: &mut Problems) -> Option<Source> {
    if !names::is_id(id) {
        let nowhere = Document::from_value(&path_of(id), Value::Null);
        names::id(id, &nowhere, "", problems);
        return None;
    }
    let schema = as_written();
    let mut chain: Vec<(String, Document)> = Vec::new();
    let mut next = Some(id.to_owned());
    while let Some(id) = next.take() {
        let document = files.read(&path_of(&id), problems)?;
        document.fits(&schema, problems);
        let document = with_accounts(files, document, problems);
        let base = document.value().get("based_on").and_then(Value::as_str).map(str::to_owned);
        chain.push((id, document));
        let Some(base) = base else { break };
        let document = &chain.last()?.1;
        if !files.ids().contains(&base) {
            let ids = files.ids();
            problems.unknown_name(document, "/based_on", "scenario", &base, ids.iter().map(String::as_str));
            return None;
        }
        if chain.iter().any(|(id, _)| *id == base) {
            let way: Vec<&str> = chain.iter().map(|(id, _)| id.as_str()).chain([base.as_str()]).collect();
            let what = format!("the scenario is based on itself: {}", way.join(" → "));
            problems.at(document, "/based_on", what, "take one of these steps out");
            return None;
        }
        next = Some(base);
    }
    let based_on = chain.iter().skip(1).map(|(id, _)| id.clone()).collect();
    let empty = Document::from_value("", Value::Object(Map::new()));
    let merged = chain.iter().rev().fold(empty, |base, (_, own)| own.merged_onto(&base, &BY, problems));
    // Where a file is wrong by itself, the whole says so again and no more; what is missing is only known here.
    merged.fits(&in_whole(), problems);
    Some(Source { document: merged.reported(), based_on })
}

/// The document with the named accounts that it has in a file of their own.
fn with_accounts(files: &dyn Files, document: Document, problems: &mut Problems) -> Document {
    let Some(from) = document.value().get("named_accounts_from").and_then(Value::as_str) else { return document };
    let path = Path::new(from);
    let inside = path.components().all(|part| matches!(part, Component::Normal(_)));
    if !inside || path.components().count() < 2 || path.extension().is_none_or(|extension| extension != "yaml") {
        let what = format!("`{from}` is no file of named accounts");
        let remedy = "a YAML file in a folder beside the scenarios, like accounts/fy27.yaml";
        problems.at(&document, "/named_accounts_from", what, remedy);
        return document;
    }
    let mut found = Problems::new();
    let read = files.read(&format!("scenarios/{from}"), &mut found);
    if read.is_none() && found.sorted().iter().all(|problem| problem.line == 0) {
        let what = format!("`{from}` cannot be read");
        problems.at(&document, "/named_accounts_from", what, "the file must be in config/scenarios");
        return document;
    }
    problems.extend(found);
    let Some(accounts) = read else { return document };
    accounts.fits(&accounts_as_written(), problems);
    document.with_entries_of(&accounts, "named_accounts")
}

/// The schema of a scenario's file as it is written: whatever it does not say, the base may.
#[must_use]
pub fn as_written() -> Schema {
    let mut schema = with_marks(schema_for!(RawScenario).to_value());
    nothing_required(&mut schema);
    Schema::try_from(schema).unwrap_or_default()
}

/// The schema of a file of named accounts.
#[must_use]
pub fn accounts_as_written() -> Schema {
    let mut schema = with_marks(schema_for!(RawNamedAccounts).to_value());
    nothing_required(&mut schema);
    Schema::try_from(schema).unwrap_or_default()
}

/// The schema of the file that names the active scenario.
#[must_use]
pub fn active_schema() -> Schema {
    schema_for!(RawActive)
}

/// The schema of a whole scenario. It has the marks of a difference as well, so that both schemas say the same of what is
/// wrong.
#[must_use]
pub fn in_whole() -> Schema {
    Schema::try_from(with_marks(schema_for!(RawScenario).to_value())).unwrap_or_default()
}

/// Adds `remove` and `before` to the entries of the lists that are merged entry by entry.
fn with_marks(mut schema: Value) -> Value {
    for keyed in BY.keyed {
        let items = schema.pointer(&format!("/properties/{}/items/$ref", keyed.list)).and_then(Value::as_str);
        let Some(pointer) = items.map(|items| format!("{}/properties", items.trim_start_matches('#'))) else {
            continue;
        };
        let Some(Value::Object(properties)) = schema.pointer_mut(&pointer) else { continue };
        let remove = json!({"description": "Takes the base's entry out.", "type": "boolean"});
        properties.insert("remove".to_owned(), remove);
        if keyed.ordered {
            let before = json!({"description": "The entry before which this one stands.", "type": "string"});
            properties.insert("before".to_owned(), before);
        }
    }
    schema
}

fn nothing_required(schema: &mut Value) {
    match schema {
        Value::Object(keys) => {
            if keys.get("required").is_some_and(Value::is_array) {
                keys.remove("required");
            }
            // A key without a value takes the base's out, whatever stands there.
            if let Some(kind) =
                keys.get("type").and_then(Value::as_str).filter(|kind| *kind != "null").map(str::to_owned)
            {
                keys.insert("type".to_owned(), json!([kind, "null"]));
            }
            keys.values_mut().for_each(nothing_required);
        }
        Value::Array(items) => items.iter_mut().for_each(nothing_required),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
