//! Before any drafting: may we write, as whom, by which template, and what do we know.

use revloops_domain::events::QualifyStatus;
use revloops_loopkit::{Because, Reason, Verdict};
use revloops_rules::trace;

use super::brief::{Fact, brief};
use super::fields::{TABLE, values};
use super::words;
use crate::config::{EngageConfig, Template};
use crate::inputs::EngageInput;

/// Longest name of a company that is written into a mail, in characters.
const COMPANY_CHARS: usize = 80;
/// Longest first name, in characters.
const FIRST_NAME_CHARS: usize = 40;

/// Names that a mail may use.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Names {
    /// The recipient's company.
    pub(crate) company: String,
    /// The recipient's first name, where it can be shown.
    pub(crate) first_name: Option<String>,
    /// Who signs.
    pub(crate) sender: String,
}

impl std::fmt::Debug for Names {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Names").finish_non_exhaustive()
    }
}

/// What is to be drafted.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    pub(crate) template: &'a Template,
    pub(crate) brief: Vec<Fact>,
    pub(crate) names: Names,
}

/// A plan, or why there is none; and everything that was looked at.
pub(crate) struct Planned<'a> {
    pub(crate) plan: Result<Plan<'a>, Vec<String>>,
    pub(crate) reasons: Vec<Reason>,
}

/// Plans from config and input alone.
pub(crate) fn plan<'a>(config: &'a EngageConfig, input: &'a EngageInput) -> Planned<'a> {
    let (blocked, mut reasons) = gates(config, input);
    let company = company(input);
    let (Some(owner), Some(company), true) = (&input.routed.owner, company, blocked.is_empty()) else {
        return Planned { plan: Err(blocked), reasons };
    };
    let values = values(&input.qualified, owner);
    let mut chosen: Option<&Template> = None;
    for template in &config.templates {
        let what = format!("template {}", template.id);
        if chosen.is_some() {
            reasons.push(Reason::new(what, Verdict::NotTried, Vec::new()));
            continue;
        }
        let tried = trace(&template.when, &values, &TABLE);
        let because = tried.into_iter().map(|one| Because::new(one.condition, one.found, one.holds)).collect();
        let holds = template.when.holds(&values);
        reasons.push(Reason::new(what, if holds { Verdict::Held } else { Verdict::Failed }, because));
        chosen = holds.then_some(template);
    }
    let Some(template) = chosen else {
        return Planned { plan: Err(vec!["no template fits".to_owned()]), reasons };
    };
    let brief = brief(&config.facts, &input.qualified, &company, input.event.occurred_at);
    let sender =
        if owner.id.is_queue() { config.sender.team.clone() } else { words::one_line(&owner.name, COMPANY_CHARS) };
    let first_name = input.qualified.profile.first_name.as_deref().and_then(first_name);
    let plan = Plan { template, brief, names: Names { company, first_name, sender } };
    Planned { plan: Ok(plan), reasons }
}

/// The gates before drafting; each leaves its reason, and each that is shut its words.
fn gates(config: &EngageConfig, input: &EngageInput) -> (Vec<String>, Vec<Reason>) {
    let profile = &input.qualified.profile;
    let domain = profile.domain.as_ref().map(|domain| domain.as_str());
    let country = profile.country_code.as_deref();
    let suppressed_domain = domain.is_some_and(|domain| config.suppression.domain(domain));
    let suppressed_country = country.is_some_and(|country| config.suppression.countries.contains(country));
    let disqualified = input.qualified.status == QualifyStatus::Disqualified;
    let owner = match &input.routed.owner {
        None => "nobody",
        Some(owner) if owner.id.is_queue() => "a queue",
        Some(_) => "a person",
    };
    let company = company(input);
    let shown = |value: Option<&str>| value.unwrap_or("nothing").to_owned();
    let gates = [
        (
            "gate suppressed_domain",
            suppressed_domain,
            Because::new("the domain is suppressed", shown(domain), suppressed_domain),
            "the levers suppress this domain",
        ),
        (
            "gate suppressed_country",
            suppressed_country,
            Because::new("the country is suppressed", shown(country), suppressed_country),
            "the levers suppress this country",
        ),
        (
            "gate disqualified",
            disqualified,
            Because::new(
                "the lead was turned away",
                if disqualified { "disqualified" } else { "qualified" },
                disqualified,
            ),
            "the lead was turned away",
        ),
        (
            "gate owner",
            input.routed.owner.is_none(),
            Because::new("nobody owns the lead", owner, input.routed.owner.is_none()),
            "nobody owns the lead",
        ),
        (
            "gate company_name",
            company.is_none(),
            Because::new(
                "the company's name cannot be written into a mail",
                shown(company.as_deref()),
                company.is_none(),
            ),
            "the company's name cannot be written into a mail",
        ),
    ];
    let mut blocked = Vec::new();
    let mut reasons = Vec::new();
    for (what, shut, because, words) in gates {
        if shut {
            blocked.push(words.to_owned());
        }
        reasons.push(Reason::new(what, if shut { Verdict::Held } else { Verdict::Failed }, vec![because]));
    }
    (blocked, reasons)
}

/// The company's name as the CRM has it, else as a provider does; `None` where neither can be shown.
fn company(input: &EngageInput) -> Option<String> {
    let provided = input.qualified.company.as_ref().map(|company| company.name.as_str());
    [Some(input.qualified.profile.company.as_str()), provided].into_iter().flatten().find_map(showable)
}

/// A name that can stand in a mail: short, on one line, no markup, no address.
fn showable(name: &str) -> Option<String> {
    let name = name.trim();
    let lower = name.to_lowercase();
    let plain = !name.is_empty()
        && name.chars().count() <= COMPANY_CHARS
        && name.chars().any(char::is_alphanumeric)
        && !words::has_hidden(name)
        && !words::has_leftover(name)
        && !lower.contains("://")
        && !lower.contains("www.")
        && !lower.contains('@');
    plain.then(|| name.to_owned())
}

/// A first name that looks like one: letters, blanks, hyphens, apostrophes and dots.
fn first_name(name: &str) -> Option<String> {
    let name = name.trim();
    let plain = !name.is_empty()
        && name.chars().count() <= FIRST_NAME_CHARS
        && name.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '\'' | '’' | '.'))
        && name.split(' ').count() <= 3;
    plain.then(|| name.to_owned())
}
