//! One HTTP request in, one answer out: the protocol itself is `rmcp`'s.
//!
//! `rmcp` is set up so that requests share nothing: no sessions, answers as JSON, `Host` and `Origin` checked against the public
//! address (a page that had its name point at us cannot call us from a browser).

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use rmcp::ServerHandler;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use tower_service::Service as _;

/// The largest request.
const LARGEST_REQUEST: usize = 1 << 20;

/// Where a server is reached.
#[derive(Debug, Clone)]
pub struct Site {
    /// Values of `Host` that mean us: the public name, with its port where it is not the scheme's own.
    pub hosts: Vec<String>,
    /// Origins of pages that may call us from a browser, such as `https://claude.ai:443`.
    pub origins: Vec<String>,
}

/// A server's protocol, ready to serve.
pub struct Transport<S> {
    service: StreamableHttpService<S, NeverSessionManager>,
}

impl<S: ServerHandler + Send + 'static> Transport<S> {
    /// Serves what `factory` makes, one for each request.
    pub fn new(site: &Site, factory: impl Fn() -> S + Send + Sync + 'static) -> Self {
        let config = StreamableHttpServerConfig::default()
            .with_legacy_session_mode(false)
            .with_json_response(true)
            .with_max_request_body_bytes(LARGEST_REQUEST)
            .with_allowed_hosts(site.hosts.clone())
            .with_allowed_origins(site.origins.clone())
            .enforce_origin_validation();
        let service =
            StreamableHttpService::new(move || Ok(factory()), Arc::new(NeverSessionManager::default()), config);
        Self { service }
    }

    /// Serves one request.
    pub async fn serve(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        let request = request.map(|bytes| Full::new(Bytes::from(bytes)));
        let response = match self.service.clone().call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let (parts, body) = response.into_parts();
        match body.collect().await {
            Ok(collected) => Response::from_parts(parts, collected.to_bytes().into()),
            Err(_) => status(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}

/// An answer without a body.
pub(crate) fn status(status: StatusCode) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status;
    response
}
