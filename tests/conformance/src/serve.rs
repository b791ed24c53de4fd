//! How the fixtures are reached, over plain HTTP on this machine.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use revloops_mcp::{Site, Transport};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::net::TcpListener;

use crate::fixture::Fixture;

/// Where the fixtures stand behind our transport, as the real servers do.
pub const PATH: &str = "/mcp";

/// Where the same fixtures stand behind `rmcp`'s sessions, for what cannot be done without.
pub const SESSIONS_PATH: &str = "/sessions/mcp";

/// The largest request, in bytes: a little more than the transport takes, so that the refusal is the transport's.
const LARGEST_REQUEST: usize = 2 << 20;

/// Serves the fixtures until the future is dropped.
///
/// # Errors
/// When the listener has no address, or the socket fails.
pub async fn serve(listener: TcpListener) -> std::io::Result<()> {
    let port = listener.local_addr()?.port();
    let names = [format!("127.0.0.1:{port}"), format!("localhost:{port}")];
    let site = Site { hosts: names.to_vec(), origins: names.iter().map(|name| format!("http://{name}")).collect() };
    let fixture = Fixture::new().map_err(std::io::Error::other)?;
    let router = Router::new().route(PATH, axum::routing::any(one)).with_state(stateless(&site, fixture.clone()));
    axum::serve(listener, router.route_service(SESSIONS_PATH, with_sessions(&site, fixture))).await
}

/// The fixtures behind our transport.
fn stateless(site: &Site, fixture: Fixture) -> Arc<Transport<Fixture>> {
    Arc::new(Transport::new(site, move || fixture.clone()))
}

/// The fixtures behind sessions that live in this process.
fn with_sessions(site: &Site, fixture: Fixture) -> StreamableHttpService<Fixture, LocalSessionManager> {
    let config = StreamableHttpServerConfig::default()
        .with_allowed_hosts(site.hosts.clone())
        .with_allowed_origins(site.origins.clone());
    StreamableHttpService::new(move || Ok(fixture.clone()), Arc::new(LocalSessionManager::default()), config)
}

/// One request in, one answer out: all that a function on Lambda has.
async fn one(State(transport): State<Arc<Transport<Fixture>>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    match to_bytes(body, LARGEST_REQUEST).await {
        Ok(bytes) => transport.serve(Request::from_parts(parts, bytes.to_vec())).await.map(Body::from),
        Err(_) => {
            let mut response = Response::default();
            *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
            response
        }
    }
}
