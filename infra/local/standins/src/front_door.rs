//! The deployment's public name, as a custom domain of API Gateway is on AWS: one address without a path in front of the
//! HTTP API, so that well-known URLs are where clients look for them.
//!
//! | endpoint | does |
//! |---|---|
//! | `PUT /_standin/front_door` | says where the API is, and the site: `{"cloud_url", "api_host", "site_bucket"}` |
//! | `GET /bi/…` | a file of the site of dashboards, as CloudFront gives it out of its bucket |
//! | everything else | goes to the API, and its answer comes back |
//!
//! A request under another name is refused, as API Gateway refuses a domain that is mapped to nothing.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::put;
use axum::{Json, Router};
use http::header::{CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, LOCATION, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, StatusCode};
use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpListener;

use crate::faults::Refusals;
use crate::host::{self, Running};

/// As API Gateway's limit.
const LARGEST_BODY: usize = 10 << 20;

/// API Gateway gives up after 30 seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where the API is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    /// Base address of the local cloud.
    cloud_url: String,
    /// The API's own host name, by which the local cloud tells APIs apart.
    api_host: String,
    /// The bucket with the site of dashboards.
    site_bucket: String,
}

struct Door {
    /// Our own name and port.
    authority: String,
    target: RwLock<Option<Target>>,
    client: reqwest::Client,
}

/// Opens the door on `listener`; it leads nowhere until it is told where the API is.
///
/// # Errors
/// When the listener has no local address, or no HTTP client can be made.
pub fn serve(listener: TcpListener) -> anyhow::Result<Running> {
    let authority = listener.local_addr()?.to_string();
    let client =
        reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE).build()?;
    let door = Arc::new(Door { authority, target: RwLock::default(), client });
    let router = Router::new().route("/_standin/front_door", put(point)).fallback(pass).with_state(door);
    host::serve(listener, "front_door", refusals(), router)
}

async fn point(State(door): State<Arc<Door>>, Json(target): Json<Target>) -> StatusCode {
    *door.target.write().unwrap_or_else(PoisonError::into_inner) = Some(target);
    StatusCode::NO_CONTENT
}

async fn pass(State(door): State<Arc<Door>>, request: Request) -> Response {
    let named = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    if named != Some(&door.authority) {
        return refused(StatusCode::FORBIDDEN, "Forbidden");
    }
    let target = door.target.read().unwrap_or_else(PoisonError::into_inner).clone();
    let Some(target) = target else {
        return refused(StatusCode::SERVICE_UNAVAILABLE, "the front door does not know the API yet");
    };
    if request.method() == http::Method::GET
        && let Some(file) = site_file(request.uri().path())
    {
        return site(&door, &target, file).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, LARGEST_BODY).await else {
        return refused(StatusCode::PAYLOAD_TOO_LARGE, "Request Too Long");
    };
    let path = parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let sent = door
        .client
        .request(parts.method, format!("{}{path}", target.cloud_url))
        .headers(passed_on(&parts.headers))
        .header(HOST, &target.api_host)
        .body(body)
        .send()
        .await;
    let answer = match sent {
        Ok(answer) => answer,
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "the API does not answer");
            return refused(StatusCode::BAD_GATEWAY, "Internal Server Error");
        }
    };
    let (status, headers) = (answer.status(), passed_on(answer.headers()));
    let Ok(body) = answer.bytes().await else {
        return refused(StatusCode::BAD_GATEWAY, "Internal Server Error");
    };
    (status, headers, body).into_response()
}

/// What a path below `/bi` names in the site's bucket; for `/bi` itself, nothing yet.
fn site_file(path: &str) -> Option<&str> {
    match path {
        "/bi" => Some(""),
        "/bi/" => Some("bi/index.html"),
        _ => path.strip_prefix('/').filter(|file| file.starts_with("bi/")),
    }
}

async fn site(door: &Door, target: &Target, file: &str) -> Response {
    if file.is_empty() {
        return (StatusCode::PERMANENT_REDIRECT, [(LOCATION, "/bi/")]).into_response();
    }
    let url = format!("{}/{}/{file}", target.cloud_url, target.site_bucket);
    let answer = match door.client.get(url).send().await {
        Ok(answer) => answer,
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "the site's bucket does not answer");
            return refused(StatusCode::BAD_GATEWAY, "Bad Gateway");
        }
    };
    if !answer.status().is_success() {
        return refused(StatusCode::NOT_FOUND, "Not Found");
    }
    let kind = answer.headers().get(CONTENT_TYPE).cloned();
    let Ok(body) = answer.bytes().await else {
        return refused(StatusCode::BAD_GATEWAY, "Bad Gateway");
    };
    let mut answer = body.into_response();
    if let Some(kind) = kind {
        answer.headers_mut().insert(CONTENT_TYPE, kind);
    }
    // Numbers are published while a page is open, and a new site has the old names.
    answer.headers_mut().insert(CACHE_CONTROL, http::HeaderValue::from_static("no-cache"));
    answer
}

/// Headers that are not about one connection.
fn passed_on(headers: &HeaderMap) -> HeaderMap {
    let of_connection = |name: &HeaderName| [HOST, CONNECTION, TRANSFER_ENCODING, CONTENT_LENGTH].contains(name);
    let kept = headers.iter().filter(|(name, _)| !of_connection(name));
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn refused(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "message": message }))).into_response()
}

/// How the door refuses when it is told to.
fn refusals() -> Refusals {
    fn throttled(status: Option<u16>) -> Response {
        told(status, StatusCode::TOO_MANY_REQUESTS, "Too Many Requests")
    }
    fn broken(status: Option<u16>) -> Response {
        told(status, StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
    }
    fn told(status: Option<u16>, usual: StatusCode, message: &str) -> Response {
        refused(status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(usual), message)
    }
    Refusals { throttled, broken }
}
