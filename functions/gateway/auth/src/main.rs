//! Function: OAuth over HTTP → consent, login at the CRM, tokens.

use std::sync::Arc;

use revloops_auth::{GuardedFetch, Ports, Site, handle};
use revloops_domain::ErrorClass;
use revloops_identity::{KeySecret, RoleRules, SigningKeys};
use revloops_loopkit::{Failure, Outcome};
use revloops_runtime::function::StartError;
use revloops_runtime::{SystemClock, World, http};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    let ports = ports(&World::load().await).await?;
    http::run(async |request| handle(request, &ports).await).await
}

async fn ports(world: &World) -> Outcome<Ports> {
    let settings = world.settings();
    let unusable = |what: &str| Failure::new(ErrorClass::ConfigInvalid, what);
    let roles = match settings.optional("ROLE_RULES") {
        Some(text) => serde_json::from_str(&text)
            .map_err(|error| Failure::unreadable(ErrorClass::ConfigInvalid, "setting REVLOOPS_ROLE_RULES", &error))?,
        None => RoleRules::default(),
    };
    let signing: KeySecret = world.secret("SIGNING_SECRET").await?;
    let keys = SigningKeys::new(&signing).map_err(|error| unusable("the signing secret").caused_by(error))?;
    let sessions = Arc::new(world.crm_sessions().await?);
    Ok(Ports {
        site: Site {
            public: world.public_url()?,
            resources: world.resources()?,
            roles,
            crm_login_url: settings.text("CRM_LOGIN_URL")?,
        },
        keys: Arc::new(keys),
        documents: world.documents("ACCESS_TABLE")?,
        crm: Arc::clone(&sessions.login),
        sealer: Arc::clone(&sessions.sealer),
        sessions,
        client_documents: Arc::new(GuardedFetch::new()?),
        clock: Arc::new(SystemClock),
    })
}
