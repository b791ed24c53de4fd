//! The levers: territories, pools, rules, and how soon an owner must be in touch.

mod cases;
mod levers;
mod pools;
mod rules;
mod territories;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use revloops_config::{LeverFile, Levers, Problems, Sources};
use revloops_rules::RuleSet;

pub(crate) use cases::run_case;
pub use cases::{Expected, GivenLead, RouteCase};
pub(crate) use levers::{FeedbackLevers, FirstTouch};
pub(crate) use pools::Pool;
pub(crate) use rules::Handler;
pub(crate) use territories::Territory;

/// Checked config of Route.
#[derive(Debug, Clone)]
pub struct RouteConfig {
    /// How soon an owner must be in touch, by band.
    pub(crate) first_touch: FirstTouch,
    /// The last rule, which takes what no other did.
    pub(crate) fallback_rule: String,
    /// When outcomes carry a proposal.
    pub(crate) feedback: FeedbackLevers,
    /// Territories; the first that holds is the lead's.
    pub(crate) territories: Vec<Territory>,
    /// Pools by id.
    pub(crate) pools: BTreeMap<String, Pool>,
    /// Rules in priority order, compiled once.
    pub(crate) rules: RuleSet<Handler>,
}

impl Levers for RouteConfig {
    const LOOP: &'static str = "route";

    const FILES: &'static [LeverFile] = &[
        LeverFile { name: "levers.yaml", schema: || schemars::schema_for!(levers::RawLevers) },
        LeverFile { name: "rules.yaml", schema: || schemars::schema_for!(rules::RawRules) },
        LeverFile { name: "territories.yaml", schema: || schemars::schema_for!(territories::RawTerritories) },
        LeverFile { name: "pools.yaml", schema: || schemars::schema_for!(pools::RawPools) },
    ];

    fn check(sources: &Sources, problems: &mut Problems) -> Option<Self> {
        let names = Names::of(sources);
        let levers = levers::check(sources, &names, problems);
        let territories = territories::check(sources, problems);
        let pools = pools::check(sources, problems);
        let rules = rules::check(sources, &names, problems);
        let levers = levers?;
        Some(Self {
            first_touch: levers.first_touch,
            fallback_rule: levers.fallback_rule,
            feedback: levers.feedback,
            territories: territories?,
            pools: pools?,
            rules: rules?,
        })
    }
}

/// The names that one file defines and another uses; those of broken entries included, so that one mistake is
/// reported once.
pub(crate) struct Names<'a> {
    roles: Vec<&'a str>,
    territories: Vec<&'a str>,
    pools: Vec<&'a str>,
    rules: Vec<&'a str>,
    bands: Vec<&'a str>,
}

impl<'a> Names<'a> {
    fn of(sources: &'a Sources) -> Self {
        let ids = |file: &str, list: &str| {
            sources.get(file).map(|document| document.names_in(list, "id")).unwrap_or_default()
        };
        let levers = sources.get("levers.yaml").and_then(|document| document.value().pointer("/first_touch/bands"));
        let bands = levers.and_then(serde_json::Value::as_array).into_iter().flatten();
        let roles = sources.get("territories.yaml").and_then(|document| document.value().get("roles"));
        let roles = roles.and_then(serde_json::Value::as_array).into_iter().flatten();
        Self {
            roles: roles.filter_map(serde_json::Value::as_str).collect(),
            territories: ids("territories.yaml", "territories"),
            pools: ids("pools.yaml", "pools"),
            rules: ids("rules.yaml", "rules"),
            bands: bands.filter_map(|band| band.get("band")?.as_str()).collect(),
        }
    }
}

/// Checks a username: how config names a person. Usernames have the form of a mail address, in any case.
pub(crate) fn login(
    text: &str,
    document: &revloops_config::Document,
    pointer: &str,
    problems: &mut Problems,
) -> Option<String> {
    let fits = text.len() <= 80
        && !text.contains(char::is_whitespace)
        && revloops_domain::MailDomain::of_address(text).is_some();
    if !fits {
        let remedy = "write it as the CRM does, like ida.holm@acme.example";
        problems.at(document, pointer, format!("`{text}` is no username"), remedy);
    }
    fits.then(|| text.to_lowercase())
}

/// Checks an id of our own: what records, reports and other files call a thing.
pub(crate) fn id(text: &str, document: &revloops_config::Document, pointer: &str, problems: &mut Problems) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let fits = !text.is_empty() && text.len() <= 80 && text.chars().all(allowed);
    if !fits {
        let remedy = "1 to 80 lower-case letters, digits and hyphens, like large-accounts";
        problems.at(document, pointer, format!("`{text}` is no id"), remedy);
    }
    fits
}

/// Reports the second of two entries with the same name.
pub(crate) fn once<'n>(
    what: &str,
    names: impl IntoIterator<Item = (&'n str, String)>,
    document: &revloops_config::Document,
    problems: &mut Problems,
) {
    let mut first: BTreeMap<&str, String> = BTreeMap::new();
    for (name, pointer) in names {
        if let Some(earlier) = first.get(name) {
            let line = document.position(earlier).0;
            let remedy = format!("keep one: it stands in line {line} already");
            problems.at(document, &pointer, format!("the {what} `{name}` stands twice"), remedy);
        } else {
            first.insert(name, pointer);
        }
    }
}
