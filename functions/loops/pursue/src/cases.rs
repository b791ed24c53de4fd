//! The operators' own tests: given this deal on this day, expect this play, and these days for its milestones.

mod given;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use revloops_loopkit::Mismatch;

use crate::config::PursueConfig;
use crate::logic::PursueVerdict;
pub use given::Given;

/// One case.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PursueCase {
    /// What is known.
    pub given: Given,
    /// What must come out.
    pub expect: Expect,
}

/// What must come out; what is left out may be anything.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The play's id; `none` for none.
    #[serde(default)]
    pub play: Option<String>,
    /// Whose holidays count.
    #[serde(default)]
    pub region: Option<String>,
    /// Milestones, each with what becomes of it.
    #[serde(default)]
    pub milestones: Vec<ExpectedMilestone>,
}

/// What becomes of one milestone.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectedMilestone {
    /// Its id.
    pub id: String,
    /// The day on which its task is due: `2026-12-01`; `none` where it has no open task.
    #[serde(default)]
    pub due: Option<String>,
    /// Whose it is: `deal_owner`, `account_owner`, or the role in the territory; `nobody`.
    #[serde(default)]
    pub owner: Option<String>,
    /// `made`, `moved`, `given`, `kept`, `left`, `done`, `dropped`, `reopened`, `not_made`, `deleted`.
    #[serde(default)]
    pub fate: Option<String>,
}

pub(crate) fn run(config: &PursueConfig, case: &PursueCase) -> Result<(), Vec<Mismatch>> {
    let wrong = |what: &'static str| {
        vec![Mismatch {
            what: what.to_owned(),
            expected: "a case that can be built".to_owned(),
            found: "a value that is none".to_owned(),
        }]
    };
    let verdict = case.given.decide(config).map_err(wrong)?.verdict;
    let mismatches = case.expect.mismatches(&verdict, &case.given);
    if mismatches.is_empty() { Ok(()) } else { Err(mismatches) }
}

impl Expect {
    fn mismatches(&self, verdict: &PursueVerdict, given: &Given) -> Vec<Mismatch> {
        let mut mismatches = Vec::new();
        if let Some(play) = &self.play {
            let found = verdict.play.as_ref().map_or("none", |play| play.id.as_str());
            mismatches.extend(Mismatch::unless_equal("play", play, found));
        }
        if let Some(region) = &self.region {
            mismatches.extend(Mismatch::unless_equal("region", region, &verdict.region));
        }
        for wanted in &self.milestones {
            let Some(found) = verdict.milestones.iter().find(|one| one.milestone == wanted.id) else {
                let names: Vec<&str> = verdict.milestones.iter().map(|one| one.milestone.as_str()).collect();
                mismatches.extend(Mismatch::unless_equal("milestone", &wanted.id, names.join(", ")));
                continue;
            };
            if let Some(due) = &wanted.due {
                let day = found.fate.due_on().map_or_else(|| "none".to_owned(), |day: Date| day.to_string());
                mismatches.extend(Mismatch::unless_equal(&format!("day of {}", wanted.id), due, day));
            }
            if let Some(owner) = &wanted.owner {
                let found = given.owner_in_words(&found.fate);
                mismatches.extend(Mismatch::unless_equal(&format!("owner of {}", wanted.id), owner, found));
            }
            if let Some(fate) = &wanted.fate {
                mismatches.extend(Mismatch::unless_equal(&format!("fate of {}", wanted.id), fate, found.fate.name()));
            }
        }
        mismatches
    }
}
