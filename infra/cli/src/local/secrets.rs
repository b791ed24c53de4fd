//! The stand-ins' credentials: made once for each local system, known to it alone.

use anyhow::Context as _;
use revloops_identity::{keys, sealing};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::endpoints::write_private;
use crate::context::Layout;

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Secrets {
    pub(super) crm_client_id: String,
    pub(super) crm_client_secret: String,
    pub(super) crm_password: String,
    pub(super) enrichment_api_key: String,
    pub(super) ai_api_key: String,
    /// What tokens, sessions and the registry of MCP servers are signed and sealed with; a system made before they were
    /// needed gets them later.
    #[serde(default)]
    pub(super) keys: Option<Keys>,
}

/// Keys, in the shapes of the secrets that hold them.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Keys {
    pub(super) token_signing: Value,
    pub(super) sealing: Value,
    pub(super) registry_signing: Value,
}

impl Keys {
    fn generated() -> anyhow::Result<Self> {
        Ok(Self {
            token_signing: json!({"keys": [keys::generate()?.revealed()]}),
            sealing: json!({"keys": [sealing::generate("first")?.revealed()]}),
            registry_signing: json!({"private_keys": [revloops_registry::SigningKeys::generate()?]}),
        })
    }
}

/// Reads them, or makes them the first time.
pub(super) fn load_or_make(layout: &Layout) -> anyhow::Result<Secrets> {
    let path = layout.state.join("secrets.json");
    if let Ok(text) = std::fs::read_to_string(&path) {
        let mut kept: Secrets = serde_json::from_str(&text).with_context(|| format!("reading {}", path.display()))?;
        if kept.keys.is_none() {
            kept.keys = Some(Keys::generated()?);
            write_private(&path, serde_json::to_string_pretty(&kept)?.as_bytes())?;
        }
        return Ok(kept);
    }
    let secret = || Uuid::new_v4().simple().to_string();
    let secrets = Secrets {
        crm_client_id: format!("local-{}", secret()),
        crm_client_secret: secret(),
        crm_password: secret(),
        enrichment_api_key: format!("local-{}", secret()),
        ai_api_key: format!("local-{}", secret()),
        keys: Some(Keys::generated()?),
    };
    write_private(&path, serde_json::to_string_pretty(&secrets)?.as_bytes())?;
    Ok(secrets)
}
