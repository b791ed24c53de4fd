//! The CRM's territories in memory, with the rules that the CRM keeps, and beside it the journal of carrying plans out.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use revloops_domain::{AccountId, ErrorClass, UserId};
use revloops_loopkit::ports::{
    AssociationCause, BatchJob, BatchStore, ChunkRun, Collections, CrmTerritory, Intended, Making, Noted,
    PendingAccount, PlacedAccount, PlacementMove, Placements, PlannedChange, RecordResult, RecordWrite, Resolution,
    Territories, TerritoryAccount, TerritoryModel, TerritoryUser,
};
use revloops_loopkit::{Failure, Outcome};

use crate::world::TestWorld;

/// The active model, who and what is in it, and all accounts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CrmTerritories {
    /// The active model.
    pub model: Option<TerritoryModel>,
    /// Territory types' ids by developer name.
    pub types: Vec<(String, String)>,
    /// Territories by id.
    pub territories: BTreeMap<String, CrmTerritory>,
    /// Users in territories by the association's id.
    pub users: BTreeMap<String, TerritoryUser>,
    /// Accounts in territories by the association's id.
    pub placed: BTreeMap<String, TerritoryAccount>,
    /// All accounts.
    pub accounts: BTreeMap<AccountId, PlacedAccount>,
    /// Ids given so far.
    pub ids: u64,
}

/// What is known of accounts' places beside the CRM.
#[derive(Debug, Clone, Default)]
pub struct PlacementsInMemory {
    /// Who waits.
    pub pending: BTreeMap<AccountId, PendingAccount>,
    /// What people said.
    pub resolutions: BTreeMap<AccountId, Resolution>,
    /// When what moved.
    pub moved: BTreeMap<AccountId, Timestamp>,
}

/// Developer name, name, our id, description, and the developer name of the territory that it lies in.
pub type TerritoryShape = (String, String, Option<String>, Option<String>, Option<String>);

/// What is in the CRM, without the ids that it gives: to compare two worlds by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Territories.
    pub territories: BTreeSet<TerritoryShape>,
    /// Developer name of the territory, user, role.
    pub users: BTreeSet<(String, UserId, Option<String>)>,
    /// Developer name of the territory, account, whether by hand.
    pub accounts: BTreeSet<(String, AccountId, bool)>,
}

impl CrmTerritories {
    /// An active model with the type `Geography`, and nothing in it.
    #[must_use]
    pub fn active() -> Self {
        Self {
            model: Some(TerritoryModel { id: "0MA000000000001".to_owned(), developer_name: "Main".to_owned() }),
            types: vec![("Geography".to_owned(), "0M5000000000001".to_owned())],
            ..Self::default()
        }
    }

    fn id(&mut self, prefix: &str) -> String {
        self.ids += 1;
        format!("{prefix}{:012}", self.ids)
    }

    /// The territory of this developer name, by id.
    #[must_use]
    pub fn named(&self, developer_name: &str) -> Option<&CrmTerritory> {
        self.territories.values().find(|one| one.developer_name == developer_name)
    }

    /// What is in it, without the ids.
    #[must_use]
    pub fn shape(&self) -> Shape {
        let name = |id: &str| self.territories.get(id).map_or(id, |one| &one.developer_name).to_owned();
        let territories = self.territories.values().map(|one| {
            let parent = one.parent_id.as_deref().map(name);
            let described = (one.revloops_id.clone(), one.description.clone(), parent);
            (one.developer_name.clone(), one.name.clone(), described.0, described.1, described.2)
        });
        let users = self.users.values().map(|one| (name(&one.territory_id), one.user_id.clone(), one.role.clone()));
        let accounts = self
            .placed
            .values()
            .map(|one| (name(&one.territory_id), one.account_id.clone(), one.cause == AssociationCause::Manual));
        Shape { territories: territories.collect(), users: users.collect(), accounts: accounts.collect() }
    }

    /// Creates one record as the CRM does.
    ///
    /// # Errors
    /// `Rejected` where the CRM would refuse it.
    pub fn create(&mut self, object: &str, record: &Map<String, Value>) -> Outcome<String> {
        let text = |field: &str| record.get(field).and_then(Value::as_str).map(str::to_owned);
        let needed = |field: &str| text(field).ok_or_else(|| refused(format!("REQUIRED_FIELD_MISSING: {field}")));
        match object {
            "Territory2" => {
                let developer_name = needed("DeveloperName")?;
                let parent_id = text("ParentTerritory2Id");
                needed("Territory2TypeId")?;
                self.check(None, &developer_name, parent_id.as_deref(), text("RevLoops_Id__c").as_deref())?;
                let territory = CrmTerritory {
                    id: self.id("0MI"),
                    name: needed("Name")?,
                    developer_name,
                    parent_id,
                    revloops_id: text("RevLoops_Id__c"),
                    description: text("Description"),
                };
                let id = territory.id.clone();
                self.territories.insert(id.clone(), territory);
                Ok(id)
            }
            "UserTerritory2Association" => {
                let (territory_id, user) = (needed("Territory2Id")?, needed("UserId")?);
                let user_id = UserId::parse(&user).map_err(|_| refused("MALFORMED_ID".to_owned()))?;
                self.there(&territory_id)?;
                if self.users.values().any(|one| one.territory_id == territory_id && one.user_id == user_id) {
                    return Err(refused("DUPLICATE_VALUE".to_owned()));
                }
                let id = self.id("0Iu");
                let role = text("RoleInTerritory2");
                self.users.insert(id.clone(), TerritoryUser { id: id.clone(), territory_id, user_id, role });
                Ok(id)
            }
            _ => {
                let (territory_id, account) = (needed("Territory2Id")?, needed("ObjectId")?);
                let account_id = AccountId::parse(&account).map_err(|_| refused("MALFORMED_ID".to_owned()))?;
                self.there(&territory_id)?;
                Ok(self.place(&territory_id, &account_id, AssociationCause::Manual))
            }
        }
    }

