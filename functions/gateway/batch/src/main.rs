//! Function: the batch queue's messages → chunks of CRM writes.

use revloops_batch::carry_out_all;
use revloops_runtime::function::StartError;
use revloops_runtime::{World, serve};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    let world = World::load().await;
    let (crm, store) = (world.crm().await?, world.batches()?);
    serve(async |batch| Ok(carry_out_all(batch, crm.as_ref(), store.as_ref()).await)).await
}
