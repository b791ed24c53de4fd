//! The walk over the rules: the one engine behind live leads, batches and dry runs.

use jiff::Timestamp;

use revloops_domain::events::Owner;
use revloops_domain::{Account, AccountId, OwnerId};
use revloops_loopkit::Because;
use revloops_loopkit::ports::Ticket;
use revloops_rules::FieldValues;
use revloops_scenario::agent::Proposal;

use crate::config::{RouteConfig, Territory};
use crate::inputs::RouteInput;
use crate::logic::facts::{Facts, Need};
use crate::logic::fields::LeadField;
use crate::logic::handlers::{Resolved, Resolving};

/// What handlers need of a subject besides its values: who it is, and whose account it belongs to.
#[derive(Debug, Clone, Copy)]
pub struct SubjectContext<'a> {
    /// What draws tickets: the same subject draws the same ticket. `lead/00Q…`.
    pub subject: &'a str,
    /// The account that it belongs to.
    pub account: Option<AccountOwners<'a>>,
    /// Company domain.
    pub domain: Option<&'a str>,
    /// Owners who must be passed over.
    pub passed_over: &'a [OwnerId],
}

/// Who owns an account, and who the account above it.
#[derive(Debug, Clone, Copy)]
pub struct AccountOwners<'a> {
    /// The account.
    pub id: &'a AccountId,
    /// Its name.
    pub name: &'a str,
    /// Its owner.
    pub owner: Option<&'a OwnerId>,
    /// The owner of the account above it.
    pub parent_owner: Option<&'a OwnerId>,
}

impl<'a> SubjectContext<'a> {
    /// Of a lead; `subject` is [`RouteInput::draws_as`].
    #[must_use]
    pub fn of_lead(input: &'a RouteInput, subject: &'a str) -> Self {
        Self {
            subject,
            account: input
                .account
                .as_ref()
                .map(|matched| AccountOwners::of(&matched.account, matched.parent_owner_id.as_ref())),
            domain: input.profile.domain.as_ref().map(revloops_domain::MailDomain::as_str),
            passed_over: &input.passed_over,
        }
    }

    /// Of an account, which is its own; `subject` is `account/001…`.
    #[must_use]
    pub fn of_account(account: &'a Account, parent_owner: Option<&'a OwnerId>, subject: &'a str) -> Self {
        Self {
            subject,
            account: Some(AccountOwners::of(account, parent_owner)),
            domain: account.domain.as_ref().map(revloops_domain::MailDomain::as_str),
            passed_over: &[],
        }
    }
}

impl<'a> AccountOwners<'a> {
    fn of(account: &'a Account, parent_owner: Option<&'a OwnerId>) -> Self {
        Self { id: &account.id, name: &account.name, owner: account.owner_id.as_ref(), parent_owner }
    }
}

/// Where a walk led. Rules are named by their place in the config's order.
#[derive(Debug)]
pub struct Walk<'c> {
    /// The first territory that holds.
    pub territory: Option<&'c Territory>,
    /// Rules that held and found nobody, in the order tried.
    pub fell_through: Vec<FellThrough>,
    /// Where it ended.
    pub end: End<'c>,
}

/// A rule that held and found nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FellThrough {
    /// The rule's place.
    pub rule: usize,
    /// Why; empty where nothing is explained.
    pub because: Vec<Because>,
}

/// How a walk ended.
#[derive(Debug)]
pub enum End<'c> {
    /// Somebody owns the subject from now on.
    Owned(Box<Owned<'c>>),
    /// No rule gave an owner.
    Nobody,
    /// The rule at this place cannot be resolved before something is looked up; no rule, where it is the queue for leads
    /// whose first touch was missed too often.
    Needs {
        /// The rule's place.
        rule: Option<usize>,
        /// What is missing.
        need: Need,
    },
}

/// Who owns the subject, and how that came.
#[derive(Debug)]
pub struct Owned<'c> {
    /// The place of the rule that gave the owner; `None` where its first touch was missed too often.
    pub rule: Option<usize>,
    /// The owner.
    pub owner: Owner,
    /// The pool's ticket.
    pub ticket: Option<Ticket>,
    /// What the AI agent proposed.
    pub proposal: Option<Proposal<'c>>,
    /// Whether the owner is a queue in which it waits for a person to confirm what the agent proposed.
    pub pending: bool,
    /// Why; empty where nothing is explained.
    pub because: Vec<Because>,
}

/// Walks the rules in priority order: the first that holds and finds somebody gives the owner.
///
/// `values` holds the subject's own values; its territory is filled in here. With `explain` the reasons are told; without,
/// no text is made, and nothing is allocated but what the owner and a draw are made of.
pub fn walk<'c>(
    config: &'c RouteConfig,
    values: &mut FieldValues,
    subject: &SubjectContext<'_>,
    facts: &Facts,
    at: Timestamp,
    explain: bool,
) -> Walk<'c> {
    let territory = config.territories.find(values);
    values.text(LeadField::Territory, territory.map(|territory| territory.id.as_str()));
    let mut resolving = Resolving { config, territory, subject, facts, at, explain, because: Vec::new() };
    let mut fell_through = Vec::new();
    match resolving.missed_too_often() {
        None | Some(Resolved::Nobody) => resolving.because.clear(),
        Some(Resolved::Owner(found)) => {
            let end = End::Owned(Box::new(found.owned(None, resolving.because)));
            return Walk { territory, fell_through, end };
        }
        Some(Resolved::Needs(need)) => {
            return Walk { territory, fell_through, end: End::Needs { rule: None, need } };
        }
    }
    for rule in config.rules.matches(values) {
        let Some(checked) = config.rules.rules().get(rule) else { continue };
        let end = match resolving.resolve(&checked.then) {
            Resolved::Owner(found) => End::Owned(Box::new(found.owned(Some(rule), resolving.because))),
            Resolved::Needs(need) => End::Needs { rule: Some(rule), need },
            Resolved::Nobody => {
                fell_through.push(FellThrough { rule, because: std::mem::take(&mut resolving.because) });
                continue;
            }
        };
        return Walk { territory, fell_through, end };
    }
    Walk { territory, fell_through, end: End::Nobody }
}
