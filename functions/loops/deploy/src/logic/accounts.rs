//! Accounts in and out of territories, under holds and a cap.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use revloops_domain::AccountId;
use revloops_loopkit::ports::{AssociationCause, PlacedAccount, TerritoryAccount};

use crate::config::DeployConfig;
use crate::logic::facts::Facts;
use crate::logic::goal::Wanted;
use crate::logic::match_up::Matched;
use crate::logic::place::{Placement, Placer};
use crate::logic::plan::{AccountStep, By, Cap, Held, Hold, Pending, Place, Step, Waiting};

/// What becomes of the accounts.
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    /// Those that come into a territory.
    pub(crate) come: Vec<Step>,
    /// Those that leave one.
    pub(crate) leave: Vec<Step>,
    /// Those that stay, and why.
    pub(crate) held: Vec<Held>,
    /// Those over the cap.
    pub(crate) waiting: Vec<Waiting>,
    /// Those that wait for a person.
    pub(crate) pending: Vec<Pending>,
    /// How many are moved.
    pub(crate) moved: usize,
    /// How many no territory is for.
    pub(crate) unplaced: usize,
    /// How many are in territories that are none of ours alone.
    pub(crate) left_alone: usize,
    /// The cap.
    pub(crate) cap: Cap,
    /// How many accounts stay in each territory although they would leave it, by the CRM's id.
    pub(crate) stay: BTreeMap<String, usize>,
}

/// An account that has a territory and is to get another, or none.
struct Move<'a> {
    account: &'a PlacedAccount,
    to: Option<Place>,
    by: By,
    /// Whether it is in its territory already, and leaves others alone.
    in_place: bool,
    leaves: Vec<&'a TerritoryAccount>,
}

/// What becomes of each account that was looked up.
pub(crate) fn accounts(
    config: &DeployConfig,
    wanted: &[Wanted],
    matched: &Matched<'_>,
    facts: &Facts,
    placer: &mut Placer<'_>,
    at: Timestamp,
) -> Accounts {
    let mut plan = Accounts { cap: cap(config, facts), ..Accounts::default() };
    let mut associations: BTreeMap<&AccountId, Vec<&TerritoryAccount>> = BTreeMap::new();
    for one in &facts.crm.placed {
        associations.entry(&one.account_id).or_default().push(one);
    }
    let since: BTreeMap<&AccountId, Timestamp> = facts.pending.iter().map(|one| (&one.account, one.since)).collect();
    let names: BTreeMap<&str, &str> = wanted.iter().map(|goal| (goal.id.as_str(), goal.name.as_str())).collect();
    let waits = |account: &PlacedAccount, now: &[&TerritoryAccount], why, proposed| Pending {
        account: account.account.id.clone(),
        name: account.account.name.clone(),
        at: now.first().map(|one| matched.place(&one.territory_id)),
        why,
        proposed,
        since: since.get(&account.account.id).copied().unwrap_or(at),
    };
    let holds = Holds::new(config, facts, at);
    let mut sorted: Vec<&PlacedAccount> = facts.crm.accounts.iter().collect();
    sorted.sort_by(|one, other| one.account.id.cmp(&other.account.id));
    let mut moves = Vec::new();
    for account in sorted {
        let now = associations.get(&account.account.id).map(Vec::as_slice).unwrap_or_default();
        let (ours, others): (Vec<&TerritoryAccount>, Vec<&TerritoryAccount>) =
            now.iter().copied().partition(|one| matched.places.contains_key(one.territory_id.as_str()));
        if ours.is_empty() && !others.is_empty() && !config.places_accounts_of_others {
            plan.left_alone += 1;
            continue;
        }
        let by_hand: Vec<&TerritoryAccount> =
            ours.iter().filter(|one| one.cause == AssociationCause::Manual).copied().collect();
        let (to, by) = match placer.place(account) {
            Placement::In { territory, by } => {
                let name = names.get(territory.as_str()).copied().unwrap_or(&territory).to_owned();
                (Some(Place { id: territory, name }), by)
            }
            Placement::Nowhere => {
                plan.unplaced += 1;
                (None, By::Nothing)
            }
            Placement::Pending { why, proposed } => {
                plan.wait_for_a_person(&by_hand, waits(account, &by_hand, why, proposed));
                continue;
            }
            Placement::Ask(unclear) => {
                let why = format!("{}; no agent was asked", unclear.in_words());
                plan.wait_for_a_person(&by_hand, waits(account, &by_hand, why, None));
                continue;
            }
        };
        let is_there = |one: &&TerritoryAccount| {
            let place = matched.places.get(one.territory_id.as_str());
            place.is_some_and(|place| to.as_ref().is_some_and(|to| to.id == place.id))
        };
        let in_place = ours.iter().any(is_there);
        let leaves: Vec<&TerritoryAccount> = by_hand.into_iter().filter(|one| !is_there(one)).collect();
        if leaves.is_empty() {
            if let Some(to) = to
                && !in_place
            {
                plan.come.push(comes(account, to, None, by));
            } else if in_place && by == By::Name {
                plan.note_named(account, placer, &names);
            }
        } else {
            moves.push(Move { account, to, by, in_place, leaves });
        }
    }
    plan.decide(moves, &holds, matched);
    plan
}

impl Accounts {
    /// It stays where it is meanwhile.
    fn wait_for_a_person(&mut self, now: &[&TerritoryAccount], pending: Pending) {
        for one in now {
            *self.stay.entry(one.territory_id.clone()).or_default() += 1;
        }
        self.pending.push(pending);
    }

