//! From a handler to one owner, or why there is none.

use jiff::Timestamp;

use revloops_domain::UserId;
use revloops_domain::events::Owner;
use revloops_loopkit::Because;
use revloops_loopkit::ports::{CrmUser, PickBy, Ticket};
use revloops_scenario::agent::{self, Proposal};

use crate::config::{AiTerritory, Handler, RouteConfig, Territory};
use crate::logic::facts::{AgentAnswer, Facts, Need};
use crate::logic::fit::{Unfit, in_words};
use crate::logic::walk::{Owned, SubjectContext};

/// What became of a handler. Why is told in [`Resolving::because`].
pub(crate) enum Resolved<'c> {
    /// This is the owner.
    Owner(Found<'c>),
    /// There is nobody; the next rule is tried.
    Nobody,
    /// Something has to be looked up first.
    Needs(Need),
}

/// An owner, and how they were found.
pub(crate) struct Found<'c> {
    pub(crate) owner: Owner,
    pub(crate) ticket: Option<Ticket>,
    pub(crate) proposal: Option<Proposal<'c>>,
    pub(crate) pending: bool,
}

impl<'c> Found<'c> {
    pub(crate) fn owned(self, rule: Option<usize>, because: Vec<Because>) -> Owned<'c> {
        let Self { owner, ticket, proposal, pending } = self;
        Owned { rule, owner, ticket, proposal, pending, because }
    }
}

/// One subject whose owner is looked for.
pub(crate) struct Resolving<'a, 'c> {
    pub(crate) config: &'c RouteConfig,
    pub(crate) territory: Option<&'c Territory>,
    pub(crate) subject: &'a SubjectContext<'a>,
    pub(crate) facts: &'a Facts,
    pub(crate) at: Timestamp,
    pub(crate) explain: bool,
    /// What was looked at, for the rule in hand; empty where nothing is explained.
    pub(crate) because: Vec<Because>,
}

