//! What changes in the CRM, and why: pure.

pub mod accounts;
pub mod drift;
pub mod facts;
pub mod goal;
pub mod match_up;
pub(crate) mod people;
pub mod place;
pub mod plan;
mod territories;
#[cfg(test)]
mod tests;
pub mod words;

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use revloops_domain::territory_events::PlanCounts;
use revloops_loopkit::{Because, Decision, Reason, Verdict};
use revloops_scenario::Scenario;

use crate::config::DeployConfig;
use facts::Facts;
use match_up::match_up;
use place::Placer;
use plan::{Place, Plan, Step};

/// Plans. The same scenario, facts and time give the same plan; where nothing has to change, it is empty.
#[must_use]
pub fn make(config: &DeployConfig, scenario: &Scenario, facts: &Facts, at: Timestamp) -> Plan {
    let day = TimeZone::UTC.to_datetime(at).date();
    let wanted = goal::goal(scenario, &config.people, day);
    let crm = &facts.crm;
    let matched = match_up(&wanted, &crm.territories);
    let mut plan = empty(config, scenario, facts, at);
    plan.unmanaged = matched.unmanaged.keys().map(|id| matched.place(id)).collect();
    if !plan.blocked.is_empty() {
        return plan;
    }
    let mut placer = Placer::new(scenario, config.agent.min_confidence, facts);
    let accounts = accounts::accounts(config, &wanted, &matched, facts, &mut placer, at);
    if crm.all_accounts {
        let (retired, kept) = territories::retire(&matched, &crm.placed, &accounts.stay);
        let gone: BTreeSet<&str> = retired.iter().map(|one| one.crm_id.as_str()).collect();
        let (out, come, absent) = people::people(&wanted, &matched, &crm.users, &crm.people, &gone);
        plan.steps.extend(territories::shape(&wanted, &matched));
        plan.steps.extend(out);
        plan.steps.extend(come);
        plan.steps.extend(accounts.come);
        plan.steps.extend(accounts.leave);
        plan.steps.extend(retired.into_iter().map(Step::RetireTerritory));
        (plan.kept, plan.absent) = (kept, absent);
    } else {
        // A territory that is not there yet comes with the plan for the whole scenario.
        let there = |place: &Place| matched.ours.contains_key(place.id.as_str());
        plan.steps.extend(
            accounts
                .come
                .into_iter()
                .filter(|step| matches!(step, Step::AccountIn(account) if there(&account.territory))),
        );
        plan.steps.extend(
            accounts
                .leave
                .into_iter()
                .filter(|step| matches!(step, Step::AccountOut(account) if account.other.as_ref().is_none_or(there))),
        );
    }
    (plan.held, plan.waiting, plan.pending) = (accounts.held, accounts.waiting, accounts.pending);
    (plan.cap, plan.left_alone) = (accounts.cap, accounts.left_alone);
    plan.counts = PlanCounts { accounts_moved: accounts.moved, unplaced: accounts.unplaced, ..counts(&plan) };
    plan
}

fn empty(config: &DeployConfig, scenario: &Scenario, facts: &Facts, at: Timestamp) -> Plan {
    let crm = &facts.crm;
    let territory_type = crm.types.iter().find(|(name, _)| name.eq_ignore_ascii_case(&config.territory_type));
    let mut blocked = Vec::new();
    if crm.model.is_none() {
        blocked.push("the CRM has no active territory model: activate one".to_owned());
    } else if territory_type.is_none() {
        let known: Vec<&str> = crm.types.iter().map(|(name, _)| name.as_str()).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        blocked.push(format!("the CRM has no territory type `{}`; it has {known}", config.territory_type));
    }
    Plan {
        scenario: scenario.id.clone(),
        scenario_sha256: scenario.hash.clone(),
        model: crm.model.as_ref().map(|model| model.id.clone()),
        territory_type: territory_type.map(|(_, id)| id.clone()),
        blocked,
        ..Plan::nothing(facts, at)
    }
}

fn counts(plan: &Plan) -> PlanCounts {
    let mut counts = PlanCounts {
        held: plan.held.len(),
        waiting: plan.waiting.len(),
        pending: plan.pending.len(),
        ..PlanCounts::default()
    };
    for step in &plan.steps {
        let place = match step {
            Step::ChangeTerritory(_) => &mut counts.territories_changed,
            Step::CreateTerritory(_) => &mut counts.territories_created,
            Step::MoveTerritory(_) => &mut counts.territories_moved,
            Step::RetireTerritory(_) => &mut counts.territories_retired,
            Step::UserIn(_) => &mut counts.users_in,
            Step::UserOut(_) => &mut counts.users_out,
            Step::AccountIn(_) => &mut counts.accounts_in,
            Step::AccountOut(_) => &mut counts.accounts_out,
        };
        *place += 1;
    }
    counts
}

/// The plan as a decision, with what it rests on.
#[must_use]
pub fn explained(plan: Plan, config: &DeployConfig) -> Decision<Plan> {
    let counted = |what: &str, condition: String, found: usize| {
        let verdict = if found > 0 { Verdict::Held } else { Verdict::Failed };
        Reason::new(what, verdict, vec![Because::new(condition, found.to_string(), found > 0)])
    };
    let mut reasons: Vec<Reason> = plan
        .blocked
        .iter()
        .map(|why| {
            Reason::new("the CRM can be planned for", Verdict::Failed, vec![Because::new("it must", why, false)])
        })
        .collect();
    let most = plan.cap.most.map_or_else(|| "there is no cap".to_owned(), |most| format!("at most {most} move"));
    reasons.extend([
        counted("changes", "records to be created, changed or deleted".to_owned(), plan.steps.len()),
        counted("holds", "accounts that stay where they are".to_owned(), plan.held.len()),
        counted("cap", most, plan.waiting.len()),
        counted(
            "agent",
            format!("accounts of unclear geography below {} % of confidence", config.agent.min_confidence),
            plan.pending.len(),
        ),
        counted("unmanaged", "territories that are none of ours".to_owned(), plan.unmanaged.len()),
    ]);
    let outcome = if plan.blocked.is_empty() { if plan.is_empty() { "empty" } else { "planned" } } else { "blocked" };
    Decision::sure(outcome, plan, reasons)
}

/// Decides. Total: a scenario that cannot be read any more blocks the plan.
#[must_use]
pub fn decide(config: &DeployConfig, facts: &Facts, at: Timestamp) -> Decision<Plan> {
    let plan = match crate::inputs::scenario_of(&facts.stamp, &facts.scenario) {
        Ok(scenario) => make(config, &scenario, facts, at),
        Err(failure) => Plan { blocked: vec![failure.to_string()], ..Plan::nothing(facts, at) },
    };
    explained(plan, config)
}
