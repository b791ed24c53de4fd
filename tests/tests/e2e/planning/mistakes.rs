//! A scenario with many mistakes: all are told, each with its line and remedy, and nothing of it becomes active.

use revloops_cli::config;
use revloops_config::ConfigStore as _;

use super::system::Own;

/// What is wrong, by a text that stands in its line and nowhere else.
const MISTAKES: [(&str, &str); 10] = [
    ("negative ramp", "percent_by_month: [0, -10, 50]"),
    ("unknown ramp curve", "ramp: standart"),
    ("unknown profile", "{id: s1, profile: ae-enterprize, segment: enterprise, territory: dach, starts: 2027-01-01}"),
    ("unknown segment", "{id: s2, profile: ae-enterprise, segment: enterprse, territory: dach, starts: 2027-01-01}"),
    (
        "unknown territory",
        "{id: s3, profile: ae-enterprise, segment: enterprise, territory: dachh, starts: 2027-01-01}",
    ),
    (
        "ends before it starts",
        "{id: s4, profile: ae-enterprise, segment: enterprise, territory: dach, starts: 2027-06-01, ends: 2027-01-01}",
    ),
    ("orphan territory", "{id: lost, parent: emeaa, name: Lost, when: {field: country, is: MT}}"),
    ("cyclic parents", "{id: round, parent: about, name: Round, when: {field: country, is: CY}}"),
    ("unknown country", "{id: nowhere, parent: emea, name: Nowhere, when: {field: country, is: XX}}"),
    ("manager of himself", "{id: nobody, name: Nobody, reports_to: nobody}"),
];

const SCENARIO: &str = "\
based_on: fy27-baseline
name: Full of mistakes
ramp_curves:
  - {id: quick, percent_by_month: [0, -10, 50]}
profiles:
  - {id: ae-enterprise, ramp: standart}
managers:
  - {id: nobody, name: Nobody, reports_to: nobody}
roster:
  - {id: s1, profile: ae-enterprize, segment: enterprise, territory: dach, starts: 2027-01-01}
  - {id: s2, profile: ae-enterprise, segment: enterprse, territory: dach, starts: 2027-01-01}
  - {id: s3, profile: ae-enterprise, segment: enterprise, territory: dachh, starts: 2027-01-01}
  - {id: s4, profile: ae-enterprise, segment: enterprise, territory: dach, starts: 2027-06-01, ends: 2027-01-01}
territories:
  - {id: lost, parent: emeaa, name: Lost, when: {field: country, is: MT}}
  - {id: round, parent: about, name: Round, when: {field: country, is: CY}}
  - {id: about, parent: round, name: About, when: {field: country, is: GR}}
  - {id: nowhere, parent: emea, name: Nowhere, when: {field: country, is: XX}}
";

pub(super) async fn nothing_of_a_wrong_scenario_is_promoted(own: &Own) -> anyhow::Result<()> {
    let store = config::store(&own.endpoints).await?;
    let before = (
        std::fs::read_to_string(own.active_file())?,
        store.pointer("scenario").await?.map(|read| read.etag),
        store.pointer("route").await?.map(|read| read.etag),
    );
    assert!(before.1.is_some() && before.2.is_some(), "`up` has made one active");
    let file = own.config().join("scenarios/wrong.yaml");
    std::fs::write(&file, SCENARIO)?;

    let folder = own.config().to_string_lossy().into_owned();
    let refused = own.revloops(&["design", "promote", "wrong", "--config", &folder, "--approve", "0000"]);
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    for (mistake, text) in MISTAKES {
        let line = SCENARIO.lines().position(|line| line.contains(text)).unwrap() + 1;
        let at = format!("scenarios/wrong.yaml:{line}:");
        let told = said.lines().find(|line| line.contains(&at));
        let told = told.unwrap_or_else(|| panic!("nothing is said of the {mistake} at {at}\n{said}"));
        assert!(told.contains("; "), "no remedy in: {told}");
    }

    let after = (
        std::fs::read_to_string(own.active_file())?,
        store.pointer("scenario").await?.map(|read| read.etag),
        store.pointer("route").await?.map(|read| read.etag),
    );
    assert_eq!(after, before, "neither the file nor a pointer was changed");
    let (plans, _) = own.told(&["territories", "list"]);
    assert_eq!(plans.as_array().unwrap().len(), 0, "{plans}");
    std::fs::remove_file(file)?;
    Ok(())
}
