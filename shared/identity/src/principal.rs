//! Whose token it is, and what they may.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use revloops_domain::SalesforceId;
use serde::{Deserialize, Serialize};

/// What a token may be used for, beside what its owner may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// Look at records of the CRM.
    #[serde(rename = "crm.read")]
    CrmRead,
    /// Create and change records of the CRM.
    #[serde(rename = "crm.write")]
    CrmWrite,
    /// Delete records of the CRM.
    #[serde(rename = "crm.delete")]
    CrmDelete,
    /// Look at loops, config, sequences, plans and what happened.
    #[serde(rename = "workflow.read")]
    WorkflowRead,
    /// Propose, approve and undo.
    #[serde(rename = "workflow.write")]
    WorkflowWrite,
    /// Ask for numbers.
    #[serde(rename = "analytics.read")]
    AnalyticsRead,
    /// Stay logged in: a refresh token is given out.
    #[serde(rename = "offline_access")]
    OfflineAccess,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 7] = [
        Self::CrmRead,
        Self::CrmWrite,
        Self::CrmDelete,
        Self::WorkflowRead,
        Self::WorkflowWrite,
        Self::AnalyticsRead,
        Self::OfflineAccess,
    ];

    /// As tokens and requests say it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CrmRead => "crm.read",
            Self::CrmWrite => "crm.write",
            Self::CrmDelete => "crm.delete",
            Self::WorkflowRead => "workflow.read",
            Self::WorkflowWrite => "workflow.write",
            Self::AnalyticsRead => "analytics.read",
            Self::OfflineAccess => "offline_access",
        }
    }

    /// What it lets an app do, as the consent page says it.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::CrmRead => "read the CRM's records that you may see",
            Self::CrmWrite => "create and change the CRM's records, in your name",
            Self::CrmDelete => "delete the CRM's records, in your name",
            Self::WorkflowRead => "look at loops, their config, sequences, plans and what happened to a record",
            Self::WorkflowWrite => "propose changes of config, and approve, reject and undo what you may, in your name",
            Self::AnalyticsRead => "ask for numbers about what you may see",
            Self::OfflineAccess => "do so without asking you to log in again",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that is no scope of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no scope `{0}`")]
pub struct UnknownScope(String);

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text).ok_or_else(|| UnknownScope(text.to_owned()))
    }
}

/// What a person is here, by what they are in the CRM. Each may do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Works on their own records.
    Rep,
    /// Answers for the records of those below them.
    Manager,
    /// Changes how the loops work.
    Operations,
    /// May do everything.
    Administrator,
}

impl Role {
    /// As config and tokens say it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rep => "rep",
            Self::Manager => "manager",
            Self::Operations => "operations",
            Self::Administrator => "administrator",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The person behind a verified token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Their id in the CRM.
    pub user: SalesforceId,
    /// Their username in the CRM.
    pub username: String,
    /// What they are here.
    pub role: Role,
    /// The app that they let in.
    pub client_id: String,
    /// What the app may do in their name.
    pub scopes: BTreeSet<Scope>,
    /// The grant that the token came from: names their session in the CRM.
    pub grant: String,
}

impl Principal {
    /// Whether the token may be used for this.
    #[must_use]
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}
