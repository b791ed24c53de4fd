//! Function: a queue's messages → the chain that it feeds, one run each.

use revloops_chain_starter::start_all;
use revloops_runtime::function::StartError;
use revloops_runtime::{SystemClock, World, serve};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    let world = World::load().await;
    let (chain, parked) = (world.chain()?, world.parked()?);
    serve(async |batch| Ok(start_all(batch, &chain, parked.as_ref(), &SystemClock).await)).await
}
