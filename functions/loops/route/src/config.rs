//! The levers: people, pools, rules, and how soon an owner must be in touch; and the active scenario's territories.

mod assign;
mod cases;
mod hours;
mod levers;
mod lists;
mod names;
pub(crate) mod pools;
mod proofs;
mod rules;
mod team;
mod territories;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use revloops_config::{LeverFile, Levers, Problems, Sources, calendars};
use revloops_domain::MatchedBy;
use revloops_rules::{Known, NameTree, RuleSet};

use crate::logic::fields::LeadField;

pub use assign::{AiTerritory, Handler, WhenDown};
pub(crate) use cases::run_case;
pub use cases::{Expected, GivenLead, RouteCase};
pub(crate) use levers::FeedbackLevers;
pub use levers::{Agent, FirstTouch, OnMiss, Workload};
use names::Names;
pub(crate) use pools::StickyBy;
pub use pools::{Member, Pool};
use proofs::Drafted;
pub use proofs::check_owners;
pub use team::{Person, Team};
use territories::ReadTerritories;
pub use territories::{TERRITORIES, Territories, Territory};

/// Checked config of Route.
#[derive(Debug, Clone)]
pub struct RouteConfig {
    /// How soon an owner must be in touch, by band.
    pub first_touch: FirstTouch,
    /// The last rule, which takes what no other did.
    pub fallback_rule: String,
    /// What counts as somebody's work.
    pub workload: Option<Workload>,
    /// What the AI agent is told.
    pub agent: Option<Agent>,
    /// When outcomes carry a proposal.
    pub(crate) feedback: FeedbackLevers,
    /// People: when they work and when they are away.
    pub team: Team,
    /// Territories; the first that holds is the lead's.
    pub territories: Territories,
    /// Pools by id.
    pub pools: BTreeMap<String, Pool>,
    /// Rules in priority order, compiled once.
    pub rules: RuleSet<Handler>,
}

impl Levers for RouteConfig {
    const LOOP: &'static str = "route";

    const FILES: &'static [LeverFile] = &[
        LeverFile { name: "levers.yaml", schema: || schemars::schema_for!(levers::RawLevers) },
        LeverFile { name: "rules.yaml", schema: || schemars::schema_for!(rules::RawRules) },
        LeverFile { name: "pools.yaml", schema: || schemars::schema_for!(pools::RawPools) },
        LeverFile { name: "team.yaml", schema: || schemars::schema_for!(team::RawTeam) },
        LeverFile { name: "calendars.yaml", schema: || schemars::schema_for!(calendars::RawCalendars) },
        LeverFile { name: "lists.yaml", schema: || schemars::schema_for!(lists::RawLists) },
    ];

    fn from_elsewhere(config_root: &Path, problems: &mut Problems) -> Sources {
        territories::of_active_scenario(config_root, problems)
    }

    fn check(sources: &Sources, problems: &mut Problems) -> Option<Self> {
        let names = Names::of(sources);
        let known = known(sources, &names, problems);
        let levers = levers::check(sources, &names, problems);
        let calendars = calendars::check(sources, problems);
        let team = team::check(sources, &names, calendars.as_ref(), problems);
        let territories = territories::read(sources, &known, problems);
        let pools = pools::check(sources, problems);
        let rules = rules::read(sources, &names, &known, problems);
        let drafted = Drafted {
            sources,
            names: &names,
            rules: rules.as_ref(),
            territories: territories.as_ref(),
            pools: pools.as_ref(),
            team: team.as_ref(),
        };
        proofs::check(&drafted, problems);
        let rules = rules.and_then(|rules| rules::check(rules, sources, problems));
        let territories = territories.and_then(ReadTerritories::sound);
        let levers = levers?;
        Some(Self {
            first_touch: levers.first_touch,
            fallback_rule: levers.fallback_rule,
            workload: levers.workload,
            agent: levers.agent,
            feedback: levers.feedback,
            team: team?,
            territories: territories?,
            pools: pools?,
            rules: rules?,
        })
    }
}

/// What conditions may name.
fn known<'a>(sources: &Sources, names: &Names<'a>, problems: &mut Problems) -> Known<'a> {
    let tree = NameTree::new(names.territories.iter().copied());
    let matched_by = [MatchedBy::Domain, MatchedBy::Name, MatchedBy::SimilarName].map(MatchedBy::name);
    Known {
        names: vec![
            (LeadField::Territory.into(), names.territories.iter().map(|(id, _)| *id).collect()),
            (LeadField::Band.into(), names.bands.clone()),
            (LeadField::AccountMatchedBy.into(), matched_by.to_vec()),
        ],
        lists: lists::check(sources, problems),
        trees: vec![(LeadField::Territory.into(), tree)],
    }
}

impl RouteConfig {
    /// The lower-case usernames of everybody whom the config can give a lead to; owners of accounts aside.
    #[must_use]
    pub fn logins(&self) -> BTreeSet<&str> {
        let territories = self.territories.iter().flat_map(|territory| territory.owners.values());
        let members = self.pools.values().flat_map(|pool| &pool.members).map(|member| &member.login);
        let named = self.rules.rules().iter().filter_map(|rule| match &rule.then {
            Handler::NamedOwner { login } => Some(login),
            Handler::AccountOwner { .. }
            | Handler::TerritoryOwner { .. }
            | Handler::RoundRobin { .. }
            | Handler::LeastLoaded { .. }
            | Handler::AiTerritory(_)
            | Handler::Queue { .. } => None,
        });
        territories.chain(members).chain(named).map(String::as_str).collect()
    }

    /// The developer names of all queues that the config can give a lead to.
    #[must_use]
    pub fn queues(&self) -> BTreeSet<&str> {
        let of_rules = self.rules.rules().iter().filter_map(|rule| match &rule.then {
            Handler::Queue { queue } => Some(queue.as_str()),
            Handler::AiTerritory(asked) => Some(asked.pending_queue.as_str()),
            Handler::NamedOwner { .. }
            | Handler::AccountOwner { .. }
            | Handler::TerritoryOwner { .. }
            | Handler::RoundRobin { .. }
            | Handler::LeastLoaded { .. } => None,
        });
        of_rules.chain(self.first_touch.on_miss.iter().map(|on_miss| on_miss.then_queue.as_str())).collect()
    }
}
