//! What the tools work with.

use std::sync::Arc;

use async_trait::async_trait;
use revloops_changes::ChangeDesk;
use revloops_config::ConfigStore;
use revloops_config::store::ConfigKeys;
use revloops_loopkit::Outcome;
use revloops_loopkit::ports::{Approvals, Bus, Documents, Parked, Past, Placements, RunStore};
use revloops_outreach::{Ask, Reply};

use crate::visible::VisibleRecords;

/// The desk where people answer sequences: one for the CRM, the commands and this server.
#[async_trait]
pub trait SequenceDesk: Send + Sync {
    /// Asks it, as the person of this username.
    async fn ask(&self, username: &str, ask: Ask) -> Outcome<Reply>;
}

/// What the tools work with.
pub struct World {
    /// Where config is changed.
    pub changes: ChangeDesk,
    /// What versions of config have led to.
    pub outcomes: Arc<dyn Documents>,
    /// What changes are simulated on.
    pub past: Arc<dyn Past>,
    /// Config and its pointers.
    pub config: Arc<dyn ConfigStore>,
    /// What lies there.
    pub keys: Arc<dyn ConfigKeys>,
    /// Where events go.
    pub bus: Arc<dyn Bus>,
    /// Plans of territories that wait for an answer.
    pub approvals: Arc<dyn Approvals>,
    /// Accounts that wait for a person.
    pub placements: Arc<dyn Placements>,
    /// What was decided.
    pub runs: Arc<dyn RunStore>,
    /// What could not go on.
    pub parked: Arc<dyn Parked>,
    /// Where sequences are answered.
    pub desk: Arc<dyn SequenceDesk>,
    /// What people see in the CRM.
    pub records: Arc<dyn VisibleRecords>,
}
