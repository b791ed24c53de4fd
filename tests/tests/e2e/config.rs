//! Config as its operators meet it: the command that checks it, and the pointer that only what passes can move.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use revloops_cli::config;
use revloops_config::ConfigStore as _;
use revloops_tests::system::System;
use revloops_tests::tools::project_root;
use tempfile::TempDir;

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// A copy of the shipped config, in which each text is replaced by the other; each must be there.
pub(crate) fn config_with(mistakes: &[(&str, &str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&project_root().join("config"), folder.path());
    for (file, right, wrong) in mistakes {
        let path = folder.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(right), "{file} has no `{right}` any more");
        fs::write(&path, text.replacen(right, wrong, 1)).unwrap();
    }
    folder
}

fn line_of(file: &Path, text: &str) -> usize {
    fs::read_to_string(file).unwrap().lines().position(|line| line.contains(text)).unwrap() + 1
}

/// The command line, as it was built with this test: `target/<profile>/revloops` beside `target/<profile>/deps`.
pub(crate) fn revloops() -> Command {
    let this = std::env::current_exe().unwrap();
    Command::new(this.ancestors().nth(2).unwrap().join("revloops"))
}

fn check(folder: &Path) -> Output {
    revloops().args(["check", "--config"]).arg(folder).output().unwrap()
}

#[test]
fn five_planted_mistakes_are_all_said_with_line_and_remedy() {
    let mistakes = [
        ("loops/qualify/scoring.yaml", "min_score: 85", "min_score: 185"),
        ("loops/qualify/levers.yaml", "min_likelihood: 6", "min_likelyhood: 6"),
        ("loops/route/rules.yaml", "pool: inbound-sdr", "pool: inbound-sdrs"),
        ("scenarios/fy27-baseline.yaml", "[DE, AT, CH, LI]", "[DE, AT, CH, XX]"),
        ("loops/route/pools.yaml", "weight: 2", "weight: heavy"),
    ];
    let folder = config_with(&mistakes);
    let output = check(folder.path());
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    for (file, _, wrong) in mistakes {
        let at = format!("{file}:{}:", line_of(&folder.path().join(file), wrong));
        let line =
            said.lines().find(|line| line.contains(&at)).unwrap_or_else(|| panic!("nothing is said of {at}\n{said}"));
        assert!(line.contains("; "), "no remedy in: {line}");
    }
    for nearest in ["did you mean `min_likelihood`", "did you mean `inbound-sdr`"] {
        assert!(said.contains(nearest), "{nearest}\n{said}");
    }
}

#[test]
fn ten_mistakes_in_a_plan_are_all_said_and_nothing_that_reads_from_it_passes() {
    let file = "scenarios/fy27-baseline.yaml";
    let mistakes = [
        (file, "[0, 10, 25, 50, 75, 100]", "[0, -10, 25, 50, 75, 100]"),
        (file, "[20, 50, 80, 100]", "[]"),
        (file, "reports_to: helen}", "reports_to: helena}"),
        (file, "{a_year: 900000}", "{a_year: 0}"),
        (file, "{id: fr-1, person: pierre.laurent@northfield.example, profile: ae-enterprise,", "{id: fr-1,"),
        (file, "starts: 2026-10-01}", "starts: 2026-10-01, ends: 2026-01-01}"),
        (file, "allocation_percent: 40", "allocation_percent: 41"),
        (file, "  - id: emea\n", "  - id: emea\n    parent: uk-ireland\n"),
        (file, "  - id: iberia\n    parent: emea", "  - id: iberia\n    parent: europe"),
        (file, "{low: 0, likely: 30, high: 120}", "{low: 60, likely: 30, high: 120}"),
        (file, "{starts: 2028-01, segment: mid-market", "{starts: 2027-06, segment: mid-market"),
    ];
    let folder = config_with(&mistakes);
    let output = check(folder.path());
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    for (file, _, wrong) in mistakes {
        let wrong = wrong.lines().last().unwrap();
        let at = format!("{file}:{}:", line_of(&folder.path().join(file), wrong));
        let line =
            said.lines().find(|line| line.contains(&at)).unwrap_or_else(|| panic!("nothing is said of {at}\n{said}"));
        assert!(line.contains("; "), "no remedy in: {line}");
        assert_eq!(said.matches(line).count(), 1, "said twice: {line}");
    }
    // Route reads its territories from the plan, and the other plan is based on it.
    for name in ["fy27-baseline (active)", "fy27-iberia", "route"] {
        let row = said.lines().find(|line| line.trim_start().starts_with(name)).unwrap();
        assert!(row.contains(" problems "), "{row}");
    }
}

#[test]
fn the_shipped_config_passes_and_says_so_in_json() {
    let output = revloops().args(["check", "--json"]).output().unwrap();
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), said["ok"].as_bool()), (Some(0), Some(true)), "{said}");
    assert!(said["loops"].as_array().unwrap().iter().all(|one| one["cases"].as_u64().unwrap() >= 10));
    let active = said["scenarios"].as_array().unwrap().iter().filter(|one| one["active"] == true);
    assert!(active.map(|one| one["seats"].as_u64().unwrap()).eq([14]), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_config_whose_case_fails_never_becomes_active() -> anyhow::Result<()> {
    let system = System::running().await?;
    let store = config::store(&system.endpoints).await?;
    let before = store.pointer("route").await?.unwrap().pointer.active;
    // It reads well and every name is right, but it does what the operators' own cases say it must not.
    let folder = config_with(&[("loops/route/rules.yaml", "at_least: 5000", "at_least: 2")]);
    let refused = config::publish(&system.context, &system.endpoints, folder.path(), &["route".to_owned()]).await;
    assert!(refused.is_err_and(|error| error.to_string().contains("nothing was promoted")));
    assert_eq!(store.pointer("route").await?.unwrap().pointer.active, before);
    Ok(())
}