    /// Puts an account into a territory, whatever the cause; the association's id.
    pub fn place(&mut self, territory: &str, account: &AccountId, cause: AssociationCause) -> String {
        let id = self.id("0Io");
        let (territory_id, account_id) = (territory.to_owned(), account.clone());
        self.placed.insert(id.clone(), TerritoryAccount { id: id.clone(), territory_id, account_id, cause });
        id
    }

    fn there(&self, territory: &str) -> Outcome<()> {
        if self.territories.contains_key(territory) {
            Ok(())
        } else {
            Err(refused(format!("INVALID_CROSS_REFERENCE_KEY: {territory}")))
        }
    }

    fn check(&self, id: Option<&str>, developer_name: &str, parent: Option<&str>, ours: Option<&str>) -> Outcome<()> {
        let mut others = self.territories.values().filter(|one| Some(one.id.as_str()) != id);
        if others.any(|one| {
            one.developer_name.eq_ignore_ascii_case(developer_name)
                || ours.is_some() && one.revloops_id.as_deref() == ours
        }) {
            return Err(refused("DUPLICATE_VALUE".to_owned()));
        }
        let mut above = parent;
        while let Some(at) = above {
            self.there(at)?;
            if Some(at) == id {
                return Err(refused("CIRCULAR_DEPENDENCY".to_owned()));
            }
            above = self.territories.get(at).and_then(|one| one.parent_id.as_deref());
        }
        Ok(())
    }

    /// Changes a territory as the CRM does.
    ///
    /// # Errors
    /// `Rejected` where the CRM would refuse it.
    pub fn update(&mut self, id: &str, fields: &Map<String, Value>) -> Outcome<()> {
        let mut territory = self.territories.get(id).cloned().ok_or_else(|| refused("ENTITY_IS_DELETED".to_owned()))?;
        for (field, value) in fields {
            let text = value.as_str().map(str::to_owned);
            match field.as_str() {
                "Name" => territory.name = text.unwrap_or_default(),
                "DeveloperName" => territory.developer_name = text.unwrap_or_default(),
                "ParentTerritory2Id" => territory.parent_id = text,
                "RevLoops_Id__c" => territory.revloops_id = text,
                "Description" => territory.description = text,
                other => return Err(refused(format!("INVALID_FIELD: {other}"))),
            }
        }
        let (name, parent, ours) = (&territory.developer_name, &territory.parent_id, &territory.revloops_id);
        self.check(Some(id), name, parent.as_deref(), ours.as_deref())?;
        self.territories.insert(id.to_owned(), territory);
        Ok(())
    }

    /// Deletes one record as the CRM does: a territory that others lie in is refused, and what is in one goes with it.
    ///
    /// # Errors
    /// `Rejected` where the CRM would refuse it.
    pub fn delete(&mut self, id: &str) -> Outcome<()> {
        if self.users.remove(id).is_some() || self.placed.remove(id).is_some() {
            return Ok(());
        }
        if self.territories.values().any(|one| one.parent_id.as_deref() == Some(id)) {
            return Err(refused("DELETE_FAILED: it has child territories".to_owned()));
        }
        self.territories.remove(id).ok_or_else(|| refused("ENTITY_IS_DELETED".to_owned()))?;
        self.users.retain(|_, one| one.territory_id != id);
        self.placed.retain(|_, one| one.territory_id != id);
        Ok(())
    }
}

fn refused(why: String) -> Failure {
    Failure::new(ErrorClass::Rejected, why)
}

#[async_trait]
impl Territories for TestWorld {
    async fn active_model(&self) -> Outcome<Option<TerritoryModel>> {
        self.read(|memory| memory.crm.model.clone())
    }

    async fn territory_types(&self) -> Outcome<Vec<(String, String)>> {
        self.read(|memory| memory.crm.types.clone())
    }

    async fn territories(&self, _model: &str) -> Outcome<Vec<CrmTerritory>> {
        self.read(|memory| memory.crm.territories.values().cloned().collect())
    }

    async fn territory_users(&self, _model: &str) -> Outcome<Vec<TerritoryUser>> {
        self.read(|memory| memory.crm.users.values().cloned().collect())
    }

    async fn territory_accounts(&self, _model: &str) -> Outcome<Vec<TerritoryAccount>> {
        self.read(|memory| memory.crm.placed.values().cloned().collect())
    }

