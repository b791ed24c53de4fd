//! The person's own session in the CRM, behind their grant.

use async_trait::async_trait;
use revloops_domain::Secret;
use revloops_loopkit::Outcome;

/// What calls to the CRM in a person's name need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrmSession {
    /// Where the person's organisation answers, without a slash at its end.
    pub instance_url: String,
    /// Their access token. It never leaves us but to the CRM.
    pub access_token: Secret,
}

/// People's sessions in the CRM, kept encrypted; the one way to them.
#[async_trait]
pub trait CrmSessions: Send + Sync {
    /// The session behind `grant`.
    ///
    /// # Errors
    /// `Rejected` where the grant was revoked or has ended: the person has to log in again.
    async fn session(&self, grant: &str) -> Outcome<CrmSession>;

    /// The CRM has refused `stale`: a new session for the same grant. Of those who ask at once, one refreshes, and the
    /// others get what it got.
    ///
    /// # Errors
    /// As [`CrmSessions::session`]; `Rejected` also where the CRM refuses to refresh.
    async fn renewed(&self, grant: &str, stale: &Secret) -> Outcome<CrmSession>;
}
