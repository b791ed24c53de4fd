//! Function: OAuth over HTTP → consent, login at the CRM, tokens.

use std::sync::Arc;

use revloops_auth::{ClientDocuments, Dashboards, GuardedFetch, Ports, Site, SiteKeySecret, handle};
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

fn client_documents(setting: Option<&str>) -> Outcome<Option<Arc<dyn ClientDocuments>>> {
    match setting {
        None | Some("on") => Ok(Some(Arc::new(GuardedFetch::new()?))),
        Some("off") => Ok(None),
        Some(other) => {
            let what = format!("setting REVLOOPS_CLIENT_DOCUMENTS is {other}: it must be on or off");
            Err(Failure::new(ErrorClass::ConfigInvalid, what))
        }
    }
}

/// Where CloudFront serves the dashboards: `SITE_KEY_PAIR_ID`, and `SITE_SIGNING_SECRET`.
async fn dashboards(world: &World) -> Outcome<Option<Arc<Dashboards>>> {
    let Some(id) = world.settings().optional("SITE_KEY_PAIR_ID").filter(|id| !id.is_empty()) else { return Ok(None) };
    let secret: SiteKeySecret = world.secret("SITE_SIGNING_SECRET").await?;
    match Dashboards::new(id, &secret) {
        Ok(dashboards) => Ok(Some(Arc::new(dashboards))),
        // Apps are let in all the same: until the secret holds the key, nobody gets into the dashboards.
        Err(failure) => {
            tracing::error!(error = %failure, "there is no way into the dashboards");
            Ok(None)
        }
    }
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
        dashboards: dashboards(world).await?,
        client_documents: client_documents(settings.optional("CLIENT_DOCUMENTS").as_deref())?,
        clock: Arc::new(SystemClock),
    })
}
