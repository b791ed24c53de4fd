//! Logging people in at the CRM, keeping them logged in, and asking who they are.

use async_trait::async_trait;
use serde_json::Value;

use revloops_domain::{SalesforceId, Secret};

use crate::Outcome;

/// What the CRM gives for a person who has logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrmTokens {
    /// Where the person's organisation answers, without a slash at its end.
    pub instance_url: String,
    /// For calls in the person's name, for as long as the organisation's sessions last.
    pub access_token: Secret,
    /// For a new access token. Where the organisation rotates these, each can be used once.
    pub refresh_token: Option<Secret>,
}

/// A login that was begun.
#[derive(Debug, Clone, PartialEq)]
pub struct LoginBegun {
    /// Where the browser goes.
    pub url: String,
    /// Comes back with the browser.
    pub state: String,
    /// What [`CrmLogin::complete`] needs. It holds a secret: seal it wherever it is kept.
    pub pending: Value,
}

/// Who somebody is in the CRM, as far as it decides what they may do here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrmIdentity {
    /// Their id.
    pub user: SalesforceId,
    /// Their username.
    pub username: String,
    /// Whether they are active.
    pub active: bool,
    /// The name of their profile.
    pub profile: Option<String>,
    /// The name of their place in the role hierarchy.
    pub crm_role: Option<String>,
    /// Names and labels of the permission sets that they were given.
    pub permission_sets: Vec<String>,
    /// Whether an active user has them as manager.
    pub has_reports: bool,
}

/// The CRM's login (OAuth's web server flow with PKCE).
#[async_trait]
pub trait CrmLogin: Send + Sync {
    /// Begins a login. Nothing is sent.
    fn begin(&self) -> Outcome<LoginBegun>;

    /// Ends the login `pending` with what came back with the browser. Once: `pending` is not to be used again.
    ///
    /// # Errors
    /// `Rejected` where the CRM does not take the code, or `state` is not the one of `pending`.
    async fn complete(&self, pending: &Value, code: &str, state: &str) -> Outcome<CrmTokens>;

    /// A new access token, and perhaps a new refresh token, for the same person. One caller at a time.
    ///
    /// # Errors
    /// `Rejected` where the CRM refuses for good: the person has to log in again.
    async fn refresh(&self, tokens: &CrmTokens) -> Outcome<CrmTokens>;

    /// Ends the session in the CRM. A session that has ended already is no failure.
    async fn revoke(&self, tokens: &CrmTokens) -> Outcome<()>;

    /// Who the session belongs to; `None` where it has run out.
    async fn identity(&self, tokens: &CrmTokens) -> Outcome<Option<CrmIdentity>>;
}
