//! What matching came to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use revloops_domain::{AccountId, MatchedAccount};

/// The account, or why there is none; and who came near.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct MatchVerdict {
    /// The account with the evidence; who owns its parent is the caller's to look up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matched: Option<MatchedAccount>,
    /// The nearest of the others, at most [`RUNNERS_UP`], each with the reason why not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runners_up: Vec<RunnerUp>,
    /// How many accounts were compared.
    #[serde(default)]
    pub compared: usize,
    /// Keys that more accounts share than are compared: the right one may be among those left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub crowded: Vec<String>,
}

/// How many of the others are named.
pub const RUNNERS_UP: usize = 5;

/// An account that came near.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunnerUp {
    /// Its id.
    pub account_id: AccountId,
    /// Its name.
    pub name: String,
    /// Why not.
    pub why: String,
}

impl std::fmt::Debug for RunnerUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunnerUp").field("account_id", &self.account_id).field("why", &self.why).finish_non_exhaustive()
    }
}
