//! Function: the demand chain's third step, and the signal chain's second, run Engage once.

use revloops_engage::Engage;
use revloops_runtime::function::StartError;
use revloops_runtime::serve_loop;

#[tokio::main]
async fn main() -> Result<(), StartError> {
    serve_loop(async |world| Ok(Engage::of(world.model().await?, world.crm().await?, world.sequences()?))).await
}
