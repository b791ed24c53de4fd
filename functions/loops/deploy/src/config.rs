//! The levers: what holds accounts, how many may move, who comes into territories, and what the AI agent is told.

mod cases;

use schemars::JsonSchema;
use serde::Deserialize;

use revloops_config::{Document, LeverFile, Levers, Problems, Sources};

pub(crate) use cases::run_case;
pub use cases::{DeployCase, Expected, GivenAccount};

/// Checked config of Deploy.
#[derive(Debug, Clone)]
pub struct DeployConfig {
    /// What holds accounts where they are.
    pub holds: Holds,
    /// How many accounts a plan may move.
    pub cap: MoveCap,
    /// Who comes into territories.
    pub people: People,
    /// Developer name of the type that new territories get.
    pub territory_type: String,
    /// Whether accounts that are in territories of others alone are placed in ours as well.
    pub places_accounts_of_others: bool,
    /// Whether a plan that only puts accounts without a territory into one is carried out without approval.
    pub first_placements_need_no_approval: bool,
    /// What the AI agent is told.
    pub agent: Agent,
    /// When outcomes carry a proposal.
    pub(crate) feedback: FeedbackLevers,
}

/// The file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawLevers {
    /// What holds accounts where they are.
    holds: Holds,
    /// How many accounts a plan may move from one territory to another; the others wait for the next plan.
    #[serde(default)]
    cap: MoveCap,
    /// Who comes into territories.
    people: RawPeople,
    /// Developer name of the territory type that new territories get.
    territory_type: String,
    /// Whether accounts that are in territories of others alone are placed in ours as well; no where it is left out.
    #[serde(default)]
    places_accounts_of_others: bool,
    /// Whether a plan that only puts accounts without a territory into one is carried out without approval; no where it
    /// is left out.
    #[serde(default)]
    first_placements_need_no_approval: bool,
    /// The AI agent that is asked where the geography of an account is unclear.
    agent: Agent,
    /// When outcomes carry a proposal.
    feedback: FeedbackLevers,
}

/// What holds accounts where they are. An account without a territory is held by nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Holds {
    /// Kinds of accounts that do not move, as in the CRM's picklist: `Customer - Direct`, …
    #[serde(default)]
    pub customer_kinds: Vec<String>,
    /// Whether accounts with open opportunities do not move; no where it is left out.
    #[serde(default)]
    pub open_opportunities: bool,
    /// Days in which an account that we moved does not move again; off where it is left out.
    #[serde(default)]
    #[schemars(range(min = 1, max = 730))]
    pub recent_move_days: Option<u16>,
}

/// How many accounts a plan may move; the lower of both counts. An account that had no territory is not moved.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveCap {
    /// So many.
    #[serde(default)]
    pub moved_accounts: Option<usize>,
    /// So many percent of the accounts that have a territory.
    #[serde(default)]
    #[schemars(range(min = 0, max = 100))]
    pub moved_percent: Option<u8>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawPeople {
    /// Whether people whose seat is in a territory come into it, too, without a role; no where it is left out.
    #[serde(default)]
    roster: bool,
    /// What the CRM's picklist calls a role; one that is not listed is written as the scenario does.
    #[serde(default)]
    roles: Vec<RawRole>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawRole {
    /// The role's id in scenarios.
    role: String,
    /// As the CRM's picklist writes it.
    in_crm: String,
}

/// Who comes into territories.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct People {
    /// Whether people whose seat is there come as well.
    pub roster: bool,
    roles: Vec<RawRole>,
}

impl People {
    /// The role as the CRM writes it.
    #[must_use]
    pub fn role(&self, role: &str) -> String {
        self.roles.iter().find(|one| one.role == role).map_or(role, |one| &one.in_crm).to_owned()
    }
}

/// What the AI agent is told, and how far it is believed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    /// Version of the texts: change it with every change of them.
    pub version: String,
    /// Who it is and what rules it keeps.
    pub system: String,
    /// What it is to do.
    pub task: String,
    /// At most so many tokens in the answer.
    #[schemars(range(min = 100, max = 4000))]
    pub max_tokens: u32,
    /// How often it may search the web for one account; not at all where it is left out.
    #[serde(default)]
    #[schemars(range(min = 0, max = 10))]
    pub web_searches: u8,
    /// How sure it must be, in percent, for an account to be placed; below it the account waits for a person.
    #[schemars(range(min = 1, max = 100))]
    pub min_confidence: u8,
    /// At most so many questions in one run; accounts beyond it wait.
    #[schemars(range(min = 0, max = 1000))]
    pub asks_a_run: usize,
    /// Days for which an answer is kept: while the account's address stays the same, it is not asked again.
    #[schemars(range(min = 1, max = 365))]
    pub answers_kept_days: u16,
}

/// When outcomes carry a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeedbackLevers {
    /// Fewest answers of people for the same kind of address that say anything of it.
    #[schemars(range(min = 2))]
    pub(crate) min_sample: usize,
    /// Share of them, in percent, that must name the same territory.
    #[schemars(range(min = 51, max = 100))]
    pub(crate) min_agreement_percent: u8,
}

impl Levers for DeployConfig {
    const LOOP: &'static str = "deploy";

    const FILES: &'static [LeverFile] =
        &[LeverFile { name: "levers.yaml", schema: || schemars::schema_for!(RawLevers) }];

    fn check(sources: &Sources, problems: &mut Problems) -> Option<Self> {
        let document = sources.get("levers.yaml")?;
        let raw: RawLevers = document.read(problems)?;
        let before = problems.len();
        once("role", raw.people.roles.iter().map(|one| one.role.as_str()), "/people/roles", document, problems);
        once("kind", raw.holds.customer_kinds.iter().map(String::as_str), "/holds/customer_kinds", document, problems);
        for (at, role) in raw.people.roles.iter().enumerate() {
            filled(&role.in_crm, document, &format!("/people/roles/{at}/in_crm"), problems);
        }
        filled(&raw.territory_type, document, "/territory_type", problems);
        filled(&raw.agent.version, document, "/agent/version", problems);
        (problems.len() == before).then_some(Self {
            holds: raw.holds,
            cap: raw.cap,
            people: People { roster: raw.people.roster, roles: raw.people.roles },
            territory_type: raw.territory_type,
            places_accounts_of_others: raw.places_accounts_of_others,
            first_placements_need_no_approval: raw.first_placements_need_no_approval,
            agent: raw.agent,
            feedback: raw.feedback,
        })
    }
}

fn once<'a>(
    what: &str,
    names: impl Iterator<Item = &'a str>,
    pointer: &str,
    document: &Document,
    problems: &mut Problems,
) {
    let mut seen: Vec<&str> = Vec::new();
    for (at, name) in names.enumerate() {
        if seen.iter().any(|one| one.eq_ignore_ascii_case(name)) {
            let at = format!("{pointer}/{at}");
            problems.at(document, &at, format!("the {what} `{name}` is there twice"), "take one of them out");
        }
        seen.push(name);
    }
}

fn filled(text: &str, document: &Document, pointer: &str, problems: &mut Problems) {
    if text.trim().is_empty() {
        problems.at(document, pointer, "it is empty", "write it as the CRM does");
    }
}
