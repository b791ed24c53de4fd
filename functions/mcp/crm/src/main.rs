//! Function: MCP requests → the CRM, in the caller's own name.

use std::sync::Arc;
use std::time::Duration;

use revloops_crm::PersonalClient;
use revloops_loopkit::Outcome;
use revloops_mcp::{DocumentAudit, Endpoint, Site, VerifiedGate};
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
    let settings = world.settings();
    let public = world.public_url()?;
    let host = public.as_str().split_once("://").map_or(public.as_str(), |(_, host)| host);
    let origins = settings.optional("MCP_ORIGINS").unwrap_or_default();
    let site =
        Site { hosts: vec![host.to_owned()], origins: origins.split_ascii_whitespace().map(str::to_owned).collect() };
    let limits = match settings.optional("CRM_MCP_MAX_RECORDS") {
        Some(_) => Limits::default().with_records(settings.parsed("CRM_MCP_MAX_RECORDS")?),
        None => Limits::default(),
    };
    let tools =
        World { client: PersonalClient::new(CRM_TIMEOUT)?, sessions: Arc::new(world.crm_sessions().await?), limits };
    let audit = Arc::new(DocumentAudit::new(world.documents("ACCESS_TABLE")?));
    let gate = Arc::new(VerifiedGate::new(world.verifier("/mcp/crm")?));
    Ok(Endpoint::new(server(Arc::new(tools), audit, Arc::new(SystemClock)), &site, gate, Arc::new(RandomIds)))
}
