//! Function: the planning chain asks for a person's answer to a plan, and waits.

use revloops_plan_approval::{Ask, ask};
use revloops_runtime::function::StartError;
use revloops_runtime::{SystemClock, World, serve};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    let world = World::load().await;
    let (approvals, config) = (world.approvals()?, world.config_store()?);
    serve(async |wanted: Ask| ask(wanted, approvals.as_ref(), config.as_ref(), &SystemClock).await).await
}
