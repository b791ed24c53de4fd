//! Keys, limits, statuses and error shapes, as published: <https://docs.peopledatalabs.com/docs/errors>.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{company, hunter, person, record};
use crate::clock::now_ms;
use crate::faults::Refusals;
use crate::host::{self, Running};

pub(super) type Params = BTreeMap<String, String>;

/// How the stand-in is set up.
#[derive(Debug, Clone)]
pub struct Options {
    /// The one key that it takes, as either provider.
    pub api_key: String,
    /// Requests that it takes in a minute from one endpoint; the vendor's paying customers have 1,000.
    pub per_minute: u32,
}

pub(super) struct App {
    pub(super) options: Options,
    /// By endpoint: the minute's number and the requests in it.
    windows: Mutex<BTreeMap<&'static str, (i64, u32)>>,
}

/// Starts both providers on `listener`: their paths differ.
///
/// # Errors
/// When the listener has no local address.
pub fn serve(listener: TcpListener, options: Options) -> anyhow::Result<Running> {
    let app = Arc::new(App { options, windows: Mutex::default() });
    let router = Router::new()
        .route("/", get(about))
        .route("/v5/company/enrich", get(enrich_company))
        .route("/v5/person/enrich", get(enrich_person))
        .merge(hunter::routes())
        // Not the shape of "nobody known", so that a wrong URL is not taken for it.
        .fallback(|| async { (StatusCode::NOT_FOUND, Json(json!({ "message": "Not Found" }))) })
        .with_state(app);
    host::serve(listener, "enrichment", refusals(), router)
}

async fn about() -> &'static str {
    "This is a local stand-in for the enrichment APIs of People Data Labs and Hunter. Its companies and people are made up.\n"
}

async fn enrich_company(State(app): State<Arc<App>>, headers: HeaderMap, Query(params): Query<Params>) -> Response {
    app.answer("enrich_company", &headers, &params, |params| {
        let asked = company::Asked {
            website: text(params, "website"),
            name: text(params, "name"),
            country: text(params, "country"),
        };
        if asked.website.is_none() && asked.name.is_none() {
            return Err("Request must contain at least one of: pdl_id, name, ticker, website, profile.");
        }
        Ok(company::find(&asked).map(|(company, likelihood)| (record::company(company, likelihood), likelihood)))
    })
}

async fn enrich_person(State(app): State<Arc<App>>, headers: HeaderMap, Query(params): Query<Params>) -> Response {
    app.answer("enrich", &headers, &params, |params| {
        let Some(email) = text(params, "email") else {
            return Err("Request does not contain enough data points: this stand-in looks people up by email alone.");
        };
        let found = person::find(email, text(params, "first_name"), text(params, "last_name"));
        Ok(found.map(|(person, likelihood)| (record::person(&person, likelihood), likelihood)))
    })
}

pub(super) fn text<'a>(params: &'a Params, name: &str) -> Option<&'a str> {
    params.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
}

impl App {
    /// One call: key, limit, parameters, look-up, and the headers that count them.
    fn answer<F>(&self, credits: &'static str, headers: &HeaderMap, params: &Params, look_up: F) -> Response
    where
        F: FnOnce(&Params) -> Result<Option<(Value, u8)>, &'static str>,
    {
        let key = headers.get("x-api-key").and_then(|key| key.to_str().ok()).or_else(|| text(params, "api_key"));
        if key != Some(self.options.api_key.as_str()) {
            return error(401, "authentication_error", "Request contained a missing or invalid key");
        }
        let (used, resets) = self.count(credits);
        let limit = self.options.per_minute;
        let mut spent = 0;
        let mut response = if used > limit {
            error(429, "rate_limit_error", "An error occurred due to requests hitting the API too quick")
        } else {
            match (likelihood(params), look_up(params)) {
                (Err(message), _) | (_, Err(message)) => error(400, "invalid_request_error", message),
                (Ok(wanted), Ok(Some((record, likelihood)))) if likelihood >= wanted => {
                    spent = 1;
                    Json(record).into_response()
                }
                (Ok(_), Ok(_)) => error(404, "not_found", "No records were found matching your request"),
            }
        };
        let counted = [
            ("x-ratelimit-limit", json!({ "minute": limit }).to_string()),
            ("x-ratelimit-remaining", json!({ "minute": limit.saturating_sub(used) }).to_string()),
            ("x-ratelimit-reset", resets),
            ("x-call-credits-type", credits.to_owned()),
            ("x-call-credits-spent", spent.to_string()),
        ];
        for (name, value) in counted {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }

    /// Requests in this minute with this one, and when the minute ends, in UTC.
    pub(super) fn count(&self, endpoint: &'static str) -> (u32, String) {
        let minute = now_ms() / 60_000;
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let window = windows.entry(endpoint).or_insert((minute, 0));
        if window.0 != minute {
            *window = (minute, 0);
        }
        window.1 += 1;
        let end = jiff::Timestamp::from_second((minute + 1) * 60).unwrap_or_default();
        (window.1, end.strftime("%Y-%m-%dT%H:%M:%S").to_string())
    }
}

fn likelihood(params: &Params) -> Result<u8, &'static str> {
    let Some(text) = text(params, "min_likelihood") else { return Ok(2) };
    match text.parse::<u8>() {
        Ok(likelihood) if (1..=10).contains(&likelihood) => Ok(likelihood),
        Ok(_) | Err(_) => Err("Request contained an invalid parameter: min_likelihood is an integer between 1 and 10."),
    }
}

fn error(status: u16, kind: &str, message: &str) -> Response {
    let body = json!({ "status": status, "error": { "type": kind, "message": message } });
    (StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), Json(body)).into_response()
}

/// How People Data Labs refuses when it is told to.
fn refusals() -> Refusals {
    fn throttled(status: Option<u16>) -> Response {
        error(status.unwrap_or(429), "rate_limit_error", "An error occurred due to requests hitting the API too quick")
    }
    fn broken(status: Option<u16>) -> Response {
        match status.unwrap_or(500) {
            400 => error(400, "invalid_request_error", "Request contained either missing or invalid parameters"),
            401 => error(401, "authentication_error", "Request contained a missing or invalid key"),
            402 => {
                error(402, "payment_required", "You have hit your account maximum for enrichment (all matches used)")
            }
            403 => error(403, "invalid_request_error", "Your account is not allowed to use this endpoint"),
            429 => throttled(None),
            status => error(
                status,
                "api_error",
                "The server encountered an unexpected condition which prevented it from fulfilling the request",
            ),
        }
    }
    Refusals { throttled, broken }
}
