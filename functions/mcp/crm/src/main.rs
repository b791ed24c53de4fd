//! Function: MCP requests → the CRM, in the caller's own name.

use std::sync::Arc;
use std::time::Duration;

use revloops_crm::PersonalClient;
use revloops_loopkit::Outcome;
use revloops_mcp::Endpoint;
use revloops_mcp_crm::{Limits, World, server};
use revloops_runtime::function::StartError;
use revloops_runtime::{RandomIds, SystemClock, http};

/// One call to the CRM may take so long: an answer of ours has to be there within 30 seconds.
const CRM_TIMEOUT: Duration = Duration::from_secs(12);

#[tokio::main]
async fn main() -> Result<(), StartError> {
    let endpoint = endpoint(&revloops_runtime::World::load().await).await?;
    http::run(async |request| endpoint.serve(request).await).await
}

async fn endpoint(world: &revloops_runtime::World) -> Outcome<Endpoint<World>> {
    let tools = World {
        client: PersonalClient::new(CRM_TIMEOUT)?,
        sessions: Arc::new(world.crm_sessions().await?),
        limits: Limits::default().with_records(world.settings().parsed("MOST_RECORDS")?),
    };
    Endpoint::hosted(world.hosting("/mcp/crm")?, Arc::new(RandomIds), |audit| {
        server(Arc::new(tools), audit, Arc::new(SystemClock))
    })
}
