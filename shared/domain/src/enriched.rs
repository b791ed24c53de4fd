//! What a data provider adds to a lead, and where each value came from.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the look-up at the data providers ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EnrichmentStatus {
    /// A provider knew the company or the person well enough.
    Matched,
    /// No provider knew them: a normal outcome.
    NotFound,
    /// There was nothing to look up by: no company domain and no mail address.
    NothingToLookUp,
    /// No provider could be reached in time; the lead goes on without.
    Unavailable,
    /// The day's budget for data was spent; the lead goes on without.
    OverBudget,
}

impl EnrichmentStatus {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Matched, Self::NotFound, Self::NothingToLookUp, Self::Unavailable, Self::OverBudget];

    /// The name in records and in the CRM.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::NotFound => "not_found",
            Self::NothingToLookUp => "nothing_to_look_up",
            Self::Unavailable => "unavailable",
            Self::OverBudget => "over_budget",
        }
    }
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Provenance {
    /// The provider's name, `people_data_labs` for one.
    pub provider: String,
    /// The provider's own measure of how sure it is, 1 to 10.
    pub likelihood: u8,
    /// Day of the answer, as YYYY-MM-DD.
    pub as_of: String,
    /// Whether the answer came from our cache.
    pub cached: bool,
}

/// How well one of a lead's fields is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldState {
    /// The CRM and a provider agree, or a provider is sure of it.
    Verified,
    /// Only typed in, or a provider is not sure of it.
    Unverified,
    /// Nobody knows it.
    NotFound,
    /// The CRM and a provider say different things; the CRM's value is used.
    Conflict,
}

impl FieldState {
    /// The name in records and in the CRM.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Unverified => "unverified",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
        }
    }
}

/// Where the value of one of a lead's fields came from, and how well it is known. Carries no value: events quote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FieldProvenance {
    /// The field: `employees`.
    pub field: String,
    /// How well it is known.
    pub state: FieldState,
    /// Whose value is used: `crm`, or a provider's name; `None` where nobody knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The provider that agrees with the CRM, or says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared_with: Option<String>,
    /// Day of the value, as YYYY-MM-DD: of the record's last change in the CRM, or of the provider's answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
}

/// A company, as a provider describes it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CompanyProfile {
    /// Name.
    pub name: String,
    /// Website's domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Industry, in the provider's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub industry: Option<String>,
    /// Number of employees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employees: Option<u32>,
    /// Year in which it was founded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub founded: Option<u16>,
    /// ISO country code of the headquarters, upper case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country_code: Option<String>,
    /// Region of the headquarters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// City of the headquarters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    /// What it does, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Tags such as technologies and fields of work.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Where all this came from.
    pub provenance: Provenance,
}

/// A person, as a provider describes them. Its `Debug` shows no name.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PersonProfile {
    /// Full name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// Job title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Levels such as `director` or `vp`, in the provider's words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<String>,
    /// Field of work, `sales` for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Where all this came from.
    pub provenance: Provenance,
}

impl fmt::Debug for CompanyProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompanyProfile").field("provenance", &self.provenance).finish_non_exhaustive()
    }
}

impl fmt::Debug for PersonProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersonProfile").field("provenance", &self.provenance).finish_non_exhaustive()
    }
}
