//! `lists.yaml`: long lists of values, which rules and territories name: `in_list: competitors`.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use revloops_config::{Problems, Sources};
use revloops_rules::NamedList;

use super::names::{id, once};

/// The file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawLists {
    /// Lists.
    #[expect(
        dead_code,
        reason = "for the schema; the entries are read one by one, so that a broken one hides no other"
    )]
    lists: Vec<RawList>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawList {
    /// What conditions call it.
    id: String,
    /// What it is for, in words.
    #[expect(dead_code, reason = "for people who read the file")]
    description: String,
    /// The values: domains, postal codes, account ids, …; in any case and any order.
    values: Vec<String>,
}

pub(crate) fn check(sources: &Sources, problems: &mut Problems) -> Vec<Arc<NamedList>> {
    let Some(document) = sources.get("lists.yaml") else { return Vec::new() };
    let _reported = document.read::<RawLists>(problems);
    let raw = document.items::<RawList>("lists");
    once("list", raw.iter().map(|(at, one)| (one.id.as_str(), format!("/lists/{at}/id"))), document, problems);
    let mut lists = Vec::new();
    for (at, raw) in raw {
        id(&raw.id, document, &format!("/lists/{at}/id"), problems);
        let list = NamedList::new(&raw.id, &raw.values);
        if list.is_empty() {
            let what = format!("the list `{}` is empty, and nothing can be in it", raw.id);
            problems.at(document, &format!("/lists/{at}/values"), what, "add a value, or take the list out");
        }
        lists.push(Arc::new(list));
    }
    // A list that could not be read has a name all the same: its mistake is reported once, and not where it is named.
    for name in document.names_in("lists", "id") {
        if !lists.iter().any(|list| list.name() == name) {
            lists.push(Arc::new(NamedList::new(name, [""; 0])));
        }
    }
    lists
}
