//! The operators' own tests: given this account and these signals, expect this score and this person, or that it is passed.

mod given;

use schemars::JsonSchema;
use serde::Deserialize;

use revloops_domain::signal::SignalStatus;
use revloops_loopkit::Mismatch;

use crate::config::GenerateConfig;
use crate::logic::{self, GenerateVerdict};
use given::Given;

/// One case.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GenerateCase {
    /// What is known.
    pub given: Given,
    /// What must come out.
    pub expect: Expect,
}

/// What must come out; what is left out may be anything.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// `qualified` or `passed`.
    #[serde(default)]
    pub status: Option<SignalStatus>,
    /// 0 to 100.
    #[serde(default)]
    pub score: Option<u8>,
    /// Signals that repeat another.
    #[serde(default)]
    pub repeated: Option<usize>,
    /// Signals about somebody else.
    #[serde(default)]
    pub elsewhere: Option<usize>,
    /// Signals that bring too little.
    #[serde(default)]
    pub weak: Option<usize>,
    /// The last name of whom is written to; `nobody` for none.
    #[serde(default)]
    pub person: Option<String>,
    /// How they were found: `email`, `linkedin`, `domain`, `name`, `account`.
    #[serde(default)]
    pub matched_by: Option<String>,
    /// The headline of the signal that a sequence would name.
    #[serde(default)]
    pub names_signal: Option<String>,
    /// Gates that are shut.
    #[serde(default)]
    pub passed_because: Option<Vec<String>>,
}

pub(crate) fn run(config: &GenerateConfig, case: &GenerateCase) -> Result<(), Vec<Mismatch>> {
    let (input, facts, at) = case.given.build().map_err(|found| {
        vec![Mismatch { what: "given".to_owned(), expected: "a case that can be built".to_owned(), found }]
    })?;
    let mismatches = case.expect.mismatches(&logic::decide(config, &input, &facts, at).verdict);
    if mismatches.is_empty() { Ok(()) } else { Err(mismatches) }
}

impl Expect {
    fn mismatches(&self, verdict: &GenerateVerdict) -> Vec<Mismatch> {
        let word = |status: SignalStatus| if status == SignalStatus::Qualified { "qualified" } else { "passed" };
        let person = verdict.person.as_ref();
        let texts = [
            ("status", self.status.map(|status| word(status).to_owned()), word(verdict.status).to_owned()),
            ("score", self.score.map(|score| score.to_string()), verdict.score.to_string()),
            ("repeated", self.repeated.map(|count| count.to_string()), verdict.repeats.len().to_string()),
            ("elsewhere", self.elsewhere.map(|count| count.to_string()), verdict.elsewhere.len().to_string()),
            ("weak", self.weak.map(|count| count.to_string()), verdict.weak.len().to_string()),
            ("person", self.person.clone(), person.map_or("nobody", |one| &one.last_name).to_owned()),
            ("matched_by", self.matched_by.clone(), person.map_or("nobody", |one| &one.matched_by).to_owned()),
            (
                "names_signal",
                self.names_signal.clone(),
                verdict.counted.first().map_or("none", |kept| &kept.signal.headline).to_owned(),
            ),
            (
                "passed_because",
                self.passed_because.as_ref().map(|list| list.join(", ")),
                verdict.passed_because.join(", "),
            ),
        ];
        texts.into_iter().filter_map(|(what, expected, found)| Mismatch::unless_equal(what, expected?, found)).collect()
    }
}
