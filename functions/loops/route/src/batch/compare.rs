//! What was decided against what other rules would have decided: who moves, by rule and by owner, shares, first touches.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

/// A decision, as far as it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome<'a> {
    /// The owner's id and name; `None` where nobody was found.
    pub owner: Option<(&'a str, &'a str)>,
    /// The rule.
    pub rule: Option<&'a str>,
    /// The pool that picked, and the username that it picked.
    pub pick: Option<(&'a str, &'a str)>,
    /// When the owner must have been in touch.
    pub first_touch_by: Timestamp,
}

/// The comparison of many decisions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Decisions compared.
    pub compared: u64,
    /// Another owner.
    pub moved: u64,
    /// Nobody, where there was somebody.
    pub newly_unrouted: u64,
    /// Somebody, where there was nobody.
    pub newly_routed: u64,
    /// Moves by the rule before and the rule after.
    pub by_rule: Vec<RuleMoves>,
    /// What each owner had, and would have.
    pub by_owner: Vec<OwnerMoves>,
    /// What each member of a pool was picked for, and would be.
    pub by_member: Vec<MemberPicks>,
    /// First touches of those who move.
    pub first_touch: FirstTouches,
    #[serde(skip)]
    rules: BTreeMap<(String, String), u64>,
    #[serde(skip)]
    owners: BTreeMap<String, OwnerMoves>,
    #[serde(skip)]
    members: BTreeMap<(String, String), MemberPicks>,
    #[serde(skip)]
    shifts: Vec<i64>,
}

/// Leads that go from one rule's owner to another's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleMoves {
    /// The rule that decided.
    pub before: String,
    /// The rule that would.
    pub after: String,
    /// How many.
    pub leads: u64,
}

/// One owner's leads.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OwnerMoves {
    /// Their name.
    pub owner: String,
    /// Leads they were given.
    pub before: u64,
    /// Leads they would be given.
    pub after: u64,
    /// Leads that would go to somebody else.
    pub loses: u64,
    /// Leads that would come.
    pub gains: u64,
}

/// One member's picks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct MemberPicks {
    /// The pool.
    pub pool: String,
    /// Username.
    pub login: String,
    /// Picks there were.
    pub before: u64,
    /// Picks there would be.
    pub after: u64,
}

/// When the first touch of those who move would be due.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FirstTouches {
    /// Due earlier.
    pub earlier: u64,
    /// Due at the same time.
    pub same: u64,
    /// Due later.
    pub later: u64,
    /// Half of those who move are due later by more than so many minutes; negative where earlier.
    pub median_minutes: i64,
}

const NOBODY: &str = "nobody";

impl Comparison {
    /// Adds one decision; returns whether it moves to another owner.
    pub fn add(&mut self, before: &Outcome<'_>, after: &Outcome<'_>) -> bool {
        self.compared += 1;
        let id = |outcome: &Outcome<'_>| outcome.owner.map(|(id, _)| id.to_owned());
        let moves = id(before) != id(after);
        for (outcome, is_after) in [(before, false), (after, true)] {
            let (key, name) = outcome.owner.unwrap_or((NOBODY, NOBODY));
            let owner = match self.owners.get_mut(key) {
                Some(owner) => owner,
                None => self
                    .owners
                    .entry(key.to_owned())
                    .or_insert_with(|| OwnerMoves { owner: name.to_owned(), ..OwnerMoves::default() }),
            };
            let (count, changed) =
                if is_after { (&mut owner.after, &mut owner.gains) } else { (&mut owner.before, &mut owner.loses) };
            *count += 1;
            *changed += u64::from(moves);
            if let Some((pool, login)) = outcome.pick {
                let new = || MemberPicks { pool: pool.to_owned(), login: login.to_owned(), ..MemberPicks::default() };
                let member = self.members.entry((pool.to_owned(), login.to_owned())).or_insert_with(new);
                *(if is_after { &mut member.after } else { &mut member.before }) += 1;
            }
        }
        if !moves {
            return false;
        }
        self.moved += 1;
        let rule = |outcome: &Outcome<'_>| outcome.rule.unwrap_or(NOBODY).to_owned();
        *self.rules.entry((rule(before), rule(after))).or_default() += 1;
        match (before.owner, after.owner) {
            (Some(_), None) => self.newly_unrouted += 1,
            (None, Some(_)) => self.newly_routed += 1,
            (Some(_), Some(_)) => {
                let shift = after.first_touch_by.duration_since(before.first_touch_by).as_mins();
                match shift {
                    ..0 => self.first_touch.earlier += 1,
                    0 => self.first_touch.same += 1,
                    1.. => self.first_touch.later += 1,
                }
                self.shifts.push(shift);
            }
            (None, None) => {}
        }
        true
    }

