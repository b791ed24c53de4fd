//! `rules.yaml`: which lead goes to whom, in priority order.

use schemars::JsonSchema;
use serde::Deserialize;

use revloops_config::{Document, Problems, Sources};
use revloops_rules::{Draft, Known, RawCondition, RuleSet, check_countries, compile_knowing};

use super::assign::{self, Handler, RawAssign};
use super::names::{Names, id};
use crate::logic::MISSED_TOO_OFTEN;
use crate::logic::fields::RULE_FIELDS;

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

/// The file, read and not yet proved.
pub(crate) struct ReadRules {
    /// What could be read of each rule, in the file's order.
    pub(crate) drafts: Vec<Draft<Handler>>,
    /// Whether the whole file has the right shape.
    whole: bool,
}

pub(crate) fn read(
    sources: &Sources,
    names: &Names<'_>,
    known: &Known<'_>,
    problems: &mut Problems,
) -> Option<ReadRules> {
    let document = sources.get("rules.yaml")?;
    let file = document.read::<RawRules>(problems);
    let mut drafts: Vec<Draft<Handler>> = Vec::new();
    for (at, raw) in document.items::<RawRule>("rules") {
        let pointer = format!("/rules/{at}");
        id(&raw.id, document, &format!("{pointer}/id"), problems);
        if raw.id == MISSED_TOO_OFTEN {
            let what = format!("`{MISSED_TOO_OFTEN}` is what records call the queue after missed first touches");
            problems.at(document, &format!("{pointer}/id"), what, "give the rule another id");
        }
        check_countries("country", &raw.when, document, &format!("{pointer}/when"), problems);
        check_countries("account_country", &raw.when, document, &format!("{pointer}/when"), problems);
        let when = compile_knowing(known, &raw.when, &RULE_FIELDS, document, &format!("{pointer}/when"), problems);
        let then = assign::check(&raw.assign, names, document, &format!("{pointer}/assign"), problems);
        // Only a queue takes every lead that reaches it: people leave and go on leave.
        let falls_through = raw.assign.kind != "queue";
        needed_levers(&raw.assign.kind, sources, document, &format!("{pointer}/assign/type"), problems);
        drafts.push(Draft { id: raw.id, priority: raw.priority, when, then, falls_through, pointer });
    }
    last_rule(sources, &drafts, document, problems);
    Some(ReadRules { drafts, whole: file.is_some() })
}

/// The rules as they are tried; `None` where something is wrong with them.
pub(crate) fn check(read: ReadRules, sources: &Sources, problems: &mut Problems) -> Option<RuleSet<Handler>> {
    let document = sources.get("rules.yaml")?;
    if !read.whole && read.drafts.is_empty() {
        return None;
    }
    RuleSet::check(read.drafts, document, problems).filter(|_| read.whole)
}

/// Some handlers work by levers that stand in another file.
fn needed_levers(kind: &str, sources: &Sources, document: &Document, pointer: &str, problems: &mut Problems) {
    let (key, what, remedy) = match kind {
        "least_loaded" => (
            "workload",
            "`least_loaded` counts open leads, and levers.yaml does not say which those are",
            "add to levers.yaml: `workload: {open_statuses: [Open - Not Contacted]}`",
        ),
        "ai_territory" => (
            "agent",
            "`ai_territory` asks an agent, and levers.yaml does not say what it is told",
            "add to levers.yaml: `agent: {version: …, system: …, task: …, max_tokens: 500}`",
        ),
        _ => return,
    };
    if let Some(levers) = sources.get("levers.yaml")
        && levers.value().get(key).is_none()
    {
        problems.at(document, pointer, what, remedy);
    }
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
