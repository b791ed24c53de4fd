//! A sequence: the mails that a rep may send to one person, from its draft to its end.
//!
//! Engage drafts it, a person approves, edits or rejects it, and each step is held against the policy when it becomes due.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fact::Fact;
use crate::{AccountId, ConfigStamp, CorrelationId, OwnerId, RunId, SalesforceId, sha256_hex};

/// Detail types on the bus.
pub mod names {
    /// A person approved a sequence: a `SequenceAnswered`.
    pub const SEQUENCE_APPROVED: &str = "sequence.approved";
    /// A person rejected a sequence: a `SequenceAnswered`.
    pub const SEQUENCE_REJECTED: &str = "sequence.rejected";
    /// A sequence ends before its last step: a reply, an opt-out, a policy.
    pub const SEQUENCE_STOPPED: &str = "sequence.stopped";
    /// A step's task is in the CRM.
    pub const SEQUENCE_STEP_DUE: &str = "sequence.step_due";
    /// The last step's task is in the CRM.
    pub const SEQUENCE_COMPLETED: &str = "sequence.completed";
}

/// One sentence of a mail. Its `Debug` shows no text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// The sentence.
    pub text: String,
    /// Ids of the facts that it rests on; empty where it states nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cites: Vec<String>,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line").field("cites", &self.cites).finish_non_exhaustive()
    }
}

/// One mail. Its `Debug` shows no text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SequenceStep {
    /// The template's step.
    pub id: String,
    /// Day, counted from the first mail.
    pub day: u16,
    /// Channel.
    pub channel: String,
    /// Subject.
    pub subject: String,
    /// Sentences with what they rest on.
    pub lines: Vec<Line>,
    /// What the law or our own rules want said; on the first mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disclosure: Option<String>,
}

impl std::fmt::Debug for SequenceStep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SequenceStep").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Whom a sequence is written to. Its `Debug` shows no content.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Recipient {
    /// The lead or contact that the mails go to.
    pub person_id: SalesforceId,
    /// The account, where the CRM knows one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    /// Mail address, in lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Company domain, also of those who have no mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// ISO country code, upper case: the time zone for send windows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country_code: Option<String>,
    /// State or province code, for countries of several time zones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_code: Option<String>,
}

impl std::fmt::Debug for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recipient").field("person_id", &self.person_id).finish_non_exhaustive()
    }
}

/// A sequence as Engage drafted it: kept once, and changed by no one. Its `Debug` shows no content.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DraftedSequence {
    /// `seq-` and a hash.
    pub id: String,
    /// The run that drafted it.
    pub run_id: RunId,
    /// The chain's id.
    pub correlation_id: CorrelationId,
    /// Config that drafted it.
    pub config: ConfigStamp,
    /// The template's id.
    pub template: String,
    /// The prompt's version.
    pub prompt_version: String,
    /// Whom it is written to.
    pub recipient: Recipient,
    /// Who owns the record: whose it is to approve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
    /// What is known, with sources.
    pub brief: Vec<Fact>,
    /// The mails.
    pub steps: Vec<SequenceStep>,
    /// The signal that it names, and its article.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<NamedSignal>,
    /// When it was drafted.
    #[schemars(with = "String")]
    pub drafted_at: Timestamp,
}

impl std::fmt::Debug for DraftedSequence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DraftedSequence").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The signal that a sequence names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NamedSignal {
    /// Its id.
    pub id: String,
    /// The article.
    pub url: String,
}

/// What an approval is bound to: recipient, signal and every word of the mails, in lower-case hexadecimal.
#[must_use]
pub fn content_hash(recipient: &Recipient, signal: Option<&NamedSignal>, steps: &[SequenceStep]) -> String {
    // Structs of ours alone, no maps: the same content is the same bytes.
    sha256_hex(&serde_json::to_vec(&(recipient, signal, steps)).unwrap_or_default())
}

/// What is published of an answer: ids and numbers, no text of the mails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SequenceAnswered {
    /// The same for every delivery.
    pub event_id: String,
    /// The chain's id.
    pub correlation_id: CorrelationId,
    /// The sequence.
    pub sequence_id: String,
    /// Hash of what was approved or rejected.
    pub content: String,
    /// Who answered: a username of the CRM.
    pub by: String,
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// The template's id.
    pub template: String,
    /// The prompt's version.
    pub prompt_version: String,
    /// Seconds from the draft to the answer.
    pub seconds: u64,
    /// Words that the person changed, of how many: edit distance in words over the draft's words.
    pub edited_words: u32,
    /// Words of the draft.
    pub drafted_words: u32,
}
