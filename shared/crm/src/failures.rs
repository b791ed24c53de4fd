//! The CRM's errors as classes.
//!
//! Messages from the CRM quote what was sent to it, mail addresses for one, so a failure's text is made of status,
//! error codes and field names alone.

use cirrus::CirrusError;
use cirrus::auth::AuthError;

use revloops_domain::ErrorClass;
use revloops_loopkit::Failure;

/// Codes by which Salesforce says "less, please". Its own limit comes with status 403.
const THROTTLING: &[&str] = &["REQUEST_LIMIT_EXCEEDED", "TOO_MANY_REQUESTS"];

/// Codes that come with status 400, 403 or 500 and pass by themselves. Two upserts of one key at the same moment give
/// one of them `DUPLICATE_VALUE`; tried again, it finds the record.
const PASSING: &[&str] = &[
    "UNABLE_TO_LOCK_ROW",
    "SERVER_UNAVAILABLE",
    "UNKNOWN_EXCEPTION",
    "QUERY_TIMEOUT",
    "REQUEST_RUNNING_TOO_LONG",
    "CONCURRENT_REQUESTS_LIMIT_EXCEEDED",
    "DUPLICATE_VALUE",
];

const GONE: &[&str] = &["NOT_FOUND", "ENTITY_IS_DELETED"];

/// The failure of `doing`, which names records by id.
pub(crate) fn failure(doing: impl Into<String>, error: &CirrusError) -> Failure {
    let (class, why) = classify(error);
    Failure::new(class, format!("{}: {why}", doing.into()))
}

/// Whether the record asked for is not there.
pub(crate) fn is_gone(error: &CirrusError) -> bool {
    matches!(error, CirrusError::Api { status: 404, errors, .. }
        if errors.is_empty() || errors.iter().any(|error| GONE.contains(&error.error_code.as_str())))
        || matches!(error, CirrusError::Api { errors, .. }
            if errors.iter().any(|error| error.error_code == "ENTITY_IS_DELETED"))
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the library's error enum is open: what it adds is our mistake to read"
)]
fn classify(error: &CirrusError) -> (ErrorClass, String) {
    match error {
        CirrusError::Api { status, errors, .. } => {
            let codes: Vec<&str> = errors.iter().map(|error| error.error_code.as_str()).collect();
            let fields: Vec<&str> = errors.iter().flat_map(|error| error.fields.iter().map(String::as_str)).collect();
            let columns = errors.iter().filter_map(|error| unknown_column(&error.message));
            let mut why = format!("the CRM answered {status} {}", codes.join(", "));
            let named: Vec<&str> = fields.into_iter().chain(columns).collect();
            if !named.is_empty() {
                why = format!("{why} for {}", named.join(", "));
            }
            let class = class_of(*status, &codes);
            if class == ErrorClass::Rejected && is_gone(error) {
                why = format!("{why}: the record is gone");
            }
            (class, why.trim_end().to_owned())
        }
        CirrusError::MultipleMatches { records, .. } => (
            ErrorClass::Rejected,
            format!("{} records have this key: the external-id field must also be unique", records.len()),
        ),
        CirrusError::Http(error) => transport(error),
        CirrusError::Auth(error) => logging_in(error),
        CirrusError::ResponseTooLarge { status, limit, .. } => {
            (ErrorClass::Transient, format!("the CRM answered {status} with more than {limit} bytes"))
        }
        CirrusError::InvalidResponse(_) => {
            (ErrorClass::Transient, "the CRM's answer was not of the shape documented".to_owned())
        }
        CirrusError::MissingField(_) | CirrusError::Url(_) | CirrusError::HttpClient(_) => {
            (ErrorClass::ConfigInvalid, "the CRM client's settings are not usable".to_owned())
        }
        _ => (ErrorClass::Bug, "the CRM client could not build the request".to_owned()),
    }
}

pub(crate) fn class_of(status: u16, codes: &[&str]) -> ErrorClass {
    let any = |list: &[&str]| codes.iter().any(|code| list.contains(code));
    match status {
        _ if any(THROTTLING) => ErrorClass::Throttled,
        _ if any(PASSING) => ErrorClass::Transient,
        429 | 503 => ErrorClass::Throttled,
        408 | 500.. => ErrorClass::Transient,
        // The library has logged in again already, and the CRM still refuses.
        401 => ErrorClass::ConfigInvalid,
        // A redirect is not followed with a token in hand: the URL in the settings is not the org's own.
        300..=399 => ErrorClass::ConfigInvalid,
        _ => ErrorClass::Rejected,
    }
}

fn transport(error: &cirrus::reqwest::Error) -> (ErrorClass, String) {
    if error.is_builder() {
        return (ErrorClass::Bug, "the request to the CRM could not be built".to_owned());
    }
    let why = match (error.is_timeout(), error.is_connect()) {
        (true, _) => "the CRM did not answer in time",
        (false, true) => "no connection to the CRM",
        (false, false) => "the connection to the CRM broke",
    };
    (ErrorClass::Transient, why.to_owned())
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the library's error enum is open: what it adds stops the log-in")]
fn logging_in(error: &AuthError) -> (ErrorClass, String) {
    match error {
        AuthError::Http(error) => transport(error),
        AuthError::UnexpectedResponse { status } | AuthError::ResponseTooLarge { status, .. } => {
            (class_of(*status, &[]), format!("logging in: the CRM answered {status}"))
        }
        AuthError::OAuth { error, .. } => {
            let class = match error.as_str() {
                "temporarily_unavailable" | "server_error" | "unknown_error" => ErrorClass::Transient,
                "rate_limit_exceeded" | "slow_down" => ErrorClass::Throttled,
                _ => ErrorClass::ConfigInvalid,
            };
            (class, format!("logging in: the CRM answered `{}`", code(error)))
        }
        AuthError::InstanceUrlMismatch { .. } => (
            ErrorClass::ConfigInvalid,
            "logging in: the URL in the settings is not the org's own, as the CRM's answer names it".to_owned(),
        ),
        AuthError::InsecureLoginUrl { .. } => (
            ErrorClass::ConfigInvalid,
            "logging in: the URL in the settings is not https; only this machine may be called without".to_owned(),
        ),
        // What several callers share of one failed log-in has lost its cause; it was a transport's in nearly all cases.
        AuthError::Other(_) => (ErrorClass::Transient, "logging in failed".to_owned()),
        _ => (ErrorClass::ConfigInvalid, "logging in: the settings are not usable".to_owned()),
    }
}

/// An OAuth error code is one word; what is not, is withheld.
fn code(text: &str) -> &str {
    if text.len() <= 60 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
        text
    } else {
        "another error"
    }
}

/// The column in `No such column 'RevLoops_Score__c' on …`: it tells that our package is not deployed in the org.
fn unknown_column(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("No such column '")?;
    let (column, _) = rest.split_once('\'')?;
    column.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')).then_some(column)
}