    async fn placed_accounts(&self, only: Option<&[AccountId]>) -> Outcome<Vec<PlacedAccount>> {
        let wanted = |one: &&PlacedAccount| only.is_none_or(|only| only.contains(&one.account.id));
        self.read(|memory| memory.crm.accounts.values().filter(wanted).cloned().collect())
    }
}

#[async_trait]
impl Making for TestWorld {
    async fn create(&self, object: &str, records: &[Map<String, Value>]) -> Outcome<Vec<Outcome<String>>> {
        self.write(|memory| Ok(records.iter().map(|record| memory.crm.create(object, record)).collect()))
    }

    async fn delete(&self, ids: &[&str]) -> Outcome<Vec<Outcome<()>>> {
        self.write(|memory| Ok(ids.iter().map(|id| memory.crm.delete(id)).collect()))
    }
}

#[async_trait]
impl Collections for TestWorld {
    async fn read(&self, object: &str, ids: &[&str], fields: &[&str]) -> Outcome<Vec<Option<Map<String, Value>>>> {
        self.read(|memory| {
            let of = |territory: &CrmTerritory| -> Map<String, Value> {
                let value = |field: &str| match field {
                    "Name" => json!(territory.name),
                    "DeveloperName" => json!(territory.developer_name),
                    "ParentTerritory2Id" => json!(territory.parent_id),
                    "RevLoops_Id__c" => json!(territory.revloops_id),
                    _ => json!(territory.description),
                };
                fields.iter().map(|field| ((*field).to_owned(), value(field))).collect()
            };
            // Other records are those of the world.
            let record = |id: &str| {
                let record = memory.records.get(&(object.to_owned(), id.to_owned()))?;
                let of = |field: &&str| ((*field).to_owned(), record.get(*field).cloned().unwrap_or(Value::Null));
                Some(fields.iter().map(of).collect())
            };
            ids.iter().map(|id| memory.crm.territories.get(*id).map(of).or_else(|| record(id))).collect()
        })
    }

    async fn write(&self, _object: &str, records: &[RecordWrite<'_>]) -> Outcome<Vec<Outcome<()>>> {
        self.write(|memory| Ok(records.iter().map(|record| memory.crm.update(record.id, &record.fields)).collect()))
    }
}

#[async_trait]
impl BatchStore for TestWorld {
    async fn job(&self, _job: &str) -> Outcome<Option<BatchJob>> {
        Ok(None)
    }

    async fn chunk(&self, job: &str, chunk: u32) -> Outcome<Vec<PlannedChange>> {
        Err(refused(format!("job {job} has no chunk {chunk}")))
    }

    async fn noted(&self, run: &ChunkRun) -> Outcome<Noted> {
        self.read(|memory| memory.journal.get(run).cloned().unwrap_or_default())
    }

    async fn intend(&self, run: &ChunkRun, intended: &[Intended]) -> Outcome<()> {
        self.write(|memory| {
            memory.journal.entry(run.clone()).or_default().intended = intended.to_vec();
            Ok(())
        })
    }

    async fn finish(&self, run: &ChunkRun, results: &[RecordResult]) -> Outcome<()> {
        self.write(|memory| {
            memory.journal.entry(run.clone()).or_default().results = results.to_vec();
            Ok(())
        })
    }
}

#[async_trait]
impl Placements for TestWorld {
    async fn pending(&self) -> Outcome<Vec<PendingAccount>> {
        self.read(|memory| memory.placements.pending.values().cloned().collect())
    }

    async fn wait(&self, pending: &[PendingAccount]) -> Outcome<()> {
        self.write(|memory| {
            for one in pending {
                let since = memory.placements.pending.get(&one.account).map_or(one.since, |known| known.since);
                memory.placements.pending.insert(one.account.clone(), PendingAccount { since, ..one.clone() });
            }
            Ok(())
        })
    }

    async fn settle(&self, accounts: &[AccountId]) -> Outcome<()> {
        self.write(|memory| {
            memory.placements.pending.retain(|account, _| !accounts.contains(account));
            Ok(())
        })
    }

    async fn resolve(&self, resolution: &Resolution) -> Outcome<()> {
        self.write(|memory| {
            memory.placements.resolutions.insert(resolution.account.clone(), resolution.clone());
            Ok(())
        })
    }

    async fn resolutions(&self) -> Outcome<Vec<Resolution>> {
        self.read(|memory| memory.placements.resolutions.values().cloned().collect())
    }

    async fn moved(&self, moves: &[PlacementMove]) -> Outcome<()> {
        self.write(|memory| {
            for one in moves {
                let at = memory.placements.moved.entry(one.account.clone()).or_insert(one.at);
                *at = (*at).max(one.at);
            }
            Ok(())
        })
    }

    async fn moved_since(&self, since: Timestamp) -> Outcome<Vec<PlacementMove>> {
        self.read(|memory| {
            let recent = memory.placements.moved.iter().filter(|(_, at)| **at >= since);
            recent.map(|(account, at)| PlacementMove { account: account.clone(), at: *at }).collect()
        })
    }
}
