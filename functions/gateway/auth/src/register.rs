//! `POST /oauth/register`: an app registers itself (RFC 7591).
//!
//! Anybody may, so there is a cap an hour, and what is registered buys nothing but a consent page that says so. All are
//! public clients: who asks for a secret is registered without one, and told.

use http::{Request, Response, StatusCode, header};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::json;

use revloops_domain::ErrorClass;
use revloops_loopkit::{Failure, Outcome};

use crate::clients::{self, Client, shown_name};
use crate::failures::OauthError;
use crate::{Ports, random, redirects, respond};

const MAX_BYTES: usize = 16 * 1024;
const MAX_REDIRECTS: usize = 10;

/// Registrations an hour, by everybody together. People install apps by the dozen, not by the hundred.
const MOST_AN_HOUR: u32 = 200;

#[derive(Deserialize)]
struct Asked {
    redirect_uris: Vec<String>,
    client_name: Option<String>,
    grant_types: Option<Vec<String>>,
    response_types: Option<Vec<String>>,
}

pub(crate) async fn register(request: &Request<Vec<u8>>, ports: &Ports) -> Response<Vec<u8>> {
    registered(request, ports).await.unwrap_or_else(|error| error.response())
}

async fn registered(request: &Request<Vec<u8>>, ports: &Ports) -> Result<Response<Vec<u8>>, OauthError> {
    let wrong = |why: &str| OauthError::bad("invalid_client_metadata", why);
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json") {
        return Err(wrong("the body must be application/json"));
    }
    if request.body().len() > MAX_BYTES {
        return Err(wrong("the body is too long"));
    }
    let asked: Asked = serde_json::from_slice(request.body())
        .map_err(|_| wrong("the body must be a JSON object with redirect_uris, a list of texts"))?;
    if asked.redirect_uris.is_empty() || asked.redirect_uris.len() > MAX_REDIRECTS {
        return Err(OauthError::bad("invalid_redirect_uri", format!("give 1 to {MAX_REDIRECTS} redirect_uris")));
    }
    for uri in &asked.redirect_uris {
        redirects::check(uri).map_err(|why| OauthError::bad("invalid_redirect_uri", why.to_string()))?;
    }
    let grants = asked.grant_types.unwrap_or_else(|| vec!["authorization_code".to_owned()]);
    if !grants.iter().any(|grant| grant == "authorization_code") {
        return Err(wrong("grant_types must have authorization_code: there is no other way in"));
    }
    if asked.response_types.is_some_and(|types| !types.iter().any(|one| one == "code")) {
        return Err(wrong("response_types must have code"));
    }
    let now = ports.clock.now();
    if !counted(ports).await? {
        let status = StatusCode::TOO_MANY_REQUESTS;
        let description = "too many apps have registered within the hour: try again later".to_owned();
        return Err(OauthError { status, code: "temporarily_unavailable", description });
    }
    let client = Client {
        id: format!("app-{}", random::fresh()?),
        name: shown_name(&asked.client_name.unwrap_or_default()),
        redirect_uris: asked.redirect_uris,
        refreshes: grants.iter().any(|grant| grant == "refresh_token"),
        described_at: None,
    };
    clients::keep(ports, &client, now).await?;
    tracing::info!(client_id = client.id, "an app has registered");
    let mut grants = vec!["authorization_code"];
    if client.refreshes {
        grants.push("refresh_token");
    }
    let body = json!({
        "client_id": client.id,
        "client_id_issued_at": now.as_second(),
        "client_name": client.name,
        "redirect_uris": client.redirect_uris,
        "grant_types": grants,
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    });
    Ok(respond::json(StatusCode::CREATED, &body))
}

const COUNTS: &str = "registrations";

#[derive(Serialize, Deserialize, Default)]
struct Counted {
    registered: u32,
}

/// Counts one more in this hour; false where that were too many.
async fn counted(ports: &Ports) -> Outcome<bool> {
    let now = ports.clock.now();
    let hour = now.as_second().div_euclid(3600).to_string();
    let ends = Some(now + SignedDuration::from_hours(2));
    let broken = |error| Failure::unreadable(ErrorClass::Bug, "counting registrations", &error);
    for _ in 0..20 {
        let stored = ports.documents.read(COUNTS, &hour, now).await?;
        let counted = match &stored {
            Some(stored) => Counted::deserialize(&stored.value).map_err(broken)?,
            None => Counted::default(),
        };
        if counted.registered >= MOST_AN_HOUR {
            return Ok(false);
        }
        let more = serde_json::to_value(Counted { registered: counted.registered + 1 }).map_err(broken)?;
        let written = match stored {
            Some(stored) => ports.documents.replace(COUNTS, &hour, &more, ends, stored.version).await?,
            None => ports.documents.create(COUNTS, &hour, &more, ends).await?,
        };
        if written {
            return Ok(true);
        }
    }
    Err(Failure::new(ErrorClass::Busy, "many apps register at this moment"))
}
