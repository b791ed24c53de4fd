//! Accounts that are placed by name.

use revloops_config::names::once;
use revloops_config::{Document, Problems};
use revloops_domain::AccountId;

use super::names::{Names, one_of};
use crate::model::NamedAccount;
use crate::raw::RawNamedAccount;

pub(super) fn named_accounts(document: &Document, names: &Names<'_>, problems: &mut Problems) -> Vec<NamedAccount> {
    let mut accounts: Vec<(String, NamedAccount)> = Vec::new();
    for (at, raw) in document.items::<RawNamedAccount>("named_accounts") {
        let pointer = format!("/named_accounts/{at}");
        let at = format!("{pointer}/territory");
        one_of(&names.territories, "territory", &raw.territory, document, &at, problems);
        let at = format!("{pointer}/account");
        match AccountId::parse(&raw.account) {
            Ok(account) => accounts.push((at, NamedAccount { account, territory: raw.territory })),
            Err(error) => {
                let remedy = "write the account's id of 15 or 18 characters, like 001Dn000001aB3c";
                problems.at(document, &at, error.to_string(), remedy);
            }
        }
    }
    // Ids of 15 and of 18 characters are told to be the same here: they are all of 18 now.
    once("account", accounts.iter().map(|(at, one)| (one.account.as_str(), at.clone())), document, problems);
    let mut accounts: Vec<NamedAccount> = accounts.into_iter().map(|(_, account)| account).collect();
    accounts.sort_by(|a, b| a.account.cmp(&b.account));
    accounts
}
