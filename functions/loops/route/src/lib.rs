//! **Route**: who owns a qualified lead, and why.
//!
//! | part | |
//! |---|---|
//! | config | `levers.yaml`, `rules.yaml`, `pools.yaml`, `team.yaml`, `calendars.yaml`, `lists.yaml`, and the active scenario's territories: see [`config`] |
//! | logic | [`logic::decide`]: rules in priority order; the first that holds and finds somebody gives the owner |
//! | inputs | the demand chain, with what Qualify replied: see [`inputs`] |
//! | outputs | owner, rule, reason and the time of the first touch on the lead; `lead.routed`, `route.pending`, `route.unresolved`: see [`outputs`] |
//! | metrics | one [`metrics::RouteFact`] a run |
//! | feedback | leads given to somebody else afterwards → another owner or pool member, proposed: see [`feedback`] |
//!
//! A rule that holds and finds nobody (who left, is on leave, is not known to the CRM) says why and falls through to
//! the next. The last rule holds for everybody and gives to a queue.

pub mod batch;
pub mod config;
pub mod feedback;
pub mod inputs;
pub mod logic;
pub mod metrics;
pub mod outputs;

mod joined;

use std::sync::Arc;

use jiff::Timestamp;

use revloops_domain::events::{ChainStep, Qualified, names};
use revloops_loopkit::ports::{CrmDirectory, Model, Pools, Workload};
use revloops_loopkit::the_loop::{LookedUp, RunFacts};
use revloops_loopkit::{Became, Card, Decision, Feedback, Look, Loop, Mismatch, Mode, Outcome, Outputs, Record, Seen};

use config::{RouteCase, RouteConfig};
use feedback::RouteOutcome;
use inputs::{Ports, RouteInput};
use logic::RouteVerdict;
use logic::facts::Facts;
use metrics::RouteFact;

/// The loop with what it looks up.
pub struct Route {
    /// Who can own records.
    pub directory: Arc<dyn CrmDirectory>,
    /// How much people have to do.
    pub workload: Arc<dyn Workload>,
    /// Who is next in each pool.
    pub pools: Arc<dyn Pools>,
    /// Who places leads of which no territory holds.
    pub model: Arc<dyn Model>,
}

impl Loop for Route {
    const CARD: Card = Card {
        name: "route",
        version: env!("CARGO_PKG_VERSION"),
        chain: "demand",
        decides: "who owns this lead, and why?",
        triggers: &["the demand chain, after Qualify"],
        emits: &[names::LEAD_ROUTED, names::ROUTE_PENDING, names::ROUTE_UNRESOLVED],
        levers: &[
            "rules in priority order",
            "territories, which lie in each other, and their owners by role",
            "people with hours, holidays and leave; teams with caps",
            "pools with weights, caps, stickiness and return from leave",
            "minutes to the first touch by band, and what follows when it is missed",
            "what the AI agent is told, and how sure it must be",
        ],
        metrics: &[
            "match rate a rule",
            "fall-throughs",
            "fallback share",
            "time from save to owner",
            "load a pool",
            "the agent's share and confidence",
            "missed first touches",
        ],
        feedback: "leads given to somebody else afterwards count against the rule that gave them",
        guards: &[
            ("unresolved", "no rule found anybody"),
            ("reassigned", "a person gave the lead to somebody else"),
            ("first_touch_missed", "the owner missed the first touch, and the lead was routed again"),
        ],
    };

    type Config = RouteConfig;
    type Trigger = ChainStep<Qualified>;
    type Input = RouteInput;
    type Facts = Facts;
    type Verdict = RouteVerdict;
    type Metric = RouteFact;
    type OutcomeFact = RouteOutcome;
    type Case = RouteCase;

    async fn input(&self, trigger: Self::Trigger, _mode: Mode) -> Outcome<RouteInput> {
        inputs::checked(trigger)
    }

    async fn look_up(
        &self,
        config: &RouteConfig,
        input: &RouteInput,
        at: Timestamp,
        mode: Mode,
    ) -> Outcome<LookedUp<Facts>> {
        let ports = Ports {
            directory: self.directory.as_ref(),
            workload: self.workload.as_ref(),
            pools: self.pools.as_ref(),
            model: self.model.as_ref(),
        };
        inputs::look_up(ports, config, input, at, mode).await
    }

    fn decide(config: &RouteConfig, input: &RouteInput, facts: &Facts, at: Timestamp) -> Decision<RouteVerdict> {
        logic::decide(config, input, facts, at)
    }

    fn outputs(
        _config: &RouteConfig,
        input: &RouteInput,
        _facts: &Facts,
        decision: &Decision<RouteVerdict>,
        run: &RunFacts,
    ) -> Outputs {
        outputs::outputs(input, decision, run)
    }

