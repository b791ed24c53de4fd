//! The real world behind the ports, made from settings; each function asks for what it needs alone.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use tokio::sync::OnceCell;

use revloops_ai::{Accounted, Anthropic, Metered};
use revloops_aws::{
    Athena, BucketBatches, BucketBodies, BucketConfigStore, BucketObjects, BucketPrompts, Chain, Clients, EventBus,
    Secrets, TableAccounts, TableApprovals, TableCache, TableDocuments, TableInbox, TableLeads, TableParked,
    TablePlacements, TablePools, TableRuns, TableSequences, TableSignals, TableSpend, TableTargets, WorkQueue,
};
use revloops_config::store::ConfigKeys;
use revloops_config::{ConfigStore, Levers};
use revloops_crm::{CrmSettings, Salesforce};
use revloops_domain::{ErrorClass, OrganizationId, Secret};
use revloops_enrichment::{Hunter, PeopleDataLabs};
use revloops_loopkit::ports::{
    Accounts, Approvals, BatchStore, Budget, Bus, Cache, Documents, Inbox, Leads, Model, Objects, Parked, ParkedBodies,
    Past, Placements, Pools, Prompts, Provider, RunStore, Signals, Spend, Targets, Warehouse,
};
use revloops_loopkit::{Failure, Outcome};

use crate::active_config::ActiveConfig;
use crate::settings::Settings;
use crate::time::SystemClock;

/// How long names of users and queues are kept: a colleague who leaves is noticed within it.
const DIRECTORY_KEPT: Duration = Duration::from_secs(60);

/// One call to the CRM may take so long.
const CRM_TIMEOUT: Duration = Duration::from_secs(10);

/// One answer of the AI may take so long: a draft and its one redraft fit into a step's 50 seconds.
const AI_TIMEOUT: Duration = Duration::from_secs(22);

/// Settings and clients, from which ports are made.
#[derive(Debug, Clone)]
pub struct World {
    settings: Settings,
    clients: Clients,
    /// One client of the CRM a process: one login, one token, one set of connections.
    crm: Arc<OnceCell<Arc<Salesforce>>>,
}

/// The AI, to be asked within budgets.
pub struct Ai {
    model: Arc<dyn Metered>,
    spend: Arc<dyn Spend>,
    prompts: Option<Arc<dyn Prompts>>,
    all: Budget,
}

impl Ai {
    /// The AI within the budget of everybody and this one.
    #[must_use]
    pub fn within(&self, budget: Budget) -> Accounted {
        Accounted {
            model: Arc::clone(&self.model),
            spend: Arc::clone(&self.spend),
            budgets: vec![self.all.clone(), budget],
            prompts: self.prompts.clone(),
            clock: Arc::new(SystemClock),
        }
    }
}

#[derive(Deserialize)]
struct ApiKeySecret {
    api_key: Secret,
}

impl World {
    /// By the environment.
    pub async fn load() -> Self {
        Self { settings: Settings, clients: Clients::load().await, crm: Arc::default() }
    }

