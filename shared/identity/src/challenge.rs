//! The resource server's side of OAuth, as pure functions: what is read of a request, and how it is refused.
//!
//! | request | answer |
//! |---|---|
//! | no token, or another way of logging in | 401, `WWW-Authenticate: Bearer resource_metadata="…", scope="…"` |
//! | a token that is not to be taken | the same with `error="invalid_token"` |
//! | a header that is no bearer token, or is there twice; a token in the query | 400, `error="invalid_request"` |
//! | a token without the scope | 403, `error="insufficient_scope"`, with all the scopes needed |

use std::collections::BTreeSet;

use http::{HeaderMap, HeaderValue, Response, StatusCode, Uri, header};
use serde_json::json;

use crate::principal::{Principal, Scope};
use crate::resource::Resource;

/// A request that does not say its token as it must.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadRequest {
    /// The header is not `Bearer` and one token.
    #[error("the Authorization header must be given once, as `Bearer` and one token")]
    Header,
    /// The query has it.
    #[error("a token in the query is not taken: send it in the Authorization header")]
    Query,
}

/// The token of a request; `None` where there is none.
///
/// # Errors
/// Where it is said in another way than by one `Authorization: Bearer` header.
pub fn bearer<'a>(uri: &Uri, headers: &'a HeaderMap) -> Result<Option<&'a str>, BadRequest> {
    let query = uri.query().unwrap_or_default();
    // URLs end up in logs, histories and Referer headers.
    if url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "access_token") {
        return Err(BadRequest::Query);
    }
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let Some(first) = given.next() else { return Ok(None) };
    let (None, Ok(text)) = (given.next(), first.to_str()) else { return Err(BadRequest::Header) };
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        // Another way of logging in is none here: the answer is the same as to nobody (RFC 6750, 3.1).
        return Ok(None);
    }
    let token = token.trim_matches(' ');
    let is_token = !token.is_empty()
        && token
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'='));
    if is_token { Ok(Some(token)) } else { Err(BadRequest::Header) }
}

/// 401: no token, or with `why` one that is not to be taken.
#[must_use]
pub fn unauthorized(resource: &Resource, why: Option<&str>) -> Response<Vec<u8>> {
    match why {
        None => refused(resource, StatusCode::UNAUTHORIZED, None, &resource.least(), "log in to use this server"),
        Some(why) => refused(resource, StatusCode::UNAUTHORIZED, Some("invalid_token"), &resource.least(), why),
    }
}

/// 400: a token that is not said as it must be.
#[must_use]
pub fn bad_request(resource: &Resource, why: BadRequest) -> Response<Vec<u8>> {
    refused(resource, StatusCode::BAD_REQUEST, Some("invalid_request"), &resource.least(), &why.to_string())
}

/// 403: `principal`'s token lacks some of `needed`. All that is needed is named, with what the token has already, so that
/// a client that asks for exactly these loses nothing.
#[must_use]
pub fn insufficient_scope(resource: &Resource, principal: &Principal, needed: &BTreeSet<Scope>) -> Response<Vec<u8>> {
    let all: BTreeSet<Scope> = principal.scopes.union(needed).copied().collect();
    refused(resource, StatusCode::FORBIDDEN, Some("insufficient_scope"), &all, "the token may not be used for this")
}

fn refused(
    resource: &Resource,
    status: StatusCode,
    error: Option<&str>,
    scopes: &BTreeSet<Scope>,
    why: &str,
) -> Response<Vec<u8>> {
    let of_resource = scopes.iter().filter(|scope| **scope != Scope::OfflineAccess);
    let scopes = of_resource.map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ");
    let mut challenge = String::from("Bearer ");
    if let Some(error) = error {
        challenge.push_str(&format!("error=\"{error}\", error_description=\"{}\", ", quotable(why)));
    }
    let metadata = resource.public().at(&resource.metadata_path());
    challenge.push_str(&format!("resource_metadata=\"{metadata}\", scope=\"{scopes}\""));
    let body = json!({"error": error.unwrap_or("unauthorized"), "error_description": why});
    let mut response = Response::new(body.to_string().into_bytes());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(value) = HeaderValue::from_str(&challenge) {
        headers.insert(header::WWW_AUTHENTICATE, value);
    }
    response
}