    /// The whole, with what is greatest first.
    #[must_use]
    pub fn finish(mut self) -> Self {
        let rules = std::mem::take(&mut self.rules).into_iter();
        self.by_rule = rules.map(|((before, after), leads)| RuleMoves { before, after, leads }).collect();
        self.by_rule.sort_by_key(|moves| std::cmp::Reverse(moves.leads));
        self.by_owner = std::mem::take(&mut self.owners).into_values().collect();
        self.by_owner.sort_by_key(|owner| (std::cmp::Reverse(owner.loses + owner.gains), owner.owner.clone()));
        self.by_member = std::mem::take(&mut self.members).into_values().collect();
        let mut shifts = std::mem::take(&mut self.shifts);
        shifts.sort_unstable();
        self.first_touch.median_minutes = shifts.get(shifts.len() / 2).copied().unwrap_or(0);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn outcome<'a>(owner: Option<&'a str>, rule: &'a str, pool: Option<&'a str>) -> Outcome<'a> {
        Outcome {
            owner: owner.map(|owner| (owner, owner)),
            rule: owner.map(|_| rule),
            pick: pool.zip(owner),
            first_touch_by: at("2026-11-22T12:00:00Z"),
        }
    }

    #[test]
    fn the_same_decisions_move_nobody() {
        let mut comparison = Comparison::default();
        for owner in [Some("anna"), Some("ben"), None] {
            let outcome = outcome(owner, "owners", Some("team"));
            assert!(!comparison.add(&outcome, &outcome));
        }
        let comparison = comparison.finish();
        assert_eq!((comparison.compared, comparison.moved), (3, 0));
        assert!(comparison.by_rule.is_empty());
        assert!(comparison.by_member.iter().all(|member| member.before == member.after && member.before == 1));
    }

    #[test]
    fn moves_are_counted_by_rule_owner_pool_and_first_touch() {
        let mut comparison = Comparison::default();
        let before = outcome(Some("anna"), "owners", None);
        let mut after = outcome(Some("ben"), "turns", Some("team"));
        after.first_touch_by = at("2026-11-22T13:30:00Z");
        assert!(comparison.add(&before, &after));
        assert!(comparison.add(&before, &outcome(None, "", None)));
        assert!(comparison.add(&outcome(None, "", None), &before));
        let comparison = comparison.finish();
        assert_eq!((comparison.moved, comparison.newly_unrouted, comparison.newly_routed), (3, 1, 1));
        let rules: Vec<(&str, &str, u64)> =
            comparison.by_rule.iter().map(|one| (one.before.as_str(), one.after.as_str(), one.leads)).collect();
        assert_eq!(rules, [("nobody", "owners", 1), ("owners", "nobody", 1), ("owners", "turns", 1)]);
        let anna = comparison.by_owner.iter().find(|owner| owner.owner == "anna").unwrap();
        assert_eq!((anna.before, anna.after, anna.loses, anna.gains), (2, 1, 2, 1));
        let ben = MemberPicks { pool: "team".into(), login: "ben".into(), before: 0, after: 1 };
        assert_eq!(comparison.by_member, [ben]);
        let touches = FirstTouches { earlier: 0, same: 0, later: 1, median_minutes: 90 };
        assert_eq!(comparison.first_touch, touches);
    }
}
