//! All accounts of the org, page after page: what the index is made of at first, and compared with later.

use serde_json::{Map, Value};

use revloops_domain::Account;
use revloops_loopkit::Outcome;

use crate::account_fields::AccountWire;
use crate::client::Salesforce;
use crate::failures::failure;
use crate::wire::FieldProblem;

/// Some of the org's accounts.
pub struct AccountPage {
    /// Those that could be read.
    pub accounts: Vec<Account>,
    /// Those that could not, with the reason. Their ids, or nothing where even that cannot be read.
    pub unreadable: Vec<(String, FieldProblem)>,
    /// How many there are in all.
    pub total: u64,
    /// Where the next page is, `None` after the last.
    pub next: Option<String>,
}

impl Salesforce {
    /// The first page of all accounts, or the page at `next`.
    ///
    /// # Errors
    /// As the CRM fails.
    pub async fn accounts(&self, next: Option<&str>) -> Outcome<AccountPage> {
        let doing = "reading the accounts";
        let page = match next {
            Some(url) => self.reads.query_more_as::<Map<String, Value>>(url).await,
            None => {
                let names: Vec<&str> = AccountWire::names().collect();
                let query = format!("SELECT {} FROM Account ORDER BY Id", names.join(", "));
                self.reads.query_as::<Map<String, Value>>(&query).await
            }
        }
        .map_err(|error| failure(doing, &error))?;
        let mut read = AccountPage {
            accounts: Vec::with_capacity(page.records.len()),
            unreadable: Vec::new(),
            total: u64::try_from(page.total_size).unwrap_or(0),
            next: if page.done { None } else { page.next_records_url },
        };
        for record in page.records {
            match AccountWire::from_json(&record).and_then(AccountWire::read) {
                Ok(account) => read.accounts.push(account),
                Err(problem) => {
                    let id = record.get("Id").and_then(Value::as_str).unwrap_or_default();
                    read.unreadable.push((id.to_owned(), problem));
                }
            }
        }
        Ok(read)
    }
}
