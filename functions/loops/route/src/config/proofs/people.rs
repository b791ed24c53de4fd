//! People and queues whom the CRM does not know, or who cannot own records: for each, a lead that falls through.

use std::collections::BTreeMap;

use revloops_config::{Document, Problems, Sources};
use revloops_rules::{Fate, FieldValues, Region};
use serde_json::Value;

use super::plan::Plan;
use crate::config::names::Names;
use crate::config::pools::{self, Pool};
use crate::config::territories::ReadTerritories;
use crate::config::{Handler, TERRITORIES, known, rules, territories};
use crate::logic::facts::Facts;
use crate::logic::fields::LeadField;
use crate::logic::handlers::spaced;

/// Warns of every owner in the config who cannot own records, by what the CRM says: `facts` holds an answer for all of
/// [`crate::config::RouteConfig::logins`] and [`crate::config::RouteConfig::queues`].
pub fn check_owners(sources: &Sources, facts: &Facts, problems: &mut Problems) {
    // What is wrong with the files themselves has been told before.
    let mut told = Problems::new();
    let names = Names::of(sources);
    let known = known(sources, &names, &mut told);
    let unsound = ReadTerritories::unknown();
    let territories = territories::read(sources, &known, &mut told);
    let pools = pools::check(sources, &mut told).unwrap_or_default();
    let Some(rules) = rules::read(sources, &names, &known, &mut told) else { return };
    Plan::with(&rules, territories.as_ref().unwrap_or(&unsound), &names.bands, |plan| {
        let owners = Owners { plan, facts, pools: &pools, sources };
        (0..plan.rules.len()).for_each(|at| owners.of_rule(at, problems));
        owners.of_pools(problems);
    });
}

struct Owners<'a> {
    plan: &'a Plan<'a>,
    facts: &'a Facts,
    pools: &'a BTreeMap<String, Pool>,
    sources: &'a Sources,
}

impl Owners<'_> {
    fn of_rule(&self, at: usize, problems: &mut Problems) {
        let (Some(rule), Some(document)) = (self.plan.rules.get(at), self.sources.get("rules.yaml")) else { return };
        let Some(handler) = &rule.draft.then else { return };
        let assign = format!("{}/assign", rule.draft.pointer);
        match handler {
            Handler::NamedOwner { login } => {
                if let Some(why) = self.unfit(login) {
                    self.warn(document, &format!("{assign}/owner"), &why, at, None, problems);
                }
            }
            Handler::Queue { queue } => self.queue(queue, document, &format!("{assign}/queue"), at, problems),
            Handler::AiTerritory(asked) => {
                self.queue(&asked.pending_queue, document, &format!("{assign}/pending_queue"), at, problems);
            }
            Handler::TerritoryOwner { role } => self.holders(role, at, problems),
            Handler::RoundRobin { pool } | Handler::LeastLoaded { pool } => {
                let members = self.pools.get(pool).map(|pool| pool.members.as_slice()).unwrap_or_default();
                if !members.is_empty() && members.iter().all(|member| self.unfit(&member.login).is_some()) {
                    let why = format!("nobody can be picked from the pool `{pool}`: no member can own records");
                    self.warn(document, &format!("{assign}/pool"), &why, at, None, problems);
                }
            }
            Handler::AccountOwner { .. } => {}
        }
    }

    /// Those who have `role` in the territories of the rule's leads.
    fn holders(&self, role: &str, at: usize, problems: &mut Problems) {
        let (Some(known), Some(document)) = (self.plan.known, self.sources.get(TERRITORIES)) else { return };
        let mut by_holder: BTreeMap<(&str, &str), Vec<Option<&str>>> = BTreeMap::new();
        for (territory, ..) in &self.plan.territories {
            if let Some((filled, login)) = known.territories.holder(territory, role) {
                by_holder.entry((&filled.id, login)).or_default().push(Some(&territory.id));
            }
        }
        for ((filled, login), territories) in by_holder {
            let Some(why) = self.unfit(login) else { continue };
            let Some(place) = known.territories.iter().position(|one| one.id == filled) else { continue };
            let Some(pointer) = known.pointers.get(place) else { continue };
            let own = self.plan.book.region(at);
            let there = self.plan.space.with(LeadField::Territory.into(), &territories);
            let Some(region) = own.and_then(|own| self.plan.space.both(own, &there)) else { continue };
            let why = format!("{why}, and is the {} of `{filled}`", spaced(role));
            self.warn(document, &format!("{pointer}/owners/{role}"), &why, at, Some(&region), problems);
        }
    }

    fn queue(&self, queue: &str, document: &Document, pointer: &str, at: usize, problems: &mut Problems) {
        if matches!(self.facts.queues.get(queue), Some(None)) {
            self.warn(document, pointer, &format!("the CRM has no queue `{queue}`"), at, None, problems);
        }
    }

    /// Members who are never picked, in pools where others are.
    fn of_pools(&self, problems: &mut Problems) {
        let Some(document) = self.sources.get("pools.yaml") else { return };
        let entries = document.value().get("pools").and_then(Value::as_array).into_iter().flatten().enumerate();
        for (at, entry) in entries {
            let members = entry.get("members").and_then(Value::as_array).into_iter().flatten().enumerate();
            for (nth, member) in members {
                let login = member.get("login").and_then(Value::as_str).unwrap_or_default().to_lowercase();
                if let Some(why) = self.unfit(&login) {
                    let what = format!("{why}, and is never picked");
                    problems.warn_at(document, &format!("/pools/{at}/members/{nth}/login"), what, REMEDY);
                }
            }
        }
    }

    /// Why the person cannot own records; `None` where they can, or nobody has asked.
    fn unfit(&self, login: &str) -> Option<String> {
        match self.facts.users.get(login)? {
            None => Some(format!("the CRM does not know `{login}`")),
            Some(user) if !user.active => Some(format!("{} (`{login}`) is not active in the CRM", user.name)),
            Some(_) => None,
        }
    }

    /// Warns with a lead that falls through the rule at `at`, of those in `region`; where no lead gets there, nothing is
    /// lost.
    fn warn(
        &self,
        document: &Document,
        pointer: &str,
        why: &str,
        at: usize,
        region: Option<&Region>,
        problems: &mut Problems,
    ) {
        let keepers: Vec<usize> = self.plan.keepers(at).into_iter().filter(|place| self.keeps(*place)).collect();
        let fate = match region {
            Some(region) => self.plan.book.fate_within(at, region, &keepers),
            None => self.plan.book.fate(at, &keepers),
        };
        let Fate::Reached(lead) = fate else { return };
        let id = self.plan.rules.get(at).map_or("?", |rule| &rule.draft.id);
        let next = self.next(at, &lead.values);
        let what = format!("{why}: for example {lead} falls through `{id}` {next}");
        problems.warn_at(document, pointer, what, REMEDY);
    }

    /// Whether a rule that gives to a queue does so, with what the CRM knows.
    fn keeps(&self, place: usize) -> bool {
        let handler = self.plan.rules.get(place).and_then(|rule| rule.draft.then.as_ref());
        !matches!(handler, Some(Handler::Queue { queue }) if matches!(self.facts.queues.get(queue), Some(None)))
    }

    fn next(&self, at: usize, lead: &FieldValues) -> String {
        match self.plan.rules.iter().skip(at + 1).find(|rule| rule.when.holds(lead)) {
            Some(next) => format!("to `{}`", next.draft.id),
            None => "and has no owner".to_owned(),
        }
    }
}

const REMEDY: &str = "mend the name, name somebody else, or have them made active in the CRM";
