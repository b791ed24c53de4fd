//! `territories.yaml`: where leads live. Not a file of its own but the active scenario's roles, lists and territories.

use std::path::Path;

use revloops_config::{Document, Problems, Sources};
use revloops_rules::Known;

pub(crate) use revloops_scenario::territories::ReadTerritories;
pub use revloops_scenario::{Territories, Territory};

/// What the territories are called among the sources, and in bundles.
pub const TERRITORIES: &str = "territories.yaml";

/// The territories of the active scenario.
pub(crate) fn of_active_scenario(config_root: &Path, problems: &mut Problems) -> Sources {
    let document: Option<Document> = revloops_scenario::active_territories(config_root, problems);
    document.map(|document| (TERRITORIES.to_owned(), document)).into_iter().collect()
}

pub(crate) fn read(sources: &Sources, known: &Known<'_>, problems: &mut Problems) -> Option<ReadTerritories> {
    Some(revloops_scenario::territories::read::read(sources.get(TERRITORIES)?, known, problems))
}
