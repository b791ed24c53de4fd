//! Apps whose id is the URL of a document about them (CIMD).
//!
//! Whoever calls `authorize` says which URL we fetch, so it is guarded: what it may look like here, where it may lead in
//! [`crate::fetch`]. A document is kept for an hour, a refusal for half a minute, so that nobody has us fetch at will.

use async_trait::async_trait;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::{Host, Url};

use revloops_domain::{ErrorClass, sha256_hex};
use revloops_loopkit::Failure;

use crate::Ports;
use crate::clients::{Client, NoClient, shown_name};
use crate::redirects;

const KIND: &str = "client_document";
const KEPT: SignedDuration = SignedDuration::from_hours(1);
const REFUSAL_KEPT: SignedDuration = SignedDuration::from_secs(30);

/// The longest document that is read.
pub(crate) const MAX_BYTES: usize = 10 * 1024;

/// An answer with status 200.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Its content type.
    pub content_type: String,
    /// Its body, of at most 10 KiB.
    pub body: Vec<u8>,
}

/// Why a document is not had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The URL leads to where we do not go.
    #[error("its host is not on the public internet")]
    NotPublic,
    /// Another answer than 200, or too much of one; a redirect is one, too.
    #[error("its host answered {0}")]
    Answer(String),
    /// No answer, or not in time.
    #[error("its host cannot be reached")]
    Unreachable,
}

/// Fetches clients' documents.
#[async_trait]
pub trait ClientDocuments: Send + Sync {
    /// The document at `url`, whose form has been checked; its host's addresses have not.
    async fn fetch(&self, url: &Url) -> Result<Fetched, FetchError>;
}

/// What is kept of a URL.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kept {
    Client(Client),
    Refused(String),
}

/// The app that the document at `id` describes.
pub(crate) async fn find(ports: &Ports, id: &str) -> Result<Client, NoClient> {
    let Some(client_documents) = &ports.client_documents else {
        return Err(NoClient::Unknown(
            "this server fetches no documents about apps: the app must register itself at /oauth/register".to_owned(),
        ));
    };
    let url = check(id).map_err(|why| NoClient::Unknown(why.to_owned()))?;
    let (key, now) = (sha256_hex(id.as_bytes()), ports.clock.now());
    let broken = |error| NoClient::Failed(Failure::unreadable(ErrorClass::Bug, "a client's kept document", &error));
    let kept = match ports.documents.read(KIND, &key, now).await.map_err(NoClient::Failed)? {
        Some(stored) => Kept::deserialize(&stored.value).map_err(broken)?,
        None => {
            let fetched = client_documents.fetch(&url).await.map_err(|error| error.to_string());
            let kept = match fetched.and_then(|fetched| read(id, &url, &fetched)) {
                Ok(client) => Kept::Client(client),
                Err(why) => Kept::Refused(format!("the app's document is not to be had: {why}")),
            };
            let ends = now + if matches!(kept, Kept::Client(_)) { KEPT } else { REFUSAL_KEPT };
            let value = serde_json::to_value(&kept).map_err(broken)?;
            // One that has ended may still be there and would be in the way.
            ports.documents.take(KIND, &key, now).await.map_err(NoClient::Failed)?;
            ports.documents.create(KIND, &key, &value, Some(ends)).await.map_err(NoClient::Failed)?;
            kept
        }
    };
    match kept {
        Kept::Client(client) => Ok(client),
        Kept::Refused(why) => Err(NoClient::Unknown(why)),
    }
}

/// The URL, where its form is one of a client id.
pub(crate) fn check(id: &str) -> Result<Url, &'static str> {
    let url = Url::parse(id).map_err(|_| "the app's id is no URL")?;
    if url.as_str() != id || id.len() > 500 {
        return Err("the app's id is not a URL in its normal form");
    }
    if url.scheme() != "https" {
        return Err("the app's id is not an https URL");
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err("the app's id has a user or a fragment");
    }
    if url.port().is_some() {
        return Err("the app's id has a port of its own");
    }
    if url.path() == "/" {
        return Err("the app's id has no path");
    }
    match url.host() {
        Some(Host::Domain(name)) if name.contains('.') && !name.ends_with('.') && !is_local_name(name) => Ok(url),
        _ => Err("the app's id has no host with a public name"),
    }
}

/// Names that are never public, whatever they resolve to.
fn is_local_name(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    matches!(last, "localhost" | "local" | "internal" | "lan" | "home" | "corp" | "intranet" | "arpa" | "onion")
}

