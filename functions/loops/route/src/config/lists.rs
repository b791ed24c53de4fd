//! `lists.yaml`: long lists of values, which rules and territories name: `in_list: competitors`.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use revloops_config::{Problems, Sources};
use revloops_rules::NamedList;
use revloops_scenario::lists::{RawList, read_lists};

use super::territories::TERRITORIES;

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

/// The file's lists, and those of the scenario, which its territories may name wherever they are read.
pub(crate) fn check(sources: &Sources, problems: &mut Problems) -> Vec<Arc<NamedList>> {
    let mut lists = Vec::new();
    if let Some(document) = sources.get("lists.yaml") {
        let _reported = document.read::<RawLists>(problems);
        lists = read_lists(document, problems);
    }
    let Some(scenario) = sources.get(TERRITORIES) else { return lists };
    for (at, name) in scenario.names_in("lists", "id").into_iter().enumerate() {
        if lists.iter().any(|list| list.name() == name) {
            let what = format!("lists.yaml of Route has a list `{name}` as well");
            problems.at(scenario, &format!("/lists/{at}/id"), what, "rename one: rules and territories may name both");
        }
    }
    lists.extend(read_lists(scenario, problems));
    lists
}
