//! The shipped config, and what is said of one with mistakes.

use std::path::PathBuf;

use revloops_loopkit::change::check_folder;

use crate::Engage;

fn config_root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../config")
}

#[test]
fn the_shipped_config_passes_all_its_cases() {
    match check_folder::<Engage>(&config_root()) {
        Ok(candidate) => assert!(candidate.cases() >= 10),
        Err(problems) => panic!("{problems}"),
    }
}
