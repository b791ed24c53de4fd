//! A login at the CRM, from our sending somebody there to knowing who came back.

use serde_json::Value;

use revloops_domain::ErrorClass;
use revloops_identity::Role;
use revloops_identity::sealing::Sealed;
use revloops_loopkit::ports::{CrmIdentity, CrmTokens};
use revloops_loopkit::{Failure, Outcome};

use crate::{Ports, random};

/// A login that has begun.
pub(crate) struct Begun {
    /// Where the browser goes.
    pub(crate) url: String,
    /// What it comes back with.
    pub(crate) state: String,
    /// What ends it, sealed for its state.
    pub(crate) pending: Sealed,
}

pub(crate) fn begin(ports: &Ports) -> Outcome<Begun> {
    let begun = ports.crm.begin()?;
    let sealing = |error| Failure::new(ErrorClass::Bug, "sealing a login").caused_by(error);
    let pending = begun.pending.to_string();
    let pending = ports.sealer.seal(&random::kept_as(&begun.state), pending.as_bytes()).map_err(sealing)?;
    Ok(Begun { url: begun.url, state: begun.state, pending })
}

/// Who has logged in, and what they are here.
pub(crate) struct Person {
    pub(crate) tokens: CrmTokens,
    pub(crate) identity: CrmIdentity,
    pub(crate) role: Role,
}

pub(crate) enum Refused {
    /// The person may not come in.
    Person(&'static str),
    Failed(Failure),
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        if failure.class() == ErrorClass::Rejected {
            tracing::warn!("a login was refused: {failure}");
            Self::Person("the CRM did not take the login")
        } else {
            Self::Failed(failure)
        }
    }
}

/// The person who came back with `code`. Of somebody who may not come in, the session in the CRM is ended.
pub(crate) async fn end(ports: &Ports, pending: &Sealed, state: &str, code: &str) -> Result<Person, Refused> {
    let opened = ports.sealer.open(&random::kept_as(state), pending);
    let opened = opened.map_err(|error| Failure::new(ErrorClass::Bug, "opening a login").caused_by(error))?;
    let pending: Value = serde_json::from_slice(&opened)
        .map_err(|error| Failure::unreadable(ErrorClass::Bug, "reading a login", &error))?;
    let tokens = ports.crm.complete(&pending, code, state).await?;
    let identity = ports.crm.identity(&tokens).await?;
    let role = identity.as_ref().and_then(|identity| ports.site.roles.role_of(identity));
    let (Some(identity), Some(role)) = (identity, role) else {
        revoke(ports, &tokens).await;
        return Err(Refused::Person("this person may not use RevLoops"));
    };
    Ok(Person { tokens, identity, role })
}

/// Ends a session in the CRM that nobody needs.
pub(crate) async fn revoke(ports: &Ports, tokens: &CrmTokens) {
    if let Err(failure) = ports.crm.revoke(tokens).await {
        tracing::warn!("a session that was not taken is not revoked in the CRM: {failure}");
    }
}
