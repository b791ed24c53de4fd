//! What a batch decides about: leads, or accounts.

use revloops_domain::events::Owner;
use revloops_domain::{Account, AccountId, LeadId, OwnerId};
use revloops_rules::FieldValues;

use crate::inputs::RouteInput;
use crate::logic::fields::{fill_account, fill_lead};
use crate::logic::walk::SubjectContext;

/// One record that a batch decides about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A lead, and who owns it now.
    Lead {
        /// The lead, as Qualify left it.
        input: Box<RouteInput>,
        /// Who owns it now.
        owner: Option<OwnerId>,
    },
    /// An account, and who owns the one above it.
    Account {
        /// The account.
        account: Box<Account>,
        /// Who owns the account above it.
        parent_owner: Option<OwnerId>,
    },
}

impl Subject {
    /// The record's id.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Lead { input, .. } => input.lead_id.as_str(),
            Self::Account { account, .. } => account.id.as_str(),
        }
    }

    /// Who owns it now.
    #[must_use]
    pub fn owner(&self) -> Option<&OwnerId> {
        match self {
            Self::Lead { owner, .. } => owner.as_ref(),
            Self::Account { account, .. } => account.owner_id.as_ref(),
        }
    }

    /// Whether `owner` is who owns it now.
    #[must_use]
    pub fn is_owned_by(&self, owner: &Owner) -> bool {
        self.owner() == Some(&owner.id)
    }

    /// What draws tickets for it.
    pub(crate) fn draws_as(&self) -> String {
        match self {
            Self::Lead { input, .. } => input.draws_as(),
            Self::Account { account, .. } => account_subject(&account.id),
        }
    }

    pub(crate) fn fill(&self, values: &mut FieldValues) {
        match self {
            Self::Lead { input, .. } => fill_lead(values, input),
            Self::Account { account, .. } => fill_account(values, account),
        }
    }

    pub(crate) fn context<'a>(&'a self, draws_as: &'a str) -> SubjectContext<'a> {
        match self {
            Self::Lead { input, .. } => SubjectContext::of_lead(input, draws_as),
            Self::Account { account, parent_owner } => {
                SubjectContext::of_account(account, parent_owner.as_ref(), draws_as)
            }
        }
    }

    /// The keys by which it can stick to whoever had it before.
    #[must_use]
    pub fn sticky_keys(&self) -> Vec<String> {
        let context = self.context("");
        let account = context.account.map(|account| account_subject(account.id));
        let domain = context.domain.map(|domain| format!("domain/{}", domain.to_lowercase()));
        account.into_iter().chain(domain).collect()
    }
}

fn account_subject(id: &AccountId) -> String {
    format!("account/{id}")
}

/// The kinds of records that a batch decides about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Object {
    /// Leads.
    Lead,
    /// Accounts.
    Account,
}

impl Object {
    /// The CRM's name of it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lead => "Lead",
            Self::Account => "Account",
        }
    }

    /// The kind of record that has this id; `None` for any other.
    #[must_use]
    pub fn of_id(id: &str) -> Option<Self> {
        if LeadId::parse(id).is_ok() {
            return Some(Self::Lead);
        }
        AccountId::parse(id).is_ok().then_some(Self::Account)
    }
}
