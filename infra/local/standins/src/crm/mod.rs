//! The CRM: Salesforce's REST API, OAuth, SOQL and outbound messages, kept in SQLite.
//!
//! Its custom fields, outbound messages and the flows that fire them are read from the SFDX package, so that what the package lacks is
//! missing here too.
//!
//! | module | answers |
//! |---|---|
//! | `schema` | which objects and fields there are |
//! | `store` | how records are kept, checked and changed |
//! | `soql` | what a query finds |
//! | `access` | what a user may see and change |
//! | `rest` | which resource a request is for |
//! | `auth` | who may use it |
//! | `outbound` | what is sent when a record is saved |
//! | `convert` | what becomes of a converted lead |
//! | `page` | which files a browser gets |
//! | `ui`, `control` | what the page and the tests need |
//!
//! Sharing, profiles and the hierarchy of roles hold for every call by a user's token (`access` says which); the integration user is an
//! administrator.
//!
//! What it does not have: the JWT bearer flow, Bulk 2.0, SOSL, territory assignment rules, ETags, sharing rules and teams, field-level security,
//! validation rules and triggers, time zones other than GMT, and SOQL's `TYPEOF` and date functions.

mod access;
mod auth;
mod control;
mod convert;
mod error;
mod http;
mod ids;
mod outbound;
mod page;
mod rest;
mod schema;
mod seed;
mod soql;
mod store;
mod ui;
mod xml;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use anyhow::{Context as _, anyhow};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get, post, put};
use tokio::net::TcpListener;

pub use outbound::sender::Delivery;
pub use seed::{ADMIN, INTEGRATION};

use self::error::ApiError;
use self::outbound::sender::Sender;
use self::schema::Schema;
use self::store::Db;
use crate::clock::now_ms;
use crate::faults::Refusals;
use crate::host::{self, Running};

/// An app that may log in, as an External Client App of the organisation.
#[derive(Debug, Clone)]
pub struct Client {
    /// Consumer key.
    pub id: String,
    /// Consumer secret.
    pub secret: String,
    /// The user that the client credentials flow runs as.
    pub run_as: String,
    /// Where users may be sent back to, exactly as written; any where the list is empty.
    pub callback_urls: Vec<String>,
    /// Whether each refresh gives a new refresh token and ends the one that it was asked with.
    pub rotates_refresh_tokens: bool,
}

/// How the stand-in is set up.
#[derive(Debug, Clone)]
pub struct Options {
    /// The SQLite file; created where it is missing.
    pub database: PathBuf,
    /// The SFDX package's directory.
    pub package_dir: PathBuf,
    /// URL that clients are sent to; the listener's address where absent.
    pub public_url: Option<String>,
    /// Apps that may log in.
    pub clients: Vec<Client>,
    /// Password of the two users that exist from the start, and of everybody who has none of their own.
    pub password: String,
    /// How outbound messages are sent.
    pub delivery: Delivery,
}

/// What every request needs.
pub(crate) struct App {
    db: Db,
    schema: Arc<Schema>,
    sender: Sender,
    cursors: Arc<rest::Cursors>,
    options: Options,
    url: String,
    used_calls: AtomicU64,
}

/// Starts the CRM on `listener`.
///
/// # Errors
/// When the package or the database cannot be read.
pub async fn serve(listener: TcpListener, options: Options) -> anyhow::Result<Running> {
    let schema = Arc::new(Schema::load(&options.package_dir)?);
    if let Some(dir) = options.database.parent() {
        std::fs::create_dir_all(dir).with_context(|| format!("creating {}", dir.display()))?;
    }
    let db = Db::open(&options.database, &schema)?;
    let (seed_schema, password) = (Arc::clone(&schema), options.password.clone());
    db.write(move |conn| seed::ensure(conn, &seed_schema, now_ms(), &password))
        .await
        .map_err(|error| anyhow!("seeding the organisation: {}", error.message))?;
    if let Some(url) = options.delivery.endpoint_url.clone() {
        outbound::control::set_endpoint(&db, Some(url))
            .await
            .map_err(|error| anyhow!("keeping the endpoint: {}", error.message))?;
    }
    let url = match &options.public_url {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => format!("http://{}", listener.local_addr()?),
    };
    let sender = Sender::new(db.clone(), Arc::clone(&schema), options.delivery.clone(), &url)?;
    let app = Arc::new(App {
        db,
        schema,
        sender: sender.clone(),
        cursors: Arc::default(),
        options,
        url,
        used_calls: AtomicU64::new(0),
    });
    let mut running = host::serve(listener, "crm", refusals(), router(app))?;
    running.also_run(sender.run());
    Ok(running)
}

fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/services/oauth2/token", post(auth::oauth::token))
        .route("/services/oauth2/revoke", post(auth::oauth::revoke))
        .route("/services/oauth2/userinfo", get(auth::identity::user_info))
        .route("/services/oauth2/authorize", get(auth::authorize::authorize).post(auth::authorize::authorized))
        .route("/id/{organization}/{user}", get(auth::identity::identity))
        .route("/services/Soap/{flavour}/{*rest}", post(auth::soap::login))
        .route("/services/data", any(http::api))
        .route("/services/data/", any(http::api))
        .route("/services/data/{*rest}", any(http::api))
        .route("/_standin/writes", get(control::writes))
        .route("/_standin/org", get(control::show_org).put(control::put_org))
        .route("/_standin/territory_models/{id}", put(control::territories::put_model))
        .route("/_standin/territory_rules", post(control::territories::run_rule))
        .route("/_standin/outbound", get(outbound::control::show).put(outbound::control::put))
        .route("/_standin/outbound/resend", post(outbound::control::resend))
        .merge(page::routes())
        .route("/_ui/users", get(ui::users))
        .route("/_ui/login", post(ui::login))
        .route("/_ui/convert", post(ui::convert_lead))
        .fallback(|| async { ApiError::not_found() })
        .layer(DefaultBodyLimit::max(1 << 20))
        .with_state(app)
}

/// How Salesforce refuses when it is told to.
fn refusals() -> Refusals {
    fn throttled(status: Option<u16>) -> Response {
        ApiError::new(status.unwrap_or(403), "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.").into_response()
    }
    fn broken(status: Option<u16>) -> Response {
        match status.unwrap_or(503) {
            503 => ApiError::new(503, "SERVER_UNAVAILABLE", "Server is temporarily unavailable. Please retry.")
                .into_response(),
            401 => http::not_logged_in().into_response(),
            400 => {
                ApiError::bad("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record").into_response()
            }
            status => ApiError::new(
                status,
                "UNKNOWN_EXCEPTION",
                "An unexpected error occurred. Please include this ErrorId if you contact support.",
            )
            .into_response(),
        }
    }
    Refusals { throttled, broken }
}
