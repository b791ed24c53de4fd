//! The registry of MCP servers at its public address, and the installer for people without Rust.
//!
//! | in | answer |
//! |---|---|
//! | `GET /mcp/registry` | 200, the signed document; 304 where the asker has it |
//! | nothing was published yet | 404, with what to do |
//! | what is stored is not signed by the key, or has expired | 503: nobody is handed what every installer would refuse |
//! | the store does not answer | 503 |
//! | `GET /mcp/install.py` | 200, the installer that knows this registry's address and key |
//! | another path; another method | 404; 405 |
//!
//! Both are public and hold no secret. Who trusts the registry trusts the key; who takes the installer from here trusts this
//! address, by TLS.

mod script;

use std::sync::Arc;

use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use serde_json::json;

use revloops_config::ConfigStore;
use revloops_domain::sha256_hex;
use revloops_loopkit::ports::Clock;
use revloops_registry::{Envelope, OBJECT_KEY, PublicKey, Registry};

/// Where the signed document is.
pub const REGISTRY_PATH: &str = "/mcp/registry";

/// Where the installer is.
pub const SCRIPT_PATH: &str = "/mcp/install.py";

/// A published change is seen after so many seconds at the latest.
const CACHED: &str = "public, max-age=300";

/// What the function needs of the world.
#[derive(Clone)]
pub struct Ports {
    /// Where the published document is.
    pub store: Arc<dyn ConfigStore>,
    /// By which an expired document is noticed.
    pub clock: Arc<dyn Clock>,
    /// Who must have signed it.
    pub key: PublicKey,
    /// The deployment's public address, such as `https://revloops.example.com`.
    pub public_url: String,
}

/// Answers one request; never fails.
pub async fn handle(request: Request<Vec<u8>>, ports: &Ports) -> Response<Vec<u8>> {
    let path = request.uri().path();
    if path != REGISTRY_PATH && path != SCRIPT_PATH {
        return refusal(
            StatusCode::NOT_FOUND,
            &format!("there is no such path; there are {REGISTRY_PATH}, {SCRIPT_PATH}"),
        );
    }
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return refusal(StatusCode::METHOD_NOT_ALLOWED, "this is to be read: GET or HEAD");
    }
    let found = if path == SCRIPT_PATH {
        Ok(("text/x-python; charset=utf-8", script::filled_in(&ports.public_url, &ports.key).into_bytes()))
    } else {
        registry(ports).await.map(|bytes| ("application/json", bytes))
    };
    match found {
        Ok((kind, body)) => served(&request, kind, body),
        Err(refused) => refused,
    }
}

async fn registry(ports: &Ports) -> Result<Vec<u8>, Response<Vec<u8>>> {
    let unavailable = "the registry cannot be served just now: ask again later";
    let stored = ports.store.newest(OBJECT_KEY).await.map_err(|error| {
        tracing::error!("reading the registry: {error}");
        refusal(StatusCode::SERVICE_UNAVAILABLE, unavailable)
    })?;
    let Some(bytes) = stored else {
        let what = "no registry was published yet: `cargo revloops mcp publish` does that";
        return Err(refusal(StatusCode::NOT_FOUND, what));
    };
    let checked = Envelope::parse(&bytes).map_err(Into::into);
    match checked.and_then(|envelope| Registry::verified(&envelope, &ports.key, ports.clock.now())) {
        Ok(_) => Ok(bytes),
        Err(error) => {
            tracing::error!("the published registry is not served: {error}");
            Err(refusal(StatusCode::SERVICE_UNAVAILABLE, unavailable))
        }
    }
}

fn served(request: &Request<Vec<u8>>, kind: &'static str, body: Vec<u8>) -> Response<Vec<u8>> {
    let etag = format!("\"{}\"", sha256_hex(&body));
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let has_it = known.split(',').map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag);
    let status = if has_it { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let body = if has_it || request.method() == Method::HEAD { Vec::new() } else { body };
    let mut response = response(status, kind, body, CACHED);
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    response
}

fn refusal(status: StatusCode, what: &str) -> Response<Vec<u8>> {
    let body = json!({"title": what, "status": status.as_u16()}).to_string().into_bytes();
    let mut response = response(status, "application/problem+json", body, "no-store");
    if status == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    response
}

fn response(status: StatusCode, kind: &'static str, body: Vec<u8>, cached: &'static str) -> Response<Vec<u8>> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cached));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

#[cfg(test)]
mod tests;
