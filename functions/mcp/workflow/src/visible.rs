//! What a person sees in the CRM: asked in their own session, so that the CRM's sharing decides.

use std::collections::{BTreeMap, BTreeSet};
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

    /// Which of these the person behind `grant` sees; one question for each object.
    ///
    /// # Errors
    /// As [`VisibleRecords::seen`].
    async fn seen_of(&self, grant: &str, ids: &BTreeSet<SalesforceId>) -> Outcome<BTreeSet<SalesforceId>>;
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

/// Asks in the session behind `grant`, and once more in a new one where the CRM no longer takes it: nothing was done then.
macro_rules! asked {
    ($self:ident, $grant:expr, $ask:ident($($argument:expr),*)) => {{
        let session = $self.sessions.session($grant).await?;
        match $self.$ask(&session, $($argument),*).await {
            Err(PersonalError::SessionEnded) => {
                let session = $self.sessions.renewed($grant, &session.access_token).await?;
                $self.$ask(&session, $($argument),*).await
            }
            answer => answer,
        }
    }};
}

fn logged_out() -> Failure {
    Failure::new(ErrorClass::Rejected, "the CRM no longer takes the person's session")
}

impl CrmRecords {
    async fn which(
        &self,
        session: &CrmSession,
        object: &str,
        ids: &[&str],
    ) -> Result<Vec<Option<Map<String, Value>>>, PersonalError> {
        let crm = self.client.of(&session.instance_url, &session.access_token).map_err(PersonalError::Failed)?;
        crm.records(object, ids, &["Id"]).await
    }

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
        match asked!(self, grant, read(object, id)) {
            Ok(record) => {
                let name = record.get("Name").and_then(Value::as_str).unwrap_or_default().to_owned();
                Ok(Some(Seen { object, name }))
            }
            Err(PersonalError::Refused(_)) => Ok(None),
            Err(PersonalError::SessionEnded) => Err(logged_out()),
            Err(PersonalError::Failed(failure)) => Err(failure),
        }
    }

    async fn seen_of(&self, grant: &str, ids: &BTreeSet<SalesforceId>) -> Outcome<BTreeSet<SalesforceId>> {
        let mut by_object: BTreeMap<&str, Vec<&SalesforceId>> = BTreeMap::new();
        for id in ids {
            if let Some(object) = object_of(id) {
                by_object.entry(object).or_default().push(id);
            }
        }
        let mut seen = BTreeSet::new();
        for (object, ids) in by_object {
            let asked: Vec<&str> = ids.iter().map(|id| id.as_str()).collect();
            match asked!(self, grant, which(object, &asked)) {
                Ok(records) => {
                    let there = ids.iter().zip(records).filter(|(_, record)| record.is_some());
                    seen.extend(there.map(|(id, _)| (*id).clone()));
                }
                // They see no record of this object at all.
                Err(PersonalError::Refused(_)) => {}
                Err(PersonalError::SessionEnded) => return Err(logged_out()),
                Err(PersonalError::Failed(failure)) => return Err(failure),
            }
        }
        Ok(seen)
    }
}
