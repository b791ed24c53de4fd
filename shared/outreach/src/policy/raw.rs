//! `policy.yaml` as operators write it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

/// `policy.yaml`: whom we may write to, when, and how often.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawPolicy {
    /// Who answers a draft, and for how long.
    pub approval: RawApproval,
    /// What a reply stops: the sequences of the `person`, or of everybody at the `account`.
    pub on_reply: Scope,
    /// One sequence at a time for each of these.
    pub one_at_a_time_per: Vec<Exclusive>,
    /// Days between the end of a sequence and the approval of the next.
    pub cool_down_days: RawCoolDown,
    /// Whether an open opportunity of the account stops its sequences: the deal's owner speaks to them.
    pub stop_for_open_opportunity: bool,
    /// How many steps may land as tasks in a day.
    pub caps: RawCaps,
    /// When mails may be due at their readers'.
    pub send_window: RawWindow,
    /// Whether the first mail must say where we know the reader from.
    pub disclosure_required: bool,
}

/// Who answers a draft, and for how long.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawApproval {
    /// Days after its draft for which a sequence may be approved.
    #[schemars(range(min = 1, max = 90))]
    pub valid_days: u16,
    /// Who else may answer, by the owner's username: `ada@acme.com: [ben@acme.com]`.
    #[serde(default)]
    pub delegates: BTreeMap<String, Vec<String>>,
}

/// Days between two sequences.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawCoolDown {
    /// To the same person.
    #[schemars(range(min = 0, max = 730))]
    pub person: u16,
    /// To anybody at the same account.
    #[schemars(range(min = 0, max = 730))]
    pub account: u16,
}

/// How many steps may land in a day.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawCaps {
    /// As tasks of one rep.
    #[schemars(range(min = 1))]
    pub per_rep_a_day: u32,
    /// For all reps together.
    #[schemars(range(min = 1))]
    pub in_all_a_day: u32,
    /// In whose day: `Europe/Berlin`.
    pub time_zone: String,
}

/// When mails may be due at their readers'.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawWindow {
    /// `mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun`.
    #[schemars(length(min = 1))]
    pub days: Vec<String>,
    /// When it opens, on the reader's clock: `"09:00"`.
    pub from: String,
    /// When it closes: `"17:00"`.
    pub to: String,
    /// The time zone where nothing else is known.
    pub default_zone: String,
    /// Time zones by ISO country code, or country and state: `DE: Europe/Berlin`, `US-CA: America/Los_Angeles`.
    #[serde(default)]
    pub zones: BTreeMap<String, String>,
}

/// How far a reply reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The person's own sequences.
    Person,
    /// Those of everybody at the account.
    Account,
}

/// What one sequence at a time has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Exclusive {
    /// One a person.
    Person,
    /// One an account.
    Account,
}
