//! Access tokens: short-lived JWTs (RFC 9068) for exactly one resource.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};

use revloops_domain::SalesforceId;

use crate::keys::{ALGORITHM, KeyError, SigningKeys, VerifyingKeys};
use crate::principal::{Principal, Role, Scope};

/// How long a token lasts. What was taken from a person, a grant or a role, works at most so long.
pub const LIFETIME: SignedDuration = SignedDuration::from_mins(10);

/// Clocks differ by no more.
const LEEWAY_SECONDS: i64 = 10;

/// Ours have some 700 bytes.
const MAX_BYTES: usize = 4096;

const TYPE: &str = "at+jwt";

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: SalesforceId,
    username: String,
    role: Role,
    scope: String,
    client_id: String,
    grant: String,
    iat: i64,
    exp: i64,
    jti: String,
}

/// Why a token is not taken. It says nothing of what the token holds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not one of ours by its shape.
    #[error("the token is no access token of this authorization server")]
    Malformed,
    /// The key may be newer than the set at hand.
    #[error("the token's key is not known")]
    UnknownKey,
    /// Somebody else's, or changed.
    #[error("the token's signature does not verify")]
    Forged,
    /// Another issuer.
    #[error("the token is of another issuer")]
    Issuer,
    /// For another server.
    #[error("the token is for another resource")]
    Audience,
    /// Its time is over, or has not come.
    #[error("the token has ended")]
    Ended,
    /// No key signs.
    #[error("no token can be signed")]
    NotSigned(#[from] KeyError),
}

/// A token for `principal` at `audience`, from `now` on for [`LIFETIME`].
///
/// # Errors
/// Where no key may sign.
pub fn mint(
    keys: &SigningKeys,
    issuer: &str,
    audience: &str,
    principal: &Principal,
    jti: String,
    now: Timestamp,
) -> Result<String, TokenError> {
    let key = keys.signing(now)?;
    let scopes: Vec<&str> = principal.scopes.iter().copied().map(Scope::as_str).collect();
    let claims = Claims {
        iss: issuer.to_owned(),
        aud: audience.to_owned(),
        sub: principal.user.clone(),
        username: principal.username.clone(),
        role: principal.role,
        scope: scopes.join(" "),
        client_id: principal.client_id.clone(),
        grant: principal.grant.clone(),
        iat: now.as_second(),
        exp: now.as_second().saturating_add(LIFETIME.as_secs()),
        jti,
    };
    let header = Header { typ: Some(TYPE.to_owned()), kid: Some(key.kid.clone()), ..Header::new(ALGORITHM) };
    encode(&header, &claims, &key.private).map_err(|_| TokenError::NotSigned(KeyError::NoneActive))
}

/// The person behind `token`, where it is one of `issuer`'s for exactly `audience` and lasts at `now`.
///
/// The algorithm is ours, whatever the header says; the key is the one of that id in `keys`, and no other: a header that
/// brings a key along or says where one is to be had (`jwk`, `jku`, `x5u`, `x5c`) is refused.
///
/// # Errors
/// See [`TokenError`]; [`TokenError::UnknownKey`] may pass with a newer key set.
pub fn verify(
    token: &str,
    keys: &VerifyingKeys,
    issuer: &str,
    audience: &str,
    now: Timestamp,
) -> Result<Principal, TokenError> {
    let claims = read(token, keys)?;
    if claims.iss != issuer {
        return Err(TokenError::Issuer);
    }
    if claims.aud != audience {
        return Err(TokenError::Audience);
    }
    let now = now.as_second();
    let lasts = claims.exp.saturating_add(LEEWAY_SECONDS) > now && claims.iat.saturating_sub(LEEWAY_SECONDS) <= now;
    if !lasts || claims.exp.saturating_sub(claims.iat) > LIFETIME.as_secs() {
        return Err(TokenError::Ended);
    }
    let scopes: Result<BTreeSet<Scope>, _> = claims.scope.split_ascii_whitespace().map(str::parse).collect();
    Ok(Principal {
        user: claims.sub,
        username: claims.username,
        role: claims.role,
        client_id: claims.client_id,
        scopes: scopes.map_err(|_| TokenError::Malformed)?,
        grant: claims.grant,
    })
}

/// The grant and the client of a token of ours, whatever it is for and whether or not it has ended: for revocation.
///
/// # Errors
/// As [`verify`]'s, but for time and audience.
pub fn grant_of(token: &str, keys: &VerifyingKeys, issuer: &str) -> Result<(String, String), TokenError> {
    let claims = read(token, keys)?;
    if claims.iss == issuer { Ok((claims.grant, claims.client_id)) } else { Err(TokenError::Issuer) }
}

/// Everything that is the same for each use: shape, type, key, signature.
fn read(token: &str, keys: &VerifyingKeys) -> Result<Claims, TokenError> {
    if token.len() > MAX_BYTES {
        return Err(TokenError::Malformed);
    }
    let header = decode_header(token).map_err(|_| TokenError::Malformed)?;
    let brings_a_key = header.jwk.is_some() || header.jku.is_some() || header.x5u.is_some() || header.x5c.is_some();
    if header.alg != ALGORITHM || header.typ.as_deref() != Some(TYPE) || brings_a_key {
        return Err(TokenError::Malformed);
    }
    let key = header.kid.as_deref().and_then(|kid| keys.find(kid)).ok_or(TokenError::UnknownKey)?;
    // Time, issuer and audience are held against the arguments by our callers: the library asks the system's clock, and
    // takes a list of audiences where one of them fits.
    let mut validation = Validation::new(ALGORITHM);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let decoded = decode::<Claims>(token, key, &validation).map_err(|error| {
        let forged = matches!(error.kind(), jsonwebtoken::errors::ErrorKind::InvalidSignature);
        if forged { TokenError::Forged } else { TokenError::Malformed }
    })?;
    Ok(decoded.claims)
}

#[cfg(test)]
mod tests;
