//! Why a lead did not go somewhere else, and the smallest change of it that would have sent it there.
//!
//! Everything that was looked up for the lead stays as it was recorded; only the lead's own fields change. What the run
//! had no need to look up is taken to be there, and said. A change counts only once the walk over the rules has led
//! there with it.

mod assume;
mod outcomes;
#[cfg(test)]
mod tests;
mod words;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use revloops_config::nearest;
use revloops_rules::{Aim, FieldId, FieldValues, Nearest, Region, Space};

use crate::config::RouteConfig;
use crate::inputs::RouteInput;
use crate::logic::facts::Facts;
use crate::logic::fields::{self, LeadField};
use crate::logic::leads::Leads;
use crate::logic::walk::{End, Owned, SubjectContext, walk};
use outcomes::Outcomes;
pub use words::in_words;

/// Fields that a change may touch; what belongs to the account, and the day, are not the lead's to change.
const CHANGEABLE: [LeadField; 11] = [
    LeadField::Country,
    LeadField::State,
    LeadField::PostalCode,
    LeadField::Industry,
    LeadField::Employees,
    LeadField::LeadSource,
    LeadField::Domain,
    LeadField::Company,
    LeadField::Title,
    LeadField::Score,
    LeadField::Band,
];

/// Most fields of one change; what needs more is another lead.
const MOST_FIELDS: usize = 4;
/// Most changes that are told.
const MOST_WAYS: usize = 3;

/// Where somebody wishes the lead had gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// To whomever this rule gives leads.
    Rule(String),
    /// To this person or queue, by any rule: a lower-case username, or a developer name.
    Owner(String),
}

/// Why not, and what would have to change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhyNot {
    /// Where somebody wishes it had gone.
    pub wish: Wish,
    /// Where it did go, in words.
    pub now: String,
    /// What would have to change.
    pub answer: Answer,
}

/// What would have to change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Nothing: it went there.
    There,
    /// One of these, the nearest first; each of them leads there.
    Change {
        /// The changes.
        ways: Vec<Way>,
        /// Whether it is proved that no change of fewer fields leads there.
        smallest: bool,
    },
    /// No change of the lead leads there.
    Never {
        /// Why.
        because: Vec<String>,
    },
    /// More fields than this would have to change.
    MoreFieldsThan(usize),
    /// It was too much work to find out.
    Undecided,
}

/// A change that leads there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// What changes.
    pub changes: Vec<FieldChange>,
    /// The rule that then gives the owner.
    pub rule: String,
    /// The owner.
    pub owner: String,
    /// What was not looked up then, and is taken to be so.
    pub assumed: Vec<String>,
}

/// One field of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field, as rules name it.
    pub field: String,
    /// What the lead has: `240`, or `nothing`.
    pub from: String,
    /// What it would have.
    pub to: String,
}

impl Wish {
    /// What `text` means: a rule's id, a username, a queue's developer name, or a part of somebody's name.
    ///
    /// # Errors
    /// What is nearest to it, where it means nothing, or who all could be meant.
    pub fn read(text: &str, config: &RouteConfig, facts: &Facts) -> Result<Self, String> {
        let text = text.trim();
        let rules = || config.rules.rules().iter().map(|rule| rule.id.as_str());
        if rules().any(|id| id == text) {
            return Ok(Self::Rule(text.to_owned()));
        }
        let logins = config.logins();
        if let Some(login) = logins.iter().find(|login| login.eq_ignore_ascii_case(text)) {
            return Ok(Self::Owner((*login).to_owned()));
        }
        let queues = config.queues();
        if let Some(queue) = queues.iter().find(|queue| queue.eq_ignore_ascii_case(text)) {
            return Ok(Self::Owner((*queue).to_owned()));
        }
        let users = facts.users.values().chain(facts.owners.values()).flatten();
        let mut named: Vec<String> = users
            .filter(|user| !text.is_empty() && user.name.to_lowercase().contains(&text.to_lowercase()))
            .map(|user| user.login.to_lowercase())
            .collect();
        named.sort_unstable();
        named.dedup();
        match named.as_slice() {
            [one] => Ok(Self::Owner(one.clone())),
            [] => {
                let known: Vec<&str> = rules().chain(logins.iter().copied()).chain(queues.iter().copied()).collect();
                let near = nearest(text, known.iter().copied());
                let near = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
                Err(format!("`{text}` is no rule, person or queue that config names; {near}rules: {}", listed(rules())))
            }
            several => Err(format!("`{text}` fits several: {}", several.join(", "))),
        }
    }

