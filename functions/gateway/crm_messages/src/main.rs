//! Function: the CRM's outbound messages → events on the bus.

use std::sync::Arc;

use revloops_crm_messages::{Ports, handle};
use revloops_runtime::function::StartError;
use revloops_runtime::{SystemClock, World, http};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    let world = World::load().await;
    let ports = Ports {
        organization_id: world.organization_id()?,
        inbox: world.inbox()?,
        leads: world.leads()?,
        accounts: world.accounts()?,
        bus: world.bus()?,
        parked: world.parked()?,
        bodies: world.parked_bodies()?,
        clock: Arc::new(SystemClock),
    };
    http::run(async |request| handle(request, &ports).await).await
}
