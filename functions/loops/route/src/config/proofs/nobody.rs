//! Rules that fire and can never find anybody, and leads that fall through them.

use revloops_config::{Document, Problems};
use revloops_rules::{Fate, FieldValues, Region};

use super::Drafted;
use super::plan::Plan;
use crate::config::Handler;
use crate::config::team::gone_for_good;
use crate::config::territories::{ReadTerritories, Territory};
use crate::logic::fields::LeadField;
use crate::logic::handlers::spaced;

/// One rule that leads reach.
struct Reached<'a> {
    plan: &'a Plan<'a>,
    at: usize,
    /// The earlier rules that keep what they take.
    keepers: &'a [usize],
    document: &'a Document,
    id: &'a str,
    pointer: &'a str,
}

/// Reports what is proved of the rule at `at`, which leads can reach.
pub(super) fn rule(
    plan: &Plan<'_>,
    at: usize,
    keepers: &[usize],
    drafted: &Drafted<'_>,
    document: &Document,
    problems: &mut Problems,
) {
    let Some(rule) = plan.rules.get(at) else { return };
    let Some(handler) = &rule.draft.then else { return };
    let reached = Reached { plan, at, keepers, document, id: &rule.draft.id, pointer: &rule.draft.pointer };
    if reached.repeats(handler, problems) {
        return;
    }
    match handler {
        Handler::Queue { .. } => {}
        Handler::NamedOwner { login } => {
            if let Some(until) = drafted.team.and_then(|team| gone_for_good(team, login)) {
                let what = format!("`{login}` is on leave until {until}: {}", reached.falls_through());
                let at = format!("{}/assign/owner", reached.pointer);
                problems.warn_at(document, &at, what, "name somebody who is there, or take the rule out");
            }
        }
        Handler::TerritoryOwner { role } => reached.territory_owner(role, problems),
        Handler::AiTerritory(asked) => reached.by_agent(&asked.role, problems),
        Handler::AccountOwner { .. } => reached.account_owner(problems),
        Handler::RoundRobin { pool } | Handler::LeastLoaded { pool } => reached.pool(pool, drafted, problems),
    }
}

