//! HTTP around the API: sessions, limits, and the way in and out.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Json;
use axum::body::Body as HttpBody;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::App;
use super::access::{SYSTEM, Viewer};
use super::auth::tokens;
use super::error::ApiError;
use super::rest::call::{Body, Call, Reply};
use super::rest::{self, Context, may_write, versions};
use crate::clock::now_ms;

/// Largest body, as the vendor's limit for a REST call.
const LARGEST_BODY: usize = 50 << 20;
/// Longest path with query.
const LONGEST_TARGET: usize = 16_384;

/// What the stand-in's own endpoints answer.
pub(crate) type Answer = Result<Json<serde_json::Value>, ApiError>;

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(self.body())).into_response()
    }
}

/// The session token of a request: from the header, or from the page's cookie.
pub(crate) fn session_token(headers: &HeaderMap) -> Option<String> {
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        (scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("oauth")).then(|| token.trim().to_owned())
    });
    header.or_else(|| {
        let cookies = headers.get(COOKIE)?.to_str().ok()?;
        cookies.split(';').find_map(|cookie| cookie.trim().strip_prefix("sid=")).map(str::to_owned)
    })
}

pub(crate) fn not_logged_in() -> ApiError {
    ApiError::new(401, "INVALID_SESSION_ID", "Session expired or invalid")
}

/// `/services/data` and everything below.
pub(crate) async fn api(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let target = parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str).to_owned();
    if target.len() > LONGEST_TARGET {
        return ApiError::new(414, "URI_TOO_LONG", "The URI exceeds the maximum length of 16,384 bytes")
            .into_response();
    }
    let Ok(bytes) = axum::body::to_bytes(body, LARGEST_BODY).await else {
        return ApiError::new(413, "REQUEST_ENTITY_TOO_LARGE", "The request's body is too large or broke off")
            .into_response();
    };
    let call = Call::new(parts.method.as_str(), &target, parts.headers, Body::Bytes(bytes));
    let used = app.used_calls.fetch_add(1, Ordering::Relaxed) + 1;
    let reply = served(&app, call, used).await.unwrap_or_else(Reply::from);
    let mut response = respond(reply);
    let info = format!("api-usage={used}/{}", rest::DAILY_CALLS);
    if let Ok(info) = HeaderValue::from_str(&info) {
        response.headers_mut().insert("sforce-limit-info", info);
    }
    response
}

async fn served(app: &Arc<App>, call: Call, used: u64) -> Result<Reply, ApiError> {
    let version = match call.path.get(2) {
        // The list of versions is for everybody.
        None if call.path.len() == 2 => "v68.0".to_owned(),
        None => return Err(ApiError::not_found()),
        Some(version) => {
            versions::check(version)?;
            version.clone()
        }
    };
    let token = session_token(&call.headers);
    if token.is_none() && call.path.len() > 2 {
        return Err(not_logged_in());
    }
    let writes = may_write(&call);
    let owned = Arc::clone(app);
    let work = move |conn: &rusqlite::Connection| {
        let now = now_ms();
        let user_id = match &token {
            Some(token) => tokens::session(conn, token, now)?,
            None => None,
        };
        let user_id = match user_id {
            Some(user_id) => user_id,
            None if call.path.len() == 2 => String::new(),
            None => return Err(not_logged_in()),
        };
        let own = if user_id.is_empty() { None } else { Some(Viewer::load(conn, &owned.schema, &user_id)?) };
        let context = Context {
            conn,
            schema: &owned.schema,
            viewer: own.as_ref().unwrap_or(&SYSTEM),
            cursors: &owned.cursors,
            user_id: &user_id,
            now,
            version,
            used_calls: used,
        };
        Ok(rest::serve(&context, &call))
    };
    if !writes {
        return app.db.read(work).await;
    }
    let reply = app.db.write(work).await;
    app.sender.wake();
    reply
}

fn respond(reply: Reply) -> Response {
    let mut response = Response::new(match &reply.body {
        Some(body) => HttpBody::from(body.to_string()),
        None => HttpBody::empty(),
    });
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if reply.body.is_some() {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json;charset=UTF-8"));
    }
    for (name, value) in reply.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
