//! Scenarios as people write them: what they come out as, and what is said of mistakes.

use std::path::Path;

use revloops_config::Problems;

use crate::Resolved;

fn config_root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../config"))
}

fn shipped(id: &str) -> Resolved {
    let mut problems = Problems::new();
    let read = crate::read(config_root(), id, &mut problems);
    problems.into_result(read).unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn the_shipped_scenarios_pass_and_the_active_one_is_among_them() {
    let mut problems = Problems::new();
    let active = crate::active(config_root(), &mut problems).unwrap();
    let all = crate::all(config_root());
    assert!(problems.is_empty() && all.contains(&active), "{problems} {all:?}");
    for id in all {
        assert_eq!(shipped(&id).scenario.id, id);
    }
}
