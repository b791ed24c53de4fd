//! `config/changes.yaml`: who may change config, and what needs a second person.
//!
//! Kept in the config store like a loop's config, under the pointer `changes`. Where none is stored, the strictest holds:
//! everything needs two people.

use std::collections::BTreeMap;

use revloops_config::store::SCENARIO;
use revloops_config::{Bundle, ConfigStore, Document, Problems, Sources};
use revloops_identity::Role;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::error::ChangeError;
use crate::ports::Checks;
use crate::proposal::Simulation;

/// The pointer's name, and the file's without its ending.
pub const POLICY: &str = "changes";

/// The file's name.
pub const FILE: &str = "changes.yaml";

/// Who may do what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The least role that it takes.
    pub roles: Roles,
    /// What needs a second person: whole loops, or some of their files.
    pub two_people: Vec<TwoPeople>,
    /// A change that would have decided more records differently than this needs a second person; none where there is no
    /// such cap.
    #[serde(default)]
    pub most_records_alone: Option<u64>,
    /// Loops whose changes are simulated on history before anybody can approve them.
    #[serde(default)]
    pub simulate_first: Vec<String>,
}

/// The least role for each step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Roles {
    /// Propose a change, and withdraw one's own.
    #[schemars(with = "RoleName")]
    pub propose: Role,
    /// Approve and reject.
    #[schemars(with = "RoleName")]
    pub approve: Role,
    /// Make an approved change active.
    #[schemars(with = "RoleName")]
    pub apply: Role,
    /// Take an active change back.
    #[schemars(with = "RoleName")]
    pub roll_back: Role,
}

/// A role, for the schema.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "the names that the file may have")]
enum RoleName {
    Rep,
    Manager,
    Operations,
    Administrator,
}

/// What one person alone may not change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TwoPeople {
    /// The loop; `scenario` for which plan is active.
    #[serde(rename = "loop")]
    pub loop_name: String,
    /// The files; all where none is named.
    #[serde(default)]
    pub files: Vec<String>,
}

impl Policy {
    /// The strictest: two people for everything.
    #[must_use]
    pub fn strictest(loops: &[&str]) -> Self {
        Self {
            roles: Roles {
                propose: Role::Operations,
                approve: Role::Operations,
                apply: Role::Operations,
                roll_back: Role::Operations,
            },
            two_people: loops
                .iter()
                .chain([&SCENARIO])
                .map(|name| TwoPeople { loop_name: (*name).to_owned(), files: Vec::new() })
                .collect(),
            most_records_alone: Some(0),
            simulate_first: Vec::new(),
        }
    }

    /// Reads and checks the file.
    pub fn check(document: &Document, checks: &dyn Checks, problems: &mut Problems) -> Option<Self> {
        let policy: Self = document.read(problems)?;
        let before = problems.len();
        let loops = checks.loops();
        let changed: Vec<&str> = loops.iter().copied().chain([SCENARIO]).collect();
        for (at, two) in policy.two_people.iter().enumerate() {
            let pointer = format!("/two_people/{at}");
            if !changed.contains(&two.loop_name.as_str()) {
                problems.unknown_name(
                    document,
                    &format!("{pointer}/loop"),
                    "loop",
                    &two.loop_name,
                    changed.iter().copied(),
                );
                continue;
            }
            let files = checks.files(&two.loop_name);
            for (nth, file) in two.files.iter().enumerate().filter(|(_, file)| !files.contains(&file.as_str())) {
                problems.unknown_name(document, &format!("{pointer}/files/{nth}"), "file", file, files.iter().copied());
            }
        }
        for (at, name) in policy.simulate_first.iter().enumerate().filter(|(_, name)| !loops.contains(&name.as_str())) {
            problems.unknown_name(document, &format!("/simulate_first/{at}"), "loop", name, loops.iter().copied());
        }
        (problems.len() == before).then_some(policy)
    }

    /// The policy as it is stored and pointed to.
    #[must_use]
    pub fn bundle(document: Document) -> Bundle {
        Bundle::of(POLICY, &Sources::from([(FILE.to_owned(), document)]))
    }

    /// The one that holds now.
    ///
    /// # Errors
    /// Where the store does not answer. One that cannot be read is as good as none: the strictest holds.
    pub async fn active(store: &dyn ConfigStore, checks: &dyn Checks) -> Result<Self, ChangeError> {
        let strictest = || Self::strictest(&checks.loops());
        let Some(read) = store.pointer(POLICY).await? else { return Ok(strictest()) };
        let stamp = read.pointer.active;
        let bytes = store.get(&stamp.key, &stamp.version_id).await?;
        let value = Bundle::read(&bytes, &stamp).ok().and_then(|bundle| bundle.files.get(FILE).cloned());
        let document = value.map(|value| Document::received(FILE, value));
        let policy = document.and_then(|document| Self::check(&document, checks, &mut Problems::new()));
        Ok(policy.unwrap_or_else(strictest))
    }

    /// Why a change of these files needs a second person; empty where it needs none.
    #[must_use]
    pub fn needs_two(&self, loop_name: &str, files: &[String], simulation: Option<&Simulation>) -> Vec<String> {
        let mut why = Vec::new();
        for two in self.two_people.iter().filter(|two| two.loop_name == loop_name) {
            if two.files.is_empty() {
                why.push(match loop_name {
                    SCENARIO => "another active scenario takes two people".to_owned(),
                    loop_name => format!("every change of {loop_name} takes two people"),
                });
            }
            let named = two.files.iter().filter(|file| files.contains(file));
            why.extend(named.map(|file| format!("a change of {loop_name}'s {file} takes two people")));
        }
        if let (Some(most), Some(simulation)) = (self.most_records_alone, simulation)
            && simulation.changed > most
        {
            let changed = simulation.changed;
            why.push(format!(
                "{changed} records would have come out differently, and one person may change {most} alone"
            ));
        }
        why
    }

    /// Whether a loop's changes are simulated before they are approved.
    #[must_use]
    pub fn simulates_first(&self, loop_name: &str) -> bool {
        self.simulate_first.iter().any(|name| name == loop_name)
    }
}

/// That somebody may do this; machines only propose.
pub(crate) fn may(actor: &Actor, needs: Role, what: &'static str) -> Result<(), ChangeError> {
    if actor.role < needs {
        let who = actor.username.clone();
        return Err(ChangeError::NotAllowed { who, has: actor.role, what, needs });
    }
    Ok(())
}

/// The texts of a bundle's own files.
pub(crate) fn texts(bundle: &Bundle, files: &[&str]) -> BTreeMap<String, String> {
    let named =
        bundle.files.keys().map(String::as_str).filter(|name| files.contains(name) || bundle.texts.contains_key(*name));
    named.filter_map(|name| Some((name.to_owned(), bundle.text(name)?.into_owned()))).collect()
}
