//! The stand-ins' credentials: made once for each local system, known to it alone.

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
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
}

/// Reads them, or makes them the first time.
pub(super) fn load_or_make(layout: &Layout) -> anyhow::Result<Secrets> {
    let path = layout.state.join("secrets.json");
    if let Ok(text) = std::fs::read_to_string(&path) {
        return serde_json::from_str(&text).with_context(|| format!("reading {}", path.display()));
    }
    let secret = || Uuid::new_v4().simple().to_string();
    let secrets = Secrets {
        crm_client_id: format!("local-{}", secret()),
        crm_client_secret: secret(),
        crm_password: secret(),
        enrichment_api_key: format!("local-{}", secret()),
        ai_api_key: format!("local-{}", secret()),
    };
    write_private(&path, serde_json::to_string_pretty(&secrets)?.as_bytes())?;
    Ok(secrets)
}
