//! The page on which a user lets an app in, and the code that the app gets for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Form;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use http::StatusCode;
use serde_json::json;

use super::{passwords, tokens};
use crate::clock::now_ms;
use crate::crm::App;
use crate::crm::xml::escaped;

type Fields = BTreeMap<String, String>;

/// `GET /services/oauth2/authorize`: the page on which a user agrees.
pub(crate) async fn authorize(State(app): State<Arc<App>>, Query(query): Query<Fields>) -> Response {
    let known = query.get("client_id").is_some_and(|id| app.options.clients.iter().any(|client| client.id == *id));
    if !known || query.get("response_type").is_none_or(|wanted| wanted != "code") || !query.contains_key("redirect_uri")
    {
        return (StatusCode::BAD_REQUEST, "error=invalid_client_id or response_type or redirect_uri").into_response();
    }
    let hidden: String = ["client_id", "redirect_uri", "state", "code_challenge"]
        .iter()
        .filter_map(|name| {
            query.get(*name).map(|value| format!(r#"<input type="hidden" name="{name}" value="{}">"#, escaped(value)))
        })
        .collect();
    Html(format!(
        r#"<!doctype html><html lang="en"><meta charset="utf-8"><title>CRM stand-in: log in</title><body><p><strong>This is RevLoops' local stand-in for the CRM.</strong></p>
<form method="post"><label>Username <input name="username" autocomplete="username"></label> <label>Password <input name="password" type="password" autocomplete="current-password"></label>{hidden}<button>Log in and allow</button></form></body></html>"#
    ))
    .into_response()
}

/// `POST /services/oauth2/authorize`: the user has agreed.
pub(crate) async fn authorized(State(app): State<Arc<App>>, Form(fields): Form<Fields>) -> Response {
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let (username, password, client_id, redirect_uri, state) =
        (field("username"), field("password"), field("client_id"), field("redirect_uri"), field("state"));
    if !app.options.clients.iter().any(|client| client.id == client_id) {
        return (StatusCode::BAD_REQUEST, "error=invalid_client_id").into_response();
    }
    let detail = json!({ "redirect_uri": redirect_uri, "code_challenge": field("code_challenge") }).to_string();
    let code = app
        .db
        .write(move |conn| match passwords::user(conn, &username, &password)? {
            Some(user_id) => tokens::code(conn, &user_id, &client_id, &detail, now_ms()).map(Some),
            None => Ok(None),
        })
        .await;
    let Ok(mut target) = url::Url::parse(&redirect_uri) else {
        return (StatusCode::BAD_REQUEST, "error=redirect_uri").into_response();
    };
    match code {
        Ok(Some(code)) => target.query_pairs_mut().append_pair("code", &code),
        Ok(None) => return (StatusCode::UNAUTHORIZED, "The user name or the password is wrong.").into_response(),
        Err(_) => target.query_pairs_mut().append_pair("error", "server_error"),
    };
    if !state.is_empty() {
        target.query_pairs_mut().append_pair("state", &state);
    }
    Redirect::to(target.as_str()).into_response()
}