    /// The function's settings.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.settings
    }

    /// Runs and their records.
    ///
    /// # Errors
    /// As all of these: `ConfigInvalid` where a setting is missing or unusable.
    pub fn runs(&self) -> Outcome<Arc<dyn RunStore>> {
        Ok(Arc::new(self.table_runs()?))
    }

    fn table_runs(&self) -> Outcome<TableRuns> {
        let runs = TableRuns::new(self.clients.dynamodb.clone(), self.settings.text("RUNS_TABLE")?);
        // Only functions whose records grow with the CRM are given the bucket of large ones.
        Ok(match self.settings.optional("RECORDS_BUCKET") {
            Some(_) => runs.with_large_records(self.bucket("RECORDS_BUCKET")?),
            None => runs,
        })
    }

    /// Accounts' places beside the CRM.
    ///
    /// # Errors
    /// See [`World::runs`].
    pub fn placements(&self) -> Outcome<Arc<dyn Placements>> {
        Ok(Arc::new(TablePlacements::new(self.clients.dynamodb.clone(), self.settings.text("PLACEMENTS_TABLE")?)))
    }

    /// Sequences and the list of suppressions.
    ///
    /// # Errors
    /// See [`World::runs`].
    pub fn sequences(&self) -> Outcome<Arc<TableSequences>> {
        Ok(Arc::new(TableSequences::new(self.clients.dynamodb.clone(), self.settings.text("SEQUENCES_TABLE")?)))
    }

    /// Documents in the table that `setting` names.
    ///
    /// # Errors
    /// See [`World::runs`].
    pub fn documents(&self, setting: &str) -> Outcome<Arc<dyn Documents>> {
        Ok(Arc::new(TableDocuments::new(self.clients.dynamodb.clone(), self.settings.text(setting)?)))
    }

    /// The secret that `setting` names, read as `T`.
    ///
    /// # Errors
    /// See [`World::runs`]; `Transient` where it cannot be read now.
    pub async fn secret<T: serde::de::DeserializeOwned>(&self, setting: &str) -> Outcome<T> {
        self.secrets().read(&self.settings.text(setting)?).await
    }

    /// What each loop has decided before.
    ///
    /// # Errors
    /// See [`World::runs`].
    pub fn past(&self) -> Outcome<Arc<dyn Past>> {
        Ok(Arc::new(self.table_runs()?))
    }

    /// Distinct signals of accounts.
    ///
    /// # Errors
    /// See [`World::runs`].
    pub fn signals(&self) -> Outcome<Arc<dyn Signals>> {
        Ok(Arc::new(TableSignals::new(self.clients.dynamodb.clone(), self.settings.text("SIGNALS_TABLE")?)))
    }

    /// Plans that wait for a person.
    ///
    /// # Errors
    /// See [`World::runs`].
    pub fn approvals(&self) -> Outcome<Arc<dyn Approvals>> {
        let (table, steps) = (self.settings.text("PLACEMENTS_TABLE")?, self.clients.steps.clone());
        Ok(Arc::new(TableApprovals::new(self.clients.dynamodb.clone(), steps, table)))
    }

    /// The newest versions of leads.
    ///
    /// # Errors
    /// See [`World::runs`].
    pub fn leads(&self) -> Outcome<Arc<dyn Leads>> {
        Ok(Arc::new(TableLeads::new(self.clients.dynamodb.clone(), self.settings.text("RUNS_TABLE")?)))
    }

    /// The CRM's accounts, by the keys of matching.
    ///
    /// # Errors
    /// See [`World::runs`].
    pub fn accounts(&self) -> Outcome<Arc<dyn Accounts>> {
        Ok(Arc::new(TableAccounts::new(self.clients.dynamodb.clone(), self.settings.text("ACCOUNTS_TABLE")?)))
    }

    /// Round-robin pools.
    ///
    /// # Errors
    /// See [`World::runs`].
    pub fn pools(&self) -> Outcome<Arc<dyn Pools>> {
        Ok(Arc::new(TablePools::new(self.clients.dynamodb.clone(), self.settings.text("POOLS_TABLE")?)))
    }

    /// The enrichment cache.
    ///
    /// # Errors
    /// See [`World::runs`].
    pub fn cache(&self) -> Outcome<Arc<dyn Cache>> {
        Ok(Arc::new(TableCache::new(self.clients.dynamodb.clone(), self.settings.text("CACHE_TABLE")?)))
    }

    /// What data has cost, by day.
    ///
    /// # Errors
    /// See [`World::runs`].
    pub fn spend(&self) -> Outcome<Arc<dyn Spend>> {
        Ok(Arc::new(TableSpend::new(self.clients.dynamodb.clone(), self.settings.text("CACHE_TABLE")?)))
    }

    /// Notifications that are on the bus already.
    ///
    /// # Errors
    /// See [`World::runs`].
    pub fn inbox(&self) -> Outcome<Arc<dyn Inbox>> {
        Ok(Arc::new(TableInbox::new(self.clients.dynamodb.clone(), self.settings.text("INBOX_TABLE")?)))
    }

    /// What could not go on.
    ///
    /// # Errors
    /// See [`World::runs`].
    pub fn parked(&self) -> Outcome<Arc<dyn Parked>> {
        Ok(Arc::new(TableParked::new(self.clients.dynamodb.clone(), self.settings.text("PARKED_TABLE")?)))
    }

    /// Bodies that could not be read.
    ///
    /// # Errors
    /// See [`World::runs`].
    pub fn parked_bodies(&self) -> Outcome<Arc<dyn ParkedBodies>> {
        Ok(Arc::new(BucketBodies::new(self.bucket("PARKED_BUCKET")?)))
    }

    /// The event bus.
    ///
    /// # Errors
    /// See [`World::runs`].
    pub fn bus(&self) -> Outcome<Arc<dyn Bus>> {
        Ok(Arc::new(EventBus::new(self.clients.eventbridge.clone(), self.settings.text("BUS")?)))
    }

    /// The chain that the function starts.
    ///
    /// # Errors
    /// See [`World::runs`].
    pub fn chain(&self) -> Outcome<Chain> {
        Ok(Chain::new(self.clients.steps.clone(), self.settings.text("MACHINE_ARN")?))
    }

    /// The queue that feeds the demand chain.
    ///
    /// # Errors
    /// See [`World::runs`].
    pub fn demand_queue(&self) -> Outcome<WorkQueue> {
        Ok(WorkQueue::new(self.clients.sqs.clone(), self.settings.text("DEMAND_QUEUE_URL")?))
    }

    /// The organisation whose messages are taken.
    ///
    /// # Errors
    /// See [`World::runs`].
    pub fn organization_id(&self) -> Outcome<OrganizationId> {
        let text = self.settings.text("ORGANIZATION_ID")?;
        OrganizationId::parse(&text).map_err(|error| {
            Failure::new(ErrorClass::ConfigInvalid, "setting REVLOOPS_ORGANIZATION_ID").caused_by(error)
        })
    }

    /// The CRM.
    ///
    /// # Errors
    /// See [`World::runs`]; `Transient` where its secret cannot be read now.
    pub async fn crm(&self) -> Outcome<Arc<Salesforce>> {
        self.crm.get_or_try_init(|| self.connect_to_crm()).await.cloned()
    }

    async fn connect_to_crm(&self) -> Outcome<Arc<Salesforce>> {
        let settings = CrmSettings {
            url: self.settings.text("CRM_URL")?,
            credentials: self.secrets().read(&self.settings.text("CRM_SECRET")?).await?,
            request_timeout: CRM_TIMEOUT,
            directory_ttl: DIRECTORY_KEPT,
        };
        Ok(Arc::new(Salesforce::new(&settings)?))
    }

    /// The providers of company and person data, by name.
    ///
    /// # Errors
    /// See [`World::runs`]; `Transient` where a secret cannot be read now.
    pub async fn providers(&self) -> Outcome<Vec<Arc<dyn Provider>>> {
        let unusable =
            |error| Failure::new(ErrorClass::ConfigInvalid, "setting up the enrichment client").caused_by(error);
        let secret: ApiKeySecret = self.secrets().read(&self.settings.text("ENRICHMENT_SECRET")?).await?;
        let first = PeopleDataLabs::new(&self.settings.text("ENRICHMENT_URL")?, &secret.api_key).map_err(unusable)?;
        let secret: ApiKeySecret = self.secrets().read(&self.settings.text("HUNTER_SECRET")?).await?;
        let second = Hunter::new(&self.settings.text("HUNTER_URL")?, &secret.api_key).map_err(unusable)?;
        Ok(vec![Arc::new(first), Arc::new(second)])
    }

    /// The AI, within the budget of everybody and the loop's own (`AI_LOOP`, `AI_LOOP_USD_A_DAY`).
    ///
    /// # Errors
    /// See [`World::runs`]; `Transient` where its secret cannot be read now.
    pub async fn model(&self) -> Outcome<Arc<dyn Model>> {
        let name = format!("ai_{}", self.settings.text("AI_LOOP")?);
        let budget = Budget { name, most_microusd: self.dollars("AI_LOOP_USD_A_DAY")? };
        Ok(Arc::new(self.ai(AI_TIMEOUT).await?.within(budget)))
    }

    /// The AI, to be asked within budgets; one answer may take so long.
    ///
    /// # Errors
    /// See [`World::model`].
    pub async fn ai(&self, timeout: Duration) -> Outcome<Ai> {
        let unusable = |error| Failure::new(ErrorClass::ConfigInvalid, "setting up the AI client").caused_by(error);
        let mut settings = revloops_ai::Settings::new(
            self.settings.text("AI_URL")?,
            self.settings.text("AI_MODEL")?,
            revloops_ai::Prices::list(),
        );
        settings.timeout = timeout;
        let model = match self.settings.text("AI_PROVIDER")?.as_str() {
            "anthropic" => {
                let secret: ApiKeySecret = self.secrets().read(&self.settings.text("AI_SECRET")?).await?;
                Anthropic::new(settings, &secret.api_key)
            }
            "bedrock" => {
                Anthropic::on_bedrock(settings, Arc::new(self.clients.signer("bedrock", Arc::new(SystemClock))?))
            }
            other => {
                let unknown = format!("setting REVLOOPS_AI_PROVIDER is `{other}`: it must be anthropic or bedrock");
                return Err(Failure::new(ErrorClass::ConfigInvalid, unknown));
            }
        };
        let prompts: Option<Arc<dyn Prompts>> = match self.settings.parsed::<u32>("PROMPT_DAYS")? {
            0 => None,
            _ => Some(Arc::new(BucketPrompts::new(self.bucket("PROMPTS_BUCKET")?))),
        };
        let all = Budget { name: "ai".to_owned(), most_microusd: self.dollars("AI_USD_A_DAY")? };
        Ok(Ai { model: Arc::new(model.map_err(unusable)?), spend: self.spend()?, prompts, all })
    }

    /// A setting in whole dollars, in millionths of one.
    fn dollars(&self, setting: &str) -> Outcome<u64> {
        Ok(self.settings.parsed::<u64>(setting)?.saturating_mul(1_000_000))
    }

    /// The accounts that are scanned for signals.
    ///
    /// # Errors
    /// See [`World::runs`].
    pub fn targets(&self) -> Outcome<Arc<dyn Targets>> {
        Ok(Arc::new(TableTargets::new(self.clients.dynamodb.clone(), self.settings.text("TARGETS_TABLE")?)))
    }

    /// SQL over the lake: `WAREHOUSE_DATABASE`, `WAREHOUSE_WORKGROUP`.
    ///
    /// # Errors
    /// `ConfigInvalid` where a setting is missing.
    pub fn warehouse(&self) -> Outcome<Arc<dyn Warehouse>> {
        let (database, workgroup) =
            (self.settings.text("WAREHOUSE_DATABASE")?, self.settings.text("WAREHOUSE_WORKGROUP")?);
        Ok(Arc::new(Athena::new(self.clients.athena.clone(), database, workgroup)))
    }

    /// The objects of the bucket that a setting names: `LAKE_BUCKET`, `SITE_BUCKET`.
    ///
    /// # Errors
    /// `ConfigInvalid` where the setting is missing.
    pub fn objects(&self, setting: &str) -> Outcome<Arc<dyn Objects>> {
        Ok(Arc::new(BucketObjects::new(self.bucket(setting)?)))
    }

    /// Batches, their chunks and what is noted of them.
    ///
    /// # Errors
    /// See [`World::runs`].
    pub fn batches(&self) -> Outcome<Arc<dyn BatchStore>> {
        Ok(Arc::new(BucketBatches::new(self.bucket("BATCH_BUCKET")?)))
    }

    /// Where config lives.
    ///
    /// # Errors
    /// See [`World::runs`].
    pub fn config_store(&self) -> Outcome<Arc<dyn ConfigStore>> {
        Ok(Arc::new(BucketConfigStore::new(self.bucket("CONFIG_BUCKET")?)))
    }

    /// What lies where config lives.
    ///
    /// # Errors
    /// See [`World::runs`].
    pub fn config_keys(&self) -> Outcome<Arc<dyn ConfigKeys>> {
        Ok(Arc::new(BucketConfigStore::new(self.bucket("CONFIG_BUCKET")?)))
    }

    /// The active config of one loop.
    ///
    /// # Errors
    /// See [`World::runs`].
    pub fn active_config<C: Levers>(&self) -> Outcome<ActiveConfig<C>> {
        let trusted = Duration::from_secs(self.settings.parsed::<u64>("CONFIG_TTL_SECONDS")?);
        Ok(ActiveConfig::new(self.config_store()?, trusted))
    }

    fn secrets(&self) -> Secrets {
        Secrets::new(self.clients.secrets.clone())
    }

    fn bucket(&self, setting: &str) -> Outcome<revloops_aws::Bucket> {
        let name = self.settings.text(setting)?;
        self.clients
            .bucket(&name)
            .map_err(|error| Failure::new(ErrorClass::ConfigInvalid, format!("opening bucket {name}")).caused_by(error))
    }
}
