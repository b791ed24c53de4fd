//! How leads are scored, checked: points for who they are and for what they did.

use std::collections::BTreeSet;

use revloops_rules::{Condition, FieldId};

/// How leads are scored: points by factor, positive sums capped by group, held within 0 and 100, banded.
#[derive(Debug, Clone)]
pub struct Scoring {
    /// Groups of factors.
    pub groups: Vec<Group>,
    /// Factors in the file's order.
    pub factors: Vec<Factor>,
    /// Behaviours in the file's order.
    pub behaviours: Vec<BehaviourFactor>,
    /// Bands from the best down; the last begins at 0.
    pub bands: Vec<Band>,
}

/// Factors that share a cap.
#[derive(Debug, Clone)]
pub struct Group {
    /// Its id.
    pub id: String,
    /// The most that its factors give together.
    pub cap: i32,
}

/// One factor: the first choice that holds gives its points.
#[derive(Debug, Clone)]
pub struct Factor {
    /// Its id.
    pub id: String,
    /// Its group's place in [`Scoring::groups`].
    pub group: usize,
    /// The field that it looks at; `None` for a `when` factor.
    pub field: Option<FieldId>,
    /// In the order in which they are tried.
    pub choices: Vec<Choice>,
}

/// One way in which a factor can go.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Where it stands in the factor: `bands[2]`, `values[0]`, `when`, `other`, `nothing`.
    pub path: String,
    /// When it holds.
    pub when: Condition,
    /// Points; negative where it counts against the lead.
    pub points: i32,
    /// The reason in words; `{value}` stands for the value found.
    pub reason: String,
}

/// Points for what a person did, which fade with time.
#[derive(Debug, Clone)]
pub struct BehaviourFactor {
    /// Its id.
    pub id: String,
    /// Its group's place in [`Scoring::groups`].
    pub group: usize,
    /// What counts.
    pub kind: Kind,
    /// Points for doing it today.
    pub points: i32,
    /// After so many days half of the points are left.
    pub half_life_days: u32,
    /// How often it counts, the newest first.
    pub count_at_most: u32,
    /// The reason in words.
    pub reason: String,
}

/// What counts as a behaviour; `None` where anything does. Words are folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A membership of a campaign.
    Campaign {
        /// Types of the campaign.
        types: Option<BTreeSet<String>>,
        /// Statuses of the member.
        statuses: Option<BTreeSet<String>>,
        /// Whether the status counts as a response.
        responded: Option<bool>,
    },
    /// A completed activity of one of these kinds.
    Activity(BTreeSet<String>),
}

/// A range of scores.
#[derive(Debug, Clone)]
pub struct Band {
    /// Its name.
    pub id: String,
    /// The lowest score in it.
    pub min_score: u8,
}
