//! Deciding about many subjects: the same walk as for a live lead, with what is true for all of them looked up once, and
//! tickets drawn from a copy of the pools' states.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use revloops_domain::ErrorClass;
use revloops_domain::events::Owner;
use revloops_loopkit::ports::PoolState;
use revloops_loopkit::{Failure, Outcome};
use revloops_rules::FieldValues;

use crate::batch::snapshot::{Answers, Snapshot};
use crate::batch::subject::Subject;
use crate::config::{Handler, RouteConfig};
use crate::logic::facts::{AgentAnswer, Facts, Need};
use crate::logic::fields::room;
use crate::logic::reasons;
use crate::logic::walk::{End, Walk, walk};

/// Decides about one subject after the other.
pub struct Decider<'c> {
    config: &'c RouteConfig,
    facts: Facts,
    snapshot: Snapshot,
    values: FieldValues,
    pools: BTreeMap<String, Copied>,
    /// Sticky keys whose holders were asked for.
    known_keys: BTreeSet<String>,
    agent_wanted: u64,
}

/// A pool's state when the batch began, and as the batch leaves it.
#[derive(Debug, Clone, Default)]
struct Copied {
    before: PoolState,
    now: PoolState,
}

/// Who gets a subject.
#[derive(Debug)]
pub struct Decided<'c> {
    config: &'c RouteConfig,
    walk: Walk<'c>,
}

impl<'c> Decider<'c> {
    /// By `config`, with the pools as they are now.
    ///
    /// # Errors
    /// When the pools' states cannot be read.
    pub async fn new(config: &'c RouteConfig, answers: Answers<'_>) -> Outcome<Self> {
        let mut pools = BTreeMap::new();
        for pool in config.pools.keys() {
            let before = answers.pools.state(pool).await?;
            pools.insert(pool.clone(), Copied { now: before.clone(), before });
        }
        Ok(Self {
            config,
            facts: Facts::default(),
            snapshot: Snapshot::default(),
            values: room(),
            pools,
            known_keys: BTreeSet::new(),
            agent_wanted: 0,
        })
    }

    /// Decides. An AI agent is not asked: a rule that wants one falls through.
    ///
    /// # Errors
    /// When something has to be looked up and the CRM or the pools do not answer.
    pub async fn decide(&mut self, subject: &Subject, answers: Answers<'_>, at: Timestamp) -> Outcome<Decided<'c>> {
        let mut facts = std::mem::take(&mut self.facts);
        facts.next_subject();
        let decided = self.walk(subject, &mut facts, answers, at).await;
        self.facts = facts;
        decided
    }

    /// Decides again what was decided live, by what was looked up then. What was not looked up then is answered as for any
    /// other subject. A pool that was full then is asked again. Returns what it was decided by, too.
    ///
    /// # Errors
    /// As [`Decider::decide`].
    pub async fn decide_again(
        &mut self,
        subject: &Subject,
        mut recorded: Facts,
        answers: Answers<'_>,
        at: Timestamp,
    ) -> Outcome<(Decided<'c>, Facts)> {
        recorded.full.clear();
        let decided = self.walk(subject, &mut recorded, answers, at).await?;
        Ok((decided, recorded))
    }

    async fn walk(
        &mut self,
        subject: &Subject,
        facts: &mut Facts,
        answers: Answers<'_>,
        at: Timestamp,
    ) -> Outcome<Decided<'c>> {
        subject.fill(&mut self.values);
        let draws_as = subject.draws_as();
        let context = subject.context(&draws_as);
        let mut before: Option<Need> = None;
        loop {
            let walk = walk(self.config, &mut self.values, &context, facts, at, false);
            let need = match walk.end {
                End::Needs { rule: _, need } => need,
                End::Owned(_) | End::Nobody => return Ok(Decided { config: self.config, walk }),
            };
            if before.as_ref() == Some(&need) {
                return Err(Failure::new(ErrorClass::Bug, format!("routing {draws_as} asks the same twice")));
            }
            self.look_up(&need, facts, answers).await?;
            before = Some(need);
        }
    }

