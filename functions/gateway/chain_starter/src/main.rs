//! Function: the demand queue's messages → the demand chain, one run each.

use revloops_chain_starter::start_all;
use revloops_runtime::function::StartError;
use revloops_runtime::{SystemClock, World, serve};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    let world = World::load().await;
    let (chain, parked) = (world.demand_chain()?, world.parked()?);
    serve(async |batch| Ok(start_all(batch, &chain, parked.as_ref(), &SystemClock).await)).await
}
