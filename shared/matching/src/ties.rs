//! Which of several accounts that fit?

use std::cmp::{Ordering, Reverse};

use revloops_domain::Account;

use crate::assess::Assessment;
use crate::prepared::Prepared;
use crate::rules::{MatchRules, TieRule};

/// An account that fits, with what was found.
pub(crate) struct Fitting<'a> {
    pub(crate) account: &'a Account,
    pub(crate) prepared: &'a Prepared,
    pub(crate) assessment: &'a Assessment,
}

/// Who comes first: by the surer way, then by more facts where the name was the way, then by the declared rules, then by id.
/// Says which rule decided.
pub(crate) fn first(
    rules: &MatchRules,
    lead: &Prepared,
    one: &Fitting<'_>,
    other: &Fitting<'_>,
) -> (Ordering, Option<TieRule>) {
    let by_rank = rank(one).cmp(&rank(other));
    if by_rank != Ordering::Equal {
        return (by_rank, None);
    }
    for rule in &rules.ties {
        let order = compare(*rule, rules, lead, one, other);
        if order != Ordering::Equal {
            return (order, Some(*rule));
        }
    }
    (one.account.id.cmp(&other.account.id), None)
}

/// Smaller is surer. Facts do not order accounts that share the lead's domain: there the declared rules speak.
pub(crate) fn rank(of: &Fitting<'_>) -> (Option<revloops_domain::MatchedBy>, Reverse<usize>) {
    let by = of.assessment.found.as_ref().ok().map(|(by, _)| *by);
    let facts = if by == Some(revloops_domain::MatchedBy::Domain) { 0 } else { of.assessment.facts.len() };
    (by, Reverse(facts))
}

fn compare(rule: TieRule, rules: &MatchRules, lead: &Prepared, one: &Fitting<'_>, other: &Fitting<'_>) -> Ordering {
    // What holds comes first.
    let held = |holds: &dyn Fn(&Fitting<'_>) -> bool| holds(other).cmp(&holds(one));
    match rule {
        TieRule::SameName => held(&|of| of.assessment.same_name),
        TieRule::Customer => held(&|of| rules.is_customer(of.account)),
        TieRule::SameCountry => held(&|of| lead.country.is_some() && of.prepared.country == lead.country),
        TieRule::OwnedByAPerson => held(&|of| of.account.owner_id.as_ref().is_some_and(|owner| !owner.is_queue())),
        TieRule::NoParent => held(&|of| of.account.parent_id.is_none()),
        TieRule::MostEmployees => other.account.employees.cmp(&one.account.employees),
        TieRule::Oldest => {
            // A record without a date is as good as the youngest.
            let age = |of: &Fitting<'_>| (of.account.created_at.is_none(), of.account.created_at);
            age(one).cmp(&age(other))
        }
    }
}
