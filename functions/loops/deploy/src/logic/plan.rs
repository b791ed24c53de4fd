//! A plan: what will change in the CRM, told before it does, and approved by its hash.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use revloops_domain::territory_events::PlanCounts;
use revloops_domain::{AccountId, ProposedTerritory, UserId, sha256_hex};
use revloops_loopkit::ports::{CHUNK, PendingAccount};

use crate::logic::facts::Facts;

/// What has to change so that the CRM's territories are those of the scenario, and what stays although it differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The scenario's id.
    pub scenario: String,
    /// Hash of its content.
    pub scenario_sha256: String,
    /// When it was planned.
    pub at: Timestamp,
    /// Hash of what the CRM had.
    pub snapshot: String,
    /// The CRM's active territory model, by id; `None` where there is none, and nothing can be planned.
    pub model: Option<String>,
    /// Id of the type that new territories get.
    pub territory_type: Option<String>,
    /// What stands in the way of the whole plan; nothing is planned then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocked: Vec<String>,
    /// What changes, in the order in which it is carried out.
    pub steps: Vec<Step>,
    /// Accounts that stay where they are, and why.
    pub held: Vec<Held>,
    /// Accounts whose move is over the cap: they wait for the next plan.
    pub waiting: Vec<Waiting>,
    /// Accounts of which only a person can say where they belong.
    pub pending: Vec<Pending>,
    /// Territories that the scenario has not got and that cannot be retired yet, and why.
    pub kept: Vec<Kept>,
    /// Territories of the model that are none of ours: they are left alone.
    pub unmanaged: Vec<Place>,
    /// People whom the scenario names and who cannot come into a territory, and why.
    pub absent: Vec<Absent>,
    /// How many of what.
    pub counts: PlanCounts,
    /// The most accounts that this plan may move, and how many have a territory at all.
    pub cap: Cap,
    /// Accounts that the CRM's own rules, or people, keep in territories that are none of ours.
    pub left_alone: usize,
}

/// A territory by id and name: ours where we manage it, else the CRM's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The id.
    pub id: String,
    /// What people call it.
    pub name: String,
}

/// One change of one record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Step {
    /// A territory that exists is taken over, renamed or described anew.
    ChangeTerritory(ChangedTerritory),
    /// A territory is created.
    CreateTerritory(NewTerritory),
    /// A territory that exists comes to lie in another.
    MoveTerritory(MovedTerritory),
    /// A user leaves a territory.
    UserOut(UserStep),
    /// A user comes into a territory.
    UserIn(UserStep),
    /// An account comes into a territory.
    AccountIn(AccountStep),
    /// An account leaves a territory.
    AccountOut(AccountStep),
    /// A territory that the scenario has not got is deleted.
    RetireTerritory(RetiredTerritory),
}

/// What a territory has of what we set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Described {
    /// Label.
    pub name: String,
    /// Developer name.
    pub developer_name: String,
    /// Our own id for it.
    pub revloops_id: Option<String>,
    /// What lies in it, in words.
    pub about: Option<String>,
}

/// A territory that is changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedTerritory {
    /// Our id.
    pub id: String,
    /// The CRM's id.
    pub crm_id: String,
    /// What it has.
    pub before: Described,
    /// What it gets.
    pub after: Described,
}

/// A territory that is created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewTerritory {
    /// Our id.
    pub id: String,
    /// What it gets.
    pub is: Described,
    /// The territory that it lies in.
    pub parent: Option<Place>,
}

/// A territory that comes to lie in another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedTerritory {
    /// The territory.
    pub territory: Place,
    /// The CRM's id.
    pub crm_id: String,
    /// Where it lies: our id, or the CRM's where that one is none of ours.
    pub from: Option<Place>,
    /// Where it comes to lie.
    pub to: Option<Place>,
}

