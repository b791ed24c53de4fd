//! Scenarios as one file with a hash.

use serde_json::{Value, json};

use super::{changed, config_root, parsed, said_of, shipped, text_of};
use crate::{Resolved, ResolvedError};

#[test]
fn the_same_plan_has_the_same_hash_however_it_was_written() {
    let base = text_of("fy27-baseline");
    let hash = |text: &str| parsed(&[("fy27", text)]).scenario.hash;
    let plain = hash(&base);
    for (right, other) in [
        ("months: 36", "\"months\": 36"),
        ("{id: helen, name: Helen Brandt}", "{name: Helen Brandt, id: helen}"),
        ("starts: 2023-09-01}", "starts: 2023-09-01, allocation_percent: 100.00}"),
        ("a_year: 900000", "a_year: 900000.00"),
        ("person: dan.whitaker@northfield.example", "person: Dan.Whitaker@Northfield.example"),
        ("about: Germany, Austria", "# a remark\n    about: Germany, Austria"),
    ] {
        assert_eq!(hash(&changed(&base, &[(right, other)])), plain, "{other}");
    }
    assert_ne!(hash(&changed(&base, &[("a_year: 900000", "a_year: 900000.01")])), plain);
    assert_ne!(hash(&changed(&base, &[("[DE, AT, CH, LI]", "[DE, AT, CH]")])), plain);
    let same =
        parsed(&[("fy27", &base), ("same", "based_on: fy27\nroster:\n  - {id: uk-1, profile: ae-mid-market}\n")]);
    assert_eq!(same.scenario.hash, plain, "a scenario that changes nothing is the same plan");
}

#[test]
fn what_is_sent_is_read_back_as_the_same_plan() {
    for id in crate::all(config_root()) {
        let scenario = shipped(&id);
        let mut wanted = scenario.clone();
        wanted.scenario.based_on.clear();
        assert_eq!(Resolved::from_json(&scenario.to_json()).unwrap(), wanted, "{id}");
    }
}

#[test]
fn a_scenario_that_was_changed_on_its_way_is_refused() {
    let sent: Value = serde_json::from_slice(&shipped("fy27-baseline").to_json()).unwrap();
    let mut changed = sent.clone();
    changed["content"]["months"] = json!(24);
    let refused = Resolved::from_json(&serde_json::to_vec(&changed).unwrap());
    assert!(matches!(refused, Err(ResolvedError::WrongHash { .. })), "{refused:?}");
    let refused = Resolved::from_json(b"{\"scenario\": \"x\"}");
    assert!(matches!(refused, Err(ResolvedError::NotExported(_))), "{refused:?}");
}

#[test]
fn a_scenario_with_the_right_hash_and_a_wrong_plan_is_refused() {
    let mut sent: Value = serde_json::from_slice(&shipped("fy27-baseline").to_json()).unwrap();
    sent["content"]["months"] = json!(0);
    sent["content"]["roster"][0]["profile"] = json!("nobody");
    sent["sha256"] = json!(revloops_domain::sha256_hex(&serde_json::to_vec(&sent["content"]).unwrap()));
    let Err(ResolvedError::Invalid { problems, .. }) = Resolved::from_json(&serde_json::to_vec(&sent).unwrap()) else {
        panic!("it was taken")
    };
    let said = problems.to_string();
    assert!(said.contains("months: 0 is too small; at least 1"), "{said}");
    assert!(said.contains("roster[0].profile: unknown profile `nobody`"), "{said}");
}

#[test]
fn what_is_written_into_the_folder_reads_as_the_same_plan_and_replaces_nothing() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("scenarios")).unwrap();
    for id in crate::all(config_root()) {
        let sent = Resolved::from_json(&shipped(&id).to_json()).unwrap();
        let path = sent.write(folder.path()).unwrap();
        assert_eq!(path, format!("scenarios/{id}.yaml"));
        let mut problems = revloops_config::Problems::new();
        assert_eq!(crate::read(folder.path(), &id, &mut problems).as_ref(), Some(&sent), "{problems}");
        assert!(matches!(sent.write(folder.path()), Err(ResolvedError::Exists(_))));
    }
}

#[test]
fn the_written_file_says_everything_in_the_order_in_which_people_do() {
    let text = shipped("fy27-iberia").to_yaml();
    let keys: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_alphabetic()))
        .filter_map(|line| Some(line.split_once(':')?.0))
        .collect();
    assert_eq!(keys[..5], ["name", "about", "currency", "starts", "months"]);
    assert!(text.contains("  - id: iberia-first\n    profile: ae-mid-market\n    segment: mid-market\n"), "{text}");
    assert!(text.contains("in: [SE, \"NO\", DK, FI, IS]"), "{text}");
    assert_eq!(said_of(&[("again", &text)]), [""; 0]);
}
