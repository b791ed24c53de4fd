//! The org's territories: the active model, what lies in it, and who and what is in each territory.

use std::collections::BTreeMap;

use async_trait::async_trait;
use cirrus::soql;
use serde::Deserialize;

use revloops_domain::{Account, AccountId, ErrorClass, UserId};
use revloops_loopkit::ports::{
    AssociationCause, Collections as _, CrmTerritory, PlacedAccount, Territories, TerritoryAccount, TerritoryModel,
    TerritoryUser,
};
use revloops_loopkit::{Failure, Outcome};
use serde_json::{Map, Value};

use crate::account_fields::AccountWire;
use crate::client::Salesforce;
use crate::directory::{literals, odd_id};

/// Account ids to a query, which travels in the URL, of which Salesforce takes 16,384 bytes.
const ACCOUNTS_PER_QUERY: usize = 400;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NamedRow {
    id: String,
    developer_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TerritoryRow {
    id: String,
    name: String,
    developer_name: String,
    #[serde(rename = "ParentTerritory2Id")]
    parent: Option<String>,
    #[serde(rename = "RevLoops_Id__c")]
    revloops_id: Option<String>,
    description: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UserRow {
    id: String,
    territory2_id: String,
    user_id: String,
    #[serde(rename = "RoleInTerritory2")]
    role: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AccountRow {
    id: String,
    territory2_id: String,
    object_id: String,
    association_cause: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OpportunityRow {
    account_id: String,
}

#[async_trait]
impl Territories for Salesforce {
    async fn active_model(&self) -> Outcome<Option<TerritoryModel>> {
        let query = "SELECT Id, DeveloperName FROM Territory2Model WHERE State = 'Active'";
        let rows = self.rows::<NamedRow>("looking for the active territory model", query).await?;
        Ok(rows.into_iter().next().map(|row| TerritoryModel { id: row.id, developer_name: row.developer_name }))
    }

    async fn territory_types(&self) -> Outcome<Vec<(String, String)>> {
        let query = "SELECT Id, DeveloperName FROM Territory2Type ORDER BY DeveloperName";
        let rows = self.rows::<NamedRow>("reading the territory types", query).await?;
        Ok(rows.into_iter().map(|row| (row.developer_name, row.id)).collect())
    }

    async fn territories(&self, model: &str) -> Outcome<Vec<CrmTerritory>> {
        let query = format!(
            "SELECT Id, Name, DeveloperName, ParentTerritory2Id, RevLoops_Id__c, Description FROM Territory2 \
             WHERE Territory2ModelId = {} ORDER BY Id",
            soql::quote(model)
        );
        let rows = self.rows::<TerritoryRow>("reading the territories", &query).await?;
        let territories = rows.into_iter().map(|row| CrmTerritory {
            id: row.id,
            name: row.name,
            developer_name: row.developer_name,
            parent_id: row.parent,
            revloops_id: row.revloops_id,
            description: row.description,
        });
        Ok(territories.collect())
    }

    async fn territory_users(&self, model: &str) -> Outcome<Vec<TerritoryUser>> {
        let query = format!(
            "SELECT Id, Territory2Id, UserId, RoleInTerritory2 FROM UserTerritory2Association \
             WHERE Territory2.Territory2ModelId = {} ORDER BY Id",
            soql::quote(model)
        );
        let rows = self.rows::<UserRow>("reading the users in territories", &query).await?;
        let users = rows.into_iter().map(|row| {
            let user_id = UserId::parse(&row.user_id).map_err(|error| odd_id("a user in a territory", error))?;
            Ok(TerritoryUser { id: row.id, territory_id: row.territory2_id, user_id, role: row.role })
        });
        users.collect()
    }

    async fn territory_accounts(&self, model: &str) -> Outcome<Vec<TerritoryAccount>> {
        let query = format!(
            "SELECT Id, Territory2Id, ObjectId, AssociationCause FROM ObjectTerritory2Association \
             WHERE Territory2.Territory2ModelId = {} AND SobjectType = 'Account' ORDER BY Id",
            soql::quote(model)
        );
        let rows = self.rows::<AccountRow>("reading the accounts in territories", &query).await?;
        rows.into_iter().map(AccountRow::placed).collect()
    }

    async fn placed_accounts(&self, only: Option<&[AccountId]>) -> Outcome<Vec<PlacedAccount>> {
        let Some(only) = only else {
            let mut accounts = self.every_account().await?;
            let open = self.open_opportunities(None).await?;
            accounts.sort_by(|one, other| one.id.cmp(&other.id));
            return Ok(placed(accounts, &open));
        };
        let mut ids: Vec<String> = only.iter().map(ToString::to_string).collect();
        ids.sort();
        ids.dedup();
        let accounts = self.these_accounts(&ids).await?;
        let mut open = BTreeMap::new();
        for some in ids.chunks(ACCOUNTS_PER_QUERY) {
            open.extend(self.open_opportunities(Some(some)).await?);
        }
        Ok(placed(accounts, &open))
    }
}

impl AccountRow {
    fn placed(self) -> Outcome<TerritoryAccount> {
        let account_id =
            AccountId::parse(&self.object_id).map_err(|error| odd_id("an account in a territory", error))?;
        // Whatever else the org may say in time is not ours to undo.
        let cause =
            if self.association_cause == "Territory2Manual" { AssociationCause::Manual } else { AssociationCause::Org };
        Ok(TerritoryAccount { id: self.id, territory_id: self.territory2_id, account_id, cause })
    }
}

impl Salesforce {
    /// All accounts. One that cannot be read fails the whole: were it left out, it would look like an account that is
    /// gone, and its territories like ones to take it out of.
    async fn every_account(&self) -> Outcome<Vec<Account>> {
        let mut accounts = Vec::new();
        let mut next = None;
        loop {
            let page = self.accounts(next.as_deref()).await?;
            if let Some((id, problem)) = page.unreadable.into_iter().next() {
                return Err(Failure::new(ErrorClass::Rejected, format!("reading Account {id}")).caused_by(problem));
            }
            accounts.extend(page.accounts);
            match page.next {
                Some(url) => next = Some(url),
                None => return Ok(accounts),
            }
        }
    }

    async fn these_accounts(&self, ids: &[String]) -> Outcome<Vec<Account>> {
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let names: Vec<&str> = AccountWire::names().collect();
        let records: Vec<Option<Map<String, Value>>> = self.read("Account", &ids, &names).await?;
        let read = ids.iter().zip(records).filter_map(|(id, record)| Some((id, record?)));
        read.map(|(id, record)| {
            AccountWire::from_json(&record).and_then(AccountWire::read).map_err(|problem| {
                Failure::new(ErrorClass::Rejected, format!("reading Account {id}")).caused_by(problem)
            })
        })
        .collect()
    }

    /// How many opportunities are open, by account. Rows and not a grouped query: the CRM gives one page of groups at
    /// most.
    async fn open_opportunities(&self, accounts: Option<&[String]>) -> Outcome<BTreeMap<String, u32>> {
        let of = match accounts {
            Some(ids) => format!("AccountId IN ({})", literals(ids)),
            None => "AccountId != NULL".to_owned(),
        };
        let query = format!("SELECT AccountId FROM Opportunity WHERE IsClosed = FALSE AND {of}");
        let mut open = BTreeMap::new();
        for row in self.rows::<OpportunityRow>("counting open opportunities", &query).await? {
            let id = AccountId::parse(&row.account_id).map_err(|error| odd_id("an opportunity's account", error))?;
            *open.entry(id.to_string()).or_default() += 1;
        }
        Ok(open)
    }
}

fn placed(accounts: Vec<Account>, open: &BTreeMap<String, u32>) -> Vec<PlacedAccount> {
    let with = |account: Account| {
        let open_opportunities = open.get(account.id.as_str()).copied().unwrap_or_default();
        PlacedAccount { account, open_opportunities }
    };
    accounts.into_iter().map(with).collect()
}
