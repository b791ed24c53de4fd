//! A company that the CRM knows: what leads are matched with, and what batches assign.

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{AccountId, MailDomain, OwnerId};

/// An account's fields, as the CRM holds them. What the CRM leaves empty is `None`, never an empty text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Account {
    /// The account's id.
    pub id: AccountId,
    /// Company name as typed.
    pub name: String,
    /// Domain of its website; never a free-mail provider's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<MailDomain>,
    /// ISO 3166-1 alpha-2 code of the billing country, upper case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country_code: Option<String>,
    /// State or province code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_code: Option<String>,
    /// Postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// City.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// Phone number as typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Industry, as in the CRM's picklist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub industry: Option<String>,
    /// Number of employees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employees: Option<u32>,
    /// `Type` in the CRM's picklist: `Customer - Direct`, `Prospect`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Who owns it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
    /// The account above it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<AccountId>,
    /// When the record was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub created_at: Option<Timestamp>,
    /// When the record last changed (`SystemModstamp`): of two versions the newer one wins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub modified_at: Option<Timestamp>,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("id", &self.id).field("owner_id", &self.owner_id).finish_non_exhaustive()
    }
}

/// How a lead and an account were found to be the same company; from the surest down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MatchedBy {
    /// The same company domain.
    Domain,
    /// The same name, once case, accents, punctuation and legal forms are put aside.
    Name,
    /// A name that is nearly the same, and a second fact that agrees.
    SimilarName,
}

impl MatchedBy {
    /// As rules and records write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Domain => "domain",
            Self::Name => "name",
            Self::SimilarName => "similar_name",
        }
    }
}

/// The account that a lead belongs to, with the evidence.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MatchedAccount {
    /// The account.
    pub account: Account,
    /// Who owns the account above it, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_owner_id: Option<OwnerId>,
    /// How it was found.
    pub matched_by: MatchedBy,
    /// 0 to 100.
    pub confidence: u8,
    /// What agrees, and how a tie was broken, in words.
    pub evidence: Vec<String>,
}

impl fmt::Debug for MatchedAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MatchedAccount")
            .field("account", &self.account.id)
            .field("matched_by", &self.matched_by)
            .field("confidence", &self.confidence)
            .finish_non_exhaustive()
    }
}
