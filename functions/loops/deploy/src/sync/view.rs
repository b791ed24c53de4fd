//! What the CRM has now, as far as a turn knows: looked at once, kept up with what the turn writes, and looked at again
//! where something went otherwise than it should.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use revloops_domain::{AccountId, UserId};
use revloops_loopkit::Outcome;
use revloops_loopkit::ports::{AssociationCause, CrmTerritory, Territories, TerritoryAccount, TerritoryUser};

use crate::logic::match_up::our_id;

/// The fields of a territory as the journal has them. `Parent` is our id of the territory that it lies in, or the CRM's
/// where that one is none of ours: a territory that was deleted and made again has another id in the CRM.
pub(super) const NAME: &str = "Name";
pub(super) const DEVELOPER_NAME: &str = "DeveloperName";
pub(super) const OUR_ID: &str = "RevLoops_Id__c";
pub(super) const ABOUT: &str = "Description";
pub(super) const PARENT: &str = "Parent";

/// What is deleted, by the CRM's ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Deleted {
    /// A territory.
    Territory(String),
    /// A user in a territory.
    User(String, UserId),
    /// An account in a territory.
    Account(String, AccountId),
}

/// The CRM's territories, and who is in them.
#[derive(Debug, Default)]
pub(super) struct View {
    model: String,
    seen: bool,
    territories: BTreeMap<String, CrmTerritory>,
    users: BTreeMap<(String, UserId), TerritoryUser>,
    accounts: BTreeMap<(AccountId, String), TerritoryAccount>,
}

impl View {
    /// Nothing is known yet of this model.
    pub(super) fn unseen(model: &str) -> Self {
        Self { model: model.to_owned(), ..Self::default() }
    }

    /// The model's id.
    pub(super) fn model(&self) -> &str {
        &self.model
    }

    /// What is known is not to be trusted any more.
    pub(super) fn forget(&mut self) {
        self.seen = false;
    }

    /// Looks, unless what is known is to be trusted.
    pub(super) async fn look(&mut self, crm: &dyn Territories) -> Outcome<()> {
        if self.seen {
            return Ok(());
        }
        let territories = crm.territories(&self.model).await?;
        let users = crm.territory_users(&self.model).await?;
        let accounts = crm.territory_accounts(&self.model).await?;
        self.territories = territories.into_iter().map(|one| (one.id.clone(), one)).collect();
        self.users = users.into_iter().map(|one| ((one.territory_id.clone(), one.user_id.clone()), one)).collect();
        self.accounts =
            accounts.into_iter().map(|one| ((one.account_id.clone(), one.territory_id.clone()), one)).collect();
        self.seen = true;
        Ok(())
    }

    /// A territory by the CRM's id.
    pub(super) fn territory(&self, crm_id: &str) -> Option<&CrmTerritory> {
        self.territories.get(crm_id)
    }

    /// A territory by our id.
    pub(super) fn ours(&self, id: &str) -> Option<&CrmTerritory> {
        self.territories.values().find(|one| our_id(one) == Some(id))
    }

    /// A territory by our id, or by the CRM's where it is none of ours.
    pub(super) fn at(&self, id: &str) -> Option<&CrmTerritory> {
        self.ours(id).or_else(|| self.territory(id))
    }

    /// A territory by its developer name.
    pub(super) fn named(&self, developer_name: &str) -> Option<&CrmTerritory> {
        self.territories.values().find(|one| one.developer_name.eq_ignore_ascii_case(developer_name))
    }

    /// Our id of a territory, or the CRM's where it is none of ours.
    fn symbol(&self, crm_id: &str) -> String {
        let ours = self.territories.get(crm_id).and_then(|one| our_id(one));
        ours.unwrap_or(crm_id).to_owned()
    }

    /// What a territory has, as the journal has it.
    pub(super) fn fields(&self, territory: &CrmTerritory) -> Map<String, Value> {
        Map::from_iter([
            (NAME.to_owned(), json!(territory.name)),
            (DEVELOPER_NAME.to_owned(), json!(territory.developer_name)),
            (OUR_ID.to_owned(), json!(our_id(territory))),
            (ABOUT.to_owned(), json!(territory.description)),
            (PARENT.to_owned(), json!(territory.parent_id.as_deref().map(|id| self.symbol(id)))),
        ])
    }

