//! `rules.yaml`: which lead goes to whom, in priority order.

use schemars::JsonSchema;
use serde::Deserialize;

use revloops_config::{Document, Problems, Sources};
use revloops_rules::{Draft, Known, RawCondition, RuleSet, check_countries, compile_knowing};

use super::{Names, id, login};
use crate::logic::fields::{LeadField, RULE_FIELDS};

/// The file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawRules {
    /// Rules. The first that holds, in the order of `priority`, and finds somebody gives the lead its owner.
    #[expect(
        dead_code,
        reason = "for the schema; the entries are read one by one, so that a broken one hides no other"
    )]
    rules: Vec<RawRule>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawRule {
    /// What records and reports call it.
    id: String,
    /// What it is for, in words.
    #[expect(dead_code, reason = "for people who read the file")]
    description: String,
    /// Rules are tried from the lowest number to the highest.
    priority: u32,
    /// Which leads it takes.
    when: RawCondition,
    /// To whom it gives them.
    assign: RawAssign,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawAssign {
    /// `territory_owner`, `round_robin`, `named_owner` or `queue`.
    #[serde(rename = "type")]
    kind: String,
    /// With `territory_owner`: the role whose holder gets the lead.
    #[serde(default)]
    role: Option<String>,
    /// With `round_robin`: the pool.
    #[serde(default)]
    pool: Option<String>,
    /// With `named_owner`: the username.
    #[serde(default)]
    owner: Option<String>,
    /// With `queue`: the queue's developer name.
    #[serde(default)]
    queue: Option<String>,
}

/// How a rule finds the owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Handler {
    /// Whoever has this role in the lead's territory.
    TerritoryOwner { role: String },
    /// The next in a pool.
    RoundRobin { pool: String },
    /// One person, by lower-case username.
    NamedOwner { login: String },
    /// A queue, by developer name.
    Queue { queue: String },
}

/// The types of `assign` and the key that goes with each.
const KINDS: [(&str, &str); 4] =
    [("territory_owner", "role"), ("round_robin", "pool"), ("named_owner", "owner"), ("queue", "queue")];

impl Handler {
    /// Its `type` in config.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::TerritoryOwner { .. } => "territory_owner",
            Self::RoundRobin { .. } => "round_robin",
            Self::NamedOwner { .. } => "named_owner",
            Self::Queue { .. } => "queue",
        }
    }
}

pub(crate) fn check(sources: &Sources, names: &Names<'_>, problems: &mut Problems) -> Option<RuleSet<Handler>> {
    let document = sources.get("rules.yaml")?;
    let file = document.read::<RawRules>(problems);
    let known = Known {
        names: vec![
            (LeadField::Territory.into(), names.territories.clone()),
            (LeadField::Band.into(), names.bands.clone()),
        ],
        ..Known::default()
    };
    let mut drafts: Vec<Draft<Handler>> = Vec::new();
    for (at, raw) in document.items::<RawRule>("rules") {
        let pointer = format!("/rules/{at}");
        id(&raw.id, document, &format!("{pointer}/id"), problems);
        check_countries("country", &raw.when, document, &format!("{pointer}/when"), problems);
        let when = compile_knowing(&known, &raw.when, &RULE_FIELDS, document, &format!("{pointer}/when"), problems);
        let then = handler(&raw.assign, names, document, &format!("{pointer}/assign"), problems);
        // Only a queue takes every lead that reaches it: people leave and go on leave.
        let falls_through = raw.assign.kind != "queue";
        drafts.push(Draft { id: raw.id, priority: raw.priority, when, then, falls_through, pointer });
    }
    last_rule(sources, &drafts, document, problems);
    let rules = if file.is_none() && drafts.is_empty() { None } else { RuleSet::check(drafts, document, problems) };
    file.and(rules)
}

/// The last rule gives to a queue, and is the one that the levers call the fallback.
fn last_rule(sources: &Sources, drafts: &[Draft<Handler>], document: &Document, problems: &mut Problems) {
    let Some(last) = drafts.iter().max_by_key(|draft| draft.priority) else { return };
    if last.falls_through {
        let what = format!("the last rule, `{}`, can find nobody", last.id);
        let remedy = "the last rule gives to a queue: `assign: {type: queue, queue: …}`";
        problems.at(document, &format!("{}/assign", last.pointer), what, remedy);
    }
    let Some(levers) = sources.get("levers.yaml") else { return };
    let fallback = levers.value().get("fallback_rule").and_then(serde_json::Value::as_str);
    if let Some(fallback) = fallback
        && fallback != last.id
        && drafts.iter().any(|draft| draft.id == fallback)
    {
        let what = format!("`{fallback}` is not the last rule");
        problems.at(levers, "/fallback_rule", what, format!("the rule with the highest priority is `{}`", last.id));
    }
}

fn handler(
    raw: &RawAssign,
    names: &Names<'_>,
    document: &Document,
    pointer: &str,
    problems: &mut Problems,
) -> Option<Handler> {
    let given = [("role", &raw.role), ("pool", &raw.pool), ("owner", &raw.owner), ("queue", &raw.queue)];
    let Some((kind, key)) = KINDS.into_iter().find(|(kind, _)| *kind == raw.kind) else {
        let kinds = KINDS.map(|(kind, _)| kind);
        problems.unknown_name(document, &format!("{pointer}/type"), "type", &raw.kind, kinds);
        return None;
    };
    for (stray, _) in given.iter().filter(|(name, value)| *name != key && value.is_some()) {
        let what = format!("`{stray}` does not go with `type: {kind}`");
        problems.at(document, &format!("{pointer}/{stray}"), what, format!("take it out; `{kind}` has `{key}` alone"));
    }
    let Some(value) = given.into_iter().find_map(|(name, value)| value.as_deref().filter(|_| name == key)) else {
        problems.at(document, pointer, format!("`{key}` is missing"), format!("add `{key}: …` to `type: {kind}`"));
        return None;
    };
    let at = format!("{pointer}/{key}");
    let named = |valid: &[&str], problems: &mut Problems| {
        let known = valid.contains(&value);
        if !known {
            problems.unknown_name(document, &at, key, value, valid.iter().copied());
        }
        known.then(|| value.to_owned())
    };
    match kind {
        "territory_owner" => named(&names.roles, problems).map(|role| Handler::TerritoryOwner { role }),
        "round_robin" => named(&names.pools, problems).map(|pool| Handler::RoundRobin { pool }),
        "named_owner" => login(value, document, &at, problems).map(|login| Handler::NamedOwner { login }),
        _ => developer_name(value, document, &at, problems).map(|queue| Handler::Queue { queue }),
    }
}

fn developer_name(text: &str, document: &Document, pointer: &str, problems: &mut Problems) -> Option<String> {
    let fits = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && text.len() <= 80;
    if !fits {
        let remedy = "write the queue's developer name, not its label: letters, digits and `_`, like Partner_Desk";
        problems.at(document, pointer, format!("`{text}` is no developer name"), remedy);
    }
    fits.then(|| text.to_owned())
}