/// A user who comes into a territory or leaves it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserStep {
    /// The territory.
    pub territory: Place,
    /// The user.
    pub user: UserId,
    /// Username, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    /// The role there, as the CRM writes it.
    pub role: Option<String>,
    /// The association that is deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub association: Option<String>,
    /// Whether the user is there before and after, with another role.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub other_role: bool,
}

impl std::fmt::Debug for UserStep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserStep")
            .field("territory", &self.territory.id)
            .field("user", &self.user)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// An account that comes into a territory or leaves it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountStep {
    /// The territory.
    pub territory: Place,
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// For one that comes: where it comes from; `None` where it had no territory. For one that leaves: where it comes to
    /// be; `None` where that is nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<Place>,
    /// The association that is deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub association: Option<String>,
    /// Why it belongs there.
    pub by: By,
}

impl std::fmt::Debug for AccountStep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccountStep")
            .field("territory", &self.territory.id)
            .field("account", &self.account)
            .field("by", &self.by)
            .finish_non_exhaustive()
    }
}

/// What says where an account belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum By {
    /// The scenario names it.
    Name,
    /// A person has said so.
    Person {
        /// Who.
        who: String,
    },
    /// The territory's condition holds for it.
    Rule,
    /// An agent is sure enough.
    Agent {
        /// How sure, in percent.
        confidence: u8,
        /// What it rests on, in the agent's words.
        evidence: String,
    },
    /// No territory is for it.
    Nothing,
}

/// A territory that is deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetiredTerritory {
    /// Our id.
    pub id: String,
    /// The CRM's id.
    pub crm_id: String,
    /// What it has.
    pub was: Described,
    /// Where it lies: our id, or the CRM's where that one is none of ours.
    pub parent: Option<Place>,
}

/// An account that stays where it is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub at: Place,
    /// Where it would go; `None` where no territory is for it.
    pub to: Option<Place>,
    /// Why it stays.
    pub why: Hold,
}

/// What holds an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "hold", rename_all = "snake_case")]
pub enum Hold {
    /// The scenario names its territory.
    Named,
    /// It is a customer.
    Customer {
        /// Of this kind.
        kind: String,
    },
    /// Some of its opportunities are open.
    OpenOpportunities {
        /// How many.
        count: u32,
    },
    /// It was moved a short time ago.
    MovedRecently {
        /// When.
        at: Timestamp,
    },
}

/// An account whose move is over the cap.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub at: Place,
    /// Where it will go; `None` where no territory is for it.
    pub to: Option<Place>,
}

/// An account of which only a person can say where it belongs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// Where it is meanwhile; `None` where it has no territory.
    pub at: Option<Place>,
    /// Why nobody but a person can say.
    pub why: String,
    /// What an agent proposed, where one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed: Option<ProposedTerritory>,
    /// Since when it waits.
    pub since: Timestamp,
}

impl From<&Pending> for PendingAccount {
    fn from(pending: &Pending) -> Self {
        Self {
            account: pending.account.clone(),
            name: pending.name.clone(),
            why: pending.why.clone(),
            proposed: pending.proposed.clone(),
            since: pending.since,
        }
    }
}

macro_rules! debug_by_account {
    ($($name:ident)+) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).field("account", &self.account).field("at", &self.at).finish_non_exhaustive()
            }
        }
    )+};
}

debug_by_account! { Held Waiting Pending }

/// A territory that the scenario has not got and that stays for now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The territory.
    pub territory: Place,
    /// Why it stays.
    pub why: String,
}

/// Somebody who cannot come into a territory.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Absent {
    /// The territory.
    pub territory: Place,
    /// Username.
    pub login: String,
    /// `unknown to the CRM`, or `not active`.
    pub why: String,
}

impl std::fmt::Debug for Absent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Absent").field("territory", &self.territory).field("why", &self.why).finish_non_exhaustive()
    }
}

/// How many accounts a plan may move.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cap {
    /// The most; `None` where there is no cap.
    pub most: Option<usize>,
    /// Accounts that have a territory of ours now.
    pub placed: usize,
}

