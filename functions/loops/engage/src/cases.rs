//! The operators' own tests: given this lead and this draft, expect this template, and that it holds or does not.

mod given;
mod signal;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;

use revloops_domain::events::EngageStatus;
use revloops_loopkit::Mismatch;

use crate::config::EngageConfig;
use crate::inputs::EngageFacts;
use crate::logic::{self, EngageVerdict, Writer};
pub(crate) use given::{Given, GivenCompany, GivenLead, GivenOwner};
pub(crate) use signal::GivenSignal;

/// The day on which cases happen.
const DAY: &str = "2026-06-01";

/// One case.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EngageCase {
    /// What is known.
    pub given: Given,
    /// What must come out.
    pub expect: Expect,
}

/// What must come out; what is left out may be anything.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// `drafted` or `blocked`.
    #[serde(default)]
    pub status: Option<EngageStatus>,
    /// The template.
    #[serde(default)]
    pub template: Option<String>,
    /// `ai` or `fallback`.
    #[serde(default)]
    pub written_by: Option<String>,
    /// Kinds of facts in the brief, in its order.
    #[serde(default)]
    pub facts: Option<Vec<String>>,
    /// Rules that refuse the first draft, each once, in the order of their names in the reference.
    #[serde(default)]
    pub broken_rules: Option<Vec<String>>,
    /// Why nothing was drafted.
    #[serde(default)]
    pub blocked_because: Option<Vec<String>>,
    /// Number of steps.
    #[serde(default)]
    pub steps: Option<usize>,
}
pub(crate) fn run(config: &EngageConfig, case: &EngageCase) -> Result<(), Vec<Mismatch>> {
    let wrong = |what: &str, found: String| {
        vec![Mismatch { what: what.to_owned(), expected: "a case that can be built".to_owned(), found }]
    };
    let input = case.given.input().ok_or_else(|| wrong("lead", "none could be built".to_owned()))?;
    let at: Timestamp = format!("{DAY}T12:00:00Z").parse().map_err(|_| wrong("day", DAY.to_owned()))?;
    // Kinds are turned into the ids of the brief that this config makes.
    let brief = logic::plan::plan(config, &input, None, at.to_zoned(jiff::tz::TimeZone::UTC).date()).plan;
    let brief = brief.map(|plan| plan.brief.facts).unwrap_or_default();
    let id = |kind: &String| {
        let fact = brief.iter().find(|fact| fact.kind.name() == kind);
        fact.map_or_else(|| format!("no {kind}"), |fact| fact.id.clone())
    };
    let drafts = case.given.stored(&id);
    let verdict = logic::decide(config, &input, &EngageFacts { drafts, ..EngageFacts::default() }, at).verdict;
    let mismatches = case.expect.mismatches(&verdict);
    if mismatches.is_empty() { Ok(()) } else { Err(mismatches) }
}
impl Expect {
    fn mismatches(&self, verdict: &EngageVerdict) -> Vec<Mismatch> {
        let mut mismatches = Vec::new();
        if let Some(status) = self.status {
            let word = |status| if status == EngageStatus::Drafted { "drafted" } else { "blocked" };
            mismatches.extend(Mismatch::unless_equal("status", word(status), word(verdict.status)));
        }
        if let Some(template) = &self.template {
            mismatches.extend(Mismatch::unless_equal(
                "template",
                template,
                verdict.template.as_deref().unwrap_or("none"),
            ));
        }
        if let Some(written_by) = &self.written_by {
            let found = match &verdict.written_by {
                Some(Writer::Model(_)) => "ai",
                Some(Writer::Template) => "fallback",
                None => "nobody",
            };
            let mut faults: Vec<String> = verdict.drafts.iter().flatten().map(ToString::to_string).collect();
            faults.truncate(5);
            let found_why = if written_by == found { found.to_owned() } else { format!("{found} {faults:?}") };
            mismatches.extend(Mismatch::unless_equal("written_by", written_by, found_why));
        }
        if let Some(facts) = &self.facts {
            let found: Vec<&str> = verdict.brief.iter().map(|fact| fact.kind.name()).collect();
            mismatches.extend(Mismatch::unless_equal("facts", facts.join(", "), found.join(", ")));
        }
        if let Some(rules) = &self.broken_rules {
            let mut found: Vec<_> = verdict.drafts.first().into_iter().flatten().map(|fault| fault.rule).collect();
            found.sort();
            found.dedup();
            let found: Vec<String> = found
                .into_iter()
                .filter_map(|rule| serde_json::to_value(rule).ok()?.as_str().map(str::to_owned))
                .collect();
            mismatches.extend(Mismatch::unless_equal("broken_rules", rules.join(", "), found.join(", ")));
        }
        if let Some(because) = &self.blocked_because {
            let found = verdict.blocked_because.join(", ");
            mismatches.extend(Mismatch::unless_equal("blocked_because", because.join(", "), found));
        }
        if let Some(steps) = self.steps {
            mismatches.extend(Mismatch::unless_equal("steps", steps, verdict.steps.len()));
        }
        mismatches
    }
}
