//! Who proposes, approves and applies.

use revloops_identity::Role;
use serde::{Deserialize, Serialize};

/// A person, or what stands in for one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Their username in the CRM; of a machine, what it is: `bucket:AROAEXAMPLE`.
    pub username: String,
    /// What they are here.
    pub role: Role,
    /// Whether it is a person of whom we know who they are. Who puts a file into the bucket is none: they may be anybody
    /// who approves later.
    #[serde(default = "yes")]
    pub is_person: bool,
}

fn yes() -> bool {
    true
}

impl Actor {
    /// A person.
    #[must_use]
    pub fn person(username: &str, role: Role) -> Self {
        Self { username: username.to_owned(), role, is_person: true }
    }

    /// Something that acts by itself: a schedule, a pipeline, whoever wrote to the bucket. It may propose, and no more.
    #[must_use]
    pub fn machine(name: &str) -> Self {
        Self { username: name.to_owned(), role: Role::Operations, is_person: false }
    }

    /// Whether both are the same person; usernames of the CRM do not tell cases apart.
    #[must_use]
    pub fn is(&self, username: &str) -> bool {
        self.username.to_lowercase() == username.to_lowercase()
    }
}
