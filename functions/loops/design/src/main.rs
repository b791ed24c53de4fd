//! Function: the planning chain's first step runs Design once.

use revloops_design::Design;
use revloops_runtime::function::StartError;
use revloops_runtime::serve_loop_of_events;

#[tokio::main]
async fn main() -> Result<(), StartError> {
    serve_loop_of_events(async |world| Ok(Design { store: world.config_store()? })).await
}
