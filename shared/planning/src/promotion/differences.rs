//! What sets two scenarios apart: bookings and targets by year with named causes, territories with their people, named accounts.

use std::collections::BTreeMap;

use revloops_capacity::{Cause, compute, diff};
use revloops_domain::Cents;
use revloops_scenario::{Scenario, Territory};
use schemars::JsonSchema;
use serde::Serialize;

/// The differences of two scenarios, for whoever approves the second.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Changes {
    /// The active scenario; none where this is the first.
    pub from: Option<Side>,
    /// The one that is to be promoted.
    pub to: Side,
    /// Bookings and targets by year.
    pub years: Vec<YearChange>,
    /// What the change of capacity, quota, target and cost over the plan comes from; the parts add up to it.
    pub causes: Vec<Cause>,
    /// Territories and who holds what there, one line a change.
    pub territories: Vec<String>,
    /// Accounts that are placed by name, and were not, or elsewhere; and those that are no more.
    pub named_accounts: NamedAccounts,
}

/// A scenario by name and content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Side {
    /// Its id.
    pub id: String,
    /// Its hash.
    pub hash: String,
}

/// What can be booked in a year, and what is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct YearChange {
    /// First month of the year.
    pub starts: String,
    /// Of all amounts.
    pub currency: String,
    /// What could be booked, in cents.
    pub capacity_before: Option<Cents>,
    /// What can be booked, in cents.
    pub capacity: Cents,
    /// What was to be booked, in cents.
    pub target_before: Option<Cents>,
    /// What is to be booked, in cents.
    pub target: Cents,
}

/// How many accounts are placed otherwise by name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NamedAccounts {
    /// They were not before.
    pub added: usize,
    /// They are in another territory.
    pub elsewhere: usize,
    /// They are no more.
    pub removed: usize,
}

/// The differences; `active` is none where no scenario is active yet.
#[must_use]
pub fn between(active: Option<&Scenario>, wanted: &Scenario) -> Changes {
    let side = |scenario: &Scenario| Side { id: scenario.id.clone(), hash: scenario.hash.clone() };
    Changes {
        from: active.map(side),
        to: side(wanted),
        years: years(active, wanted),
        causes: active.map(|active| diff(active, wanted).causes).unwrap_or_default(),
        territories: territories(active, wanted),
        named_accounts: named_accounts(active, wanted),
    }
}

fn years(active: Option<&Scenario>, wanted: &Scenario) -> Vec<YearChange> {
    let by_year = |scenario: &Scenario| compute(scenario, &[]).total.years;
    let before: BTreeMap<_, _> =
        active.map(by_year).into_iter().flatten().map(|year| (year.starts, (year.capacity, year.target))).collect();
    let change = |year: revloops_capacity::Year| YearChange {
        starts: year.starts.to_string(),
        currency: wanted.currency.clone(),
        capacity_before: before.get(&year.starts).map(|(capacity, _)| *capacity),
        capacity: year.capacity,
        target_before: before.get(&year.starts).and_then(|(_, target)| *target),
        target: year.target.unwrap_or_default(),
    };
    by_year(wanted).into_iter().map(change).collect()
}

fn territories(active: Option<&Scenario>, wanted: &Scenario) -> Vec<String> {
    let mut lines = Vec::new();
    for territory in wanted.territories.iter() {
        match active.and_then(|active| active.territories.named(&territory.id).map(|before| (active, before))) {
            None => lines.push(format!("{} is new: {}", territory.id, territory.name)),
            Some((active, before)) => differences((active, before), (wanted, territory), &mut lines),
        }
    }
    for before in active.iter().flat_map(|active| active.territories.iter()) {
        if wanted.territories.named(&before.id).is_none() {
            lines.push(format!("{} is no more", before.id));
        }
    }
    lines
}

fn differences(before: (&Scenario, &Territory), now: (&Scenario, &Territory), lines: &mut Vec<String>) {
    let id = &now.1.id;
    if before.1.name != now.1.name {
        lines.push(format!("{id} is called {}, not {}", now.1.name, before.1.name));
    }
    let above = |(scenario, territory): (&Scenario, &Territory)| {
        scenario.territories.parent(territory).map_or_else(|| "nothing".to_owned(), |above| above.id.clone())
    };
    if above(before) != above(now) {
        lines.push(format!("{id} lies in {}, not in {}", above(now), above(before)));
    }
    if before.1.when != now.1.when {
        lines.push(format!("{id} has other accounts and leads: its condition changed"));
    }
    let roles = before.1.owners.keys().chain(now.1.owners.keys());
    let roles: std::collections::BTreeSet<&String> = roles.collect();
    for role in roles {
        let holder = |territory: &Territory| territory.owners.get(role).cloned().unwrap_or_else(|| "nobody".to_owned());
        if holder(before.1) != holder(now.1) {
            lines.push(format!("{id}, {role}: {}, not {}", holder(now.1), holder(before.1)));
        }
    }
}

fn named_accounts(active: Option<&Scenario>, wanted: &Scenario) -> NamedAccounts {
    let places = |scenario: &Scenario| -> BTreeMap<String, String> {
        let named = scenario.named_accounts.iter();
        named.map(|one| (one.account.to_string(), one.territory.clone())).collect()
    };
    let (before, now) = (active.map(places).unwrap_or_default(), places(wanted));
    NamedAccounts {
        added: now.keys().filter(|account| !before.contains_key(*account)).count(),
        elsewhere: now.iter().filter(|(id, place)| before.get(*id).is_some_and(|other| other != *place)).count(),
        removed: before.keys().filter(|account| !now.contains_key(*account)).count(),
    }
}

/// The differences, a line each.
#[must_use]
pub fn in_words(changes: &Changes) -> Vec<String> {
    let mut lines = vec![match &changes.from {
        Some(from) if from.hash == changes.to.hash => format!("{} is the active scenario already.", changes.to.id),
        Some(from) => format!("{} in the place of {}:", changes.to.id, from.id),
        None => format!("{}, the first scenario:", changes.to.id),
    }];
    for year in &changes.years {
        let from = |amount: Option<Cents>, now: Cents| match amount {
            Some(before) if before == now => " (as before)".to_owned(),
            Some(before) => format!(" (was {before})"),
            None => String::new(),
        };
        lines.push(format!(
            "  from {}: {} {} can be booked{}, {} are to be{}",
            year.starts,
            year.currency,
            year.capacity,
            from(year.capacity_before, year.capacity),
            year.target,
            from(year.target_before, year.target)
        ));
    }
    for cause in &changes.causes {
        let capacity = cause.amounts.capacity;
        if capacity != Cents::ZERO {
            let sign = if capacity > Cents::ZERO { "+" } else { "" };
            lines.push(format!("  {sign}{capacity} by {}", cause.what));
        }
    }
    if changes.territories.is_empty() {
        lines.push("  territories stay as they are".to_owned());
    }
    lines.extend(changes.territories.iter().map(|line| format!("  {line}")));
    let NamedAccounts { added, elsewhere, removed } = changes.named_accounts;
    if added + elsewhere + removed > 0 {
        lines.push(format!("  named accounts: {added} more, {elsewhere} elsewhere, {removed} no more"));
    }
    lines
}
