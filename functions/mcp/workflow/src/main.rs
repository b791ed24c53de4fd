//! Function: MCP over HTTP → loops, their config, sequences, what happened and what waits.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use revloops_catalogue::AllLoops;
use revloops_changes::ChangeDesk;
use revloops_crm::{PersonalClient, Salesforce};
use revloops_engage::EngageConfig;
use revloops_loopkit::Outcome;
use revloops_loopkit::ports::{Bus, Clock as _, Sequences, Suppressions};
use revloops_mcp::Endpoint;
use revloops_mcp_workflow::world::SequenceDesk;
use revloops_mcp_workflow::{CrmRecords, World as Tools, server};
use revloops_outreach::{Ask, Desk, Reply, Request, Sources};
use revloops_runtime::function::StartError;
use revloops_runtime::time::{RandomIds, SystemClock};
use revloops_runtime::{ActiveConfig, World, http};

/// One call to the CRM may take so long.
const CRM_TIMEOUT: Duration = Duration::from_secs(8);

#[tokio::main]
async fn main() -> Result<(), StartError> {
    let endpoint = endpoint(&World::load().await).await?;
    http::run(async |request| endpoint.serve(request).await).await
}

/// The desk in this process: the same code as the function of that name, so the same rules.
struct OwnDesk<S> {
    sequences: Arc<S>,
    crm: Arc<Salesforce>,
    bus: Arc<dyn Bus>,
    config: ActiveConfig<EngageConfig>,
}

#[async_trait]
impl<S: Sequences + Suppressions> SequenceDesk for OwnDesk<S> {
    async fn ask(&self, username: &str, ask: Ask) -> Outcome<Reply> {
        let loaded = self.config.get(&SystemClock).await?;
        let desk = Desk {
            policy: &loaded.config.policy,
            sources: Sources {
                sequences: self.sequences.as_ref(),
                suppressions: self.sequences.as_ref(),
                standings: self.crm.as_ref(),
            },
            directory: self.crm.as_ref(),
            bus: self.bus.as_ref(),
            at: SystemClock.now(),
        };
        desk.answer(&Request { caller: username.to_owned(), ask }).await
    }
}

async fn endpoint(world: &World) -> Outcome<Endpoint<Tools>> {
    let sessions = Arc::new(world.crm_sessions().await?);
    let desk = OwnDesk {
        sequences: world.sequences()?,
        crm: world.crm().await?,
        bus: world.bus()?,
        config: world.active_config::<EngageConfig>()?,
    };
    let config = world.config_store()?;
    let changes = ChangeDesk {
        store: Arc::clone(&config),
        documents: world.documents("CHANGES_TABLE")?,
        checks: Arc::new(AllLoops),
    };
    let tools = Arc::new(Tools {
        keys: world.config_keys()?,
        bus: world.bus()?,
        approvals: world.approvals()?,
        placements: world.placements()?,
        changes,
        outcomes: world.documents("OUTCOMES_TABLE")?,
        past: world.past()?,
        config,
        runs: world.runs()?,
        parked: world.parked()?,
        desk: Arc::new(desk),
        records: Arc::new(CrmRecords { client: PersonalClient::new(CRM_TIMEOUT)?, sessions }),
    });
    Endpoint::hosted(world.hosting("/mcp/workflow")?, Arc::new(RandomIds), |audit| {
        server(tools, audit, Arc::new(SystemClock))
    })
}
