//! One request to the API and its reply, apart from HTTP, so that a composite's subrequests are served like any other.

use std::collections::BTreeMap;

use http::HeaderMap;
use serde_json::Value as Json;

use crate::crm::error::ApiError;

/// A request.
pub(crate) struct Call {
    /// In capitals.
    pub(crate) method: String,
    /// Decoded parts of the path, without empty ones.
    pub(crate) path: Vec<String>,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
}

/// A request's body: as it came, or already read for a subrequest.
pub(crate) enum Body {
    Bytes(bytes::Bytes),
    Json(Json),
}

impl Call {
    /// Takes a request target apart.
    pub(crate) fn new(method: &str, target: &str, headers: HeaderMap, body: Body) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query: BTreeMap<String, String> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        // The way around for clients that cannot send PATCH.
        let method =
            query.get("_HttpMethod").filter(|_| method == "POST").map_or(method, String::as_str).to_ascii_uppercase();
        let path = path.split('/').filter(|part| !part.is_empty()).map(percent_decoded).collect();
        Self { method, path, query, headers, body }
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Result<Json, ApiError> {
        match &self.body {
            Body::Json(json) => Ok(json.clone()),
            Body::Bytes(bytes) => serde_json::from_slice(bytes).map_err(|error| {
                ApiError::json_parser(if bytes.is_empty() {
                    "The HTTP entity body is required, but this request has no entity body.".to_owned()
                } else {
                    error.to_string()
                })
            }),
        }
    }

    /// The body as a JSON object.
    pub(crate) fn object(&self) -> Result<serde_json::Map<String, Json>, ApiError> {
        match self.json()? {
            Json::Object(map) => Ok(map),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => {
                Err(ApiError::json_parser("a JSON object is expected"))
            }
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// A reply; an absent body is an empty one.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Option<Json>,
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Reply {
    pub(crate) fn ok(body: Json) -> Self {
        Self::with(200, body)
    }

    pub(crate) fn with(status: u16, body: Json) -> Self {
        Self { status, body: Some(body), headers: Vec::new() }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self { status, body: None, headers: Vec::new() }
    }
}

impl From<ApiError> for Reply {
    fn from(error: ApiError) -> Self {
        Self::with(error.status, error.body())
    }
}

fn percent_decoded(part: &str) -> String {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after
            .get(..2)
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        if let (b'%', Some(byte)) = (first, hex) {
            bytes.push(byte);
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::{Body, Call};

    #[test]
    fn paths_lose_trailing_slashes_and_percent_signs_but_keep_encoded_slashes_together() {
        let call = Call::new(
            "GET",
            "/services/data/v68.0/sobjects/Task/RevLoops_Key__c/engage%2F00Q%20a/?fields=Id%2CName",
            HeaderMap::new(),
            Body::Bytes(bytes::Bytes::new()),
        );
        assert_eq!(call.path, ["services", "data", "v68.0", "sobjects", "Task", "RevLoops_Key__c", "engage/00Q a"]);
        assert_eq!(call.query.get("fields").map(String::as_str), Some("Id,Name"));
    }

    #[test]
    fn a_post_may_say_that_it_is_a_patch() {
        assert_eq!(
            Call::new("POST", "/x?_HttpMethod=PATCH", HeaderMap::new(), Body::Bytes(bytes::Bytes::new())).method,
            "PATCH"
        );
    }
}