    /// A named account that its territory's condition would put elsewhere is held by its name.
    fn note_named(&mut self, account: &PlacedAccount, placer: &mut Placer<'_>, names: &BTreeMap<&str, &str>) {
        let Placement::In { territory: at, .. } = placer.place(account) else { return };
        let elsewhere = placer.by_rule(&account.account).ok().flatten().filter(|found| found.id != at);
        if let Some(found) = elsewhere {
            let name = names.get(at.as_str()).copied().unwrap_or(&at).to_owned();
            self.held.push(Held {
                account: account.account.id.clone(),
                name: account.account.name.clone(),
                at: Place { id: at, name },
                to: Some(Place { id: found.id.clone(), name: found.name.clone() }),
                why: Hold::Named,
            });
        }
    }

    /// Holds first, then the cap: those that a person has placed by name come first, then those whose territory is
    /// retired, then the largest.
    fn decide(&mut self, mut moves: Vec<Move<'_>>, holds: &Holds<'_>, matched: &Matched<'_>) {
        let rank = |one: &Move<'_>| {
            let retired = one.leaves.iter().any(|from| matched.retired.contains_key(from.territory_id.as_str()));
            match one.by {
                By::Name | By::Person { .. } => 0,
                By::Rule | By::Agent { .. } | By::Nothing if retired => 1,
                By::Rule | By::Agent { .. } | By::Nothing => 2,
            }
        };
        moves.sort_by_key(|one| {
            let employees = std::cmp::Reverse(one.account.account.employees);
            (rank(one), employees, one.account.account.id.clone())
        });
        for one in moves {
            let account = &one.account.account;
            let Some(at) = one.leaves.first().map(|from| matched.place(&from.territory_id)) else { continue };
            let by_hand = matches!(one.by, By::Name | By::Person { .. });
            let hold = if by_hand { None } else { holds.of(one.account) };
            let over = self.cap.most.is_some_and(|most| self.moved >= most);
            if hold.is_some() || over {
                for from in &one.leaves {
                    *self.stay.entry(from.territory_id.clone()).or_default() += 1;
                }
                let (id, name) = (account.id.clone(), account.name.clone());
                match hold {
                    Some(why) => self.held.push(Held { account: id, name, at, to: one.to, why }),
                    None => self.waiting.push(Waiting { account: id, name, at, to: one.to }),
                }
                continue;
            }
            self.moved += 1;
            if let Some(to) = &one.to
                && !one.in_place
            {
                self.come.push(comes(one.account, to.clone(), Some(at), one.by.clone()));
            }
            self.leave.extend(one.leaves.iter().map(|from| {
                Step::AccountOut(AccountStep {
                    territory: matched.place(&from.territory_id),
                    account: account.id.clone(),
                    name: account.name.clone(),
                    other: one.to.clone(),
                    association: Some(from.id.clone()),
                    by: one.by.clone(),
                })
            }));
        }
    }
}

fn comes(account: &PlacedAccount, territory: Place, from: Option<Place>, by: By) -> Step {
    let (id, name) = (account.account.id.clone(), account.account.name.clone());
    Step::AccountIn(AccountStep { territory, account: id, name, other: from, association: None, by })
}

/// What holds accounts where they are.
struct Holds<'a> {
    config: &'a DeployConfig,
    moved: BTreeMap<&'a AccountId, Timestamp>,
}

impl<'a> Holds<'a> {
    fn new(config: &'a DeployConfig, facts: &'a Facts, at: Timestamp) -> Self {
        let since = recent_since(config, at);
        let recent = facts.moved.iter().filter(|one| since.is_some_and(|since| one.at >= since));
        Self { config, moved: recent.map(|one| (&one.account, one.at)).collect() }
    }

    fn of(&self, account: &PlacedAccount) -> Option<Hold> {
        let holds = &self.config.holds;
        if account.open_opportunities > 0 && holds.open_opportunities {
            return Some(Hold::OpenOpportunities { count: account.open_opportunities });
        }
        if let Some(kind) = account.account.kind.as_ref()
            && holds.customer_kinds.iter().any(|one| one.eq_ignore_ascii_case(kind.trim()))
        {
            return Some(Hold::Customer { kind: kind.clone() });
        }
        self.moved.get(&account.account.id).map(|at| Hold::MovedRecently { at: *at })
    }
}

/// Since when a move is recent; `None` where it holds nothing.
pub(crate) fn recent_since(config: &DeployConfig, at: Timestamp) -> Option<Timestamp> {
    let days = config.holds.recent_move_days?;
    Some(at.saturating_sub(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(Timestamp::MIN))
}

/// The lower of the two caps. Of few accounts, a percentage that is not nothing is at least one.
fn cap(config: &DeployConfig, facts: &Facts) -> Cap {
    let placed = facts.crm.placed_in_all;
    let percent = config.cap.moved_percent.map(|percent| {
        let most = placed * usize::from(percent) / 100;
        if percent > 0 { most.max(1) } else { 0 }
    });
    Cap { most: [config.cap.moved_accounts, percent].into_iter().flatten().min(), placed }
}

/// The accounts that have a territory of ours by hand.
pub(crate) fn placed_in_all<'a>(placed: &'a [TerritoryAccount], ours: &BTreeSet<&str>) -> usize {
    let by_hand = placed.iter().filter(|one| ours.contains(one.territory_id.as_str()));
    by_hand.map(|one| &one.account_id).collect::<BTreeSet<&'a AccountId>>().len()
}