/// What RFC 6750 lets a description hold.
fn quotable(text: &str) -> String {
    text.chars().filter(|c| matches!(c, ' '..='~') && !matches!(c, '"' | '\\')).collect()
}

#[cfg(test)]
mod tests {
    use revloops_domain::SalesforceId;

    use super::*;
    use crate::principal::Role;
    use crate::resource::PublicUrl;

    fn resource() -> Resource {
        Resource::new(PublicUrl::parse("https://revloops.example.com").unwrap(), "/mcp/crm").unwrap()
    }

    fn read<'a>(uri: &str, headers: &'a HeaderMap) -> Result<Option<&'a str>, BadRequest> {
        bearer(&uri.parse().unwrap(), headers)
    }

    fn with(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn the_token_is_taken_from_the_header_alone() {
        assert_eq!(read("/mcp/crm", &with(&[])), Ok(None));
        assert_eq!(read("/mcp/crm", &with(&["Bearer a.b-c_d"])), Ok(Some("a.b-c_d")));
        assert_eq!(read("/mcp/crm", &with(&["bearer a.b.c"])), Ok(Some("a.b.c")));
        assert_eq!(read("/mcp/crm", &with(&["Basic dTpw"])), Ok(None));
        for wrong in [&["Bearer"][..], &["Bearer "], &["Bearer a b"], &["Bearer a", "Bearer b"], &["Bearer a\"b"]] {
            assert_eq!(read("/mcp/crm", &with(wrong)), Err(BadRequest::Header), "{wrong:?}");
        }
    }

    /// Guard: the look at the query. The same request without it is only one without a token.
    #[test]
    fn a_token_in_the_query_is_never_taken_even_beside_a_right_one() {
        assert_eq!(read("/mcp/crm?access_token=a.b.c", &with(&[])), Err(BadRequest::Query));
        assert_eq!(read("/mcp/crm?x=1&access%5Ftoken=a", &with(&["Bearer a.b.c"])), Err(BadRequest::Query));
        assert_eq!(read("/mcp/crm?x=1", &with(&[])), Ok(None));
    }

    #[test]
    fn who_has_no_token_is_told_where_one_is_to_be_had() {
        let response = unauthorized(&resource(), None);
        assert_eq!(response.status(), 401);
        assert_eq!(
            response.headers()[header::WWW_AUTHENTICATE],
            r#"Bearer resource_metadata="https://revloops.example.com/.well-known/oauth-protected-resource/mcp/crm", scope="crm.read""#
        );
        let response = unauthorized(&resource(), Some("the token has \"ended\"\r\n"));
        assert!(response.headers()[header::WWW_AUTHENTICATE].to_str().unwrap().starts_with(
            r#"Bearer error="invalid_token", error_description="the token has ended", resource_metadata="#
        ));
    }

    #[test]
    fn who_lacks_a_scope_is_told_all_that_is_needed() {
        let principal = Principal {
            user: SalesforceId::parse("005000000000001").unwrap(),
            username: "ida@acme.example".to_owned(),
            role: Role::Rep,
            client_id: "app".to_owned(),
            scopes: BTreeSet::from([Scope::CrmRead, Scope::OfflineAccess]),
            grant: "g".to_owned(),
        };
        let response = insufficient_scope(&resource(), &principal, &BTreeSet::from([Scope::CrmWrite]));
        assert_eq!(response.status(), 403);
        let challenge = response.headers()[header::WWW_AUTHENTICATE].to_str().unwrap();
        assert!(
            challenge.contains(r#"error="insufficient_scope""#) && challenge.ends_with(r#"scope="crm.read crm.write""#),
            "{challenge}"
        );
    }
}
