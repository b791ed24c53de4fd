//! `assign:` of a rule: how the owner is found.

use schemars::JsonSchema;
use serde::Deserialize;

use revloops_config::{Document, Problems};

use super::names::{Names, developer_name, login};

/// As written: `type` says which of the other keys go with it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawAssign {
    /// `named_owner`, `account_owner`, `territory_owner`, `round_robin`, `least_loaded`, `ai_territory` or `queue`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// With `territory_owner` and `ai_territory`: the role whose holder gets the lead.
    #[serde(default)]
    role: Option<String>,
    /// With `round_robin` and `least_loaded`: the pool.
    #[serde(default)]
    pool: Option<String>,
    /// With `named_owner`: the username.
    #[serde(default)]
    owner: Option<String>,
    /// With `queue`: the queue's developer name.
    #[serde(default)]
    queue: Option<String>,
    /// With `account_owner`: whether the owner of the account above is tried, too.
    #[serde(default)]
    or_parent: Option<bool>,
    /// With `ai_territory`: how sure the agent must be, in percent, for the role's holder to get the lead.
    #[serde(default)]
    #[schemars(range(min = 1, max = 100))]
    min_confidence: Option<u8>,
    /// With `ai_territory`: the queue in which a lead waits for a person when the agent is less sure.
    #[serde(default)]
    pending_queue: Option<String>,
    /// With `ai_territory`: `retry` (the lead waits until the agent answers) or `fall_through` (the next rule is tried);
    /// `retry` where it is left out.
    #[serde(default)]
    when_down: Option<String>,
}

/// How a rule finds the owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handler {
    /// One person, by lower-case username.
    NamedOwner {
        /// The username.
        login: String,
    },
    /// Who owns the account that the lead was matched with.
    AccountOwner {
        /// Whether the owner of the account above is tried, too.
        or_parent: bool,
    },
    /// Whoever has this role in the lead's territory, or in the nearest above that fills it.
    TerritoryOwner {
        /// The role.
        role: String,
    },
    /// The next in a pool.
    RoundRobin {
        /// The pool.
        pool: String,
    },
    /// Who in a pool has the fewest open leads.
    LeastLoaded {
        /// The pool.
        pool: String,
    },
    /// Whoever has a role in the territory that an AI agent proposes.
    AiTerritory(AiTerritory),
    /// A queue, by developer name.
    Queue {
        /// The queue.
        queue: String,
    },
}

/// A territory proposed by an AI agent, where no territory holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AiTerritory {
    /// The role whose holder gets the lead.
    pub role: String,
    /// How sure the agent must be, in percent.
    pub min_confidence: u8,
    /// Developer name of the queue in which a lead waits when the agent is less sure.
    pub pending_queue: String,
    /// What happens while the agent does not answer.
    pub when_down: WhenDown,
}

/// What happens while the AI does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenDown {
    /// The run fails and is tried again.
    Retry,
    /// The next rule is tried.
    FallThrough,
}

/// A type of `assign`, and which keys go with it.
struct Kind {
    name: &'static str,
    needs: &'static [&'static str],
    may: &'static [&'static str],
}

const KINDS: [Kind; 7] = [
    Kind { name: "named_owner", needs: &["owner"], may: &[] },
    Kind { name: "account_owner", needs: &[], may: &["or_parent"] },
    Kind { name: "territory_owner", needs: &["role"], may: &[] },
    Kind { name: "round_robin", needs: &["pool"], may: &[] },
    Kind { name: "least_loaded", needs: &["pool"], may: &[] },
    Kind { name: "ai_territory", needs: &["role", "min_confidence", "pending_queue"], may: &["when_down"] },
    Kind { name: "queue", needs: &["queue"], may: &[] },
];

impl Handler {
    /// Its `type` in config.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::NamedOwner { .. } => "named_owner",
            Self::AccountOwner { .. } => "account_owner",
            Self::TerritoryOwner { .. } => "territory_owner",
            Self::RoundRobin { .. } => "round_robin",
            Self::LeastLoaded { .. } => "least_loaded",
            Self::AiTerritory(_) => "ai_territory",
            Self::Queue { .. } => "queue",
        }
    }
}