    fn metrics(input: &RouteInput, _facts: &Facts, decision: &Decision<RouteVerdict>) -> Vec<RouteFact> {
        metrics::metrics(input, decision)
    }

    fn ripe_days(config: &RouteConfig) -> Option<u16> {
        Some(config.feedback.ripe_days)
    }

    fn looks(record: &Record) -> Outcome<Vec<Look>> {
        joined::looks(record)
    }

    fn became(config: &RouteConfig, record: &Record, seen: &Seen, at: Timestamp) -> Outcome<Became<RouteOutcome>> {
        joined::became(config.feedback.ripe_days, record, seen, at)
    }

    fn feedback(config: &RouteConfig, outcomes: &[RouteOutcome]) -> Feedback {
        feedback::feedback(config, outcomes)
    }

    fn run_case(config: &RouteConfig, case: &RouteCase) -> Result<(), Vec<Mismatch>> {
        config::run_case(config, case)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use async_trait::async_trait;
    use revloops_domain::{ConfigStamp, UserId};
    use revloops_loopkit::ports::{Clock, CrmUser, Draw, Drawn, Held, ModelAnswer, ModelRequest, PoolState, Queue};
    use revloops_loopkit::run::decide_again;
    use revloops_loopkit::{Loaded, Record, dry_run};

    use super::*;
    use crate::logic::tests::{facts, minimal, noon};

    /// Everybody is there, as in the tables of the logic.
    struct World;

    #[async_trait]
    impl CrmDirectory for World {
        async fn users(&self, logins: &[String]) -> Outcome<Vec<CrmUser>> {
            let users = facts().users;
            Ok(logins.iter().filter_map(|login| users.get(login).cloned().flatten()).collect())
        }

        async fn users_by_id(&self, _: &[UserId]) -> Outcome<Vec<CrmUser>> {
            panic!("no rule of these tests asks for the owner of an account")
        }

        async fn queues(&self, names: &[String]) -> Outcome<Vec<Queue>> {
            let queues = facts().queues;
            Ok(names.iter().filter_map(|name| queues.get(name).cloned().flatten()).collect())
        }
    }

    #[async_trait]
    impl Workload for World {
        async fn open_leads(&self, _: &[UserId], _: &[String]) -> Outcome<BTreeMap<UserId, u64>> {
            panic!("no rule of these tests counts open leads")
        }
    }

    #[async_trait]
    impl Model for World {
        async fn answer(&self, _: &ModelRequest) -> Outcome<ModelAnswer> {
            panic!("no rule of these tests asks the agent")
        }
    }

    #[async_trait]
    impl Pools for World {
        async fn draw(&self, _: &Draw) -> Outcome<Drawn> {
            panic!("a dry run draws no ticket")
        }

        async fn peek(&self, draw: &Draw) -> Outcome<Drawn> {
            Ok(PoolState::default().draw(draw))
        }

        async fn state(&self, _: &str) -> Outcome<PoolState> {
            panic!("nobody looks at the pool")
        }

        async fn holders(&self, _: &str, _: &[String]) -> Outcome<BTreeMap<String, Held>> {
            panic!("no pool of these tests is sticky")
        }

        async fn settle(&self, _: &str, _: &str, _: &PoolState) -> Outcome<()> {
            panic!("a dry run settles nothing")
        }
    }

    struct Noon;

    impl Clock for Noon {
        fn now(&self) -> Timestamp {
            noon()
        }
    }

    async fn record_of(country: &str) -> (Record, RouteConfig) {
        let step = inputs::tests::step_from(country);
        let stamp = ConfigStamp { key: "k".to_owned(), version_id: "v".to_owned(), sha256: "s".to_owned() };
        let loaded = Loaded { config: minimal(), stamp };
        let world = Route {
            directory: Arc::new(World),
            workload: Arc::new(World),
            pools: Arc::new(World),
            model: Arc::new(World),
        };
        (dry_run(&world, &loaded, step, &Noon).await.unwrap(), loaded.config)
    }

    #[tokio::test]
    async fn the_stored_record_gives_the_same_decision_again() {
        for (country, rule) in [("DE", "owners"), ("FR", "turns")] {
            let (record, config) = record_of(country).await;
            let stored: Record = serde_json::from_str(&serde_json::to_string(&record).unwrap()).unwrap();
            assert_eq!(stored.decision.verdict["rule"], rule);
            assert_eq!(decide_again::<Route>(&stored, &config).unwrap(), record.decision);
        }
    }

    #[tokio::test]
    async fn the_same_lead_leaves_the_same_bytes() {
        let bytes = |record: Record| serde_json::to_vec(&record).unwrap();
        assert_eq!(bytes(record_of("FR").await.0), bytes(record_of("FR").await.0));
    }
}
