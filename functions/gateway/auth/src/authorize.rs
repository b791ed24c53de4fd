//! `GET /oauth/authorize`: an app asks, and the person is shown who asks for what.
//!
//! Until client and redirect are proven, errors are shown here: sent on, they would make us a redirector for anybody.

use std::collections::BTreeSet;

use http::{Request, Response, StatusCode};

use revloops_identity::{Resource, Scope};
use revloops_loopkit::Outcome;

use crate::browser::Browser;
use crate::clients::{self, NoClient};
use crate::params::Params;
use crate::token_requests::{Asked, AwaitsConsent, keep};
use crate::{Ports, pages, random, redirects};

pub(crate) async fn authorize(request: &Request<Vec<u8>>, ports: &Ports) -> Response<Vec<u8>> {
    let params = match Params::of_query(request) {
        Ok(params) => params,
        Err(error) => return pages::wrong(StatusCode::BAD_REQUEST, "This request cannot be read", &error.to_string()),
    };
    let Some(client_id) = params.get("client_id") else {
        return not_ours("the app did not say which app it is (client_id)");
    };
    let client = match clients::find(ports, client_id).await {
        Ok(client) => client,
        Err(NoClient::Unknown(why)) => return not_ours(&why),
        Err(NoClient::Failed(failure)) => return pages::failed(&failure),
    };
    let redirect_uri = match params.get("redirect_uri") {
        Some(uri) if client.may_redirect_to(uri) => uri.to_owned(),
        Some(_) => {
            return not_ours("the app wants its answer sent to an address that it has not registered (redirect_uri)");
        }
        None => return not_ours("the app did not say where its answer goes (redirect_uri)"),
    };
    // Proven: from here on the app is told.
    let state = params.get("state").map(str::to_owned);
    let unchecked = Asked {
        client,
        redirect_uri,
        state,
        challenge: String::new(),
        resource: String::new(),
        scopes: BTreeSet::new(),
    };
    let (asked, resource) = match check(&params, unchecked.clone(), ports) {
        Ok(checked) => checked,
        Err((error, description)) => return unchecked.back_with_error(ports, error, &description),
    };
    match shown(request, ports, &asked, resource).await {
        Ok(response) => response,
        Err(failure) => pages::failed(&failure),
    }
}

fn not_ours(why: &str) -> Response<Vec<u8>> {
    pages::wrong(StatusCode::BAD_REQUEST, "This app cannot be let in", why)
}

type Told = (&'static str, String);

fn check<'a>(params: &Params, asked: Asked, ports: &'a Ports) -> Result<(Asked, &'a Resource), Told> {
    let told = |error: &'static str, why: &str| Err((error, why.to_owned()));
    match params.get("response_type") {
        Some("code") => {}
        Some(_) => return told("unsupported_response_type", "response_type must be code"),
        None => return told("invalid_request", "response_type is missing: it must be code"),
    }
    if params.get("response_mode").is_some_and(|mode| mode != "query") {
        return told("invalid_request", "response_mode must be query");
    }
    if params.get("request").is_some() || params.get("request_uri").is_some() {
        return told("request_not_supported", "request objects are not supported");
    }
    if params.get("prompt") == Some("none") {
        return told("interaction_required", "a person is always asked");
    }
    // Left out, the method would be `plain`.
    if params.get("code_challenge_method") != Some("S256") {
        return told("invalid_request", "code_challenge_method must be S256");
    }
    let Some(challenge) = params.get("code_challenge").filter(|challenge| random::is_one(challenge)) else {
        return told("invalid_request", "code_challenge must be the base64url SHA-256 of the verifier");
    };
    let Some(resource) = params.get("resource") else {
        return told("invalid_target", "resource is missing: say which server the token is for");
    };
    let Some(resource) = ports.site.resources.iter().find(|known| known.uri() == resource) else {
        let known: Vec<String> = ports.site.resources.iter().map(Resource::uri).collect();
        return Err(("invalid_target", format!("resource must be one of {}", known.join(", "))));
    };
    let scopes = scopes(params.get("scope"), resource)?;
    let challenge = challenge.to_owned();
    Ok((Asked { challenge, resource: resource.uri(), scopes, ..asked }, resource))
}

/// The scopes asked for: known, and of this resource. Who says nothing may look.
fn scopes(text: Option<&str>, resource: &Resource) -> Result<BTreeSet<Scope>, Told> {
    let mut asked = BTreeSet::new();
    for word in text.unwrap_or_default().split_ascii_whitespace() {
        let scope = word.parse::<Scope>().ok();
        let scope = scope.filter(|scope| *scope == Scope::OfflineAccess || resource.scopes().any(|of| of == *scope));
        let Some(scope) = scope else {
            let known: Vec<&str> = resource.scopes().map(Scope::as_str).collect();
            return Err(("invalid_scope", format!("scope may hold {} and offline_access", known.join(", "))));
        };
        asked.insert(scope);
    }
    if asked.iter().all(|scope| *scope == Scope::OfflineAccess) {
        asked.extend(resource.least());
    }
    Ok(asked)
}

async fn shown(
    request: &Request<Vec<u8>>,
    ports: &Ports,
    asked: &Asked,
    resource: &Resource,
) -> Outcome<Response<Vec<u8>>> {
    let browser = Browser::of_or_fresh(request, &ports.site.public)?;
    let (secret, csrf) = (random::fresh()?, random::fresh()?);
    let waiting = AwaitsConsent { asked: asked.clone(), browser: browser.kept_as(), csrf: random::kept_as(&csrf) };
    keep(ports, &secret, &waiting, ports.clock.now()).await?;
    let mut response = pages::consent(&pages::Consent {
        asked,
        destination: redirects::destination(&asked.redirect_uri),
        resource,
        crm_login_url: &ports.site.crm_login_url,
        request: &secret,
        csrf: &csrf,
    });
    browser.set(&mut response, &ports.site.public);
    Ok(response)
}
