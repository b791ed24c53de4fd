//! Where a batch reads and writes: the CRM that the system uses, its pools, its active config.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use revloops_aws::{BucketBatches, Clients, TablePools, WorkQueue};
use revloops_crm::{Credentials, CrmSettings, Salesforce};
use revloops_domain::Secret;
use revloops_route::batch::Answers;

use crate::context::Context;
use crate::local::{Crm, Endpoints};

/// One call to the CRM may take so long: 200 records at a time.
const CRM_TIMEOUT: Duration = Duration::from_secs(60);

/// Users and queues are taken to be as they were for as long as a batch takes.
const DIRECTORY_KEPT: Duration = Duration::from_secs(3600);

/// The running system.
pub(super) struct Target {
    pub(super) endpoints: Endpoints,
    pub(super) crm: Salesforce,
    pub(super) pools: TablePools,
    pub(super) clients: Clients,
}

impl Target {
    pub(super) async fn load(context: &Context) -> anyhow::Result<Self> {
        let endpoints = Endpoints::load(context)?;
        let clients = endpoints.clients().await;
        let pools = TablePools::new(clients.dynamodb.clone(), endpoints.output("PoolsTable")?);
        Ok(Self { crm: crm(&endpoints.crm)?, endpoints, pools, clients })
    }

    pub(super) fn answers(&self) -> Answers<'_> {
        Answers { directory: &self.crm, workload: &self.crm, pools: &self.pools }
    }

    /// Where batches on the queue are kept.
    pub(super) fn batches(&self) -> anyhow::Result<BucketBatches> {
        let bucket = self.endpoints.output("BatchBucket")?;
        Ok(BucketBatches::new(self.clients.bucket(bucket).with_context(|| format!("opening bucket {bucket}"))?))
    }

    /// The queue of chunks.
    pub(super) fn queue(&self) -> anyhow::Result<WorkQueue> {
        Ok(WorkQueue::new(self.clients.sqs.clone(), self.endpoints.output("BatchQueueUrl")?))
    }
}

/// The CRM, logged in to as the functions are.
pub(super) fn crm(crm: &Crm) -> anyhow::Result<Salesforce> {
    Ok(Salesforce::new(&CrmSettings {
        url: crm.url.clone(),
        credentials: Credentials {
            client_id: Secret::new(&crm.client_id),
            client_secret: Secret::new(&crm.client_secret),
        },
        request_timeout: CRM_TIMEOUT,
        directory_ttl: DIRECTORY_KEPT,
    })?)
}

/// Where this machine keeps its jobs.
pub(super) fn jobs_folder(context: &Context) -> PathBuf {
    context.layout.state.join("batches")
}