    /// Whether anybody or anything is in a territory, in words.
    pub(super) fn inside(&self, crm_id: &str) -> Vec<String> {
        let users = self.users.keys().filter(|(territory, _)| territory == crm_id).count();
        let accounts = self.accounts.keys().filter(|(_, territory)| territory == crm_id).count();
        let below = self.territories.values().filter(|one| one.parent_id.as_deref() == Some(crm_id)).count();
        let counted = [(accounts, "accounts"), (users, "users"), (below, "territories")];
        counted.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect()
    }

    /// A user in a territory, by the CRM's id of it.
    pub(super) fn user(&self, crm_id: &str, user: &UserId) -> Option<&TerritoryUser> {
        self.users.get(&(crm_id.to_owned(), user.clone()))
    }

    /// An account in a territory, by the CRM's id of it.
    pub(super) fn account(&self, crm_id: &str, account: &AccountId) -> Option<&TerritoryAccount> {
        self.accounts.get(&(account.clone(), crm_id.to_owned()))
    }

    /// The territories with an id of ours that an account is in by hand, by that id.
    pub(super) fn places_of(&self, account: &AccountId) -> Vec<&str> {
        let from = (account.clone(), String::new());
        let there = self.accounts.range(from..).take_while(|((of, _), _)| of == account);
        let by_hand = there.filter(|(_, one)| one.cause == AssociationCause::Manual);
        by_hand.filter_map(|(_, one)| our_id(self.territories.get(&one.territory_id)?)).collect()
    }

    /// The CRM's fields of a territory's, with the parent as it takes it. `None` where the parent is not there.
    pub(super) fn as_written(&self, fields: &Map<String, Value>) -> Option<Map<String, Value>> {
        let mut written = Map::new();
        for (field, value) in fields {
            match (field.as_str(), value) {
                (PARENT, Value::String(id)) => {
                    drop(written.insert("ParentTerritory2Id".to_owned(), json!(self.at(id)?.id)));
                }
                (PARENT, _) => drop(written.insert("ParentTerritory2Id".to_owned(), Value::Null)),
                _ => drop(written.insert(field.clone(), value.clone())),
            }
        }
        Some(written)
    }

    /// A record was created.
    pub(super) fn created(&mut self, object: &str, id: &str, record: &Map<String, Value>) {
        let text = |field: &str| record.get(field).and_then(Value::as_str).map(str::to_owned);
        let territory_id = text("Territory2Id").unwrap_or_default();
        match object {
            super::act::TERRITORY => {
                let territory = CrmTerritory {
                    id: id.to_owned(),
                    name: text(NAME).unwrap_or_default(),
                    developer_name: text(DEVELOPER_NAME).unwrap_or_default(),
                    parent_id: text("ParentTerritory2Id"),
                    revloops_id: text(OUR_ID),
                    description: text(ABOUT),
                };
                self.territories.insert(id.to_owned(), territory);
            }
            super::act::USER => {
                if let Some(user_id) = text("UserId").and_then(|id| UserId::parse(&id).ok()) {
                    let role = text("RoleInTerritory2");
                    let key = (territory_id.clone(), user_id.clone());
                    self.users.insert(key, TerritoryUser { id: id.to_owned(), territory_id, user_id, role });
                }
            }
            _ => {
                if let Some(account_id) = text("ObjectId").and_then(|id| AccountId::parse(&id).ok()) {
                    let (key, cause) = ((account_id.clone(), territory_id.clone()), AssociationCause::Manual);
                    self.accounts.insert(key, TerritoryAccount { id: id.to_owned(), territory_id, account_id, cause });
                }
            }
        }
    }

    /// A territory was changed.
    pub(super) fn changed(&mut self, crm_id: &str, written: &Map<String, Value>) {
        let Some(territory) = self.territories.get_mut(crm_id) else { return };
        for (field, value) in written {
            let text = value.as_str().map(str::to_owned);
            match field.as_str() {
                NAME => territory.name = text.unwrap_or_default(),
                DEVELOPER_NAME => territory.developer_name = text.unwrap_or_default(),
                OUR_ID => territory.revloops_id = text,
                ABOUT => territory.description = text,
                _ => territory.parent_id = text,
            }
        }
    }

    /// A record was deleted.
    pub(super) fn deleted(&mut self, what: &Deleted) {
        match what {
            Deleted::Territory(id) => {
                self.territories.remove(id);
                self.users.retain(|(territory, _), _| territory != id);
                self.accounts.retain(|(_, territory), _| territory != id);
            }
            Deleted::User(territory, user) => drop(self.users.remove(&(territory.clone(), user.clone()))),
            Deleted::Account(territory, account) => drop(self.accounts.remove(&(account.clone(), territory.clone()))),
        }
    }
}
