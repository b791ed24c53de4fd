//! A signal: something that happened at a company, with the article that tells it.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Account, AccountId, CorrelationId, RunId, SalesforceId};

/// Detail types on the bus.
pub mod names {
    /// A target account was scanned and signals were found: a `SignalsDetected`.
    pub const SIGNAL_DETECTED: &str = "signal.detected";
    /// An account's signals are strong enough to write to somebody: a `SignalsScored`.
    pub const SIGNAL_QUALIFIED: &str = "signal.qualified";
    /// An account's signals are too weak, or speak against writing: a `SignalsScored`, too.
    pub const SIGNAL_PASSED: &str = "signal.passed";
}

/// The seven kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignalKind {
    /// Money raised.
    Funding,
    /// Hiring; the other way round, layoffs.
    Hiring,
    /// Somebody comes into a leading position, or goes.
    LeadershipMove,
    /// A technology is taken up; the other way round, dropped.
    TechChange,
    /// A product comes to the market.
    ProductLaunch,
    /// Two companies work together.
    Partnership,
    /// A company buys another, or is bought.
    Acquisition,
}

impl SignalKind {
    /// All kinds, in the order in which they are listed.
    pub const ALL: [Self; 7] = [
        Self::Funding,
        Self::Hiring,
        Self::LeadershipMove,
        Self::TechChange,
        Self::ProductLaunch,
        Self::Partnership,
        Self::Acquisition,
    ];

    /// The name in config and requests.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Funding => "funding",
            Self::Hiring => "hiring",
            Self::LeadershipMove => "leadership_move",
            Self::TechChange => "tech_change",
            Self::ProductLaunch => "product_launch",
            Self::Partnership => "partnership",
            Self::Acquisition => "acquisition",
        }
    }
}

/// An article that tells of a signal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SignalSource {
    /// Its address: one that the search itself has returned.
    pub url: String,
    /// Its title.
    pub title: String,
    /// The day on which it was published, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub published: Option<Date>,
}

/// Somebody whom an article names. Its `Debug` shows no content.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NamedPerson {
    /// Name.
    pub name: String,
    /// Job title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Mail address, where the article gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Address of the profile at LinkedIn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linkedin: Option<String>,
}

impl std::fmt::Debug for NamedPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NamedPerson").finish_non_exhaustive()
    }
}

/// A signal as a scan found it: it names a company, a day, words and at least one source. Its `Debug` shows no content.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Signal {
    /// `sig-` and a hash of company, kind, day and sources.
    pub id: String,
    /// The company, as the article names it.
    pub company: String,
    /// Its domain, where the article or the answer gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// ISO country code of its seat, where the article says where it is: what tells namesakes apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country_code: Option<String>,
    /// City of its seat, where the article says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// What happened.
    pub kind: SignalKind,
    /// Whether it speaks against writing: layoffs, a customer who leaves, a technology that is dropped.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub negative: bool,
    /// The day on which it happened.
    #[schemars(with = "String")]
    pub on: Date,
    /// What happened, in one line.
    pub headline: String,
    /// The article's own words for it.
    pub quote: String,
    /// Articles; at least one.
    pub sources: Vec<SignalSource>,
    /// People who are named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<NamedPerson>,
}

impl std::fmt::Debug for Signal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signal").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// A wording of a signal: what an article says of it. Its `Debug` shows no content.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Wording {
    /// What happened, in one line.
    pub headline: String,
    /// The article's own words.
    pub quote: String,
}

impl std::fmt::Debug for Wording {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wording").finish_non_exhaustive()
    }
}

/// A distinct signal of an account, as it is kept: all articles that tell of the same event are its sources. Its `Debug`
/// shows no content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeptSignal {
    /// As it was found first; with the sources and people of all that were found to be the same.
    pub signal: Signal,
    /// How others word it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Wording>,
    /// When it was found first.
    #[schemars(with = "String")]
    pub first_seen: Timestamp,
    /// When it was found last.
    #[schemars(with = "String")]
    pub last_seen: Timestamp,
    /// When it was handed on to be written about; none where it never was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub handed_on: Option<Timestamp>,
}

/// What a scan publishes, as `signal.detected`: the input of the signal chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SignalsDetected {
    /// The same for every delivery of the same scan.
    pub event_id: String,
    /// The chain's id.
    pub correlation_id: CorrelationId,
    /// The account that was scanned.
    pub account_id: AccountId,
    /// Which scan of it: runs of one loop for one account and scan happen once.
    pub scan: String,
    /// When it was scanned.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// What was found; at least one.
    pub signals: Vec<Signal>,
    /// Whether this is a parked run's second way.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redriven: bool,
}

/// Whom a signal's sequence is written to: somebody whom the CRM knows. Its `Debug` shows no content.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SignalPerson {
    /// The contact's or lead's id.
    pub id: SalesforceId,
    /// First name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: String,
    /// Job title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// How they were found: `email`, `linkedin`, `domain`, `name`, or `account` for the best contact of the account.
    pub matched_by: String,
}

impl std::fmt::Debug for SignalPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignalPerson")
            .field("id", &self.id)
            .field("matched_by", &self.matched_by)
            .finish_non_exhaustive()
    }
}

/// What Generate replies: the signal chain hands it on to Engage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SignalQualified {
    /// `qualified` or `passed`.
    pub status: SignalStatus,
    /// The run that decided.
    pub run_id: RunId,
    /// The account as the CRM holds it.
    pub account: Account,
    /// Who owns it, with a name to sign; none where nobody active does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<crate::events::Owner>,
    /// Whom to write to; none where the CRM knows nobody there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<SignalPerson>,
    /// 0 to 100.
    pub score: u8,
    /// The signals that count, strongest first; the first is the one that a sequence names.
    pub signals: Vec<Signal>,
    /// Why it was passed over; empty where it is qualified.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed_because: Vec<String>,
}

/// What Generate publishes, as `signal.qualified` or `signal.passed`: ids and numbers, no text of articles, nobody's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SignalsScored {
    /// The same for every delivery.
    pub event_id: String,
    /// The chain's id.
    pub correlation_id: CorrelationId,
    /// The run that decided.
    pub run_id: RunId,
    /// `qualified` or `passed`.
    pub status: SignalStatus,
    /// The account.
    pub account_id: AccountId,
    /// Whom is to be written to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_id: Option<SalesforceId>,
    /// 0 to 100.
    pub score: u8,
    /// The signals that count, strongest first.
    pub signals: Vec<ScoredSignal>,
    /// Gates that were shut: `below_threshold`, `cool_down`, …
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed_because: Vec<String>,
}

/// One signal of a published score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScoredSignal {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: SignalKind,
}

/// Whether somebody is to be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignalStatus {
    /// Yes.
    Qualified,
    /// No.
    Passed,
}

/// What Engage is called with in the signal chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SignalStep {
    /// What started the chain.
    pub event: SignalsDetected,
    /// What Generate replied.
    pub signal: SignalQualified,
}
