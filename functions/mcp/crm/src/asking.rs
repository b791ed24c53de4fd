//! The CRM as one caller has it: every call in their own session, which is renewed once where the CRM no longer takes it.

use revloops_crm::Personal;
use revloops_crm::personal::{Described, Found, ObjectSummary, PersonalError, Personally, Saved, Together};
use revloops_domain::Secret;
use revloops_identity::CrmSession;
use revloops_mcp::{Caller, ToolError};
use serde_json::{Map, Value};
use tokio::sync::Mutex;

use crate::world::World;

/// One caller's CRM, for the time of one call.
pub struct Asking<'a> {
    world: &'a World,
    grant: &'a str,
    /// Looked up by the first question.
    session: Mutex<Option<CrmSession>>,
}

/// Asks, and once more with a new session where the CRM no longer takes the old one: it has done nothing then.
macro_rules! ask {
    ($self:ident, $call:ident($($argument:expr),*)) => {{
        let (crm, token) = $self.crm().await?;
        let answer = match crm.$call($($argument),*).await {
            Err(PersonalError::SessionEnded) => $self.renewed(&token).await?.$call($($argument),*).await,
            answer => answer,
        };
        told(answer)
    }};
}

impl<'a> Asking<'a> {
    /// The CRM of `caller`.
    #[must_use]
    pub fn of(world: &'a World, caller: &'a Caller) -> Self {
        Self { world, grant: &caller.principal.grant, session: Mutex::new(None) }
    }

    async fn crm(&self) -> Result<(Personal, Secret), ToolError> {
        let mut kept = self.session.lock().await;
        let session = match kept.take() {
            Some(session) => session,
            None => self.world.sessions.session(self.grant).await?,
        };
        let crm = self.world.client.of(&session.instance_url, &session.access_token)?;
        let token = session.access_token.clone();
        *kept = Some(session);
        Ok((crm, token))
    }

    async fn renewed(&self, stale: &Secret) -> Result<Personal, ToolError> {
        let session = self.world.sessions.renewed(self.grant, stale).await?;
        let crm = self.world.client.of(&session.instance_url, &session.access_token)?;
        *self.session.lock().await = Some(session);
        Ok(crm)
    }

    pub(crate) async fn objects(&self) -> Result<Vec<ObjectSummary>, ToolError> {
        ask!(self, objects())
    }

    pub(crate) async fn object(&self, name: &str) -> Result<Described, ToolError> {
        ask!(self, object(name))
    }

    pub(crate) async fn query(&self, soql: &str, most: usize) -> Result<Found, ToolError> {
        ask!(self, query(soql, most))
    }

    pub(crate) async fn record(
        &self,
        object: &str,
        id: &str,
        fields: &[&str],
    ) -> Result<Map<String, Value>, ToolError> {
        ask!(self, record(object, id, fields))
    }

    pub(crate) async fn records(
        &self,
        object: &str,
        ids: &[&str],
        fields: &[&str],
    ) -> Result<Vec<Option<Map<String, Value>>>, ToolError> {
        ask!(self, records(object, ids, fields))
    }

    pub(crate) async fn create(
        &self,
        object: &str,
        records: &[Map<String, Value>],
        together: Together,
        by_rules: bool,
    ) -> Result<Vec<Saved>, ToolError> {
        ask!(self, create(object, records, together, by_rules))
    }

    pub(crate) async fn update(
        &self,
        object: &str,
        records: &[Map<String, Value>],
        together: Together,
    ) -> Result<Vec<Saved>, ToolError> {
        ask!(self, update(object, records, together))
    }

    pub(crate) async fn upsert(
        &self,
        object: &str,
        key: &str,
        records: &[Map<String, Value>],
        together: Together,
    ) -> Result<Vec<Saved>, ToolError> {
        ask!(self, upsert(object, key, records, together))
    }

    pub(crate) async fn delete(&self, ids: &[&str], together: Together) -> Result<Vec<Saved>, ToolError> {
        ask!(self, delete(ids, together))
    }
}

/// What the CRM refused is the person's to know; what failed on the way is not.
fn told<T>(answer: Personally<T>) -> Result<T, ToolError> {
    answer.map_err(|error| match error {
        PersonalError::SessionEnded => {
            ToolError::asked("the CRM no longer takes your session: disconnect this server and log in again")
        }
        PersonalError::Refused(refused) => ToolError::asked(refused.to_string()),
        PersonalError::Failed(failure) => ToolError::Failed(failure),
    })
}
