//! Function: the queue of what was written to the config bucket → does it pass, and is every pointer where the records say?

use std::sync::Arc;

use revloops_catalogue::AllLoops;
use revloops_changes::ChangeDesk;
use revloops_config_guard::{Ports, handle_all};
use revloops_runtime::function::StartError;
use revloops_runtime::{SystemClock, World, serve};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    let world = World::load().await;
    let desk = ChangeDesk {
        store: world.config_store()?,
        documents: world.documents("CHANGES_TABLE")?,
        checks: Arc::new(AllLoops),
    };
    let ports = Ports { desk, bus: world.bus()?, clock: Arc::new(SystemClock) };
    serve(async |batch| Ok(handle_all(&batch, &ports).await)).await
}
