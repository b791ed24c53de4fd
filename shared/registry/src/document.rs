//! The registry document: a list of `server.json` entries with a serial number and an end.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use thiserror::Error;
use url::{Host, Url};

use crate::envelope::{Envelope, EnvelopeError, PublicKey};
use crate::servers::Servers;

/// The schema that each entry follows.
pub const SERVER_SCHEMA: &str = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json";

/// Where an entry keeps the publisher's own keys; ours are `client_name` and `scopes`.
pub const PUBLISHER_META: &str = "io.modelcontextprotocol.registry/publisher-provided";

/// The document as it is published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegistryDocument {
    /// Only grows, by one with each document.
    pub serial: u64,
    /// RFC 3339 in UTC, whole seconds.
    pub issued_at: Timestamp,
    /// From then on it is refused.
    pub expires: Timestamp,
    /// `server.json` entries, schema 2025-12-11.
    pub servers: Vec<Value>,
}

/// A document that was verified and read.
#[derive(Debug, Clone, PartialEq)]
pub struct Registry {
    /// The document.
    pub document: RegistryDocument,
    /// What an installer needs of each entry, in the document's order.
    pub servers: Vec<RegistryServer>,
    /// The payload's exact bytes: two documents of one serial must not differ.
    pub payload: Vec<u8>,
}

/// What an installer needs of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryServer {
    /// Reverse DNS with one slash.
    pub name: String,
    /// What the clients call it.
    pub client_name: String,
    /// Its address for streamable HTTP.
    pub url: String,
}

/// Why a registry is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RegistryError {
    /// Its envelope or signature.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// What it says.
    #[error("it is signed, but cannot be used: {0}")]
    Unusable(String),
    /// Nobody renewed it.
    #[error("it expired at {0}: ask for it to be published anew (`cargo revloops mcp publish`)")]
    Expired(Timestamp),
    /// It is older than what was seen before.
    #[error("its serial number is {given}, and {seen} was seen before: somebody serves an old registry")]
    RolledBack {
        /// What it says.
        given: u64,
        /// The highest seen before.
        seen: u64,
    },
    /// Two documents of one number.
    #[error("its serial number is {0}, as that of the one seen before, but it says something else")]
    Forked(u64),
}

impl RegistryDocument {
    /// The document of these servers at this public address.
    #[must_use]
    pub fn new(servers: &Servers, public_url: &str, serial: u64, now: Timestamp) -> Self {
        let issued_at = Timestamp::from_second(now.as_second()).unwrap_or(now);
        let valid = SignedDuration::from_hours(i64::from(servers.valid_days).saturating_mul(24));
        Self {
            serial,
            issued_at,
            expires: issued_at.saturating_add(valid).unwrap_or(Timestamp::MAX),
            servers: entries(servers, public_url),
        }
    }
}

/// The servers in the public `server.json` shape.
#[must_use]
pub fn entries(servers: &Servers, public_url: &str) -> Vec<Value> {
    let base = public_url.trim_end_matches('/');
    let entry = |server: &crate::ServerEntry| {
        json!({
            "$schema": SERVER_SCHEMA,
            "name": server.name,
            "title": server.title,
            "description": server.description,
            "version": server.version,
            "remotes": [{"type": "streamable-http", "url": format!("{base}{}", server.path)}],
            "_meta": {PUBLISHER_META: {"client_name": server.client_name, "scopes": server.scopes}},
        })
    };
    servers.entries.iter().map(entry).collect()
}

impl Registry {
    /// Verifies an envelope and reads its document; whether it is the newest is for the caller ([`Registry::follows`]).
    ///
    /// # Errors
    /// If `key` did not sign it, it has expired, or what it says cannot be used.
    pub fn verified(envelope: &Envelope, key: &PublicKey, now: Timestamp) -> Result<Self, RegistryError> {
        let payload = envelope.verified(key)?;
        let document: RegistryDocument =
            serde_json::from_slice(&payload).map_err(|error| RegistryError::Unusable(error.to_string()))?;
        if document.serial == 0 {
            return Err(RegistryError::Unusable("its serial number is 0; the first is 1".to_owned()));
        }
        if now >= document.expires {
            return Err(RegistryError::Expired(document.expires));
        }
        let servers = document.servers.iter().map(server).collect::<Result<Vec<_>, _>>()?;
        let mut names = BTreeSet::new();
        if let Some(twice) = servers.iter().find(|server| !names.insert(&server.client_name)) {
            return Err(RegistryError::Unusable(format!("two servers are called {}", twice.client_name)));
        }
        Ok(Self { document, servers, payload })
    }

