//! Who asks: the login at the CRM, people's sessions there, and what verifies tokens.

use std::sync::Arc;
use std::time::Duration;

use revloops_crm::{LoginSettings, SalesforceLogin};
use revloops_domain::ErrorClass;
use revloops_identity::{Hosting, KeysOverHttp, PublicUrl, Resource, SealedSessions, Sealer, SealingSecret, Verifier};
use revloops_loopkit::ports::CrmLogin;
use revloops_loopkit::{Failure, Outcome};

use crate::time::SystemClock;
use crate::world::World;

/// One call to the CRM's login may take so long.
const LOGIN_TIMEOUT: Duration = Duration::from_secs(10);

impl World {
    /// Where the deployment answers (`PUBLIC_URL`).
    ///
    /// # Errors
    /// As all of these: `ConfigInvalid` where a setting or secret is missing or unusable, `Transient` where a secret
    /// cannot be read now.
    pub fn public_url(&self) -> Outcome<PublicUrl> {
        PublicUrl::parse(&self.settings().text("PUBLIC_URL")?)
            .map_err(|error| Failure::new(ErrorClass::ConfigInvalid, "setting REVLOOPS_PUBLIC_URL").caused_by(error))
    }

    /// The MCP servers that tokens can be for (`MCP_PATHS`: paths with blanks between, such as `/mcp/crm /mcp/workflow`).
    ///
    /// # Errors
    /// See [`World::public_url`].
    pub fn resources(&self) -> Outcome<Vec<Resource>> {
        let (text, public) = (self.settings().text("MCP_PATHS")?, self.public_url()?);
        text.split_ascii_whitespace().map(|path| resource(&public, path)).collect()
    }

    /// What verifies tokens for the MCP server at `path`.
    ///
    /// # Errors
    /// See [`World::public_url`].
    pub fn verifier(&self, path: &str) -> Outcome<Verifier> {
        let public = self.public_url()?;
        let keys = Arc::new(KeysOverHttp::new(&public)?);
        Ok(Verifier::new(resource(&public, path)?, keys, Arc::new(SystemClock)))
    }

    /// What hosts the MCP server at `path` (`PUBLIC_URL`, `API_ENDPOINT`, `ALLOWED_ORIGINS`, `AUDIT_TABLE`).
    ///
    /// # Errors
    /// See [`World::public_url`].
    pub fn hosting(&self, path: &str) -> Outcome<Hosting> {
        let settings = self.settings();
        Ok(Hosting {
            public_url: settings.text("PUBLIC_URL")?,
            api_endpoint: settings.text("API_ENDPOINT")?,
            origins: settings.optional("ALLOWED_ORIGINS").unwrap_or_default(),
            verifier: self.verifier(path)?,
            audit: self.documents("AUDIT_TABLE")?,
        })
    }

    /// The CRM's login for people (`CRM_LOGIN_URL`, `CRM_LOGIN_SECRET`).
    ///
    /// # Errors
    /// See [`World::public_url`].
    pub async fn crm_login(&self) -> Outcome<Arc<dyn CrmLogin>> {
        let settings = LoginSettings {
            url: self.settings().text("CRM_LOGIN_URL")?,
            credentials: self.secret("CRM_LOGIN_SECRET").await?,
            callback_url: self.public_url()?.at("/oauth/callback"),
            request_timeout: LOGIN_TIMEOUT,
        };
        Ok(Arc::new(SalesforceLogin::new(settings)?))
    }

    /// What seals people's sessions (`SEALING_SECRET`).
    ///
    /// # Errors
    /// See [`World::public_url`].
    pub async fn sealer(&self) -> Outcome<Arc<Sealer>> {
        let secret: SealingSecret = self.secret("SEALING_SECRET").await?;
        let sealer = Sealer::new(&secret);
        Ok(Arc::new(
            sealer.map_err(|error| Failure::new(ErrorClass::ConfigInvalid, "the sealing secret").caused_by(error))?,
        ))
    }

    /// People's sessions in the CRM (`ACCESS_TABLE`, and what [`World::crm_login`] and [`World::sealer`] need).
    ///
    /// # Errors
    /// See [`World::public_url`].
    pub async fn crm_sessions(&self) -> Outcome<SealedSessions> {
        Ok(SealedSessions {
            documents: self.documents("ACCESS_TABLE")?,
            sealer: self.sealer().await?,
            login: self.crm_login().await?,
            clock: Arc::new(SystemClock),
        })
    }
}

fn resource(public: &PublicUrl, path: &str) -> Outcome<Resource> {
    Resource::new(public.clone(), path).ok_or_else(|| {
        let what =
            format!("`{path}` is no path of an MCP server: there are /mcp/crm, /mcp/workflow and /mcp/analytics");
        Failure::new(ErrorClass::ConfigInvalid, what)
    })
}
