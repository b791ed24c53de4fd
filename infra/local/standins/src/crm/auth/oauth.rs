//! `/services/oauth2`: tokens by client credentials, password, authorization code (with PKCE) and refresh token.
//!
//! The JWT bearer flow is not here: it needs the app's certificate, and no function of ours logs in with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{HeaderMap, StatusCode};
use rusqlite::{Connection, OptionalExtension as _};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::identity::identity_url;
use super::{passwords, tokens};
use crate::clock::now_ms;
use crate::crm::error::ApiError;
use crate::crm::{App, Client};

type Fields = BTreeMap<String, String>;

/// A refusal in OAuth's own shape.
struct Refusal {
    status: StatusCode,
    error: &'static str,
    description: &'static str,
}

impl Refusal {
    fn bad(error: &'static str, description: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error, description }
    }
}

impl From<ApiError> for Refusal {
    fn from(_: ApiError) -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            error: "server_error",
            description: "the stand-in's store failed",
        }
    }
}

/// `POST /services/oauth2/token`
pub(crate) async fn token(State(app): State<Arc<App>>, headers: HeaderMap, Form(fields): Form<Fields>) -> Response {
    let owned = Arc::clone(&app);
    let result = app.db.write(move |conn| Ok(grant(&owned, conn, &headers, &fields))).await;
    match result.map_err(Refusal::from).and_then(|granted| granted) {
        Ok(body) => axum::Json(body).into_response(),
        Err(refusal) => {
            (refusal.status, axum::Json(json!({ "error": refusal.error, "error_description": refusal.description })))
                .into_response()
        }
    }
}

fn grant(app: &App, conn: &Connection, headers: &HeaderMap, fields: &Fields) -> Result<Json, Refusal> {
    let field = |name: &str| fields.get(name).map(String::as_str);
    let (client_id, client_secret) = client_of(headers, fields);
    let client = app
        .options
        .clients
        .iter()
        .find(|client| client.id == client_id)
        .ok_or(Refusal::bad("invalid_client_id", "client identifier invalid"));
    let with_secret = |client: &Client| {
        if client.secret == client_secret {
            Ok(())
        } else {
            Err(Refusal::bad("invalid_client", "invalid client credentials"))
        }
    };
    let now = now_ms();
    // The refresh token that the answer brings, and the one that the access token ends with.
    let (user_id, refresh, parent) = match field("grant_type").unwrap_or_default() {
        "client_credentials" => {
            let client = client?;
            with_secret(client)?;
            let user = user_by_name(conn, &client.run_as)?
                .ok_or(Refusal::bad("invalid_grant", "no client credentials user enabled"))?;
            (user, None, None)
        }
        "password" => {
            with_secret(client?)?;
            let user =
                passwords::user(conn, field("username").unwrap_or_default(), field("password").unwrap_or_default())?;
            (user.ok_or(Refusal::bad("invalid_grant", "authentication failure"))?, None, None)
        }
        "refresh_token" => {
            let client = client?;
            if !client_secret.is_empty() {
                with_secret(client)?;
            }
            let token = field("refresh_token").unwrap_or_default();
            let grant = tokens::refreshed(conn, token)?.filter(|grant| grant.client_id == client_id);
            let user = grant.ok_or(Refusal::bad("invalid_grant", "expired access/refresh token"))?.user_id;
            if client.rotates_refresh_tokens {
                let new = tokens::rotated(conn, token)?;
                (user, Some(new.clone()), Some(new))
            } else {
                (user, None, Some(token.to_owned()))
            }
        }
        "authorization_code" => {
            let client = client?;
            if !client_secret.is_empty() {
                with_secret(client)?;
            }
            let grant = tokens::redeemed(conn, field("code").unwrap_or_default(), now)?
                .filter(|grant| grant.client_id == client_id);
            let grant = grant.ok_or(Refusal::bad("invalid_grant", "invalid authorization code"))?;
            let detail: Json =
                grant.detail.as_deref().and_then(|detail| serde_json::from_str(detail).ok()).unwrap_or_default();
            let said = |name: &str| detail.get(name).and_then(Json::as_str).filter(|text| !text.is_empty());
            if said("redirect_uri") != field("redirect_uri") {
                return Err(Refusal::bad("redirect_uri_mismatch", "redirect_uri must match configuration"));
            }
            match said("code_challenge") {
                Some(challenge)
                    if challenge
                        != URL_SAFE_NO_PAD.encode(Sha256::digest(field("code_verifier").unwrap_or_default())) =>
                {
                    return Err(Refusal::bad("invalid_grant", "invalid code verifier"));
                }
                // A client without a proof key has to show its secret.
                None => with_secret(client)?,
                Some(_) => {}
            }
            let refresh = tokens::refresh(conn, &grant.user_id, &client_id, now)?;
            (grant.user_id, Some(refresh.clone()), Some(refresh))
        }
        "urn:ietf:params:oauth:grant-type:jwt-bearer" => {
            return Err(Refusal::bad("unsupported_grant_type", "the stand-in has no JWT bearer flow"));
        }
        _ => return Err(Refusal::bad("unsupported_grant_type", "grant type not supported")),
    };
    let access = tokens::access_by(conn, &user_id, &client_id, parent.as_deref(), now)?;
    let mut body = json!({
        "access_token": access,
        "signature": STANDARD.encode(Sha256::digest(format!("{user_id}{now}"))),
        "scope": "api",
        "instance_url": app.url,
        "id": identity_url(&app.url, &user_id),
        "token_type": "Bearer",
        "issued_at": now.to_string(),
        "api_instance_url": app.url,
    });
    if let (Some(refresh), Some(body)) = (refresh, body.as_object_mut()) {
        body.insert("refresh_token".into(), refresh.into());
    }
    Ok(body)
}

/// `POST /services/oauth2/revoke`
pub(crate) async fn revoke(State(app): State<Arc<App>>, Query(query): Query<Fields>, body: String) -> Response {
    let token = url::form_urlencoded::parse(body.as_bytes())
        .find(|(name, _)| name == "token")
        .map(|(_, token)| token.into_owned())
        .or_else(|| query.get("token").cloned());
    match app.db.write(move |conn| tokens::revoke(conn, &token.unwrap_or_default())).await {
        Ok(true) => StatusCode::OK.into_response(),
        Ok(false) | Err(_) => (
            StatusCode::BAD_REQUEST,
            axum::Json(
                json!({ "error": "unsupported_token_type", "error_description": "this token type is not supported" }),
            ),
        )
            .into_response(),
    }
}

/// The client's id and secret, from the form or from basic authentication.
fn client_of(headers: &HeaderMap, fields: &Fields) -> (String, String) {
    let basic = headers
        .get(http::header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Basic "))
        .and_then(|value| STANDARD.decode(value).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|text| text.split_once(':').map(|(id, secret)| (id.to_owned(), secret.to_owned())));
    basic.unwrap_or_else(|| {
        (fields.get("client_id").cloned().unwrap_or_default(), fields.get("client_secret").cloned().unwrap_or_default())
    })
}

fn user_by_name(conn: &Connection, username: &str) -> Result<Option<String>, ApiError> {
    Ok(conn
        .prepare_cached(r#"SELECT "Id" FROM "User" WHERE "Username" = ?1 AND "IsActive" = 1 AND "IsDeleted" = 0"#)?
        .query_row([username], |row| row.get(0))
        .optional()?)
}
