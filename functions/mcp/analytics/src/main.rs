//! Function: MCP requests → numbers, each person of the rows that are theirs.

use std::sync::Arc;
use std::time::Duration;

use revloops_crm::PersonalClient;
use revloops_lake::Lake;
use revloops_loopkit::Outcome;
use revloops_mcp::Endpoint;
use revloops_mcp_analytics::{CrmViews, World, server};
use revloops_query::Limits;
use revloops_runtime::function::StartError;
use revloops_runtime::{RandomIds, SystemClock, http};

/// One call to the CRM may take so long: an answer of ours has to be there within 30 seconds.
const CRM_TIMEOUT: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() -> Result<(), StartError> {
    let endpoint = endpoint(&revloops_runtime::World::load().await).await?;
    http::run(async |request| endpoint.serve(request).await).await
}

async fn endpoint(world: &revloops_runtime::World) -> Outcome<Endpoint<World>> {
    let settings = world.settings();
    let megabytes = |name: &str| settings.parsed::<usize>(name).map(|count| count << 20);
    let tools = World {
        lake: Lake::new(world.objects("LAKE_BUCKET")?),
        datasets: revloops_catalogue::datasets(),
        views: Arc::new(CrmViews::new(PersonalClient::new(CRM_TIMEOUT)?, Arc::new(world.crm_sessions().await?))),
        limits: Limits {
            scanned: megabytes("MOST_SCANNED_MB")? as u64,
            memory: megabytes("MOST_HELD_MB")?,
            ..Limits::default()
        },
        clock: Arc::new(SystemClock),
        currency: settings.text("CURRENCY")?,
    };
    Endpoint::hosted(world.hosting("/mcp/analytics")?, Arc::new(RandomIds), |audit| {
        server(Arc::new(tools), audit, Arc::new(SystemClock))
    })
}
