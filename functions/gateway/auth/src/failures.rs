//! Refusals in OAuth's own shape, for the endpoints that apps call.

use http::{Response, StatusCode};
use serde_json::json;

use revloops_loopkit::Failure;

use crate::params::BadParams;
use crate::respond;

/// A refusal: status, OAuth's word for it, and words for whoever builds the app.
#[derive(Debug)]
pub(crate) struct OauthError {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) description: String,
}

impl OauthError {
    pub(crate) fn bad(code: &'static str, description: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, description: description.into() }
    }

    pub(crate) fn response(&self) -> Response<Vec<u8>> {
        respond::json(self.status, &json!({"error": self.code, "error_description": self.description}))
    }
}

impl From<BadParams> for OauthError {
    fn from(error: BadParams) -> Self {
        Self::bad("invalid_request", error.to_string())
    }
}

impl From<Failure> for OauthError {
    fn from(failure: Failure) -> Self {
        let (status, code) = word(&failure);
        Self { status, code, description: "the request could not be answered now".to_owned() }
    }
}

/// What is ours to mend, as apps are told; it is logged here, where it is handled.
pub(crate) fn word(failure: &Failure) -> (StatusCode, &'static str) {
    if failure.class().passes_by_itself() {
        tracing::warn!("answering: {failure}");
        (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable")
    } else {
        tracing::error!("answering: {failure}");
        (StatusCode::INTERNAL_SERVER_ERROR, "server_error")
    }
}
