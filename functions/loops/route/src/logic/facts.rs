//! What has been looked up for one subject, and what is still missing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use revloops_domain::{OwnerId, UserId};
use revloops_loopkit::ports::{CrmUser, Draw, Drawn, Queue, Ticket};

/// Everything that was looked up; stored in the record, so that the decision can be computed again.
///
/// `None` under a name says that it was looked up and the CRM does not know it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Users by lower-case username.
    pub users: BTreeMap<String, Option<CrmUser>>,
    /// Users who own accounts, by id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub owners: BTreeMap<OwnerId, Option<CrmUser>>,
    /// Queues by developer name, as config writes it.
    pub queues: BTreeMap<String, Option<Queue>>,
    /// Open leads of pool members, by user.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub loads: BTreeMap<UserId, u64>,
    /// The ticket that this subject drew, by pool.
    pub tickets: BTreeMap<String, Ticket>,
    /// Pools that had nobody: who was left out, and why.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub full: BTreeMap<String, Vec<(String, String)>>,
    /// Where an AI agent places the subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentAnswer>,
}

/// What came of asking the AI agent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentAnswer {
    /// An answer as it came: untrusted.
    Said {
        /// The tool's input.
        answer: Value,
        /// The model that answered.
        model: String,
    },
    /// None: the agent could not be reached, and the rule says to go on without.
    Down,
}

/// The answer may quote what a person wrote.
impl std::fmt::Debug for AgentAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Said { answer: _, model } => f.debug_struct("Said").field("model", model).finish_non_exhaustive(),
            Self::Down => f.write_str("Down"),
        }
    }
}

/// What deciding needs next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// Users, by lower-case username.
    Users(Vec<String>),
    /// Users, by the ids under which they own accounts.
    Owners(Vec<UserId>),
    /// A queue, by developer name.
    Queue(String),
    /// How many open leads these users have.
    Loads(Vec<UserId>),
    /// A ticket of a pool, among those who can take a lead now.
    Draw(Box<Draw>),
    /// An AI agent's proposal for the territory.
    Agent {
        /// Whether deciding goes on without where the agent cannot be reached.
        may_be_down: bool,
    },
}

impl Facts {
    /// Makes room for the next subject of a batch: what was drawn for the last one goes, and what is true for all stays.
    pub fn next_subject(&mut self) {
        self.tickets.clear();
        self.full.clear();
        self.agent = None;
    }

    /// Keeps the answer about `asked`; who is not in it does not exist.
    pub fn know_users(&mut self, asked: &[String], found: Vec<CrmUser>) {
        self.users.extend(asked.iter().map(|login| (login.to_lowercase(), None)));
        self.users.extend(found.into_iter().map(|user| (user.login.to_lowercase(), Some(user))));
    }

    /// Keeps the answer about the users with the ids `asked`; who is not in it does not exist.
    pub fn know_owners(&mut self, asked: &[UserId], found: Vec<CrmUser>) {
        self.owners.extend(asked.iter().map(|id| (id.clone().into(), None)));
        self.owners.extend(found.into_iter().map(|user| (user.id.clone().into(), Some(user))));
    }

    /// Keeps the answer about one queue.
    pub fn know_queue(&mut self, asked: &str, found: Vec<Queue>) {
        let queue = found.into_iter().find(|queue| queue.developer_name.eq_ignore_ascii_case(asked));
        self.queues.insert(asked.to_owned(), queue);
    }

    /// Keeps how much the users `asked` have to do; who is not in the answer has nothing.
    pub fn know_loads(&mut self, asked: &[UserId], found: BTreeMap<UserId, u64>) {
        self.loads.extend(asked.iter().map(|id| (id.clone(), 0)));
        self.loads.extend(found);
    }

    /// Keeps what a draw gave.
    pub fn know_draw(&mut self, pool: &str, drawn: Drawn) {
        match drawn {
            Drawn::Ticket(ticket) => {
                self.tickets.insert(pool.to_owned(), ticket);
            }
            Drawn::Nobody(left_out) => {
                self.full.insert(pool.to_owned(), left_out);
            }
        }
    }

    /// Keeps what the AI agent said.
    pub fn know_agent(&mut self, answer: AgentAnswer) {
        self.agent = Some(answer);
    }
}
