//! Effects as data: what a decision changes in the world, each with a key that is the same at every attempt.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use revloops_domain::sequence::DraftedSequence;

use crate::record::RunKey;

/// Deterministic key of one effect: subject/trigger/loop/step.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EffectKey(String);

impl EffectKey {
    /// The key of `step` in the run `key`.
    #[must_use]
    pub fn new(key: &RunKey, step: &str) -> Self {
        Self(format!("{}/{}/{}/{step}", key.subject, key.trigger, key.loop_name))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EffectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One change in the world.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// Its idempotency key.
    pub key: EffectKey,
    /// What to do.
    pub action: Action,
}

/// What can be done to the world.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do")]
pub enum Action {
    /// Changes fields of one CRM record. CRM updates carry no idempotency key, so `marker` says how to see, before a
    /// retry, that the change is in already, even if a person has changed the fields since.
    UpdateRecord {
        /// `Lead`, …
        object: String,
        /// Record's id.
        id: String,
        /// Field name → value.
        fields: Map<String, Value>,
        /// The field that only this run gives this value.
        marker: Marker,
    },
    /// Creates one CRM record, or finds it made already, by an external id that is unique.
    UpsertRecord {
        /// `Task`, …
        object: String,
        /// Name of the external-id field.
        key_field: String,
        /// Its value.
        key: String,
        /// Field name → value, without the key field.
        fields: Map<String, Value>,
    },
    /// Keeps a drafted sequence; once it is kept, keeping it again changes nothing.
    KeepSequence {
        /// The draft; its `Debug` shows no content.
        sequence: Box<DraftedSequence>,
    },
    /// Publishes an event on the bus; consumers tell a repeat by `event_id` in its detail, which is the effect's key.
    Emit {
        /// Detail type: `lead.qualified`, …
        name: String,
        /// Event's detail.
        detail: Value,
    },
}

/// The field by which a record shows that an update is in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Marker {
    /// Field name; one of the fields that the update sets.
    pub field: String,
    /// The value that only this run sets.
    pub value: Value,
}
