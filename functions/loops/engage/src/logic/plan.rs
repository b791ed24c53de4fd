//! Before any drafting: may we write, as whom, by which template, and what do we know.

use jiff::civil::Date;

use revloops_domain::FactKind;
use revloops_domain::events::QualifyStatus;
use revloops_domain::sequence::NamedSignal;
use revloops_loopkit::ports::AccountHistory;
use revloops_loopkit::{Because, Reason, Verdict};
use revloops_rules::trace;

use super::brief::{Brief, NamedOrNot, brief, fit, named};
use super::fields::{TABLE, values};
use super::words;
use crate::config::{EngageConfig, Template, WrittenFor};
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
    pub(crate) brief: Brief,
    pub(crate) names: Names,
    /// The signal that the first mail must name.
    pub(crate) signal: Option<PlannedSignal>,
}

/// The signal that the first mail must name. Its `Debug` shows no content.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PlannedSignal {
    /// Its fact in the brief.
    pub(crate) fact_id: String,
    /// What happened, for the template's own text.
    pub(crate) headline: String,
    /// The signal and its article.
    pub(crate) named: NamedSignal,
}

impl std::fmt::Debug for PlannedSignal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PlannedSignal").field("fact_id", &self.fact_id).finish_non_exhaustive()
    }
}

/// A plan, or why there is none; and everything that was looked at.
pub(crate) struct Planned<'a> {
    pub(crate) plan: Result<Plan<'a>, Vec<String>>,
    pub(crate) reasons: Vec<Reason>,
}

/// Plans from config, input and history alone.
pub(crate) fn plan<'a>(
    config: &'a EngageConfig,
    input: &'a EngageInput,
    history: Option<&AccountHistory>,
    today: Date,
) -> Planned<'a> {
    let (blocked, mut reasons) = gates(config, input, today);
    let (Some(owner), Some(company), true) = (input.owner(), company(config, input), blocked.is_empty()) else {
        return Planned { plan: Err(blocked), reasons };
    };
    let values = values(input, owner);
    let written_for = match input {
        EngageInput::Lead(_) => WrittenFor::Lead,
        EngageInput::Signal(_) => WrittenFor::Signal,
    };
    let mut chosen: Option<&Template> = None;
    for template in config.templates.iter().filter(|template| template.written_for == written_for) {
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
    let brief = brief(&config.facts, input, &company, history, today);
    let sender =
        if owner.id.is_queue() { config.sender.team.clone() } else { words::one_line(&owner.name, COMPANY_CHARS) };
    let first_name = input.first_name().and_then(first_name);
    let signal = match input {
        EngageInput::Lead(_) => None,
        EngageInput::Signal(step) => match named(&config.facts, step, today) {
            NamedOrNot::Not(_) => None,
            NamedOrNot::Named { signal, headline, url } => {
                let fact = brief.facts.iter().find(|fact| fact.kind == FactKind::Signal);
                let named = NamedSignal { id: signal.id.clone(), url };
                fact.map(|fact| PlannedSignal { fact_id: fact.id.clone(), headline, named })
            }
        },
    };
    let plan = Plan { template, brief, names: Names { company, first_name, sender }, signal };
    Planned { plan: Ok(plan), reasons }
}

/// Why nothing may be written to somebody at this account, whoever it is.
pub(crate) const NOBODY_KNOWN: &str = "nobody at the account is known";

/// The gates before drafting; each leaves its reason, and each that is shut its words.
fn gates(config: &EngageConfig, input: &EngageInput, today: Date) -> (Vec<String>, Vec<Reason>) {
    let (domain, country) = (input.domain(), input.country_code());
    let suppressed_domain = domain.is_some_and(|domain| config.suppression.domain(domain));
    let suppressed_country = country.is_some_and(|country| config.suppression.countries.contains(country));
    let owner = match input.owner() {
        None => "nobody",
        Some(owner) if owner.id.is_queue() => "a queue",
        Some(_) => "a person",
    };
    let company = company(config, input);
    let shown = |value: Option<&str>| value.unwrap_or("nothing").to_owned();
    let gate = |what, shut, condition: &str, found: String, words: &str| {
        (what, shut, Because::new(condition, found, shut), words.to_owned())
    };
    let mut gates = vec![
        gate(
            "gate suppressed_domain",
            suppressed_domain,
            "the domain is suppressed",
            shown(domain),
            "the levers suppress this domain",
        ),
        gate(
            "gate suppressed_country",
            suppressed_country,
            "the country is suppressed",
            shown(country),
            "the levers suppress this country",
        ),
    ];
    let nobody = input.owner().is_none();
    match input {
        EngageInput::Lead(lead) => {
            let disqualified = lead.qualified.status == QualifyStatus::Disqualified;
            let found = if disqualified { "disqualified" } else { "qualified" };
            let turned_away = "the lead was turned away";
            gates.push(gate("gate disqualified", disqualified, turned_away, found.to_owned(), turned_away));
            gates.push(gate("gate owner", nobody, "nobody owns the lead", owner.to_owned(), "nobody owns the lead"));
        }
        EngageInput::Signal(step) => {
            let words = "nobody owns the account";
            gates.push(gate("gate owner", nobody, words, owner.to_owned(), words));
            let (shut, words) = match named(&config.facts, step, today) {
                NamedOrNot::Named { .. } => (false, "the signal cannot be named"),
                NamedOrNot::Not(why) => (true, why),
            };
            let kind = step.signal.signals.first().map_or("none", |signal| signal.kind.name());
            gates.push(gate("gate signal", shut, "the signal cannot be named", kind.to_owned(), words));
            let person = step.signal.person.as_ref().map_or("nobody", |person| person.matched_by.as_str());
            let unknown = step.signal.person.is_none();
            gates.push(gate("gate person", unknown, NOBODY_KNOWN, person.to_owned(), NOBODY_KNOWN));
        }
    }
    let unnamed = "the company's name cannot be written into a mail";
    gates.push(gate("gate company_name", company.is_none(), unnamed, shown(company.as_deref()), unnamed));
    let mut blocked = Vec::new();
    let mut reasons = Vec::new();
    for (what, shut, because, words) in gates {
        if shut {
            blocked.push(words);
        }
        reasons.push(Reason::new(what, if shut { Verdict::Held } else { Verdict::Failed }, vec![because]));
    }
    (blocked, reasons)
}

/// The company's name as the CRM has it, else as a provider does; `None` where neither can be shown.
fn company(config: &EngageConfig, input: &EngageInput) -> Option<String> {
    input.company_names().find_map(|name| showable(config, name))
}

/// A name that can stand in a mail: short, on one line, no markup, no address, no sentence and nothing that we never say.
fn showable(config: &EngageConfig, name: &str) -> Option<String> {
    let name = name.trim();
    let lower = name.to_lowercase();
    let folded = words::folded(name);
    let plain = !name.is_empty()
        && name.chars().count() <= COMPANY_CHARS
        && name.chars().any(char::is_alphanumeric)
        && !words::has_hidden(name)
        && !words::has_leftover(name)
        && fit::is_company_name(name)
        && !config.forbidden_words.iter().any(|word| words::contains_run(&folded, &words::folded(word)))
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
        && name.split(' ').count() <= 3
        && fit::is_first_name(name);
    plain.then(|| name.to_owned())
}
