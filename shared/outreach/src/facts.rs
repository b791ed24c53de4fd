//! What the policy looks at, gathered.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use revloops_domain::OwnerId;
use revloops_domain::sequence::{Recipient, SequenceStep};
use revloops_domain::sequence_state::KeptSequence;
use revloops_domain::suppression::{SuppressionKey, SuppressionKind};
use revloops_loopkit::Outcome;
use revloops_loopkit::ports::{Place, Relation, Relations, Sequences, Suppressions};

use crate::policy::{Policy, Scope};

/// What the policy is held against.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The sequence, also one that is about to be drafted.
    pub sequence_id: &'a str,
    /// Whom it is written to.
    pub recipient: &'a Recipient,
    /// The mails; none before they are drafted.
    pub mails: &'a [SequenceStep],
    /// Since when an answer of the reader counts as one to this sequence.
    pub since: Timestamp,
}

impl<'a> Subject<'a> {
    /// Of a sequence that is kept.
    #[must_use]
    pub fn of(kept: &'a KeptSequence) -> Self {
        Self {
            sequence_id: &kept.drafted.id,
            recipient: &kept.drafted.recipient,
            mails: &kept.state.mails,
            since: kept.drafted.drafted_at,
        }
    }
}

/// What is known when the policy is held against something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyFacts {
    /// Entries of the list that hold for the reader.
    pub suppressed: Vec<SuppressionKey>,
    /// How the reader stands with us; `None` where their record is gone.
    pub standing: Option<Relation>,
    /// When somebody else at the account answered, where a reply stops all of them.
    pub colleague_answered_at: Option<Timestamp>,
    /// Places that the sequence needs, by name.
    pub places: BTreeMap<String, Place>,
    /// What has landed today, by the names of [`counts`].
    pub counted: BTreeMap<String, u32>,
}

/// The names under which landings of a day are counted: the owner's, and all.
#[must_use]
pub fn counts(policy: &Policy, owner: &OwnerId, at: Timestamp) -> (String, String) {
    let day = policy.caps.day(at);
    (format!("{day}/{owner}"), format!("{day}/all"))
}

/// Where the facts come from.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// Sequences.
    pub sequences: &'a dyn Sequences,
    /// The list.
    pub suppressions: &'a dyn Suppressions,
    /// The CRM.
    pub standings: &'a dyn Relations,
}

impl PolicyFacts {
    /// Gathers what the policy looks at.
    ///
    /// # Errors
    /// Of the stores and the CRM.
    pub async fn gather(policy: &Policy, subject: Subject<'_>, from: Sources<'_>, at: Timestamp) -> Outcome<Self> {
        let recipient = subject.recipient;
        let on_list = from.suppressions.among(&SuppressionKey::all_of(recipient)).await?;
        let account = recipient.account_id.as_ref();
        let standing = from.standings.standing(&recipient.person_id, account, subject.since).await?;
        let counted = match &standing {
            Some(standing) => {
                let (rep, all) = counts(policy, &standing.owner_id, at);
                from.sequences.counted(&[rep, all]).await?
            }
            None => BTreeMap::new(),
        };
        Ok(Self {
            suppressed: on_list.into_iter().map(|one| one.key).collect(),
            standing,
            colleague_answered_at: colleague_answered(policy, subject, from).await?,
            places: from.sequences.places(&policy.places(recipient)).await?,
            counted,
        })
    }
}

/// Whether somebody else at the account has answered a sequence that ran beside this one.
async fn colleague_answered(policy: &Policy, subject: Subject<'_>, from: Sources<'_>) -> Outcome<Option<Timestamp>> {
    let account = match (policy.on_reply, &subject.recipient.account_id) {
        (Scope::Account, Some(account)) => account,
        (Scope::Account | Scope::Person, _) => return Ok(None),
    };
    let Ok(key) = SuppressionKey::of(SuppressionKind::Account, account.as_str()) else { return Ok(None) };
    let mut first = None;
    for other in from.sequences.about(&key).await? {
        let person = &other.drafted.recipient.person_id;
        // Who was never written to has nothing to answer.
        if *person == subject.recipient.person_id || other.state.answer.is_none() {
            continue;
        }
        let standing = from.standings.standing(person, Some(account), subject.since).await?;
        let answered = standing.and_then(|standing| standing.answered_at);
        first = first.into_iter().chain(answered).min();
    }
    Ok(first)
}
