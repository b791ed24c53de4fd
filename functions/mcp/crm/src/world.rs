//! What the tools work with: the way to the CRM, people's sessions, and caps.

use std::sync::Arc;

use revloops_crm::PersonalClient;
use revloops_crm::personal::MOST_RECORDS;
use revloops_identity::CrmSessions;

/// How much one call may touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Records of one write; the CRM takes 200 at most.
    pub records: usize,
    /// Rows of one query.
    pub rows: usize,
    /// Bytes of one query's rows, as JSON.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { records: MOST_RECORDS, rows: 2_000, bytes: 512 * 1024 }
    }
}

impl Limits {
    /// Limits with this many records a write; more than the CRM takes is what the CRM takes, none is one.
    #[must_use]
    pub fn with_records(self, records: usize) -> Self {
        Self { records: records.clamp(1, MOST_RECORDS), ..self }
    }
}

/// What the tools work with.
pub struct World {
    /// Connections to the CRM; they carry no session of their own.
    pub client: PersonalClient,
    /// People's sessions, behind their grants.
    pub sessions: Arc<dyn CrmSessions>,
    /// How much one call may touch.
    pub limits: Limits,
}