    /// Looks up who holds the sticky keys of some subjects, all at once: one by one would be slow.
    ///
    /// # Errors
    /// When the pools do not answer.
    pub async fn look_ahead(
        &mut self,
        subjects: impl IntoIterator<Item = &Subject>,
        answers: Answers<'_>,
    ) -> Outcome<()> {
        let sticky: Vec<&String> =
            self.config.pools.iter().filter(|(_, pool)| pool.sticky.is_some()).map(|(id, _)| id).collect();
        if sticky.is_empty() {
            return Ok(());
        }
        let keys: BTreeSet<String> = subjects.into_iter().flat_map(Subject::sticky_keys).collect();
        let unknown: Vec<String> = keys.into_iter().filter(|key| !self.known_keys.contains(key)).collect();
        for pool in sticky {
            let held = answers.pools.holders(pool, &unknown).await?;
            if let Some(copied) = self.pools.get_mut(pool) {
                copied.before.held.extend(held.iter().map(|(key, held)| (key.clone(), held.clone())));
                for (key, held) in held {
                    copied.now.held.entry(key).or_insert(held);
                }
            }
        }
        self.known_keys.extend(unknown);
        Ok(())
    }

    async fn look_up(&mut self, need: &Need, facts: &mut Facts, answers: Answers<'_>) -> Outcome<()> {
        match need {
            Need::Users(logins) => facts.know_users(logins, self.snapshot.users(logins, answers).await?),
            Need::Owners(ids) => facts.know_owners(ids, self.snapshot.users_by_id(ids, answers).await?),
            Need::Queue(name) => facts.know_queue(name, self.snapshot.queue(name, answers).await?),
            Need::Loads(ids) => {
                let statuses = self.config.workload.as_ref().map_or([].as_slice(), |workload| &workload.open_statuses);
                facts.know_loads(ids, self.snapshot.loads(ids, statuses, answers).await?);
            }
            Need::Draw(draw) => {
                let drawn = self.pools.entry(draw.pool.clone()).or_default().now.draw(draw);
                facts.know_draw(&draw.pool, drawn);
            }
            Need::Agent { .. } => {
                self.agent_wanted += 1;
                facts.know_agent(AgentAnswer::Down);
            }
        }
        Ok(())
    }

    /// Begins these pools anew, as if nothing had been drawn from them.
    pub fn begin_anew(&mut self, pools: &[String]) {
        for pool in pools {
            self.pools.insert(pool.clone(), Copied::default());
        }
    }

    /// A pool as the batch leaves it.
    #[must_use]
    pub fn pool(&self, pool: &str) -> Option<&PoolState> {
        self.pools.get(pool).map(|copied| &copied.now)
    }

    /// What was drawn from each pool, to be settled once when the batch is applied.
    #[must_use]
    pub fn drawn(&self) -> BTreeMap<String, PoolState> {
        let drawn = self.pools.iter().map(|(id, pool)| (id.clone(), pool.now.since(&pool.before)));
        drawn.filter(|(_, drawn)| drawn.drawn > 0).collect()
    }

    /// How often a rule wanted an AI agent that was not asked.
    #[must_use]
    pub fn agent_wanted(&self) -> u64 {
        self.agent_wanted
    }
}

impl<'c> Decided<'c> {
    /// The owner; `None` where no rule found one.
    #[must_use]
    pub fn owner(&self) -> Option<&Owner> {
        match &self.walk.end {
            End::Owned(owned) => Some(&owned.owner),
            End::Nobody | End::Needs { .. } => None,
        }
    }

    /// The rule that gave the owner.
    #[must_use]
    pub fn rule(&self) -> Option<&'c str> {
        match &self.walk.end {
            End::Owned(owned) => self.config.rules.rules().get(owned.rule?).map(|rule| rule.id.as_str()),
            End::Nobody | End::Needs { .. } => None,
        }
    }

    /// The territory that holds.
    #[must_use]
    pub fn territory(&self) -> Option<&'c str> {
        self.walk.territory.map(|territory| territory.id.as_str())
    }

    /// The pool that picked the owner, and the ticket's number.
    #[must_use]
    pub fn ticket(&self) -> Option<(&str, u64)> {
        match &self.walk.end {
            End::Owned(owned) => owned.ticket.as_ref().map(|ticket| (ticket.pool.as_str(), ticket.number)),
            End::Nobody | End::Needs { .. } => None,
        }
    }

    /// How the owner was found, in words: `account executive of DACH`.
    #[must_use]
    pub fn by(&self) -> Option<String> {
        let End::Owned(owned) = &self.walk.end else { return None };
        let handler: &Handler = &self.config.rules.rules().get(owned.rule?)?.then;
        Some(reasons::by(handler, &self.walk, owned))
    }
}
