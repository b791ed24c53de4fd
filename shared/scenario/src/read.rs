//! Scenarios by their ids.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use revloops_config::{Document, Problems};

use crate::check::TERRITORY_KEYS;
use crate::resolved::Resolved;
use crate::source::{self, Files, Folder, path_of};

/// The scenario in `config_root`/scenarios, resolved and checked; `None` where anything is wrong, which is all added.
pub fn read(config_root: &Path, id: &str, problems: &mut Problems) -> Option<Resolved> {
    checked(&Folder(config_root), id, problems).0
}

/// The id of the active scenario: the one line of `config_root`/active_scenario.yaml.
pub fn active(config_root: &Path, problems: &mut Problems) -> Option<String> {
    source::active(&Folder(config_root), problems)
}

/// The ids of all scenarios in `config_root`/scenarios, in order.
#[must_use]
pub fn all(config_root: &Path) -> Vec<String> {
    Folder(config_root).ids()
}

/// Where accounts and leads live by the active scenario: its roles, lists and territories, each value at its place in the
/// scenario's file. What is wrong with the scenario, elsewhere in it as well, is added.
pub fn active_territories(config_root: &Path, problems: &mut Problems) -> Option<Document> {
    let folder = Folder(config_root);
    let id = source::active(&folder, problems)?;
    let document = checked(&folder, &id, problems).1?;
    Some(document.only(&TERRITORY_KEYS))
}

/// A scenario of texts by id, as if they were files: `parse_text(&[("base", "…"), ("other", "based_on: base …")], "other",
/// …)`. For tests, and for plans that come from elsewhere.
pub fn parse_text(texts: &[(&str, &str)], id: &str, problems: &mut Problems) -> Option<Resolved> {
    let texts = texts.iter().map(|(id, text)| (path_of(id), *text)).collect();
    checked(&Texts(texts), id, problems).0
}

/// The scenario where nothing is wrong, and its document where there is one at all.
fn checked(files: &dyn Files, id: &str, problems: &mut Problems) -> (Option<Resolved>, Option<Document>) {
    // Apart from what was found before, so that it cannot pass for a problem of this scenario.
    let mut found = Problems::new();
    let source = source::source(files, id, &mut found);
    let resolved =
        source.as_ref().and_then(|source| Resolved::of(id, source.based_on.clone(), &source.document, &mut found));
    problems.extend(found);
    (resolved, source.map(|source| source.document))
}

/// Files in memory, by path.
struct Texts<'a>(BTreeMap<String, &'a str>);

impl Files for Texts<'_> {
    fn read(&self, path: &str, problems: &mut Problems) -> Option<Document> {
        let Some(text) = self.0.get(path) else {
            let nowhere = Document::from_value(path, Value::Null);
            problems.at(&nowhere, "", "is not there", "give its text");
            return None;
        };
        Document::parse_yaml(path, text, problems)
    }

    fn ids(&self) -> Vec<String> {
        let named = self.0.keys().filter_map(|path| path.strip_prefix("scenarios/")?.strip_suffix(".yaml"));
        named.map(str::to_owned).collect()
    }
}
