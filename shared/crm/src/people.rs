//! An account and who is known there.

use async_trait::async_trait;
use cirrus::soql;
use serde::Deserialize;

use revloops_domain::{Account, AccountId, ErrorClass, MailDomain, SalesforceId};
use revloops_loopkit::ports::{AccountPeople, CrmPerson, CrmReader as _};
use revloops_loopkit::{Failure, Outcome};

use crate::account_fields::AccountWire;
use crate::client::Salesforce;
use crate::directory::odd_id;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PersonRow {
    id: String,
    first_name: Option<String>,
    last_name: String,
    title: Option<String>,
    email: Option<String>,
    #[serde(rename = "RevLoops_LinkedIn__c")]
    linkedin: Option<String>,
    #[serde(default)]
    has_opted_out_of_email: bool,
}

const FIELDS: &str = "Id, FirstName, LastName, Title, Email, RevLoops_LinkedIn__c, HasOptedOutOfEmail";

impl PersonRow {
    fn person(self) -> Outcome<CrmPerson> {
        let said = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        Ok(CrmPerson {
            id: SalesforceId::parse(&self.id).map_err(|error| odd_id("somebody at an account", error))?,
            first_name: said(self.first_name),
            last_name: self.last_name,
            title: said(self.title),
            email: said(self.email),
            linkedin: said(self.linkedin),
            opted_out: self.has_opted_out_of_email,
        })
    }
}

#[async_trait]
impl AccountPeople for Salesforce {
    async fn account(&self, id: &AccountId) -> Outcome<Option<Account>> {
        let names: Vec<&str> = AccountWire::names().collect();
        let Some(record) = self.fields("Account", id.as_str(), &names).await? else { return Ok(None) };
        let account = AccountWire::from_json(&record).and_then(AccountWire::read).map_err(|problem| {
            Failure::new(ErrorClass::Rejected, format!("reading Account {id}")).caused_by(problem)
        })?;
        Ok(Some(account))
    }

    async fn people(&self, id: &AccountId, domain: Option<&MailDomain>, at_most: usize) -> Outcome<Vec<CrmPerson>> {
        let account = soql::quote(id.as_str());
        let query = format!("SELECT {FIELDS} FROM Contact WHERE AccountId = {account} ORDER BY Id LIMIT {at_most}");
        let mut rows = self.rows::<PersonRow>("looking for contacts of an account", &query).await?;
        // A free-mail domain is nobody's company. A domain has neither `%` nor `_`, which `LIKE` would read.
        if let Some(domain) = domain.filter(|domain| !domain.is_free_mail() && !domain.as_str().contains(['%', '_'])) {
            let like = soql::quote(&format!("%@{domain}", domain = domain.as_str()));
            let query = format!(
                "SELECT {FIELDS} FROM Lead WHERE Email LIKE {like} AND IsConverted = FALSE ORDER BY Id LIMIT {at_most}"
            );
            rows.extend(self.rows::<PersonRow>("looking for leads of a domain", &query).await?);
        }
        rows.into_iter().map(PersonRow::person).collect()
    }
}
