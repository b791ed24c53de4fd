use async_trait::async_trait;

use revloops_domain::{Lead, LeadId};

use crate::failure::Outcome;

/// The newest known version of each lead.
#[async_trait]
pub trait Leads: Send + Sync {
    /// Keeps `lead`, unless a newer version is known already.
    async fn remember(&self, lead: &Lead) -> Outcome<()>;

    /// The newest version that was told, `None` where none was.
    async fn newest(&self, id: &LeadId) -> Outcome<Option<Lead>>;
}
