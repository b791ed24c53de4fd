//! Whose task a milestone is.

use revloops_domain::UserId;
use revloops_loopkit::ports::{Colleague, Deal};

use crate::config::OwnerRole;

/// Who gets it, and why where it is not who the play names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// `None` where nobody who could have it is active.
    pub(crate) owner: Option<UserId>,
    /// Why it is somebody else.
    pub(crate) instead: Option<String>,
}

/// Finds whoever has the role; whoever owns the deal, and else the account, where nobody has it.
pub(crate) fn find(role: &OwnerRole, deal: &Deal) -> Found {
    let active = |one: &&Colleague| one.active;
    let of_deal = Some(&deal.owner).filter(active);
    let of_account = deal.account.as_ref().and_then(|account| account.owner.as_ref()).filter(active);
    let (named, missing) = match role {
        OwnerRole::Deal => (of_deal, "the deal's owner has left".to_owned()),
        OwnerRole::Account => (of_account, "the account has no active owner".to_owned()),
        OwnerRole::Territory(role) => {
            let with_role = deal.territory.iter().filter(|one| one.role.eq_ignore_ascii_case(role));
            (with_role.map(|one| &one.user).find(active), format!("nobody is {role} in the account's territory"))
        }
    };
    match named {
        Some(colleague) => Found { owner: Some(colleague.id.clone()), instead: None },
        None => Found { owner: of_deal.or(of_account).map(|one| one.id.clone()), instead: Some(missing) },
    }
}