    /// Whether it may take the place of one that was seen before.
    ///
    /// # Errors
    /// If it is older than that, or another of the same number.
    pub fn follows(&self, seen: &Self) -> Result<(), RegistryError> {
        let (given, seen_serial) = (self.document.serial, seen.document.serial);
        if given < seen_serial {
            return Err(RegistryError::RolledBack { given, seen: seen_serial });
        }
        if given == seen_serial && self.payload != seen.payload {
            return Err(RegistryError::Forked(given));
        }
        Ok(())
    }
}

/// Signed or not: what goes into people's files is looked at.
fn server(entry: &Value) -> Result<RegistryServer, RegistryError> {
    let unusable = |what: String| RegistryError::Unusable(what);
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let name = text(entry.get("name")).ok_or_else(|| unusable("a server has no name".to_owned()))?;
    let client_name = entry.get("_meta").and_then(|meta| meta.get(PUBLISHER_META));
    let client_name = text(client_name.and_then(|meta| meta.get("client_name"))).filter(|name| is_client_name(name));
    let client_name = client_name.ok_or_else(|| unusable(format!("{name} has no usable client_name")))?;
    let remotes = entry.get("remotes").and_then(Value::as_array).into_iter().flatten();
    let url = remotes
        .filter(|remote| remote.get("type").and_then(Value::as_str) == Some("streamable-http"))
        .find_map(|remote| text(remote.get("url")))
        .filter(|url| is_safe_url(url));
    let url = url.ok_or_else(|| unusable(format!("{name} has no remote at an https address")))?;
    Ok(RegistryServer { name, client_name, url })
}

fn is_client_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (1..=64).contains(&name.len()) && name.bytes().all(fits) && name != crate::install::BRIDGE_NAME
}

/// HTTPS, or HTTP on this machine; without blanks, credentials or a fragment.
#[must_use]
pub fn is_safe_url(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) || url.fragment().is_some() {
        return false;
    }
    if !url.username().is_empty() || url.password().is_some() {
        return false;
    }
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && here)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::servers::ServerEntry;

    fn servers() -> Servers {
        let entry = ServerEntry {
            name: "com.example/crm".to_owned(),
            client_name: "example-crm".to_owned(),
            title: "CRM".to_owned(),
            description: "Records.".to_owned(),
            version: "1.0.0".to_owned(),
            path: "/mcp/crm".to_owned(),
            scopes: vec!["crm.read".to_owned()],
        };
        Servers { valid_days: 10, entries: vec![entry] }
    }

    #[test]
    fn an_entry_has_the_public_shape() {
        assert_eq!(
            entries(&servers(), "https://example.com/"),
            [json!({
                "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
                "name": "com.example/crm",
                "title": "CRM",
                "description": "Records.",
                "version": "1.0.0",
                "remotes": [{"type": "streamable-http", "url": "https://example.com/mcp/crm"}],
                "_meta": {"io.modelcontextprotocol.registry/publisher-provided": {
                    "client_name": "example-crm", "scopes": ["crm.read"]}},
            })]
        );
    }

    #[test]
    fn times_are_whole_seconds_and_the_end_is_the_file_s_days_later() {
        let now: Timestamp = "2026-11-28T10:00:00.75Z".parse().unwrap();
        let document = serde_json::to_value(RegistryDocument::new(&servers(), "https://example.com", 1, now)).unwrap();
        assert_eq!(document["issued_at"], "2026-11-28T10:00:00Z");
        assert_eq!(document["expires"], "2026-12-08T10:00:00Z");
    }

    #[test]
    fn only_https_and_this_machine_are_safe() {
        for good in
            ["https://example.com/mcp/crm", "http://localhost:4575/mcp/crm", "http://127.0.0.1:1/x", "http://[::1]:1/x"]
        {
            assert!(is_safe_url(good), "{good}");
        }
        for bad in [
            "http://example.com/mcp",
            "https://user:pass@example.com/",
            "https://example.com/#x",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "https://example.com/a b",
            "http://localhost.evil.example/",
            "",
        ] {
            assert!(!is_safe_url(bad), "{bad}");
        }
    }
}
