//! Which registry this project's `install` trusts when it is told no other: the one that was published from here.

use std::time::Duration;

use revloops_registry::PublicKey;
use revloops_registry::install::{Fetched, Trusted, read_file_url};
use serde::{Deserialize, Serialize};

use crate::context::Layout;

/// What `publish` notes in the local system's folder.
#[derive(Serialize, Deserialize)]
pub(super) struct Noted {
    pub(super) url: String,
    pub(super) key: String,
}

const FILE: &str = "mcp_registry.json";
const TIMEOUT: Duration = Duration::from_secs(15);

pub(super) fn note(layout: &Layout, public_url: &str, key: &PublicKey) -> anyhow::Result<()> {
    let noted = Noted { url: format!("{}/mcp/registry", public_url.trim_end_matches('/')), key: key.to_base64() };
    Ok(std::fs::write(layout.state.join(FILE), serde_json::to_string_pretty(&noted)?)?)
}

pub(super) fn noted(layout: &Layout) -> Option<Noted> {
    serde_json::from_str(&std::fs::read_to_string(layout.state.join(FILE)).ok()?).ok()
}

/// The registry's bytes, or why there are none. No redirects: it is at one address.
pub(super) async fn fetch(trusted: &Trusted) -> Fetched {
    if let Some(fetched) = read_file_url(&trusted.url) {
        return fetched;
    }
    // What lies between says the same thing over and over.
    get(&trusted.url).await.map_err(|error| error.root_cause().to_string())
}

async fn get(url: &str) -> anyhow::Result<Vec<u8>> {
    let client = reqwest::Client::builder().timeout(TIMEOUT).redirect(reqwest::redirect::Policy::none());
    // No proxy stands between this machine and itself.
    let client = if url.starts_with("http:") { client.no_proxy() } else { client };
    let answer = client.build()?.get(url).header("accept", "application/json").send().await?;
    if answer.status() != reqwest::StatusCode::OK {
        anyhow::bail!("it answered {}", answer.status());
    }
    Ok(answer.bytes().await?.to_vec())
}
