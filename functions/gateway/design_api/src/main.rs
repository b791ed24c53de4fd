//! Function: questions about plans over HTTP → capacity, simulation, difference.

use revloops_design_api::{Ports, handle};
use revloops_runtime::function::StartError;
use revloops_runtime::{World, http};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    let ports = Ports { store: World::load().await.config_store()? };
    http::run(async |request| handle(request, &ports).await).await
}
