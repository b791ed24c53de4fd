//! The page on which a user logs in and lets an app in, and the code that the app gets for it.
//!
//! A request names its client, where its user comes back to, and, with a proof key, the challenge (`S256`, the only method). What is
//! wrong with client or address is said here; anything else goes back to the app.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Form;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use serde_json::json;
use url::Url;

use super::login_page::{self, Person};
use super::{passwords, tokens};
use crate::clock::now_ms;
use crate::crm::App;
use crate::crm::error::ApiError;

type Fields = BTreeMap<String, String>;

/// No script, no frame. `form-action` is left out: browsers hold it against every address that a login leads on to.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A request whose client and address are known.
struct Asked {
    client_id: String,
    redirect_uri: Url,
    state: Option<String>,
    code_challenge: Option<String>,
}

/// `GET /services/oauth2/authorize`: the page. `login_hint` fills in the username.
pub(crate) async fn authorize(State(app): State<Arc<App>>, Query(query): Query<Fields>) -> Response {
    match asked(&app, &query) {
        Ok(_) => page(&app, StatusCode::OK, &query, query.get("login_hint").map(String::as_str), None).await,
        Err(refused) => *refused,
    }
}

/// `POST /services/oauth2/authorize`: the user has agreed. A wrong password shows the page again.
pub(crate) async fn authorized(
    State(app): State<Arc<App>>,
    Query(query): Query<Fields>,
    Form(fields): Form<Fields>,
) -> Response {
    // The page's form carries all that the address did; a client of ours may send either.
    let mut all = query;
    all.extend(fields);
    // The page has asked by GET, which has looked at it.
    all.entry("response_type".into()).or_insert_with(|| "code".into());
    let asked = match asked(&app, &all) {
        Ok(asked) => asked,
        Err(refused) => return *refused,
    };
    let username = all.get("username").cloned().unwrap_or_default();
    let password = all.remove("password").unwrap_or_default();
    let detail = json!({
        "redirect_uri": all.get("redirect_uri"), "code_challenge": asked.code_challenge.clone().unwrap_or_default(),
    });
    let (name, client_id, detail) = (username.clone(), asked.client_id.clone(), detail.to_string());
    let code = app.db.write(move |conn| match passwords::user(conn, &name, &password)? {
        Some(user_id) => tokens::code(conn, &user_id, &client_id, &detail, now_ms()).map(Some),
        None => Ok(None),
    });
    match code.await {
        Ok(Some(code)) => back(&asked, &[("code", &code)]),
        Ok(None) => {
            let problem =
                "Please check your username and password. If you still can't log in, contact your administrator.";
            page(&app, StatusCode::OK, &all, Some(&username), Some(problem)).await
        }
        Err(_) => back(&asked, &[("error", "server_error")]),
    }
}

fn asked(app: &App, query: &Fields) -> Result<Asked, Box<Response>> {
    let refuse = |error: &str, description: &str| {
        Box::new((StatusCode::BAD_REQUEST, format!("error={error}&error_description={description}")).into_response())
    };
    let text = |name: &str| query.get(name).filter(|text| !text.is_empty()).cloned();
    let client_id = text("client_id").unwrap_or_default();
    let Some(client) = app.options.clients.iter().find(|client| client.id == client_id) else {
        return Err(refuse("invalid_client_id", "client identifier invalid"));
    };
    let redirect = text("redirect_uri").unwrap_or_default();
    let registered = client.callback_urls.is_empty() || client.callback_urls.contains(&redirect);
    let Some(redirect_uri) = Url::parse(&redirect).ok().filter(|_| registered) else {
        return Err(refuse("redirect_uri_mismatch", "redirect_uri must match configuration"));
    };
    let asked = Asked { client_id, redirect_uri, state: text("state"), code_challenge: text("code_challenge") };
    if text("response_type").as_deref() != Some("code") {
        return Err(Box::new(back(&asked, &[("error", "unsupported_response_type")])));
    }
    let method = text("code_challenge_method");
    if method.as_deref().is_some_and(|method| method != "S256") {
        let why = "the code challenge method has to be S256";
        return Err(Box::new(back(&asked, &[("error", "invalid_request"), ("error_description", why)])));
    }
    let formed = |challenge: &String| {
        challenge.len() == 43 && challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    if asked.code_challenge.as_ref().map_or(method.is_some(), |challenge| !formed(challenge)) {
        return Err(Box::new(back(
            &asked,
            &[("error", "invalid_request"), ("error_description", "invalid code challenge")],
        )));
    }
    Ok(asked)
}

/// Sends the user back to the app.
fn back(asked: &Asked, answer: &[(&str, &str)]) -> Response {
    let mut target = asked.redirect_uri.clone();
    let state = asked.state.as_deref().map(|state| ("state", state));
    target.query_pairs_mut().extend_pairs(answer.iter().copied().chain(state));
    Redirect::to(target.as_str()).into_response()
}

async fn page(
    app: &App,
    status: StatusCode,
    query: &Fields,
    username: Option<&str>,
    problem: Option<&str>,
) -> Response {
    let people = match people(app).await {
        Ok(people) => people,
        Err(error) => return error.into_response(),
    };
    let page = login_page::render(&login_page::Page {
        asked: query,
        username: username.unwrap_or_default(),
        problem,
        people: &people,
    });
    let headers = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
    ];
    (status, headers, Html(page)).into_response()
}

/// Whom one can log in as.
async fn people(app: &App) -> Result<Vec<Person>, ApiError> {
    app.db
        .read(|conn| {
            let mut statement = conn.prepare_cached(
                r#"SELECT u."Username", u."Name", u."Title", r."Name", p."Name" FROM "User" u JOIN "Profile" p ON p."Id" = u."ProfileId"
                   LEFT JOIN "UserRole" r ON r."Id" = u."UserRoleId" WHERE u."IsActive" = 1 AND u."IsDeleted" = 0 ORDER BY u."Name", u."Id" LIMIT 200"#,
            )?;
            let people = statement.query_map([], |row| {
                Ok(Person { username: row.get(0)?, name: row.get(1)?, title: row.get(2)?, role: row.get(3)?, profile: row.get(4)? })
            })?;
            Ok(people.collect::<rusqlite::Result<_>>()?)
        })
        .await
}
