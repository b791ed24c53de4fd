//! Function: the demand chain's first step runs Qualify once.

use revloops_qualify::Qualify;
use revloops_runtime::function::StartError;
use revloops_runtime::serve_loop;

#[tokio::main]
async fn main() -> Result<(), StartError> {
    // On the heap: a run holds all that is known of a lead, which is much for one stack frame.
    Box::pin(serve_loop(async |world| {
        Ok(Qualify {
            leads: world.leads()?,
            crm: world.crm().await?,
            providers: world.providers().await?,
            cache: world.cache()?,
            spend: world.spend()?,
            accounts: world.accounts()?,
            behaviour: world.crm().await?,
        })
    }))
    .await
}
