//! The config that the project ships: what it does, and what is said of it with mistakes planted.

use std::path::PathBuf;

use revloops_config::levers::read_sources;
use revloops_config::{Document, Levers, Problems, Sources};

/// The project's config folder.
#[must_use]
pub fn config_root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../config")
}

/// The files of one loop, `cases.yaml` among them.
fn shipped_sources<L: Levers>() -> Sources {
    let mut problems = Problems::new();
    let sources = read_sources::<L>(&config_root(), &mut problems);
    assert!(problems.is_empty(), "{problems}");
    sources
}

/// The config of one loop. Read it once for many tests: checking YAML against schemas is slow.
///
/// # Panics
/// When a file cannot be read, or there is any problem with the config.
#[must_use]
#[expect(clippy::expect_used, reason = "without a problem there is a config; tests only")]
pub fn shipped_config<L: Levers>() -> L {
    let mut problems = Problems::new();
    let config = L::check(&shipped_sources::<L>(), &mut problems);
    assert!(problems.is_empty(), "{problems}");
    config.expect("a config without problems")
}

/// The files of one loop, with the first text of each pair replaced by the second in one of them.
///
/// # Panics
/// When a text to be replaced is not there, or the file is no YAML afterwards.
#[must_use]
#[expect(clippy::expect_used, reason = "what is missing must fail the test; tests only")]
pub fn shipped_sources_with<L: Levers>(file: &str, changes: &[(&str, &str)]) -> Sources {
    let mut sources = shipped_sources::<L>();
    let path = format!("loops/{}/{file}", L::LOOP);
    let mut text = std::fs::read_to_string(config_root().join(&path)).expect("a file of this loop's config");
    for (from, to) in changes {
        assert!(text.contains(from), "{from} is not in {file}");
        text = text.replacen(from, to, 1);
    }
    let mut problems = Problems::new();
    let document = Document::parse_yaml(&path, &text, &mut problems);
    assert!(problems.is_empty(), "{problems}");
    sources.insert(file.to_owned(), document.expect("a document without problems"));
    sources
}
