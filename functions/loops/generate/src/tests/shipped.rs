//! The shipped config: right as it is, and every mistake named.

use revloops_config::{Levers as _, Problems};
use revloops_loopkit::change::check_folder;
use revloops_testkit::{config_root, shipped_sources_with};

use crate::{Generate, GenerateConfig};

fn problems(changes: &[(&str, &str)]) -> String {
    let mut problems = Problems::new();
    let config = GenerateConfig::check(&shipped_sources_with::<GenerateConfig>("levers.yaml", changes), &mut problems);
    assert!(config.is_none());
    problems.to_string()
}

#[test]
fn the_shipped_config_passes_all_its_cases() {
    if let Err(problems) = check_folder::<Generate>(&config_root()) {
        panic!("{problems}");
    }
}

#[test]
fn every_mistake_is_named_with_what_is_right() {
    let said = problems(&[
        ("  hiring:\n    weight: 30", "  hireing:\n    weight: 30"),
        ("    lower: 40\n    half_life_days: 60", "    lower: 40\n    stop_days: 10"),
        ("    when: { always: true }", "    when: { field: employees, at_least: 1 }"),
    ]);
    for expected in ["hireing", "`hiring` is missing", "neither lowers nor stops", "last row does not hold always"] {
        assert!(said.contains(expected), "{expected} is not in\n{said}");
    }
}

#[test]
fn a_threshold_that_no_account_can_reach_is_a_problem() {
    let said = problems(&[
        ("min_score: 40", "min_score: 100"),
        ("weight: 55", "weight: 5"),
        ("weight: 30", "weight: 0"),
        ("weight: 50", "weight: 0"),
        ("weight: 35", "weight: 0"),
        ("weight: 25", "weight: 0"),
        ("weight: 20", "weight: 0"),
        ("weight: 45", "weight: 0"),
    ]);
    assert!(said.contains("no account can reach 100"), "{said}");
}
