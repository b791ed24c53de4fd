//! Function: the signal chain's first step runs Generate once.

use revloops_generate::Generate;
use revloops_runtime::function::StartError;
use revloops_runtime::serve_loop;

#[tokio::main]
async fn main() -> Result<(), StartError> {
    serve_loop(async |world| {
        let crm = world.crm().await?;
        Ok(Generate { crm: crm.clone(), directory: crm, accounts: world.accounts()?, signals: world.signals()? })
    })
    .await
}
