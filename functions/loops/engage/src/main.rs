//! Function: the demand chain's third step runs Engage once.

use revloops_engage::Engage;
use revloops_runtime::function::StartError;
use revloops_runtime::serve_loop;

#[tokio::main]
async fn main() -> Result<(), StartError> {
    serve_loop(async |world| Ok(Engage { model: world.model().await? })).await
}
