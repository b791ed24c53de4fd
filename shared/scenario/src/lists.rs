//! Long lists of values, which conditions name: `in_list: competitors`.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use revloops_config::names::{id, once};
use revloops_config::{Document, Problems};
use revloops_rules::NamedList;

/// A list, as config writes it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawList {
    /// What conditions call it.
    id: String,
    /// What it is for, in words.
    description: String,
    /// The values: domains, postal codes, account ids, …; in any case and any order.
    values: Vec<String>,
}

/// The lists under `lists` in the document, whose shape has been checked.
pub fn read_lists(document: &Document, problems: &mut Problems) -> Vec<Arc<NamedList>> {
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
