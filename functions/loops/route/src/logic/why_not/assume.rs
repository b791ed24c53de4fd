//! What a run had no need to look up, taken to be there.

use revloops_domain::{OwnerId, UserId};
use revloops_loopkit::ports::{CrmUser, Drawn, PoolMember, Queue, Ticket, TicketKind};

use super::Wish;
use crate::logic::facts::{AgentAnswer, Facts, Need};

/// What was taken to be so, by username, developer name or pool.
#[derive(Debug, Clone, Default)]
pub(super) struct Assumed {
    pub(super) owners: Vec<String>,
    pub(super) pools: Vec<String>,
}

/// Answers `need` as a CRM would in which everybody is there, and everything is free.
pub(super) fn answer(need: Need, wish: &Wish, facts: &mut Facts, assumed: &mut Assumed) {
    match need {
        Need::Users(logins) => {
            let users: Vec<CrmUser> = logins.iter().filter_map(|login| somebody(login, facts)).collect();
            facts.know_users(&logins, users);
            assumed.owners.extend(logins);
        }
        Need::Owners(ids) => {
            let user = |id: &UserId| CrmUser {
                id: id.clone(),
                login: id.as_str().to_lowercase(),
                name: id.as_str().to_owned(),
                active: true,
            };
            facts.know_owners(&ids, ids.iter().map(user).collect());
            assumed.owners.extend(ids.iter().map(|id| id.as_str().to_lowercase()));
        }
        Need::Queue(name) => {
            let queue = made_id("00G", facts, OwnerId::parse).map(|id| Queue {
                id,
                developer_name: name.clone(),
                name: name.clone(),
            });
            facts.know_queue(&name, queue.into_iter().collect());
            assumed.owners.push(name);
        }
        Need::Loads(ids) => facts.know_loads(&ids, std::collections::BTreeMap::new()),
        Need::Draw(draw) => {
            let wished = |member: &&PoolMember| matches!(wish, Wish::Owner(login) if *login == member.login);
            let picked = draw.eligible.iter().find(wished).or_else(|| draw.eligible.first());
            let login = picked.map(|member| member.login.clone()).unwrap_or_default();
            let ticket =
                Ticket { pool: draw.pool.clone(), login, number: 0, kind: TicketKind::Turn, left_out: Vec::new() };
            facts.know_draw(&draw.pool, Drawn::Ticket(ticket));
            assumed.pools.push(draw.pool.clone());
        }
        // What an agent would say of another lead, nobody knows.
        Need::Agent { may_be_down: _ } => facts.know_agent(AgentAnswer::Down),
    }
}

fn somebody(login: &str, facts: &Facts) -> Option<CrmUser> {
    let id = made_id("005", facts, UserId::parse)?;
    Some(CrmUser { id, login: login.to_owned(), name: login.to_owned(), active: true })
}

/// An id of nobody, another for each that is asked for.
fn made_id<T, E>(prefix: &str, facts: &Facts, parse: impl Fn(&str) -> Result<T, E>) -> Option<T> {
    let number = facts.users.len() + facts.queues.len();
    parse(&format!("{prefix}{:012}", number % 1_000_000)).ok()
}
