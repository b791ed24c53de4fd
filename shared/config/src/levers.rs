//! What a loop's config must be able to do.

use std::path::Path;

use crate::{Document, Problems, Sources};

/// One file of a loop's config folder.
#[derive(Debug, Clone, Copy)]
pub struct LeverFile {
    /// `levers.yaml` for one.
    pub name: &'static str,
    /// The raw shape's JSON Schema, from which `config/schemas` is generated.
    pub schema: fn() -> schemars::Schema,
}

/// A loop's checked config: built from its files or not at all.
pub trait Levers: Sized + Send + Sync + 'static {
    /// The config folder's name, the same as the loop's.
    const LOOP: &'static str;

    /// The files that must be there, besides `cases.yaml`.
    const FILES: &'static [LeverFile];

    /// What the loop reads beside its own folder, named as in the sources: parts of a plan that others read as well.
    fn from_elsewhere(_config_root: &Path, _problems: &mut Problems) -> Sources {
        Sources::new()
    }

    /// Raw shapes → checked type; adds a [`crate::Problem`] for everything that is wrong, and returns `None` then.
    fn check(sources: &Sources, problems: &mut Problems) -> Option<Self>;
}

/// Reads the files of `L` (and `cases.yaml`) from `config_root`/loops/<loop>, and what it reads beside them; what cannot
/// be read is a problem.
pub fn read_sources<L: Levers>(config_root: &Path, problems: &mut Problems) -> Sources {
    let mut sources = L::from_elsewhere(config_root, problems);
    for name in L::FILES.iter().map(|file| file.name).chain(["cases.yaml"]) {
        let file = format!("loops/{}/{name}", L::LOOP);
        if let Some(document) = Document::read_yaml(config_root, &file, problems) {
            sources.insert(name.to_owned(), document);
        }
    }
    sources
}
