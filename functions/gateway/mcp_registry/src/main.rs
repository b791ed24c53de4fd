//! Function: the registry of MCP servers, and its installer, over HTTP.

use std::sync::Arc;

use revloops_domain::ErrorClass;
use revloops_loopkit::Failure;
use revloops_mcp_registry::{Ports, handle};
use revloops_registry::PublicKey;
use revloops_runtime::function::StartError;
use revloops_runtime::{SystemClock, World, http};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    let world = World::load().await;
    let settings = world.settings();
    let key = PublicKey::parse(&settings.text("REGISTRY_KEY")?)
        .map_err(|error| Failure::new(ErrorClass::ConfigInvalid, "setting REVLOOPS_REGISTRY_KEY").caused_by(error))?;
    let ports = Ports {
        store: world.config_store()?,
        clock: Arc::new(SystemClock),
        key,
        public_url: settings.text("PUBLIC_URL")?,
    };
    http::run(async |request| handle(request, &ports).await).await
}
