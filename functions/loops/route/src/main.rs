//! Function: the demand chain's second step runs Route once.

use revloops_route::Route;
use revloops_runtime::function::StartError;
use revloops_runtime::serve_loop;

#[tokio::main]
async fn main() -> Result<(), StartError> {
    serve_loop(async |world| {
        Ok(Route {
            directory: world.crm().await?,
            workload: world.crm().await?,
            pools: world.pools()?,
            model: world.model().await?,
        })
    })
    .await
}
