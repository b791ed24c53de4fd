//! What asking any provider has in common: its address, its key, time limits, and errors that tell no person's data.

use std::time::Duration;

use reqwest::header::HeaderValue;
use reqwest::{Client, Response, StatusCode, Url};
use serde::de::DeserializeOwned;

use revloops_domain::{ErrorClass, Secret};
use revloops_loopkit::{Failure, Outcome};

/// Answers longer than this are none of these APIs'.
const MAX_ANSWER_BYTES: usize = 4 << 20;

/// Why a client cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The base URL is no URL, or not of http or https.
    #[error("the enrichment provider's URL is not an http or https URL")]
    Url,
    /// The key cannot be sent.
    #[error("the enrichment provider's API key is empty or holds characters that no header may hold")]
    Key,
    /// The HTTP client cannot be built.
    #[error("building the HTTP client")]
    Http(#[source] reqwest::Error),
}

/// One provider's API.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    http: Client,
    pub(crate) key: HeaderValue,
}

impl Api {
    pub(crate) fn new(key: &Secret) -> Result<Self, SetupError> {
        let mut key = key.trimmed().and_then(|key| HeaderValue::from_str(key).ok()).ok_or(SetupError::Key)?;
        key.set_sensitive(true);
        // A redirect would carry the key elsewhere; these APIs have none.
        let http = Client::builder().redirect(reqwest::redirect::Policy::none()).build().map_err(SetupError::Http)?;
        Ok(Self { http, key })
    }

    /// One request; whatever status comes.
    pub(crate) async fn get(&self, url: &Url, query: &[(&str, String)], timeout: Duration) -> Outcome<Response> {
        let request = self
            .http
            .get(url.clone())
            .query(query)
            .header("x-api-key", self.key.clone())
            .header("accept", "application/json")
            .timeout(timeout);
        // The URL holds the person's address: it is taken out of every error.
        request.send().await.map_err(|error| lost(error, timeout))
    }
}

/// `path` under `base`.
pub(crate) fn endpoint(base: &str, path: &str) -> Result<Url, SetupError> {
    let url = Url::parse(&format!("{}{path}", base.trim_end_matches('/'))).map_err(|_| SetupError::Url)?;
    if matches!(url.scheme(), "http" | "https") { Ok(url) } else { Err(SetupError::Url) }
}

fn lost(error: reqwest::Error, timeout: Duration) -> Failure {
    let context = if error.is_timeout() {
        format!("no answer within {} ms", timeout.as_millis())
    } else if error.is_connect() {
        "cannot be reached".to_owned()
    } else {
        "connection lost".to_owned()
    };
    Failure::new(ErrorClass::Transient, context).caused_by(error.without_url())
}

/// The answer's body, read to its end.
pub(crate) async fn body(mut response: Response, timeout: Duration) -> Outcome<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| lost(error, timeout))? {
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err(Failure::new(ErrorClass::Rejected, format!("answer of more than {MAX_ANSWER_BYTES} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// A refusal in words: its status, the kind of error where it is a word (its message may repeat what we asked by), and
/// `more`.
pub(crate) fn refused(class: ErrorClass, status: StatusCode, kind: Option<&str>, more: &str) -> Failure {
    let kind = kind.filter(|kind| kind.len() <= 60 && kind.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
    let kind = kind.map_or_else(String::new, |kind| format!(" {kind}"));
    Failure::new(class, format!("answered {}{kind}{more}", status.as_u16()))
}

/// Reads an answer. The cause of a failure is told by position alone; serde's text could quote a value.
pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Outcome<T> {
    serde_json::from_slice(body).map_err(|error| {
        let place = format!("line {} column {}", error.line(), error.column());
        Failure::new(ErrorClass::Rejected, format!("an answer that cannot be read at {place}"))
    })
}