/// Checks `assign` at `pointer`.
pub(crate) fn check(
    raw: &RawAssign,
    names: &Names<'_>,
    document: &Document,
    pointer: &str,
    problems: &mut Problems,
) -> Option<Handler> {
    let Some(kind) = KINDS.iter().find(|kind| kind.name == raw.kind) else {
        let kinds = KINDS.each_ref().map(|kind| kind.name);
        problems.unknown_name(document, &format!("{pointer}/type"), "type", &raw.kind, kinds);
        return None;
    };
    if !keys_fit(raw, kind, document, pointer, problems) {
        return None;
    }
    let named = |key: &str, value: Option<&String>, valid: &[&str], problems: &mut Problems| {
        let value = value?;
        if !valid.contains(&value.as_str()) {
            problems.unknown_name(document, &format!("{pointer}/{key}"), key, value, valid.iter().copied());
            return None;
        }
        Some(value.clone())
    };
    match kind.name {
        "named_owner" => {
            let login = login(raw.owner.as_deref()?, document, &format!("{pointer}/owner"), problems)?;
            Some(Handler::NamedOwner { login })
        }
        "account_owner" => Some(Handler::AccountOwner { or_parent: raw.or_parent.unwrap_or(false) }),
        "territory_owner" => {
            named("role", raw.role.as_ref(), &names.roles, problems).map(|role| Handler::TerritoryOwner { role })
        }
        "round_robin" => {
            named("pool", raw.pool.as_ref(), &names.pools, problems).map(|pool| Handler::RoundRobin { pool })
        }
        "least_loaded" => {
            named("pool", raw.pool.as_ref(), &names.pools, problems).map(|pool| Handler::LeastLoaded { pool })
        }
        "ai_territory" => {
            let role = named("role", raw.role.as_ref(), &names.roles, problems);
            let queue = raw.pending_queue.as_deref()?;
            let pending_queue = developer_name(queue, document, &format!("{pointer}/pending_queue"), problems);
            let when_down = when_down(raw.when_down.as_deref(), document, pointer, problems);
            Some(Handler::AiTerritory(AiTerritory {
                role: role?,
                min_confidence: raw.min_confidence?,
                pending_queue: pending_queue?,
                when_down: when_down?,
            }))
        }
        _ => {
            let queue = developer_name(raw.queue.as_deref()?, document, &format!("{pointer}/queue"), problems)?;
            Some(Handler::Queue { queue })
        }
    }
}

/// Whether every key that is needed is there, and none that does not go with the type.
fn keys_fit(raw: &RawAssign, kind: &Kind, document: &Document, pointer: &str, problems: &mut Problems) -> bool {
    let given = [
        ("role", raw.role.is_some()),
        ("pool", raw.pool.is_some()),
        ("owner", raw.owner.is_some()),
        ("queue", raw.queue.is_some()),
        ("or_parent", raw.or_parent.is_some()),
        ("min_confidence", raw.min_confidence.is_some()),
        ("pending_queue", raw.pending_queue.is_some()),
        ("when_down", raw.when_down.is_some()),
    ];
    let mut fit = true;
    for (key, is_given) in given {
        if kind.needs.contains(&key) && !is_given {
            fit = false;
            let remedy = format!("add `{key}: …` to `type: {}`", kind.name);
            problems.at(document, pointer, format!("`{key}` is missing"), remedy);
        }
        if is_given && !kind.needs.contains(&key) && !kind.may.contains(&key) {
            let what = format!("`{key}` does not go with `type: {}`", kind.name);
            let goes: Vec<String> = kind.needs.iter().chain(kind.may).map(|key| format!("`{key}`")).collect();
            let goes = if goes.is_empty() { "no key".to_owned() } else { goes.join(", ") };
            problems.at(document, &format!("{pointer}/{key}"), what, format!("take it out; with it goes {goes}"));
        }
    }
    fit
}

fn when_down(raw: Option<&str>, document: &Document, pointer: &str, problems: &mut Problems) -> Option<WhenDown> {
    match raw {
        None | Some("retry") => Some(WhenDown::Retry),
        Some("fall_through") => Some(WhenDown::FallThrough),
        Some(other) => {
            let known = ["retry", "fall_through"];
            problems.unknown_name(document, &format!("{pointer}/when_down"), "value", other, known);
            None
        }
    }
}
