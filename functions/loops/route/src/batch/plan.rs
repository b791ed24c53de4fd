//! A plan: what a batch will change, told before it does, and approved by its hash.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use revloops_domain::{ConfigStamp, sha256_hex};
use revloops_loopkit::ports::{PlannedChange, PoolState};

/// Characters of a plan's hash that name its job.
const ID_LENGTH: usize = 16;

/// What is the same for all of a plan's rows; its hash is the plan's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// `Account` or `Lead`.
    pub object: String,
    /// The time that the rules were given.
    pub at: Timestamp,
    /// The config that decided; `None` for a candidate that is not active.
    pub config: Option<ConfigStamp>,
    /// SHA-256 of the config's content.
    pub config_sha256: String,
    /// What was decided about.
    pub input: Input,
    /// The file of the rows, beside this one.
    pub rows: Input,
    /// How the subjects come out.
    pub counts: Counts,
    /// What was drawn from each pool, which the pools are told when the plan is applied.
    pub drawn: BTreeMap<String, PoolState>,
    /// Whether it can be applied; one that was made without a CRM cannot.
    pub applicable: bool,
}

/// A file that a plan speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The file's name.
    pub file: String,
    /// Of its bytes.
    pub sha256: String,
    /// Rows in it.
    pub rows: u64,
}

/// How many subjects come out how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Get another owner.
    pub moves: u64,
    /// Have the right one already.
    pub keeps: u64,
    /// No rule finds anybody for them.
    pub unrouted: u64,
    /// Rows that cannot be read; they are in the file of rejects.
    pub rejected: u64,
    /// A rule wanted an AI agent, which a batch does not ask.
    pub agent_wanted: u64,
    /// Subjects by rule.
    pub by_rule: BTreeMap<String, u64>,
}

/// One subject's row in a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanRow {
    /// The record.
    pub id: String,
    /// What becomes of it.
    pub change: Change,
    /// Who owns it now.
    pub owner_before: Option<String>,
    /// Who owns it then.
    pub owner_after: Option<String>,
    /// That owner's name.
    pub owner_name: Option<String>,
    /// The rule that decides.
    pub rule: Option<String>,
    /// The territory.
    pub territory: Option<String>,
    /// The pool that picked.
    pub pool: Option<String>,
    /// The ticket's number in it.
    pub ticket: Option<u64>,
    /// How the owner was found, in words.
    pub why: Option<String>,
}

/// What becomes of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It gets another owner.
    Move,
    /// It has the right one already.
    Keep,
    /// No rule finds anybody.
    Unrouted,
}

impl Change {
    /// As the plan's file writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Move => "move",
            Self::Keep => "keep",
            Self::Unrouted => "unrouted",
        }
    }

    /// The change of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Move, Self::Keep, Self::Unrouted].into_iter().find(|change| change.name() == name)
    }
}

impl Plan {
    /// SHA-256 of the plan, its rows' file included: what is approved.
    #[must_use]
    pub fn hash(&self) -> String {
        // A plan is made of texts, numbers and maps with text keys: it can always be written.
        sha256_hex(&serde_json::to_vec(self).unwrap_or_default())
    }

    /// The id of the job that applies it.
    #[must_use]
    pub fn job(&self) -> String {
        self.hash().chars().take(ID_LENGTH).collect()
    }

    /// The change that a row asks for; `None` where nothing is to be written.
    #[must_use]
    pub fn change(&self, row: &PlanRow) -> Option<PlannedChange> {
        if row.change != Change::Move {
            return None;
        }
        let owner = row.owner_after.as_ref()?;
        let rule = row.rule.as_deref().unwrap_or("no rule");
        let reason = format!(
            "{} ({}), by the rule {rule} in the batch of {}.",
            row.owner_name.as_deref().unwrap_or(owner),
            row.why.as_deref().unwrap_or(rule),
            self.at.strftime("%Y-%m-%d %H:%M UTC"),
        );
        let set = Map::from_iter([
            ("OwnerId".to_owned(), json!(owner)),
            ("RevLoops_Rule__c".to_owned(), json!(row.rule)),
            ("RevLoops_Route_Reason__c".to_owned(), Value::String(reason)),
        ]);
        let expect = Map::from_iter([("OwnerId".to_owned(), json!(row.owner_before))]);
        Some(PlannedChange { id: row.id.clone(), expect, set })
    }
}

impl Counts {
    /// Counts one more row.
    pub fn count(&mut self, row: &PlanRow) {
        match row.change {
            Change::Move => self.moves += 1,
            Change::Keep => self.keeps += 1,
            Change::Unrouted => self.unrouted += 1,
        }
        if let Some(rule) = &row.rule {
            match self.by_rule.get_mut(rule) {
                Some(count) => *count += 1,
                None => drop(self.by_rule.insert(rule.clone(), 1)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> PlanRow {
        PlanRow {
            id: "001A".to_owned(),
            change: Change::Move,
            owner_before: Some("005A".to_owned()),
            owner_after: Some("005B".to_owned()),
            owner_name: Some("Ben".to_owned()),
            rule: Some("owners".to_owned()),
            territory: None,
            pool: None,
            ticket: None,
            why: Some("account executive of DACH".to_owned()),
        }
    }

    fn plan() -> Plan {
        let file = |name: &str| Input { file: name.to_owned(), sha256: "00".to_owned(), rows: 1 };
        Plan {
            object: "Account".to_owned(),
            at: "2026-11-22T12:00:00Z".parse().unwrap(),
            config: None,
            config_sha256: "c".to_owned(),
            input: file("accounts.csv"),
            rows: file("moves.parquet"),
            counts: Counts::default(),
            drawn: BTreeMap::new(),
            applicable: true,
        }
    }

    #[test]
    fn a_move_expects_the_owner_before_and_sets_owner_rule_and_reason() {
        let change = plan().change(&row()).unwrap();
        assert_eq!(change.expect, *json!({"OwnerId": "005A"}).as_object().unwrap());
        assert_eq!(change.set["OwnerId"], "005B");
        assert_eq!(change.set["RevLoops_Rule__c"], "owners");
        let reason = "Ben (account executive of DACH), by the rule owners in the batch of 2026-11-22 12:00 UTC.";
        assert_eq!(change.set["RevLoops_Route_Reason__c"], reason);
    }

    #[test]
    fn what_keeps_its_owner_or_gets_none_is_not_written() {
        for change in [Change::Keep, Change::Unrouted] {
            assert_eq!(plan().change(&PlanRow { change, ..row() }), None);
        }
    }

    #[test]
    fn another_row_file_config_or_pool_is_another_plan() {
        let one = plan();
        let mut others = vec![plan(); 3];
        others[0].rows.sha256 = "01".to_owned();
        others[1].config_sha256 = "d".to_owned();
        others[2].drawn.insert("team".to_owned(), PoolState::default());
        assert!(others.iter().all(|other| other.hash() != one.hash()));
        assert_eq!(plan().hash(), one.hash());
        assert_eq!(one.job().len(), ID_LENGTH);
        let read: Plan = serde_json::from_slice(&serde_json::to_vec(&one).unwrap()).unwrap();
        assert_eq!(read.hash(), one.hash());
    }
}
