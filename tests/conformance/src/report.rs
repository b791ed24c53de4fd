//! What the suite said.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde::Deserialize;

/// What came of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// It passed.
    Success,
    /// It failed.
    Failure,
    /// A recommendation is not followed.
    Warning,
    /// It does not apply.
    Skipped,
    /// It only tells something.
    Info,
}

/// One check of a scenario.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// Its name in the suite, such as `sep-2549-ttl-non-negative`; a scenario may repeat it.
    pub id: String,
    /// What came of it.
    pub status: Status,
    /// What it looks at.
    #[serde(default)]
    pub description: String,
    /// Why it failed.
    #[serde(default)]
    pub error_message: Option<String>,
}

/// One scenario that was run.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Its name, such as `tools-list`.
    pub name: String,
    /// Whether the revision requires it; what was named by the caller counts as required.
    pub required: bool,
    /// What it looked at, in order.
    pub checks: Vec<Check>,
}

impl Scenario {
    /// How many checks came out so.
    #[must_use]
    pub fn count(&self, status: Status) -> usize {
        self.checks.iter().filter(|check| check.status == status).count()
    }
}

/// What the suite said.
#[derive(Debug, Clone)]
pub struct Report {
    /// The scenarios in the order of the run.
    pub scenarios: Vec<Scenario>,
    /// All that it printed.
    pub printed: String,
}

impl Report {
    /// The failed checks of required scenarios, one line each: `scenario: check: why`.
    #[must_use]
    pub fn failures(&self) -> Vec<String> {
        self.failures_besides(&[])
    }

    /// The same without checks of these names.
    #[must_use]
    pub fn failures_besides(&self, known: &[&str]) -> Vec<String> {
        let required = self.scenarios.iter().filter(|scenario| scenario.required);
        required.flat_map(|scenario| lines(scenario, Status::Failure, known)).collect()
    }

    /// Recommendations that are not followed, one line each.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        self.scenarios.iter().flat_map(|scenario| lines(scenario, Status::Warning, &[])).collect()
    }

    /// The scenario of this name, if it was run.
    #[must_use]
    pub fn scenario(&self, name: &str) -> Option<&Scenario> {
        self.scenarios.iter().find(|scenario| scenario.name == name)
    }

    /// How many checks passed, of all scenarios.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.scenarios.iter().map(|scenario| scenario.count(Status::Success)).sum()
    }
}

fn lines(scenario: &Scenario, status: Status, besides: &[&str]) -> Vec<String> {
    let told = scenario.checks.iter().filter(|check| check.status == status && !besides.contains(&check.id.as_str()));
    told.map(|check| {
        let why = check.error_message.as_deref().unwrap_or(&check.description);
        format!("{}: {}: {why}", scenario.name, check.id)
    })
    .collect()
}

/// Reads what the suite kept, in the order in which it says that it ran.
pub(crate) fn read(folder: &Path, printed: &str) -> anyhow::Result<Vec<Scenario>> {
    let unscored: Vec<&str> = printed
        .lines()
        .skip_while(|line| !line.starts_with("Not scored for "))
        .filter_map(|line| line.strip_prefix("  ✓ ").or_else(|| line.strip_prefix("  ✗ ")))
        .filter_map(|line| line.split(' ').next())
        .collect();
    let mut scenarios = Vec::new();
    for line in printed.lines() {
        let Some(name) = line.strip_prefix("Running client scenario ").and_then(|rest| rest.split('\'').nth(1)) else {
            continue;
        };
        scenarios.push(Scenario {
            name: name.to_owned(),
            required: !unscored.contains(&name),
            checks: checks(folder, name)?,
        });
    }
    Ok(scenarios)
}

/// The checks of one scenario: its folder's name is the scenario's, with who was tested before it and the time after it.
fn checks(folder: &Path, scenario: &str) -> anyhow::Result<Vec<Check>> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let bare = name.strip_prefix("authorization-server-").filter(|rest| is_of(rest, scenario));
        if bare.or_else(|| name.strip_prefix("server-").filter(|rest| is_of(rest, scenario))).is_none() {
            continue;
        }
        let file = entry.path().join("checks.json");
        if let Ok(text) = fs::read_to_string(&file) {
            return serde_json::from_str(&text).with_context(|| format!("reading {}", file.display()));
        }
    }
    let lost = Check {
        id: scenario.to_owned(),
        status: Status::Failure,
        description: "the scenario broke off".to_owned(),
        error_message: None,
    };
    Ok(vec![lost])
}

/// Whether `rest` is this scenario with a time such as `-2026-07-28T10-20-30-400Z` after it.
fn is_of(rest: &str, scenario: &str) -> bool {
    rest.strip_prefix(scenario).is_some_and(|time| {
        time.len() == 25
            && time.starts_with('-')
            && time.ends_with('Z')
            && time.chars().skip(1).take(4).all(|c| c.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(folder: &Path, name: &str, checks: &str) {
        let folder = folder.join(format!("{name}-2026-07-28T10-20-30-400Z"));
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("checks.json"), checks).unwrap();
    }

    const PRINTED: &str = "Running client scenario 'tools-list' against server: http://x\n\
        Running client scenario 'tools-list-more' against server: http://x\n\
        Running client scenario 'lost' against server: http://x\n\n\
        Not scored for 2026-07-28: 1 scenario(s) run, 1 failing. These do not affect conformance.\n  \
        ✗ tools-list-more (extension)\n";

    #[test]
    fn a_report_tells_failures_of_required_scenarios_alone() {
        let folder = tempfile::tempdir().unwrap();
        kept(
            folder.path(),
            "server-tools-list",
            r#"[{"id":"a","status":"SUCCESS"},{"id":"w","status":"WARNING","errorMessage":"should"}]"#,
        );
        kept(folder.path(), "server-tools-list-more", r#"[{"id":"b","status":"FAILURE","errorMessage":"no"}]"#);
        let scenarios = read(folder.path(), PRINTED).unwrap();
        let report = Report { scenarios, printed: String::new() };
        assert_eq!(report.scenarios.len(), 3);
        assert_eq!(report.passed(), 1);
        assert_eq!(report.failures(), ["lost: lost: the scenario broke off"]);
        assert_eq!(report.failures_besides(&["lost"]), [""; 0]);
        assert_eq!(report.warnings(), ["tools-list: w: should"]);
    }
}
