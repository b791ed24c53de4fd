//! One fact of a research brief: what may be said about a person or a company, who says so, and until when.
//!
//! Text in a fact came from outside: it is data, cut to length, on one line, and never a reason for anything.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a fact is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    /// What happened at the company lately: a signal, with the article that tells it.
    Signal,
    /// Industry.
    Industry,
    /// Number of employees.
    CompanySize,
    /// Headquarters.
    Location,
    /// Year of foundation.
    Founded,
    /// What the company does, in the words of a provider.
    Summary,
    /// Job title.
    PersonTitle,
    /// What the CRM knows of our history with the company: customer since, open deals, last contact.
    History,
    /// How the lead came to us.
    LeadSource,
    /// What the person wrote to us.
    LeadMessage,
}

impl FactKind {
    /// All kinds, in the order in which a brief lists them.
    pub const ALL: [Self; 10] = [
        Self::Signal,
        Self::Industry,
        Self::CompanySize,
        Self::Location,
        Self::Founded,
        Self::Summary,
        Self::PersonTitle,
        Self::History,
        Self::LeadSource,
        Self::LeadMessage,
    ];

    /// The name in config and requests.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Signal => "signal",
            Self::Industry => "industry",
            Self::CompanySize => "company_size",
            Self::Location => "location",
            Self::Founded => "founded",
            Self::Summary => "summary",
            Self::PersonTitle => "person_title",
            Self::History => "history",
            Self::LeadSource => "lead_source",
            Self::LeadMessage => "lead_message",
        }
    }
}

/// One fact. Its `Debug` shows no content.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fact {
    /// `F1`, `F2`, …: what claims cite.
    pub id: String,
    /// What it is about.
    pub kind: FactKind,
    /// The fact in a sentence.
    pub text: String,
    /// The value in it that no other sentence may state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Who says so: a provider's name, `crm`, or the host of an article.
    pub source: String,
    /// The article that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Day of the source's answer; of a signal, the day on which it happened.
    #[schemars(with = "String")]
    pub as_of: Date,
    /// The last day on which it may be used.
    #[schemars(with = "String")]
    pub expires: Date,
}

impl std::fmt::Debug for Fact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fact").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}