impl Plan {
    /// A plan for nothing yet.
    pub(crate) fn nothing(facts: &Facts, at: Timestamp) -> Self {
        Self {
            scenario: facts.stamp.key.clone(),
            scenario_sha256: facts.stamp.sha256.clone(),
            at,
            snapshot: sha256_hex(&serde_json::to_vec(&facts.crm).unwrap_or_default()),
            model: None,
            territory_type: None,
            blocked: Vec::new(),
            steps: Vec::new(),
            held: Vec::new(),
            waiting: Vec::new(),
            pending: Vec::new(),
            kept: Vec::new(),
            unmanaged: Vec::new(),
            absent: Vec::new(),
            counts: PlanCounts::default(),
            cap: Cap::default(),
            left_alone: 0,
        }
    }

    /// What is approved: SHA-256 of the scenario's hash, of what the CRM had, and of all steps.
    #[must_use]
    pub fn hash(&self) -> String {
        let content = json!({
            "scenario": self.scenario,
            "scenario_sha256": self.scenario_sha256,
            "snapshot": self.snapshot,
            "model": self.model,
            "territory_type": self.territory_type,
            "steps": self.steps,
        });
        sha256_hex(content.to_string().as_bytes())
    }

    /// Whether nothing is to be changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether all that it does is to put accounts into a territory that had none.
    #[must_use]
    pub fn only_first_placements(&self) -> bool {
        self.steps.iter().all(|step| matches!(step, Step::AccountIn(account) if account.other.is_none()))
    }

    /// The steps in chunks that the CRM takes in one call: of one kind, and none that needs another of the same chunk.
    #[must_use]
    pub fn chunks(&self) -> Vec<&[Step]> {
        let mut chunks = Vec::new();
        let mut rest = self.steps.as_slice();
        while let Some(first) = rest.first() {
            let together = |chunk: &[Step], next: &Step| {
                std::mem::discriminant(next) == std::mem::discriminant(first)
                    && !chunk.iter().any(|earlier| next.needs(earlier))
            };
            let mut length = 1;
            while length < CHUNK
                && let (Some(chunk), Some(next)) = (rest.get(..length), rest.get(length))
                && together(chunk, next)
            {
                length += 1;
            }
            let Some((chunk, after)) = rest.split_at_checked(length) else { break };
            chunks.push(chunk);
            rest = after;
        }
        chunks
    }
}

impl Step {
    /// What the journal calls it: the same for the same step of a plan.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::ChangeTerritory(change) => format!("change/{}", change.id),
            Self::CreateTerritory(new) => format!("create/{}", new.id),
            Self::MoveTerritory(moved) => format!("move/{}", moved.territory.id),
            Self::UserOut(step) => format!("user-out/{}/{}", step.territory.id, step.user),
            Self::UserIn(step) => format!("user-in/{}/{}", step.territory.id, step.user),
            Self::AccountIn(step) => format!("account-in/{}/{}", step.territory.id, step.account),
            Self::AccountOut(step) => format!("account-out/{}/{}", step.territory.id, step.account),
            Self::RetireTerritory(retired) => format!("retire/{}", retired.id),
        }
    }

    /// Whether an earlier step of the same kind must have been carried out before this one.
    fn needs(&self, earlier: &Self) -> bool {
        match (self, earlier) {
            (Self::CreateTerritory(new), Self::CreateTerritory(earlier)) => {
                new.parent.as_ref().is_some_and(|parent| parent.id == earlier.id)
            }
            (Self::MoveTerritory(moved), Self::MoveTerritory(earlier)) => {
                moved.to.as_ref().is_some_and(|to| to.id == earlier.territory.id)
            }
            (Self::RetireTerritory(retired), Self::RetireTerritory(earlier)) => {
                earlier.parent.as_ref().is_some_and(|parent| parent.id == retired.id)
            }
            _ => false,
        }
    }
}