impl<'c> Resolving<'_, 'c> {
    /// The queue for a lead whose first touch was missed too often; `None` where it was not.
    pub(crate) fn missed_too_often(&mut self) -> Option<Resolved<'c>> {
        let on_miss = self.config.first_touch.on_miss.as_ref()?;
        let missed = self.subject.passed_over.len();
        if missed <= usize::from(on_miss.reassign) {
            return None;
        }
        self.tell(true, || {
            let allowed = on_miss.reassign;
            (
                format!("more than {allowed} reassignments would be needed"),
                format!("{missed} owners missed the first touch"),
            )
        });
        Some(self.queue(&on_miss.then_queue))
    }

    /// Resolves the handler of a rule that holds.
    pub(crate) fn resolve(&mut self, handler: &'c Handler) -> Resolved<'c> {
        match handler {
            Handler::NamedOwner { login } => self.one_user("the named owner", login),
            Handler::AccountOwner { or_parent } => self.account_owner(*or_parent),
            Handler::TerritoryOwner { role } => match self.territory {
                Some(territory) => self.holder(territory, role),
                None => self.nobody("the lead is in a territory", "none"),
            },
            Handler::RoundRobin { pool } => self.next_in(pool, PickBy::Turns),
            Handler::LeastLoaded { pool } => self.next_in(pool, PickBy::LeastLoaded),
            Handler::AiTerritory(asked) => self.by_agent(asked),
            Handler::Queue { queue } => self.queue(queue),
        }
    }

    /// Whoever has `role` in `territory`, or in the nearest above that fills it.
    fn holder(&mut self, territory: &'c Territory, role: &str) -> Resolved<'c> {
        match self.config.territories.holder(territory, role) {
            Some((filled, login)) => {
                if filled.id != territory.id {
                    self.tell(false, || {
                        (format!("the {} of {} is named", spaced(role), territory.name), "nobody".into())
                    });
                }
                let explain = self.explain;
                let what = if explain { format!("the {} of {}", spaced(role), filled.name) } else { String::new() };
                self.one_user(&what, login)
            }
            None => {
                self.tell(false, || (format!("the {} of {} is named", spaced(role), territory.name), "nobody".into()));
                Resolved::Nobody
            }
        }
    }

    fn one_user(&mut self, what: &str, login: &str) -> Resolved<'c> {
        let facts = self.facts;
        let Some(known) = facts.users.get(login) else {
            return Resolved::Needs(Need::Users(vec![login.to_owned()]));
        };
        self.user(what, login, known.as_ref())
    }

    /// The user as owner, if they can own records now.
    fn user(&mut self, what: &str, login: &str, known: Option<&CrmUser>) -> Resolved<'c> {
        match self.fit(login, known) {
            Ok(user) => {
                self.tell(true, || (format!("{what} can own records"), user.name.clone()));
                owned_by(user, None)
            }
            Err(unfit) => {
                let name = known.map_or(login, |user| user.name.as_str());
                self.tell(false, || (format!("{what} can own records"), format!("{name}, {}", in_words(&unfit))));
                Resolved::Nobody
            }
        }
    }

    /// The user, or why they cannot own records now: leave and passing over hold wherever config names them.
    pub(crate) fn fit<'f>(&self, login: &str, known: Option<&'f CrmUser>) -> Result<&'f CrmUser, Unfit<'c>> {
        match known {
            None => Err(Unfit::Unknown),
            Some(user) if !user.active => Err(Unfit::Inactive),
            Some(user) if self.subject.passed_over.iter().any(|id| id.as_str() == user.id.as_str()) => {
                Err(Unfit::PassedOver)
            }
            Some(user) => match self.config.team.person(login).work.off(self.at) {
                Some(days) => Err(Unfit::Off(days)),
                None => Ok(user),
            },
        }
    }

    fn account_owner(&mut self, or_parent: bool) -> Resolved<'c> {
        let Some(account) = self.subject.account else {
            return self.nobody("the lead belongs to an account", "none");
        };
        let parent = account.parent_owner.filter(|_| or_parent);
        let candidates = [account.owner, parent];
        let facts = self.facts;
        let unknown: Vec<UserId> = candidates
            .into_iter()
            .flatten()
            .filter(|id| !facts.owners.contains_key(*id))
            .filter_map(|id| UserId::parse(id.as_str()).ok())
            .collect();
        if !unknown.is_empty() {
            return Resolved::Needs(Need::Owners(unknown));
        }
        let tried =
            [("the owner of", Some(account.owner)), ("the owner of the account above", or_parent.then_some(parent))];
        for (whose, candidate) in tried {
            let Some(candidate) = candidate else { continue };
            let what = if self.explain { format!("{whose} {}", account.name) } else { String::new() };
            let Some(id) = candidate else {
                self.tell(false, || (format!("{what} is known"), "nobody".into()));
                continue;
            };
            if id.is_queue() {
                self.tell(false, || (format!("{what} is a person"), "a queue".into()));
                continue;
            }
            let known = facts.owners.get(id).and_then(Option::as_ref);
            let login = known.map(|user| user.login.to_lowercase()).unwrap_or_default();
            let shown = if login.is_empty() { id.as_str() } else { login.as_str() };
            let resolved = self.user(&what, shown, known);
            if matches!(resolved, Resolved::Owner(_)) {
                return resolved;
            }
        }
        Resolved::Nobody
    }

    fn by_agent(&mut self, asked: &'c AiTerritory) -> Resolved<'c> {
        if let Some(territory) = self.territory {
            return self.nobody("no territory holds", &territory.id);
        }
        let (answer, model) = match &self.facts.agent {
            None => {
                let may_be_down = asked.when_down == crate::config::WhenDown::FallThrough;
                return Resolved::Needs(Need::Agent { may_be_down });
            }
            Some(AgentAnswer::Down) => return self.nobody("the agent answers", "it cannot be reached"),
            Some(AgentAnswer::Said { answer, model }) => (answer, model),
        };
        let proposal = match agent::read(answer, model, &self.config.territories) {
            Ok(proposal) => proposal,
            Err(why) => {
                self.tell(false, || (format!("{model} places the lead in a territory"), why));
                return Resolved::Nobody;
            }
        };
        let sure = proposal.confidence >= asked.min_confidence;
        self.tell(sure, || {
            let Proposal { territory, confidence, evidence, model: _ } = &proposal;
            (
                format!("{model} is at least {} % sure of a territory", asked.min_confidence),
                format!("{}, {confidence} %: {evidence}", territory.name),
            )
        });
        let resolved =
            if sure { self.holder(proposal.territory, &asked.role) } else { self.queue(&asked.pending_queue) };
        match resolved {
            Resolved::Owner(found) => Resolved::Owner(Found { proposal: Some(proposal), pending: !sure, ..found }),
            Resolved::Nobody | Resolved::Needs(_) => resolved,
        }
    }

    fn queue(&mut self, queue: &str) -> Resolved<'c> {
        match self.facts.queues.get(queue) {
            None => Resolved::Needs(Need::Queue(queue.to_owned())),
            Some(None) => {
                self.tell(false, || (format!("the CRM has the queue {queue}"), "none of this name".into()));
                Resolved::Nobody
            }
            Some(Some(found)) => {
                self.tell(true, || (format!("the CRM has the queue {queue}"), found.name.clone()));
                let owner =
                    Owner { id: found.id.clone(), name: found.name.clone(), login: found.developer_name.clone() };
                Resolved::Owner(Found { owner, ticket: None, proposal: None, pending: false })
            }
        }
    }

    pub(crate) fn nobody(&mut self, condition: &str, found: &str) -> Resolved<'c> {
        self.tell(false, || (condition.to_owned(), found.to_owned()));
        Resolved::Nobody
    }

    /// Notes what was looked at; texts are made only where somebody reads them.
    pub(crate) fn tell(&mut self, holds: bool, words: impl FnOnce() -> (String, String)) {
        if self.explain {
            let (condition, found) = words();
            self.because.push(Because::new(condition, found, holds));
        }
    }
}

pub(crate) fn owned_by<'c>(user: &CrmUser, ticket: Option<Ticket>) -> Resolved<'c> {
    let owner = Owner { id: user.id.clone().into(), name: user.name.clone(), login: user.login.clone() };
    Resolved::Owner(Found { owner, ticket, proposal: None, pending: false })
}

/// `account_executive` as people say it: `account executive`.
pub(crate) fn spaced(role: &str) -> String {
    role.replace('_', " ")
}
