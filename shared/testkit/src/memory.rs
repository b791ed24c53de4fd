//! What the world in memory holds, for tests to look at.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value};

use revloops_domain::{Lead, UserId};
use revloops_loopkit::Record;
use revloops_loopkit::ports::{
    Act, BusEvent, ChunkRun, CrmUser, ModelAnswer, Noted, PoolState, Queue, Relation, Ticket,
};

use crate::sequences::SequencesInMemory;
use crate::signals::SignalsInMemory;
use crate::territories::{CrmTerritories, PlacementsInMemory};

/// One accepted write to the CRM.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    /// Object written.
    pub object: String,
    /// Its id, or its external id for an upsert.
    pub id: String,
    /// The fields.
    pub fields: Map<String, Value>,
}

/// A run as the store has it.
#[derive(Debug, Clone)]
pub(crate) struct StoredState {
    pub(crate) owner: String,
    pub(crate) until: Timestamp,
    pub(crate) record: Option<Record>,
    pub(crate) applied: Vec<usize>,
    pub(crate) done: bool,
}

/// Everything in the world.
#[derive(Debug, Clone)]
pub struct Memory {
    /// The time.
    pub now: Timestamp,
    /// Ids handed out.
    pub ids: u64,
    /// CRM records by object and id.
    pub records: BTreeMap<(String, String), Map<String, Value>>,
    /// Leads that the CRM has.
    pub crm_leads: BTreeMap<String, Lead>,
    /// Newest versions that were told.
    pub told_leads: BTreeMap<String, Lead>,
    /// Users.
    pub users: Vec<CrmUser>,
    /// Queues.
    pub queues: Vec<Queue>,
    /// Open leads by owner.
    pub open_leads: BTreeMap<UserId, u64>,
    /// Accepted CRM writes, in order.
    pub writes: Vec<Write>,
    /// Published events, in order.
    pub events: Vec<BusEvent>,
    /// Pools.
    pub pools: BTreeMap<String, PoolState>,
    /// Tickets by pool and subject.
    pub tickets: BTreeMap<(String, String), Ticket>,
    /// Jobs whose picks were settled, by pool and job.
    pub settled: BTreeSet<(String, String)>,
    /// Cached values with their expiry.
    pub cache: BTreeMap<String, (Value, Timestamp)>,
    /// What is spent, by day and name.
    pub spent: BTreeMap<(Date, String), u64>,
    /// What people did, by lead.
    pub acts: BTreeMap<String, Vec<Act>>,
    /// Answers that the model gives, in order; the last one again and again.
    pub answers: Vec<ModelAnswer>,
    /// How often the model was asked.
    pub asked: usize,
    /// The CRM's territories.
    pub crm: CrmTerritories,
    /// What is known of accounts' places beside the CRM.
    pub placements: PlacementsInMemory,
    /// How people stand with us, by their ids.
    pub standings: BTreeMap<String, Relation>,
    /// How everybody else stands with us; none where the CRM knows nobody else.
    pub standing_of_others: Option<Relation>,
    /// Sequences and suppressions.
    pub sequences: SequencesInMemory,
    /// What is known of accounts' signals and people.
    pub signals: SignalsInMemory,
    /// What is noted of chunks.
    pub journal: BTreeMap<ChunkRun, Noted>,
    pub(crate) runs: BTreeMap<(String, String), StoredState>,
}

impl Memory {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self {
            now,
            ids: 0,
            records: BTreeMap::new(),
            crm_leads: BTreeMap::new(),
            told_leads: BTreeMap::new(),
            users: Vec::new(),
            queues: Vec::new(),
            open_leads: BTreeMap::new(),
            writes: Vec::new(),
            events: Vec::new(),
            pools: BTreeMap::new(),
            tickets: BTreeMap::new(),
            settled: BTreeSet::new(),
            cache: BTreeMap::new(),
            spent: BTreeMap::new(),
            acts: BTreeMap::new(),
            answers: Vec::new(),
            asked: 0,
            crm: CrmTerritories::default(),
            placements: PlacementsInMemory::default(),
            standings: BTreeMap::new(),
            standing_of_others: None,
            sequences: SequencesInMemory::default(),
            signals: SignalsInMemory::default(),
            journal: BTreeMap::new(),
            runs: BTreeMap::new(),
        }
    }

    /// The records of all decided runs, by subject.
    #[must_use]
    pub fn decided(&self) -> Vec<&Record> {
        self.runs.values().filter_map(|run| run.record.as_ref()).collect()
    }

    /// Whether every run is done.
    #[must_use]
    pub fn all_done(&self) -> bool {
        self.runs.values().all(|run| run.done)
    }
}
