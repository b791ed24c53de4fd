//! Why there is no answer.

use revloops_config::Problems;
use revloops_scenario::ResolvedError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A refusal as `application/problem+json` (RFC 9457), with every problem that there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refusal {
    /// The kind of problem: always `about:blank`, so that the status says it.
    #[serde(rename = "type")]
    pub kind: String,
    /// What is wrong, in a line.
    pub title: String,
    /// The HTTP status.
    #[schemars(range(min = 400, max = 599))]
    pub status: u16,
    /// Everything that is wrong with what was sent.
    pub problems: Vec<Mistake>,
}

/// One thing that is wrong, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Mistake {
    /// Where in the body: `scenario.roster[3].ends`; empty for the body as a whole.
    pub path: String,
    /// What is wrong.
    pub what: String,
    /// What is allowed, and the nearest name that there is.
    pub remedy: String,
}

impl Refusal {
    /// A refusal without a list.
    #[must_use]
    pub fn new(status: u16, title: impl Into<String>) -> Self {
        Self { kind: "about:blank".to_owned(), title: title.into(), status, problems: Vec::new() }
    }

    /// The same, with one problem.
    #[must_use]
    pub fn with(mut self, path: &str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        self.problems.push(Mistake { path: path.to_owned(), what: what.into(), remedy: remedy.into() });
        self
    }

    /// What checking found in the part of the body under `under`; empty for the body as a whole.
    #[must_use]
    pub(super) fn of(status: u16, problems: &Problems, under: &str) -> Self {
        let count = problems.len();
        let subject = if under.is_empty() { "the request" } else { "the plan" };
        let mut refusal =
            Self::new(status, format!("{subject} has {count} {}", if count == 1 { "problem" } else { "problems" }));
        for problem in problems.sorted() {
            let path = match (under, problem.path.as_str()) {
                ("", path) => path.to_owned(),
                (under, "") => under.to_owned(),
                (under, path) => format!("{under}.{path}"),
            };
            refusal.problems.push(Mistake { path, what: problem.what, remedy: problem.remedy });
        }
        refusal
    }

    /// A plan that was sent, and does not pass its check.
    #[must_use]
    pub fn of_plan(error: &ResolvedError, under: &str) -> Self {
        match error {
            ResolvedError::Invalid { problems, .. } => Self::of(422, problems, under),
            ResolvedError::NotExported(_)
            | ResolvedError::WrongHash { .. }
            | ResolvedError::Exists(_)
            | ResolvedError::Unwritable { .. } => {
                Self::new(422, "the plan cannot be used").with(under, error.to_string(), "")
            }
        }
    }

    /// The body that is sent.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}
