//! Who a token belongs to: `userinfo` and the identity URL.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};
use rusqlite::OptionalExtension as _;
use serde_json::{Value as Json, json};

use super::tokens;
use crate::clock::now_ms;
use crate::crm::http::session_token;
use crate::crm::store::values::datetime_text;
use crate::crm::{App, ids};

/// `GET /services/oauth2/userinfo`
pub(crate) async fn user_info(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    whoever(&app, &headers, None, |url, user| {
        json!({
            "sub": identity_url(url, &user.id), "user_id": user.id, "organization_id": ids::ORGANIZATION, "preferred_username": user.username, "nickname": user.username,
            "name": user.name, "email": user.email, "email_verified": true, "zoneinfo": user.zone, "locale": "en_US", "active": true,
            "urls": { "rest": format!("{url}/services/data/v{{version}}/"), "sobjects": format!("{url}/services/data/v{{version}}/sobjects/"), "query": format!("{url}/services/data/v{{version}}/query/") },
        })
    })
    .await
}

/// `GET /id/{org}/{user}`
pub(crate) async fn identity(
    State(app): State<Arc<App>>,
    Path((_organization, user_id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    whoever(&app, &headers, Some(user_id), |url, user| {
        json!({
            "id": identity_url(url, &user.id), "asserted_user": true, "user_id": user.id, "organization_id": ids::ORGANIZATION, "username": user.username,
            "nick_name": user.username, "display_name": user.name, "email": user.email, "email_verified": true, "first_name": user.first_name, "last_name": user.last_name,
            "timezone": user.zone, "active": true, "user_type": "STANDARD", "language": "en_US", "locale": "en_US", "utcOffset": 0,
            "last_modified_date": datetime_text(user.modified, "Z"), "is_app_installed": true,
            "urls": {
                "enterprise": format!("{url}/services/Soap/c/{{version}}/{}", ids::ORGANIZATION), "partner": format!("{url}/services/Soap/u/{{version}}/{}", ids::ORGANIZATION),
                "rest": format!("{url}/services/data/v{{version}}/"), "sobjects": format!("{url}/services/data/v{{version}}/sobjects/"),
                "query": format!("{url}/services/data/v{{version}}/query/"), "profile": format!("{url}/{}", user.id), "custom_domain": url,
            },
        })
    })
    .await
}

struct Person {
    id: String,
    username: String,
    name: String,
    first_name: Option<String>,
    last_name: String,
    email: String,
    zone: String,
    modified: i64,
}

async fn whoever(
    app: &Arc<App>,
    headers: &HeaderMap,
    wanted: Option<String>,
    shown: impl FnOnce(&str, &Person) -> Json,
) -> Response {
    let Some(token) = session_token(headers) else {
        return (StatusCode::FORBIDDEN, "Missing_OAuth_Token").into_response();
    };
    let person = app.db.read(move |conn| {
        let Some(own) = tokens::session(conn, &token, now_ms())? else { return Ok(None) };
        let id = wanted.as_deref().and_then(ids::normalise).unwrap_or(own);
        Ok(conn
            .prepare_cached(r#"SELECT "Id", "Username", "Name", "FirstName", "LastName", "Email", "TimeZoneSidKey", "LastModifiedDate" FROM "User" WHERE "Id" = ?1"#)?
            .query_row([id], |row| {
                Ok(Person {
                    id: row.get(0)?,
                    username: row.get(1)?,
                    name: row.get(2)?,
                    first_name: row.get(3)?,
                    last_name: row.get(4)?,
                    email: row.get(5)?,
                    zone: row.get(6)?,
                    modified: row.get(7)?,
                })
            })
            .optional()?)
    });
    match person.await {
        Ok(Some(person)) => axum::Json(shown(&app.url, &person)).into_response(),
        Ok(None) => (StatusCode::FORBIDDEN, "Bad_OAuth_Token").into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The URL that names a user.
pub(super) fn identity_url(url: &str, user_id: &str) -> String {
    format!("{url}/id/{}/{user_id}", ids::ORGANIZATION)
}