impl Reached<'_> {
    /// Reports a rule whose every lead was refused by the same handler before: nobody is there the second time either.
    fn repeats(&self, handler: &Handler, problems: &mut Problems) -> bool {
        let same =
            |place: &usize| self.plan.rules.get(*place).is_some_and(|one| one.draft.then.as_ref() == Some(handler));
        let mut refusing: Vec<usize> =
            (0..self.at).filter(|place| same(place) || self.keepers.contains(place)).collect();
        refusing.dedup();
        let Fate::Taken { by, example, .. } = self.plan.book.fate(self.at, &refusing) else { return false };
        let by: Vec<usize> = by.into_iter().filter(same).collect();
        let what = format!(
            "the rule `{}` can never find anybody: {} asks for the same before it, and finding nobody there lets its \
             leads come here, for example {example}",
            self.id,
            self.plan.named(&by, self.document)
        );
        let remedy = "give it another `assign`, widen the first one, or take this out";
        problems.at(self.document, self.pointer, what, remedy);
        true
    }

    fn territory_owner(&self, role: &str, problems: &mut Problems) {
        let Some(known) = self.plan.known else { return };
        let filled = |territory: &&Territory| known.territories.holder(territory, role).is_some();
        let (with, without): (Vec<&Territory>, Vec<&Territory>) =
            self.plan.territories.iter().map(|(territory, ..)| *territory).partition(filled);
        let ids = |some: &[&Territory]| self.among(&some.iter().map(|one| Some(one.id.as_str())).collect::<Vec<_>>());
        if self.none_among(ids(&with)) {
            let what = format!(
                "the rule `{}` can never find anybody: no territory that its leads can be in has an owner in the role \
                 `{role}`: {}",
                self.id,
                self.falls_through()
            );
            let remedy = "name an owner in one of the territories or above them, or ask for another role";
            problems.at(self.document, &format!("{}/assign/role", self.pointer), what, remedy);
            return;
        }
        let words = spaced(role);
        let gaps = [
            (ids(&without), format!("has no {words}, nor has one above it")),
            (self.among(&[None]), "is in no territory".to_owned()),
        ];
        for (region, why) in gaps {
            let Some(region) = region else { continue };
            let Fate::Reached(lead) = self.plan.book.fate_within(self.at, &region, self.keepers) else { continue };
            let territory = territory_of(known, &lead.values);
            let who = territory.map_or_else(|| "the lead".to_owned(), |one| format!("the territory `{}`", one.id));
            let what = format!(
                "`{}` asks for the {words} of a lead's territory, and {who} {why}: {}",
                self.id,
                self.falls(&lead.to_string(), &lead.values)
            );
            let remedy = "add the territory or its owner, or ask for `{field: territory, present: true}` in `when`";
            problems.warn_at(self.document, &format!("{}/assign", self.pointer), what, remedy);
        }
    }

    fn by_agent(&self, role: &str, problems: &mut Problems) {
        let Some(known) = self.plan.known else { return };
        if self.none_among(self.among(&[None])) {
            let what = format!(
                "the rule `{}` can never find anybody: the agent is asked only about leads in no territory, and all of \
                 its leads are in one: {}",
                self.id,
                self.falls_through()
            );
            let remedy = "ask for `{field: territory, present: false}` in `when`, or take the rule out";
            problems.at(self.document, self.pointer, what, remedy);
        } else if !known.territories.iter().any(|one| known.territories.holder(one, role).is_some()) {
            let what =
                format!("no territory has an owner in the role `{role}`: whatever the agent proposes finds nobody");
            let remedy = "name an owner in one of the territories, or ask for another role";
            problems.at(self.document, &format!("{}/assign/role", self.pointer), what, remedy);
        }
    }

    fn account_owner(&self, problems: &mut Problems) {
        let own = self.plan.book.region(self.at);
        let region = own.zip(self.plan.with_account.as_ref()).and_then(|(own, with)| self.plan.space.both(own, with));
        if self.none_among(region) {
            let what = format!(
                "the rule `{}` can never find anybody: none of its leads belongs to an account: {}",
                self.id,
                self.falls_through()
            );
            let remedy = "ask for `{field: account, present: true}` in `when`, or take the rule out";
            problems.at(self.document, self.pointer, what, remedy);
        }
    }

    fn pool(&self, id: &str, drafted: &Drafted<'_>, problems: &mut Problems) {
        let (Some(pool), Some(team)) = (drafted.pools.and_then(|pools| pools.get(id)), drafted.team) else { return };
        let away: Option<Vec<String>> = pool
            .members
            .iter()
            .map(|member| Some(format!("{} until {}", member.login, gone_for_good(team, &member.login)?)))
            .collect();
        let Some(away) = away else { return };
        let what = format!(
            "nobody can ever be picked from the pool `{id}`: all members are on leave: {}; {}",
            away.join(", "),
            self.falls_through()
        );
        let remedy = "add a member who is there, or mend their leave in team.yaml";
        problems.at(self.document, &format!("{}/assign/pool", self.pointer), what, remedy);
    }

    /// The rule's leads in one of these territories.
    fn among(&self, territories: &[Option<&str>]) -> Option<Region> {
        let field = LeadField::Territory.into();
        self.plan.space.both(self.plan.book.region(self.at)?, &self.plan.space.with(field, territories))
    }

    /// Whether it is proved that none of the region's leads reaches the rule.
    fn none_among(&self, region: Option<Region>) -> bool {
        region.is_some_and(|region| {
            let fate = self.plan.book.fate_within(self.at, &region, self.keepers);
            matches!(fate, Fate::Contradiction | Fate::Taken { .. })
        })
    }

    /// A lead that reaches the rule, and where it goes then.
    fn falls_through(&self) -> String {
        match self.plan.book.fate(self.at, self.keepers) {
            Fate::Reached(lead) => self.falls(&lead.to_string(), &lead.values),
            Fate::Contradiction | Fate::Taken { .. } | Fate::Undecided => "its leads fall through".to_owned(),
        }
    }

    fn falls(&self, shown: &str, lead: &FieldValues) -> String {
        let next = self.plan.rules.iter().skip(self.at + 1).find(|rule| rule.when.holds(lead));
        match next {
            Some(next) => format!("for example {shown} falls through to `{}`", next.draft.id),
            None => format!("for example {shown} falls through, and no rule is left"),
        }
    }
}

fn territory_of<'a>(known: &'a ReadTerritories, lead: &FieldValues) -> Option<&'a Territory> {
    known.territories.find(lead)
}
