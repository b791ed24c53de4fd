//! Publishing the registry of a running system.

use anyhow::bail;
use jiff::Timestamp;
use revloops_aws::Secrets;
use revloops_registry::envelope::KeySecret;
use revloops_registry::{Publication, Servers, SigningKeys};

use super::trusted;
use crate::config;
use crate::context::Context;
use crate::local::Endpoints;

/// Publishes the project's list, signed by the key of the stack's `RegistryKeysSecret`, and notes address and public key for
/// `install` on this machine.
///
/// # Errors
/// If the list has problems, or the system does not answer.
pub async fn publish(context: &Context, endpoints: &Endpoints) -> anyhow::Result<Publication> {
    let step = context.console.step("MCP registry");
    let servers = match Servers::read(&context.layout.root.join("config")) {
        Ok(servers) => servers,
        Err(problems) => {
            for problem in problems.sorted() {
                context.console.note(problem);
            }
            bail!("nothing was published: {} problems", problems.len());
        }
    };
    let secrets = Secrets::new(endpoints.clients().await.secrets);
    let secret: KeySecret = secrets.read(endpoints.output("RegistryKeysSecret")?).await?;
    let keys = SigningKeys::from_secret(&secret)?;
    let (store, url) = (config::store(endpoints).await?, endpoints.site.url.as_str());
    let publication = revloops_registry::publish(&servers, url, &keys, Timestamp::now(), &store).await?;
    if let Some(key) = keys.public_keys().first() {
        trusted::note(&context.layout, url, key)?;
    }
    let number = publication.serial;
    if publication.changed {
        step.done(format!("number {number}: {}", publication.servers.join(", ")));
    } else {
        step.skipped(format!("number {number} says the same"));
    }
    Ok(publication)
}
