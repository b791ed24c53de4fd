//! What the API answers when it refuses, in the vendor's shapes.

use serde_json::{Value, json};

/// One refusal: a status, the vendor's code and message, and the fields that it is about.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) fields: Vec<String>,
}

impl ApiError {
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), fields: Vec::new() }
    }

    /// A refusal with status 400, as most are.
    pub(crate) fn bad(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(400, code, message)
    }

    pub(crate) fn about<S: Into<String>>(mut self, fields: impl IntoIterator<Item = S>) -> Self {
        self.fields = fields.into_iter().map(Into::into).collect();
        self
    }

    pub(crate) fn not_found() -> Self {
        Self::new(404, "NOT_FOUND", "The requested resource does not exist")
    }

    pub(crate) fn json_parser(message: impl Into<String>) -> Self {
        Self::bad("JSON_PARSER_ERROR", message)
    }

    /// The body of a single call: an array with `errorCode`.
    pub(crate) fn body(&self) -> Value {
        let mut error = json!({ "message": self.message, "errorCode": self.code });
        if let (false, Some(error)) = (self.fields.is_empty(), error.as_object_mut()) {
            error.insert("fields".into(), json!(self.fields));
        }
        json!([error])
    }

    /// The entry in a collection's result: `statusCode` in place of `errorCode`, and `fields` always.
    pub(crate) fn entry(&self) -> Value {
        json!({ "statusCode": self.code, "message": self.message, "fields": self.fields })
    }
}

impl From<rusqlite::Error> for ApiError {
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!(%error, "the stand-in's store failed");
        Self::new(500, "UNKNOWN_EXCEPTION", "An unexpected error occurred in the stand-in's store")
    }
}