    fn is_met(&self, config: &RouteConfig, owned: &Owned<'_>) -> bool {
        match self {
            Self::Rule(id) => {
                owned.rule.and_then(|rule| config.rules.rules().get(rule)).is_some_and(|rule| rule.id == *id)
            }
            Self::Owner(login) => owned.owner.login.eq_ignore_ascii_case(login),
        }
    }
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

/// What the smallest change of the lead is that would have met the wish.
#[must_use]
pub fn why_not(config: &RouteConfig, input: &RouteInput, facts: &Facts, at: Timestamp, wish: &Wish) -> WhyNot {
    let draws_as = input.draws_as();
    let subject = SubjectContext::of_lead(input, &draws_as);
    let mut lead = fields::room();
    fields::fill_lead(&mut lead, input);
    let now = end_of(config, &lead, &subject, facts, at, |owned| words::given(config, owned));
    let told = |answer| WhyNot { wish: wish.clone(), now: now.clone().unwrap_or_else(|| "nobody".to_owned()), answer };
    if end_of(config, &lead, &subject, facts, at, |owned| wish.is_met(config, owned)) == Some(true) {
        return told(Answer::There);
    }
    let asked = Asked { config, subject: &subject, at, wish };
    let outcomes = Outcomes::of(&asked, facts);
    if let Some(missed) = &outcomes.missed_too_often {
        return told(Answer::Never { because: vec![missed.clone()] });
    }
    told(search(&asked, &lead, &outcomes))
}

/// What somebody asks of one lead.
#[derive(Clone, Copy)]
struct Asked<'a> {
    config: &'a RouteConfig,
    subject: &'a SubjectContext<'a>,
    at: Timestamp,
    wish: &'a Wish,
}

fn search(asked: &Asked<'_>, lead: &FieldValues, outcomes: &Outcomes) -> Answer {
    let Asked { config, subject, at, wish } = *asked;
    let leads = Leads::new(config.first_touch.bands(), &config.territories);
    let rules = config.rules.rules();
    let space = Space::around(leads.ground(), rules.iter().map(|rule| &rule.when), lead);
    let mut taken: Vec<Region> = Vec::new();
    let mut wanted: Vec<(Region, usize)> = Vec::new();
    let mut whole = true;
    for (place, rule) in rules.iter().enumerate() {
        let region = space.region(&rule.when);
        whole &= region.is_some();
        let Some(region) = region else { continue };
        let within = |places: &[Option<String>]| {
            let places: Vec<Option<&str>> = places.iter().map(Option::as_deref).collect();
            space.both(&region, &space.with(LeadField::Territory.into(), &places))
        };
        if let Some(wished) = within(outcomes.wished(place)).filter(|region| !region.is_empty()) {
            wanted.push((wished, taken.len()));
        }
        // What the wished-for rule gives to somebody else is as much in the way as what an earlier one takes.
        let gives = within(outcomes.gives(place));
        whole &= gives.is_some();
        taken.extend(gives);
    }
    let aims: Vec<Aim<'_>> =
        wanted.iter().map(|(inside, before)| Aim { inside, outside: taken.iter().take(*before).collect() }).collect();
    if aims.is_empty() {
        return if whole { Answer::Never { because: outcomes.nobody(config, wish) } } else { Answer::Undecided };
    }
    let lands = |lead: &FieldValues| {
        end_of(config, lead, subject, &outcomes.facts, at, |owned| wish.is_met(config, owned)) == Some(true)
    };
    match space.nearest(lead, &CHANGEABLE.map(FieldId::from), &aims, MOST_FIELDS, &lands) {
        Nearest::There => Answer::There,
        Nearest::Changes { changes, smallest } => {
            let ways = changes.iter().take(MOST_WAYS).filter_map(|change| {
                end_of(config, &change.values, subject, &outcomes.facts, at, |owned| Way {
                    changes: change
                        .changed
                        .iter()
                        .map(|one| FieldChange {
                            field: one.name.to_owned(),
                            from: one.from.clone(),
                            to: one.to.clone(),
                        })
                        .collect(),
                    rule: words::rule(config, owned),
                    owner: owned.owner.name.clone(),
                    assumed: outcomes.assumed_of(owned),
                })
            });
            Answer::Change { ways: ways.collect(), smallest: smallest && whole }
        }
        Nearest::Nothing => Answer::Never {
            because: vec![
                "whatever its own fields: rules that come before take such leads, or its account is in the way"
                    .to_owned(),
            ],
        },
        Nearest::Beyond(fields) => Answer::MoreFieldsThan(fields),
        Nearest::Undecided => Answer::Undecided,
    }
}

/// What `tell` says of where the walk leads; `None` where it gives no owner.
fn end_of<T>(
    config: &RouteConfig,
    lead: &FieldValues,
    subject: &SubjectContext<'_>,
    facts: &Facts,
    at: Timestamp,
    tell: impl FnOnce(&Owned<'_>) -> T,
) -> Option<T> {
    let mut lead = lead.clone();
    match walk(config, &mut lead, subject, facts, at, false).end {
        End::Owned(owned) => Some(tell(&owned)),
        End::Nobody | End::Needs { .. } => None,
    }
}