#[derive(Deserialize)]
struct Described {
    client_id: String,
    client_name: Option<String>,
    redirect_uris: Vec<String>,
    grant_types: Option<Vec<String>>,
    token_endpoint_auth_method: Option<String>,
    client_secret: Option<Value>,
}

fn read(id: &str, url: &Url, fetched: &Fetched) -> Result<Client, String> {
    let kind = fetched.content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind != "application/json" && !(kind.starts_with("application/") && kind.ends_with("+json")) {
        return Err("it is not JSON by its content type".to_owned());
    }
    if fetched.body.len() > MAX_BYTES {
        return Err("it is too long".to_owned());
    }
    let described: Described = serde_json::from_slice(&fetched.body)
        .map_err(|_| "it is no JSON object with client_id and redirect_uris".to_owned())?;
    if described.client_id != id {
        return Err("it describes another client_id than the URL that it is at".to_owned());
    }
    if described.client_secret.is_some()
        || described.token_endpoint_auth_method.as_deref().is_some_and(|method| method != "none")
    {
        return Err("only public clients are let in: token_endpoint_auth_method must be none".to_owned());
    }
    if described.redirect_uris.is_empty() || described.redirect_uris.len() > 20 {
        return Err("it must have 1 to 20 redirect_uris".to_owned());
    }
    for uri in &described.redirect_uris {
        redirects::check(uri).map_err(|why| why.to_string())?;
    }
    Ok(Client {
        id: id.to_owned(),
        name: shown_name(&described.client_name.unwrap_or_default()),
        redirect_uris: described.redirect_uris,
        refreshes: described.grant_types.unwrap_or_default().iter().any(|grant| grant == "refresh_token"),
        described_at: url.host_str().map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guard: the form of the URL. What it resolves to is [`crate::fetch`]'s to check.
    #[test]
    fn an_id_that_leads_inside_is_refused_before_anything_is_fetched() {
        assert!(check("https://app.example.com/client.json").is_ok());
        for inside in [
            "http://app.example.com/client.json",
            "https://127.0.0.1/client.json",
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]/client.json",
            "https://[fd00:ec2::254]/latest",
            "https://2130706433/client.json",
            "https://0x7f.1/client.json",
            "https://localhost/client.json",
            "https://metadata.google.internal/x",
            "https://printer.local/x",
            "https://db/x",
            "https://app.example.com./x",
            "https://user:pass@app.example.com/x",
            "https://app.example.com@127.0.0.1/x",
            "https://app.example.com:8443/x",
            "https://app.example.com:22/x",
            "https://app.example.com/",
            "https://app.example.com",
            "https://app.example.com/x#y",
            "https://app.example.com/../x",
            "https://APP.example.com/x",
            "https:\\\\app.example.com\\x",
            "ftp://app.example.com/x",
        ] {
            assert!(check(inside).is_err(), "{inside}");
        }
    }

    fn described(value: &Value, content_type: &str) -> Result<Client, String> {
        let id = "https://app.example.com/client.json";
        let fetched = Fetched { content_type: content_type.to_owned(), body: value.to_string().into_bytes() };
        read(id, &Url::parse(id).unwrap(), &fetched)
    }

    #[test]
    fn a_document_must_describe_the_url_that_it_is_at() {
        let right = serde_json::json!({"client_id": "https://app.example.com/client.json", "client_name": "App", "redirect_uris": ["https://app.example.com/cb"]});
        let client = described(&right, "application/json; charset=utf-8").unwrap();
        assert_eq!((client.name.as_str(), client.described_at.as_deref()), ("App", Some("app.example.com")));
        let changes: [(&str, Value); 6] = [
            ("client_id", "https://other.example.com/client.json".into()),
            ("redirect_uris", serde_json::json!([])),
            ("redirect_uris", serde_json::json!(["http://evil.example/cb"])),
            ("client_secret", "hidden".into()),
            ("token_endpoint_auth_method", "private_key_jwt".into()),
            ("redirect_uris", "https://app.example.com/cb".into()),
        ];
        for (name, value) in changes {
            let mut wrong = right.clone();
            wrong[name] = value;
            assert!(described(&wrong, "application/json").is_err(), "{wrong}");
        }
        assert!(described(&right, "text/html").is_err());
        let mut long = right;
        long["padding"] = "x".repeat(MAX_BYTES).into();
        assert!(described(&long, "application/json").is_err());
    }
}
