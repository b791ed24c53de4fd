//! What a person sees in the CRM: asked in their own session, so that the CRM's sharing decides.

use std::sync::Arc;

use async_trait::async_trait;
use revloops_crm::PersonalClient;
use revloops_crm::personal::PersonalError;
use revloops_domain::{ErrorClass, SalesforceId};
use revloops_identity::{CrmSession, CrmSessions};
use revloops_loopkit::{Failure, Outcome};
use serde_json::{Map, Value};

/// A record that somebody sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// `Lead`, `Contact`, `Account` or `Opportunity`.
    pub object: &'static str,
    /// Its name.
    pub name: String,
}

/// Records as one person sees them.
#[async_trait]
pub trait VisibleRecords: Send + Sync {
    /// The record, where the person behind `grant` sees it. There is no telling one that is not there from one that is not theirs.
    ///
    /// # Errors
    /// `Rejected` where they have to log in again.
    async fn seen(&self, grant: &str, id: &SalesforceId) -> Outcome<Option<Seen>>;
}

/// The object that an id's first three characters tell; `None` for objects that no loop decides about.
#[must_use]
pub fn object_of(id: &SalesforceId) -> Option<&'static str> {
    match id.key_prefix() {
        "00Q" => Some("Lead"),
        "003" => Some("Contact"),
        "001" => Some("Account"),
        "006" => Some("Opportunity"),
        _ => None,
    }
}

/// [`VisibleRecords`] of the CRM.
pub struct CrmRecords {
    /// Connections; they carry no session of their own.
    pub client: PersonalClient,
    /// People's sessions.
    pub sessions: Arc<dyn CrmSessions>,
}

impl CrmRecords {
    async fn read(
        &self,
        session: &CrmSession,
        object: &str,
        id: &SalesforceId,
    ) -> Result<Map<String, Value>, PersonalError> {
        let crm = self.client.of(&session.instance_url, &session.access_token).map_err(PersonalError::Failed)?;
        crm.record(object, id.as_str(), &["Id", "Name"]).await
    }
}

#[async_trait]
impl VisibleRecords for CrmRecords {
    async fn seen(&self, grant: &str, id: &SalesforceId) -> Outcome<Option<Seen>> {
        let Some(object) = object_of(id) else { return Ok(None) };
        let session = self.sessions.session(grant).await?;
        let read = match self.read(&session, object, id).await {
            Err(PersonalError::SessionEnded) => {
                let session = self.sessions.renewed(grant, &session.access_token).await?;
                self.read(&session, object, id).await
            }
            read => read,
        };
        match read {
            Ok(record) => {
                let name = record.get("Name").and_then(Value::as_str).unwrap_or_default().to_owned();
                Ok(Some(Seen { object, name }))
            }
            Err(PersonalError::Refused(_)) => Ok(None),
            Err(PersonalError::SessionEnded) => {
                Err(Failure::new(ErrorClass::Rejected, "the CRM no longer takes the person's session"))
            }
            Err(PersonalError::Failed(failure)) => Err(failure),
        }
    }
}
