//! Function: plans what has to change in the CRM's territories.

use revloops_deploy::Deploy;
use revloops_runtime::function::StartError;
use revloops_runtime::serve_loop;

#[tokio::main]
async fn main() -> Result<(), StartError> {
    serve_loop(async |world| {
        Ok(Deploy {
            config: world.config_store()?,
            territories: world.crm().await?,
            directory: world.crm().await?,
            placements: world.placements()?,
            model: world.model().await?,
            answers: world.cache()?,
        })
    })
    .await
}
