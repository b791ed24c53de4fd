//! `POST /oauth/token`: a code, or a refresh token, becomes an access token for one resource.
//!
//! | refused | with |
//! |---|---|
//! | a code or refresh token that is not one, has ended, or is another app's; PKCE or redirect that do not fit | `invalid_grant` |
//! | one that was used before | `invalid_grant`, and the whole grant ends |
//! | another resource than the grant's | `invalid_target` |
//! | a scope that the grant has not | `invalid_scope` |
//! | a person who is not active in the CRM any more, or has no role here | `invalid_grant`, and the grant ends |

use std::collections::BTreeSet;

use http::{Request, Response, StatusCode, header};
use serde_json::json;

use revloops_domain::ErrorClass;
use revloops_identity::{Scope, tokens};
use revloops_loopkit::Failure;
use revloops_loopkit::ports::CrmIdentity;

use crate::failures::OauthError;
use crate::grants::{self, Grant};
use crate::params::Params;
use crate::{Ports, random, respond};

type Answer = Result<Response<Vec<u8>>, OauthError>;

pub(crate) async fn token(request: &Request<Vec<u8>>, ports: &Ports) -> Response<Vec<u8>> {
    given(request, ports).await.unwrap_or_else(|error| error.response())
}

async fn given(request: &Request<Vec<u8>>, ports: &Ports) -> Answer {
    let params = Params::of_form(request)?;
    if request.headers().contains_key(header::AUTHORIZATION) {
        let description = "apps are public clients here: say client_id in the form, without a secret".to_owned();
        return Err(OauthError { status: StatusCode::UNAUTHORIZED, code: "invalid_client", description });
    }
    match needed(&params, "grant_type")? {
        "authorization_code" => by_code(&params, ports).await,
        "refresh_token" => by_refresh(&params, ports).await,
        _ => Err(OauthError::bad("unsupported_grant_type", "grant_type must be authorization_code or refresh_token")),
    }
}

fn needed<'a>(params: &'a Params, name: &str) -> Result<&'a str, OauthError> {
    params.get(name).ok_or_else(|| OauthError::bad("invalid_request", format!("{name} is missing")))
}

fn invalid_grant(why: &str) -> OauthError {
    OauthError::bad("invalid_grant", why)
}

/// Whether `text` can be a verifier (RFC 7636, 4.1).
fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'))
}

async fn by_code(params: &Params, ports: &Ports) -> Answer {
    let code = needed(params, "code")?;
    let (client_id, redirect_uri) = (needed(params, "client_id")?, needed(params, "redirect_uri")?);
    let verifier = needed(params, "code_verifier")?;
    let now = ports.clock.now();
    let unknown = || invalid_grant("the code is not one, or has ended");
    let kept = grants::code(ports, code, now).await?.ok_or_else(unknown)?;
    let twice = "the code was used before: the grant that it made is ended";
    if kept.what.used {
        grants::end(ports, &kept.what.grant, "its code was used twice").await?;
        return Err(invalid_grant(twice));
    }
    if kept.what.client_id != client_id {
        return Err(invalid_grant("the code is another app's"));
    }
    if kept.what.redirect_uri != redirect_uri {
        return Err(invalid_grant("redirect_uri is not the one that the code was sent to"));
    }
    if !is_verifier(verifier) || !random::same(&random::challenge_of(verifier), &kept.what.challenge) {
        return Err(invalid_grant("code_verifier does not fit the challenge"));
    }
    same_resource(params, &kept.what.resource)?;
    if !grants::use_code(ports, code, &kept, now).await? {
        grants::end(ports, &kept.what.grant, "its code was used twice").await?;
        return Err(invalid_grant(twice));
    }
    let id = &kept.what.grant;
    let grant = grants::redeemed(ports, id, now).await?.ok_or_else(|| invalid_grant("the grant was ended"))?;
    answer(ports, id, &grant, &grant.scopes).await
}

