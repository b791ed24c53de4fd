//! Keys, versions, statuses and error shapes, as published: <https://platform.claude.com/docs/en/api/errors>.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::json;
use tokio::net::TcpListener;

use super::message;
use super::request::{self, Refused};
use super::search::{Article, Behaviour, Web};
use crate::faults::Refusals;
use crate::host::{self, Running};

/// The vendor's limit for this endpoint.
const MAX_BODY_BYTES: usize = 32 << 20;

/// How the stand-in is set up.
#[derive(Debug, Clone)]
pub struct Options {
    /// The one key that it takes.
    pub api_key: String,
}

pub(super) struct Ai {
    options: Options,
    pub(super) web: Web,
}

/// Starts the AI on `listener`. Beside the vendor's API it has these endpoints of its own:
///
/// | endpoint | does |
/// |---|---|
/// | `GET`, `POST`, `DELETE /_standin/articles` | shows, plants, takes away articles beside the library's |
/// | `GET`, `PUT /_standin/search` | how search and model behave: `mistakes`, `pauses`, `error_code` |
///
///
/// # Errors
/// When the listener has no local address.
pub fn serve(listener: TcpListener, options: Options) -> anyhow::Result<Running> {
    let router = Router::new()
        .route("/", get(about))
        .route("/v1/messages", post(messages))
        .route("/model/{id}/invoke", post(super::bedrock::invoke))
        .route("/_standin/articles", get(articles).post(plant).delete(take_away))
        .route("/_standin/search", get(behaviour).put(behave))
        .fallback(|| async { error(404, "not_found_error", "Not Found") })
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(Arc::new(Ai { options, web: Web::default() }));
    host::serve(listener, "ai", refusals(), router)
}

async fn about() -> &'static str {
    "This is a local stand-in for the Anthropic Messages API. It is no model: its answers are made by rules from the request.\n"
}

async fn articles(State(ai): State<Arc<Ai>>) -> Json<Vec<Article>> {
    Json(ai.web.planted())
}

async fn plant(State(ai): State<Arc<Ai>>, Json(article): Json<Article>) -> StatusCode {
    ai.web.plant(article);
    StatusCode::NO_CONTENT
}

async fn take_away(State(ai): State<Arc<Ai>>) -> StatusCode {
    ai.web.clear();
    StatusCode::NO_CONTENT
}

async fn behaviour(State(ai): State<Arc<Ai>>) -> Json<Behaviour> {
    Json(ai.web.behaviour())
}

async fn behave(State(ai): State<Arc<Ai>>, Json(behaviour): Json<Behaviour>) -> StatusCode {
    ai.web.behave(behaviour);
    StatusCode::NO_CONTENT
}

async fn messages(State(ai): State<Arc<Ai>>, headers: HeaderMap, body: Result<Bytes, BytesRejection>) -> Response {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if header("x-api-key") != Some(ai.options.api_key.as_str()) {
        return error(401, "authentication_error", "invalid x-api-key");
    }
    match header("anthropic-version") {
        Some("2023-06-01") => {}
        Some(_) => return error(400, "invalid_request_error", "anthropic-version: is not a valid version"),
        None => return error(400, "invalid_request_error", "anthropic-version: header is required"),
    }
    let Ok(body) = body else {
        return error(413, "request_too_large", "Request exceeds the maximum allowed number of bytes.");
    };
    match request::read(&body) {
        Ok(request) => {
            let mut response = Json(message::answer(&request, &ai.web)).into_response();
            tell_request_id(&mut response, &message::id("req", &body));
            response
        }
        Err(Refused { status, kind, message }) => error(status, kind, &message),
    }
}

fn error(status: u16, kind: &str, message: &str) -> Response {
    let id = message::id("req", format!("{status}{kind}{message}").as_bytes());
    let body = json!({ "type": "error", "error": { "type": kind, "message": message }, "request_id": id });
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Json(body)).into_response();
    tell_request_id(&mut response, &id);
    response
}

fn tell_request_id(response: &mut Response, id: &str) {
    if let Ok(id) = HeaderValue::from_str(id) {
        response.headers_mut().insert("request-id", id);
    }
}

/// How Anthropic refuses when it is told to.
fn refusals() -> Refusals {
    fn throttled(status: Option<u16>) -> Response {
        match status.unwrap_or(429) {
            529 => error(529, "overloaded_error", "Overloaded"),
            status => {
                let mut response =
                    error(status, "rate_limit_error", "This request would exceed your organization's rate limit.");
                response.headers_mut().insert("retry-after", HeaderValue::from_static("1"));
                response
            }
        }
    }
    fn broken(status: Option<u16>) -> Response {
        match status.unwrap_or(500) {
            400 => error(400, "invalid_request_error", "messages: invalid request"),
            401 => error(401, "authentication_error", "invalid x-api-key"),
            402 => error(402, "billing_error", "Your credit balance is too low to access the Anthropic API."),
            403 => {
                error(403, "permission_error", "Your API key does not have permission to use the specified resource.")
            }
            404 => error(404, "not_found_error", "The requested resource could not be found."),
            413 => error(413, "request_too_large", "Request exceeds the maximum allowed number of bytes."),
            504 => error(504, "timeout_error", "The request timed out while processing."),
            status @ (429 | 529) => throttled(Some(status)),
            status => error(status, "api_error", "Internal server error"),
        }
    }
    Refusals { throttled, broken }
}
