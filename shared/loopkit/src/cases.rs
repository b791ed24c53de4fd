//! `cases.yaml`: the operators' own tests, run by `check` and before a promotion.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use revloops_config::{Problems, Sources};

use crate::the_loop::Loop;

/// The file: named cases.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseFile<C> {
    /// Given this, expect that.
    pub cases: Vec<NamedCase<C>>,
}

/// One case.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedCase<C> {
    /// What it shows, in words.
    pub name: String,
    /// The case itself: `given` and `expect`, as the loop defines them.
    pub case: C,
}

/// One expectation that was not met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mismatch {
    /// What was looked at: `band`, `rule`, …
    pub what: String,
    /// What the case expects.
    pub expected: String,
    /// What came.
    pub found: String,
}

impl Mismatch {
    /// `None` where both are the same.
    pub fn unless_equal(what: &str, expected: impl fmt::Display, found: impl fmt::Display) -> Option<Self> {
        let (expected, found) = (expected.to_string(), found.to_string());
        (expected != found).then(|| Self { what: what.to_owned(), expected, found })
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} should be `{}` and is `{}`", self.what, self.expected, self.found)
    }
}

/// Runs all cases in `sources`; each that fails is a problem at its line. Returns how many there are.
pub fn run_cases<L: Loop>(config: &L::Config, sources: &Sources, problems: &mut Problems) -> usize {
    let Some(document) = sources.get("cases.yaml") else {
        return 0;
    };
    let Some(file) = document.read::<CaseFile<L::Case>>(problems) else {
        return 0;
    };
    if file.cases.is_empty() {
        problems.at(document, "/cases", "there are no cases", "add at least one: what must this config do?");
    }
    for (at, named) in file.cases.iter().enumerate() {
        if let Err(mismatches) = L::run_case(config, &named.case) {
            let said: Vec<String> = mismatches.iter().map(ToString::to_string).collect();
            problems.at(
                document,
                &format!("/cases/{at}"),
                format!("case `{}` fails: {}", named.name, said.join(", ")),
                "mend the levers, or the case if it is the expectation that has changed",
            );
        }
    }
    file.cases.len()
}
