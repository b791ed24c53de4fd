//! The authorization server (OAuth 2.1): lets people let apps in, by their login at the CRM.
//!
//! | path | what it does |
//! |---|---|
//! | `GET /.well-known/oauth-authorization-server` | what this server can (RFC 8414) |
//! | `GET /.well-known/oauth-protected-resource/<path>` | what each MCP server is (RFC 9728) |
//! | `GET /.well-known/jwks.json` | the keys that tokens are verified with |
//! | `POST /oauth/register` | an app registers itself (RFC 7591) |
//! | `GET /oauth/authorize` | an app asks; the person is shown who asks for what |
//! | `POST /oauth/consent` | the person allows or denies; who allows goes on to the CRM's login |
//! | `GET /oauth/callback` | the person comes back from the CRM; the app gets a code |
//! | `GET /oauth/dashboards` | a person logs in and gets into the dashboards, where CloudFront serves them |
//! | `POST /oauth/token` | a code, or a refresh token, becomes an access token for one MCP server |
//! | `POST /oauth/revoke` | an app gives its access up (RFC 7009) |
//!
//! It is no OpenID provider: `/.well-known/openid-configuration` is not there, for it would have to promise id tokens.
//!
//! **A login's way.** `authorize` proves client and redirect, then keeps what is asked under a secret of the form and the
//! hash of the browser's cookie. `consent` takes it, once, from that browser and with the form's own token, and only then
//! makes the CRM's `state`, which is kept in the same way. `callback` takes that, once, from the same browser: a link with
//! somebody else's state is worth nothing in another browser. Each app is asked for each time; one app's consent is no
//! other's. What the CRM gives is sealed and stays here: apps get tokens of our own.
//!
//! **What is kept**, each with an end: `consent`, `login` and `dashboards` (ten minutes), `code` (a minute; a day once used, to notice a
//! second use), `grant` and its `refresh` tokens (thirty days from the login), `client` (half a year from its last login),
//! `client_document` (an hour). Codes and refresh tokens are kept as hashes.

mod authorize;
mod browser;
mod callback;
mod client_documents;
mod clients;
mod consent;
mod dashboards;
mod failures;
mod fetch;
mod grants;
mod login;
mod metadata;
mod pages;
mod params;
mod random;
mod redirects;
mod register;
mod respond;
mod revoke;
mod token;
mod token_requests;

use std::sync::Arc;

use http::{Method, Request, Response, StatusCode};

use revloops_identity::{PublicUrl, Resource, RoleRules, SealedSessions, Sealer, SigningKeys};
use revloops_loopkit::ports::{Clock, CrmLogin, Documents};

pub use client_documents::{ClientDocuments, FetchError, Fetched};
pub use dashboards::{Dashboards, SiteKeySecret};
pub use fetch::{GuardedFetch, is_public};

/// What this deployment is.
#[derive(Debug, Clone)]
pub struct Site {
    /// Where it answers: the issuer.
    pub public: PublicUrl,
    /// What tokens can be for.
    pub resources: Vec<Resource>,
    /// What people are here, by what they are in the CRM.
    pub roles: RoleRules,
    /// Where people log in, as the consent page names it.
    pub crm_login_url: String,
}

/// What the server needs of the world.
#[derive(Clone)]
pub struct Ports {
    /// What this deployment is.
    pub site: Site,
    /// What tokens are signed with.
    pub keys: Arc<SigningKeys>,
    /// Clients, codes, grants.
    pub documents: Arc<dyn Documents>,
    /// The CRM's login.
    pub crm: Arc<dyn CrmLogin>,
    /// People's sessions in the CRM.
    pub sessions: Arc<SealedSessions>,
    /// What seals a login under way.
    pub sealer: Arc<Sealer>,
    /// Where clients' documents come from; `None` where nothing can be fetched, so that every app has to register itself.
    pub client_documents: Option<Arc<dyn ClientDocuments>>,
    /// What lets browsers into the dashboards; `None` where nothing serves them to strangers.
    pub dashboards: Option<Arc<Dashboards>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Answers one request; never fails.
pub async fn handle(request: Request<Vec<u8>>, ports: &Ports) -> Response<Vec<u8>> {
    let path = request.uri().path();
    let get = request.method() == Method::GET;
    let post = request.method() == Method::POST;
    let mut response = match path {
        "/oauth/authorize" if get => authorize::authorize(&request, ports).await,
        "/oauth/consent" if post => consent::consent(&request, ports).await,
        "/oauth/dashboards" if get => dashboards::begin(&request, ports).await,
        "/oauth/callback" if get => callback::callback(&request, ports).await,
        "/oauth/token" if post => respond::open(token::token(&request, ports).await),
        "/oauth/register" if post => respond::open(register::register(&request, ports).await),
        "/oauth/revoke" if post => respond::open(revoke::revoke(&request, ports).await),
        "/oauth/token" | "/oauth/register" | "/oauth/revoke" if request.method() == Method::OPTIONS => {
            respond::preflight("POST")
        }
        "/oauth/authorize" | "/oauth/callback" | "/oauth/dashboards" => respond::not_allowed("GET"),
        "/oauth/consent" | "/oauth/token" | "/oauth/register" | "/oauth/revoke" => respond::not_allowed("POST"),
        path => match metadata::document(path, ports) {
            Some(document) if get => respond::open(respond::cached_json(&document)),
            Some(_) if request.method() == Method::OPTIONS => respond::preflight("GET"),
            Some(_) => respond::not_allowed("GET"),
            None => pages::not_found(),
        },
    };
    respond::harden(&mut response, &ports.site.public);
    let (method, status) = (request.method().as_str(), response.status().as_u16());
    if response.status() < StatusCode::BAD_REQUEST {
        tracing::info!(method, path, status, "answered");
    } else {
        tracing::warn!(method, path, status, "refused");
    }
    response
}

#[cfg(test)]
mod tests;
