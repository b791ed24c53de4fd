//! Answers and the headers that they have in common.

use http::header::{self, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use revloops_identity::PublicUrl;
use serde_json::Value;

fn with(status: StatusCode, kind: &'static str, body: Vec<u8>) -> Response<Vec<u8>> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

pub(crate) fn json(status: StatusCode, value: &Value) -> Response<Vec<u8>> {
    with(status, "application/json", value.to_string().into_bytes())
}

/// What is the same for everybody, for some minutes.
pub(crate) fn cached_json(value: &Value) -> Response<Vec<u8>> {
    let mut response = json(StatusCode::OK, value);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}

pub(crate) fn html(status: StatusCode, page: String) -> Response<Vec<u8>> {
    with(status, "text/html; charset=utf-8", page.into_bytes())
}

/// On to another page, by GET.
pub(crate) fn redirect(to: &str) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    // `to` is a serialised URL, whose characters a header may hold.
    match HeaderValue::from_str(to) {
        Ok(value) => {
            *response.status_mut() = StatusCode::SEE_OTHER;
            response.headers_mut().insert(header::LOCATION, value);
        }
        Err(_) => *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR,
    }
    response
}

/// For apps that run in a browser: these endpoints look at no cookie, so any page may call them.
pub(crate) fn open(mut response: Response<Vec<u8>>) -> Response<Vec<u8>> {
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

pub(crate) fn preflight(method: &'static str) -> Response<Vec<u8>> {
    let mut response = open(Response::new(Vec::new()));
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(method));
    let allowed = HeaderValue::from_static("content-type, mcp-protocol-version");
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    response
}

pub(crate) fn not_allowed(method: &'static str) -> Response<Vec<u8>> {
    let mut response = with(StatusCode::METHOD_NOT_ALLOWED, "text/plain; charset=utf-8", Vec::new());
    *response.body_mut() = format!("this path takes {method}\n").into_bytes();
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(method));
    response
}

/// What every answer has.
pub(crate) fn harden(response: &mut Response<Vec<u8>>, public: &PublicUrl) {
    let headers = response.headers_mut();
    let mut unless_set = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    unless_set(header::CACHE_CONTROL, "no-store");
    unless_set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    unless_set(header::X_FRAME_OPTIONS, "DENY");
    // `no-referrer` would have browsers send `Origin: null` with our own form.
    unless_set(header::REFERRER_POLICY, "same-origin");
    unless_set(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
    if public.is_https() {
        unless_set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
}
