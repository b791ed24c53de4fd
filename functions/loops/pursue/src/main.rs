//! Function: the acquisition chain's step looks at a deal, in its turn, until nothing is left to do.

use revloops_pursue::Pursue;
use revloops_runtime::function::StartError;
use revloops_runtime::serve_loop_in_turn;

#[tokio::main]
async fn main() -> Result<(), StartError> {
    serve_loop_in_turn(async |world| Ok(Pursue { deals: world.crm().await?, sequences: world.sequences()? })).await
}
