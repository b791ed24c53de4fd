//! Scenarios as people write them: what they come out as, and what is said of mistakes.

mod accounts;
mod based_on;
mod planted;
mod sent;

use std::path::Path;

use revloops_config::Problems;

use crate::{Resolved, parse_text};

fn config_root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../config"))
}

fn text_of(id: &str) -> String {
    std::fs::read_to_string(config_root().join("scenarios").join(format!("{id}.yaml"))).unwrap()
}

fn shipped(id: &str) -> Resolved {
    let mut problems = Problems::new();
    let read = crate::read(config_root(), id, &mut problems);
    problems.into_result(read).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The last of these scenarios.
fn parsed(texts: &[(&str, &str)]) -> Resolved {
    let mut problems = Problems::new();
    let read = parse_text(texts, texts.last().unwrap().0, &mut problems);
    problems.into_result(read).unwrap_or_else(|problems| panic!("{problems}"))
}

/// All that is said of the last of these scenarios.
fn said_of(texts: &[(&str, &str)]) -> Vec<String> {
    let mut problems = Problems::new();
    let read = parse_text(texts, texts.last().unwrap().0, &mut problems);
    assert_eq!(read.is_none(), !problems.is_empty(), "a scenario is there where nothing is wrong, and only then");
    problems.sorted().iter().map(ToString::to_string).collect()
}

/// `text` with each first replaced by the second, which must be there.
fn changed(text: &str, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "there is no `{from}`");
        text.replacen(from, to, 1)
    })
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

#[test]
fn an_active_scenario_that_is_not_there_is_said_with_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("scenarios")).unwrap();
    std::fs::write(folder.path().join("scenarios/fy27.yaml"), text_of("fy27-baseline")).unwrap();
    std::fs::write(folder.path().join("active_scenario.yaml"), "active_scenario: fy26\n").unwrap();
    let mut problems = Problems::new();
    assert_eq!(crate::active(folder.path(), &mut problems), None);
    assert_eq!(
        problems.to_string(),
        "active_scenario.yaml:1:1 active_scenario: unknown scenario `fy26`; did you mean `fy27`? allowed: fy27"
    );
}
