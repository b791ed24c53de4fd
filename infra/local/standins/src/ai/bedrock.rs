//! The same at Amazon Bedrock's address: `InvokeModel` with the Messages API's body.
//!
//! Differences as published: the model is in the path, the version in the body, credentials are a signature (whose form alone is
//! looked at here), errors have their type in a header, and there is no web search.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::http::Ai;
use super::{message, request};

/// `POST /model/{id}/invoke`.
pub(super) async fn invoke(
    State(ai): State<Arc<Ai>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let signed = headers.get("authorization").and_then(|value| value.to_str().ok()).is_some_and(|value| {
        value.starts_with("AWS4-HMAC-SHA256 Credential=")
            && value.contains("/bedrock/aws4_request")
            && value.contains("Signature=")
    });
    if !signed || !headers.contains_key("x-amz-date") {
        return refused(403, "AccessDeniedException", "The security token included in the request is invalid.");
    }
    let Some((_, name)) = id.split_once("anthropic.").filter(|(_, name)| name.contains(':')) else {
        return refused(400, "ValidationException", "The provided model identifier is invalid.");
    };
    let model = name.rsplit_once("-v").map_or(name, |(name, _)| name);
    let Ok(Value::Object(mut body)) = serde_json::from_slice(&body) else {
        return refused(
            400,
            "ValidationException",
            "Malformed input request, please reformat your input and try again.",
        );
    };
    if body.remove("anthropic_version") != Some(json!("bedrock-2023-05-31")) {
        return refused(400, "ValidationException", "anthropic_version: Field required");
    }
    if body.contains_key("model") {
        return refused(400, "ValidationException", "model: Extra inputs are not permitted");
    }
    body.insert("model".to_owned(), json!(model));
    match request::read(Value::Object(body).to_string().as_bytes()) {
        Ok(request) if request.searches > 0 => {
            refused(400, "ValidationException", "tools: web_search is not supported")
        }
        Ok(request) => {
            let mut response = Json(message::answer(&request, &ai.web)).into_response();
            let id = HeaderValue::from_static("5d1f8c1e-6e0c-4c7e-9d55-0d9f0f3a2c11");
            response.headers_mut().insert("x-amzn-requestid", id);
            response
        }
        Err(refusal) => refused(400, "ValidationException", &refusal.message),
    }
}

fn refused(status: u16, kind: &'static str, message: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = (status, Json(json!({ "message": message }))).into_response();
    response.headers_mut().insert("x-amzn-errortype", HeaderValue::from_static(kind));
    response
}
