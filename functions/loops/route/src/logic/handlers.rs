//! From a handler to one owner, or why there is none.

use jiff::Timestamp;

use revloops_domain::events::Owner;
use revloops_loopkit::Because;
use revloops_loopkit::ports::{CrmUser, PoolMember};

use crate::config::{Handler, Pool, RouteConfig, Territory};
use crate::logic::facts::{Facts, Need};

/// What became of a handler.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Resolved {
    /// This is the owner.
    Owner {
        owner: Owner,
        /// The pool that picked them, and the ticket's number.
        ticket: Option<(String, u64)>,
        because: Vec<Because>,
    },
    /// There is nobody; the next rule is tried.
    Nobody { because: Vec<Because> },
    /// Something has to be looked up first.
    Needs(Need),
}

/// Resolves `handler` for a lead in `territory`.
pub(crate) fn resolve(
    handler: &Handler,
    config: &RouteConfig,
    territory: Option<&Territory>,
    facts: &Facts,
    at: Timestamp,
) -> Resolved {
    match handler {
        Handler::NamedOwner { login } => one_user("the named owner", login, facts),
        Handler::TerritoryOwner { role } => {
            let Some(territory) = territory else {
                return nobody("the lead is in a territory", "none");
            };
            let what = format!("the {} of {}", in_words(role), territory.name);
            match territory.owners.get(role) {
                Some(login) => one_user(&what, login, facts),
                None => nobody(format!("{what} is named"), "nobody"),
            }
        }
        Handler::RoundRobin { pool } => match config.pools.get(pool) {
            Some(members) => from_pool(pool, members, facts, at),
            None => nobody(format!("there is a pool `{pool}`"), "none"),
        },
        Handler::Queue { queue } => match facts.queues.get(queue) {
            None => Resolved::Needs(Need::Queue(queue.clone())),
            Some(None) => nobody(format!("the CRM has the queue {queue}"), "none of this name"),
            Some(Some(found)) => Resolved::Owner {
                owner: Owner { id: found.id.clone(), name: found.name.clone(), login: found.developer_name.clone() },
                ticket: None,
                because: vec![Because::new(format!("the CRM has the queue {queue}"), found.name.clone(), true)],
            },
        },
    }
}

fn one_user(what: &str, login: &str, facts: &Facts) -> Resolved {
    let Some(known) = facts.users.get(login) else {
        return Resolved::Needs(Need::Users(vec![login.to_owned()]));
    };
    let condition = format!("{what} can own records");
    match usable(known.as_ref()) {
        Ok(user) => Resolved::Owner {
            owner: owner(user),
            ticket: None,
            because: vec![Because::new(condition, user.name.clone(), true)],
        },
        Err(why) => nobody(condition, found(login, known.as_ref(), why)),
    }
}

fn from_pool(id: &str, pool: &Pool, facts: &Facts, at: Timestamp) -> Resolved {
    let unknown: Vec<String> = pool
        .members
        .iter()
        .map(|member| member.login.clone())
        .filter(|login| !facts.users.contains_key(login))
        .collect();
    if !unknown.is_empty() {
        return Resolved::Needs(Need::Users(unknown));
    }
    let mut eligible = Vec::new();
    let mut because = Vec::new();
    for member in &pool.members {
        let known = facts.users.get(&member.login).and_then(Option::as_ref);
        let left_out = match (member.away_at(at), usable(known)) {
            (_, Err(why)) => why.to_owned(),
            (Some(until), Ok(_)) => format!("on leave until {until}"),
            (None, Ok(_)) => {
                eligible.push(PoolMember::new(member.login.clone(), member.weight));
                continue;
            }
        };
        let name = known.map_or(member.login.as_str(), |user| user.name.as_str());
        because.push(Because::new(format!("{name} of {id} can take a lead now"), left_out, false));
    }
    if eligible.is_empty() {
        return Resolved::Nobody { because };
    }
    if let Some(left_out) = facts.full.get(id) {
        because.extend(left_out.iter().map(|(login, why)| {
            let known = facts.users.get(login).and_then(Option::as_ref);
            let name = known.map_or(login.as_str(), |user| user.name.as_str());
            Because::new(format!("{name} of {id} can take a lead now"), why.clone(), false)
        }));
        return Resolved::Nobody { because };
    }
    let Some(ticket) = facts.tickets.get(id) else {
        return Resolved::Needs(Need::Ticket { pool: id.to_owned(), eligible });
    };
    // The same lead draws the same ticket at every attempt, even where the config has changed in between.
    let login = ticket.login.to_lowercase();
    let Some(known) = facts.users.get(&login) else {
        return Resolved::Needs(Need::Users(vec![login]));
    };
    let condition = format!("the holder of ticket {} of {id} can own records", ticket.number);
    match usable(known.as_ref()) {
        Ok(user) => {
            because.push(Because::new(condition, user.name.clone(), true));
            Resolved::Owner { owner: owner(user), ticket: Some((id.to_owned(), ticket.number)), because }
        }
        Err(why) => {
            because.push(Because::new(condition, found(&login, known.as_ref(), why), false));
            Resolved::Nobody { because }
        }
    }
}

/// The user, or why they cannot own records.
fn usable(known: Option<&CrmUser>) -> Result<&CrmUser, &'static str> {
    match known {
        None => Err("not known to the CRM"),
        Some(user) if !user.active => Err("not active"),
        Some(user) => Ok(user),
    }
}

/// Who was found, and why they cannot own records: `Rob Gone, not active`.
fn found(login: &str, known: Option<&CrmUser>, why: &str) -> String {
    format!("{}, {why}", known.map_or(login, |user| user.name.as_str()))
}

fn owner(user: &CrmUser) -> Owner {
    Owner { id: user.id.clone().into(), name: user.name.clone(), login: user.login.clone() }
}

fn nobody(condition: impl Into<String>, found: impl Into<String>) -> Resolved {
    Resolved::Nobody { because: vec![Because::new(condition, found, false)] }
}

/// `account_executive` as people say it: `account executive`.
pub(crate) fn in_words(role: &str) -> String {
    role.replace('_', " ")
}
