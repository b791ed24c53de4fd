//! Where the local system answers, as `up` wrote it down for the other commands and the tests.

use std::{collections::BTreeMap, path::Path};

use anyhow::Context as _;
use revloops_aws::{Clients, EventBus};
use serde::{Deserialize, Serialize};

use crate::context::Context;

/// Where everything local answers; the content of `.revloops/endpoints.json`. It holds the stand-ins' credentials (good for
/// nothing else), so the file is for its owner's eyes only.
#[derive(Clone, Serialize, Deserialize)]
pub struct Endpoints {
    /// The local cloud.
    pub cloud: Cloud,
    /// The CRM stand-in.
    pub crm: Crm,
    /// The enrichment stand-in.
    pub enrichment: Enrichment,
    /// The AI stand-in.
    pub ai: Ai,
    /// The HTTP API.
    pub api: Api,
    /// The deployment's public name.
    pub site: Site,
    /// What was deployed.
    pub stack: Stack,
}

/// The local cloud.
#[derive(Clone, Serialize, Deserialize)]
pub struct Cloud {
    /// Base address of every AWS API.
    pub url: String,
    /// The region that it plays.
    pub region: String,
    /// The account that it plays.
    pub account_id: String,
}

/// The CRM stand-in.
#[derive(Clone, Serialize, Deserialize)]
pub struct Crm {
    /// Base address; its page for people is at `/`.
    pub url: String,
    /// The organisation, 18 characters.
    pub organization_id: String,
    /// The functions' connected app.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// Password of the users `admin@northfield.example` and `integration@northfield.example`.
    pub password: String,
}

/// The enrichment stand-in.
#[derive(Clone, Serialize, Deserialize)]
pub struct Enrichment {
    /// Base address.
    pub url: String,
    /// The functions' key.
    pub api_key: String,
}

/// The AI stand-in.
#[derive(Clone, Serialize, Deserialize)]
pub struct Ai {
    /// Base address.
    pub url: String,
    /// The functions' key.
    pub api_key: String,
}

/// The HTTP API.
#[derive(Clone, Serialize, Deserialize)]
pub struct Api {
    /// `http://<id>.execute-api.localhost:<port>`: to be resolved to 127.0.0.1 by whoever calls it.
    pub url: String,
    /// Where outbound messages go.
    pub messages_url: String,
}

/// The deployment's public name, in front of the API: what MCP clients and browsers are given.
#[derive(Clone, Serialize, Deserialize)]
pub struct Site {
    /// Base address.
    pub url: String,
}

/// What was deployed.
#[derive(Clone, Serialize, Deserialize)]
pub struct Stack {
    /// The stack's name.
    pub name: String,
    /// The template's outputs by name: tables, buckets, queues, functions.
    pub outputs: BTreeMap<String, String>,
}

impl Endpoints {
    /// Reads what `up` wrote.
    ///
    /// # Errors
    /// If the local system was never up, or the file is of another version.
    pub fn load(context: &Context) -> anyhow::Result<Self> {
        let path = context.layout.endpoints();
        let text =
            std::fs::read_to_string(&path).context("the local system is not set up: `cargo revloops up` does that")?;
        serde_json::from_str(&text)
            .with_context(|| format!("reading {}: `cargo revloops up` writes it anew", path.display()))
    }

    /// One of the template's outputs, such as `RunsTable`.
    ///
    /// # Errors
    /// If the template has no such output.
    pub fn output(&self, name: &str) -> anyhow::Result<&str> {
        self.stack.outputs.get(name).map(String::as_str).with_context(|| format!("the stack has no output {name}"))
    }

    /// AWS clients of the local cloud.
    pub async fn clients(&self) -> Clients {
        Clients::emulated(&self.cloud.url, &self.cloud.region).await
    }

    /// The event bus of the local cloud.
    ///
    /// # Errors
    /// If the stack has none.
    pub async fn bus(&self) -> anyhow::Result<EventBus> {
        Ok(EventBus::new(self.clients().await.eventbridge, self.output("BusName")?))
    }

    /// What an AWS SDK or the AWS CLI needs in its environment to talk to the local cloud.
    pub fn aws_environment(&self) -> Vec<(&'static str, String)> {
        aws_environment(&self.cloud.url, &self.cloud.region)
    }

    pub(crate) fn save(&self, path: &Path) -> anyhow::Result<()> {
        write_private(path, serde_json::to_string_pretty(self)?.as_bytes())
    }
}

pub(crate) fn aws_environment(url: &str, region: &str) -> Vec<(&'static str, String)> {
    vec![
        ("AWS_ENDPOINT_URL", url.to_owned()),
        ("AWS_DEFAULT_REGION", region.to_owned()),
        ("AWS_REGION", region.to_owned()),
        // The local cloud asks for no real credentials, only for some.
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ("AWS_PAGER", String::new()),
        // A profile of the person's own would win over the keys above.
        ("AWS_CONFIG_FILE", "/dev/null".to_owned()),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null".to_owned()),
    ]
}

/// Writes a file that only its owner can read, whole or not at all.
pub(crate) fn write_private(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    use std::{io::Write as _, os::unix::fs::OpenOptionsExt as _};
    let beside = path.with_extension("new");
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(content)?;
    file.sync_all()?;
    std::fs::rename(&beside, path).with_context(|| format!("writing {}", path.display()))
}