async fn by_refresh(params: &Params, ports: &Ports) -> Answer {
    let (token, client_id) = (needed(params, "refresh_token")?, needed(params, "client_id")?);
    let now = ports.clock.now();
    let unknown = || invalid_grant("the refresh token is not one, or its grant has ended");
    let kept = grants::refresh(ports, token, now).await?.ok_or_else(unknown)?;
    let id = &kept.what.grant;
    let twice = "the refresh token was used before: its grant is ended";
    if kept.what.used {
        grants::end(ports, id, "a refresh token was used twice").await?;
        return Err(invalid_grant(twice));
    }
    let found = grants::find(ports, id, now).await?.ok_or_else(unknown)?;
    if found.what.client_id != client_id {
        return Err(invalid_grant("the refresh token is another app's"));
    }
    same_resource(params, &found.what.resource)?;
    let scopes = narrowed(params.get("scope"), &found.what.scopes)?;
    // Before the token is used up: where the CRM does not answer now, the app comes again with the same one.
    let person = person(ports, id).await?;
    let role = person.as_ref().filter(|person| person.user == found.what.user);
    let Some(role) = role.and_then(|person| ports.site.roles.role_of(person)) else {
        grants::end(ports, id, "the person is not active in the CRM, or has no role here").await?;
        return Err(invalid_grant("the person may not use RevLoops any more"));
    };
    if !grants::use_refresh(ports, token, &kept, found.what.ends).await? {
        grants::end(ports, id, "a refresh token was used twice").await?;
        return Err(invalid_grant(twice));
    }
    let username = person.map_or_else(|| found.what.username.clone(), |person| person.username);
    let grant = Grant { role, username, ..found.what.clone() };
    if !grants::note(ports, id, &found, &grant).await? {
        return Err(invalid_grant("the grant was ended"));
    }
    answer(ports, id, &grant, &scopes).await
}

/// RFC 8707: a token request may say the resource again; it may not say another.
fn same_resource(params: &Params, resource: &str) -> Result<(), OauthError> {
    match params.get("resource") {
        Some(asked) if asked != resource => {
            Err(OauthError::bad("invalid_target", "resource is not the one that was consented to"))
        }
        Some(_) | None => Ok(()),
    }
}

/// The scopes asked for at a refresh, none of which may be new.
fn narrowed(text: Option<&str>, granted: &BTreeSet<Scope>) -> Result<BTreeSet<Scope>, OauthError> {
    let Some(text) = text else { return Ok(granted.clone()) };
    let asked: Result<BTreeSet<Scope>, _> = text.split_ascii_whitespace().map(str::parse).collect();
    let asked = asked.ok().filter(|asked| !asked.is_empty() && asked.is_subset(granted));
    asked.ok_or_else(|| OauthError::bad("invalid_scope", "scope holds what was not consented to: ask the person again"))
}

/// Who the person is in the CRM now; `None` where the CRM does not know their session any more.
async fn person(ports: &Ports, grant: &str) -> Result<Option<CrmIdentity>, Failure> {
    let none_if_refused = |failure: Failure| {
        if failure.class() == ErrorClass::Rejected { Ok(None) } else { Err(failure) }
    };
    let tokens = match ports.sessions.tokens(grant).await {
        Ok(tokens) => tokens,
        Err(failure) => return none_if_refused(failure),
    };
    match ports.crm.identity(&tokens).await {
        Ok(Some(identity)) => return Ok(Some(identity)),
        Ok(None) => {}
        Err(failure) => return none_if_refused(failure),
    }
    // The session has run out, as sessions do.
    match ports.sessions.renewed_tokens(grant, &tokens.access_token).await {
        Ok(tokens) => ports.crm.identity(&tokens).await.or_else(none_if_refused),
        Err(failure) => none_if_refused(failure),
    }
}

async fn answer(ports: &Ports, id: &str, grant: &Grant, scopes: &BTreeSet<Scope>) -> Answer {
    let (principal, jti) = (grant.principal(id, scopes), random::fresh()?);
    let now = ports.clock.now();
    let minted = tokens::mint(&ports.keys, ports.site.public.as_str(), &grant.resource, &principal, jti, now);
    let minted = minted.map_err(|error| Failure::new(ErrorClass::ConfigInvalid, "signing a token").caused_by(error))?;
    let granted: Vec<&str> = scopes.iter().copied().map(Scope::as_str).collect();
    let mut body = json!({
        "access_token": minted,
        "token_type": "Bearer",
        "expires_in": tokens::LIFETIME.as_secs(),
        "scope": granted.join(" "),
    });
    if grant.refreshes {
        let refresh_token = grants::fresh_refresh(ports, id, grant).await?;
        if let Some(body) = body.as_object_mut() {
            body.insert("refresh_token".to_owned(), refresh_token.into());
        }
    }
    Ok(respond::json(StatusCode::OK, &body))
}
