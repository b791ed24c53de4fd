use async_trait::async_trait;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use revloops_domain::signal::KeptSignal;
use revloops_domain::{Account, AccountId, MailDomain, SalesforceId};

use crate::failure::Outcome;

/// The distinct signals of accounts.
#[async_trait]
pub trait Signals: Send + Sync {
    /// The account's signals that happened on `since` or later, by day and id.
    async fn kept(&self, account: &AccountId, since: Date) -> Outcome<Vec<KeptSignal>>;

    /// Keeps signals of the account, each under its day and id. One that is known from a later look stays as it is.
    async fn keep(&self, account: &AccountId, signals: &[KeptSignal]) -> Outcome<()>;
}

/// Somebody at an account, as the CRM has them. Its `Debug` shows the id alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrmPerson {
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
    /// Address of the profile at LinkedIn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linkedin: Option<String>,
    /// Whether they want no mail.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub opted_out: bool,
}

impl std::fmt::Debug for CrmPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CrmPerson").field("id", &self.id).finish_non_exhaustive()
    }
}

/// An account and who is known there, as the CRM has them now.
#[async_trait]
pub trait AccountPeople: Send + Sync {
    /// The account, `None` where it is gone.
    async fn account(&self, id: &AccountId) -> Outcome<Option<Account>>;

    /// Its contacts, then the leads that are not converted and have a mail address at `domain`; each by id, at most
    /// `at_most` of either.
    async fn people(&self, id: &AccountId, domain: Option<&MailDomain>, at_most: usize) -> Outcome<Vec<CrmPerson>>;
}
