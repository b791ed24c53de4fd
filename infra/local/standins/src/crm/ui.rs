//! What the rep's page needs beyond the API and its files: picking a user, and conversion, which the vendor has in its own page only.
//!
//! | endpoint | does |
//! |---|---|
//! | `GET /_ui/users` | whom one can be |
//! | `POST /_ui/login {"username": "…"}` | a session for a user, as a cookie and as JSON: `{"token", "userId", "name"}` |
//! | `POST /_ui/convert {"leadId": "…", "opportunityName"?, "withoutOpportunity"?}` | `{"accountId", "contactId", "opportunityId"}` |

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::HeaderMap;
use http::header::SET_COOKIE;
use rusqlite::OptionalExtension as _;
use serde::Deserialize;
use serde_json::json;

use super::access::{Right, Viewer};
use super::auth::tokens;
use super::convert::{Wishes, convert};
use super::error::ApiError;
use super::http::{Answer, not_logged_in, session_token};
use super::store::write::Scope;
use super::{App, ids};
use crate::clock::now_ms;

pub(crate) async fn users(State(app): State<Arc<App>>) -> Answer {
    let users = app.db.read(|conn| {
        let mut statement = conn.prepare_cached(r#"SELECT "Id", "Name", "Username", "Title" FROM "User" WHERE "IsActive" = 1 AND "IsDeleted" = 0 ORDER BY "Name", "Id""#)?;
        let users = statement.query_map([], |row| {
            Ok(json!({ "id": row.get::<_, String>(0)?, "name": row.get::<_, String>(1)?, "username": row.get::<_, String>(2)?, "title": row.get::<_, Option<String>>(3)? }))
        })?;
        Ok(users.collect::<rusqlite::Result<Vec<_>>>()?)
    });
    Ok(Json(json!({ "users": users.await? })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Login {
    username: String,
}

/// Without a password: the page is for a demonstration on one machine, and says so.
pub(crate) async fn login(State(app): State<Arc<App>>, Json(login): Json<Login>) -> Result<Response, ApiError> {
    let granted = app.db.write(move |conn| {
        let found: Option<(String, String)> = conn
            .prepare_cached(
                r#"SELECT "Id", "Name" FROM "User" WHERE "Username" = ?1 AND "IsActive" = 1 AND "IsDeleted" = 0"#,
            )?
            .query_row([login.username], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((id, name)) = found else {
            return Err(ApiError::new(404, "NOT_FOUND", "no active user of this name"));
        };
        Ok((tokens::access(conn, &id, "page", now_ms())?, id, name))
    });
    let (token, id, name) = granted.await?;
    let cookie = format!("sid={token}; Path=/; HttpOnly; SameSite=Strict");
    Ok(([(SET_COOKIE, cookie)], Json(json!({ "token": token, "userId": id, "name": name }))).into_response())
}

pub(crate) async fn convert_lead(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Json(wishes): Json<Wishes>,
) -> Answer {
    let token = session_token(&headers).ok_or_else(not_logged_in)?;
    let owned = Arc::clone(&app);
    let converted = app.db.write(move |conn| {
        let now = now_ms();
        let user_id = tokens::session(conn, &token, now)?.ok_or_else(not_logged_in)?;
        let viewer = Viewer::load(conn, &owned.schema, &user_id)?;
        let scope = Scope {
            conn,
            schema: &owned.schema,
            viewer: &viewer,
            user_id: &user_id,
            now,
            auto_assign: false,
            unmodified_since: None,
            system: true,
        };
        // What follows from a conversion is the organisation's doing; that it begins is the user's.
        if let (Some(leads), Some(id)) = (owned.schema.object("Lead"), ids::normalise(wishes.lead_id())) {
            viewer.check_change(conn, Right::Edit, leads, &id)?;
        }
        convert(&scope, &wishes)
    });
    let converted = converted.await?;
    app.sender.wake();
    Ok(Json(converted))
}
