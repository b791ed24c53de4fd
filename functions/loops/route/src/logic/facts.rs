//! What has been looked up for one lead, and what is still missing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use revloops_loopkit::ports::{CrmUser, Drawn, PoolMember, Queue, Ticket};

/// Everything that was looked up; stored in the record, so that the decision can be computed again.
///
/// `None` under a name says that it was looked up and the CRM does not know it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Users by lower-case username.
    pub users: BTreeMap<String, Option<CrmUser>>,
    /// Queues by developer name, as config writes it.
    pub queues: BTreeMap<String, Option<Queue>>,
    /// The ticket that this lead drew, by pool.
    pub tickets: BTreeMap<String, Ticket>,
    /// Pools that had nobody: who was left out, and why.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub full: BTreeMap<String, Vec<(String, String)>>,
}

/// What deciding needs next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Need {
    /// Users, by lower-case username.
    Users(Vec<String>),
    /// A queue, by developer name.
    Queue(String),
    /// A ticket of a pool, among those who can take a lead now.
    Ticket {
        /// The pool.
        pool: String,
        /// Who can be picked; not empty.
        eligible: Vec<PoolMember>,
    },
}

impl Facts {
    /// Keeps the answer about `asked`; who is not in it does not exist.
    pub(crate) fn know_users(&mut self, asked: &[String], found: Vec<CrmUser>) {
        self.users.extend(asked.iter().map(|login| (login.to_lowercase(), None)));
        self.users.extend(found.into_iter().map(|user| (user.login.to_lowercase(), Some(user))));
    }

    /// Keeps the answer about one queue.
    pub(crate) fn know_queue(&mut self, asked: &str, found: Vec<Queue>) {
        let queue = found.into_iter().find(|queue| queue.developer_name.eq_ignore_ascii_case(asked));
        self.queues.insert(asked.to_owned(), queue);
    }

    /// Keeps what a draw gave.
    pub(crate) fn know_draw(&mut self, pool: &str, drawn: Drawn) {
        match drawn {
            Drawn::Ticket(ticket) => self.know_ticket(pool, ticket),
            Drawn::Nobody(left_out) => {
                self.full.insert(pool.to_owned(), left_out);
            }
        }
    }

    /// Keeps a drawn ticket.
    pub(crate) fn know_ticket(&mut self, pool: &str, ticket: Ticket) {
        self.tickets.insert(pool.to_owned(), ticket);
    }
}
