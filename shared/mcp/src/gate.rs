//! The guard of one server: tokens of our authorization server, for this resource and no other.

use std::collections::BTreeSet;

use async_trait::async_trait;
use http::{HeaderMap, HeaderValue, Response, StatusCode, Uri, header};
use revloops_identity::{NotVerified, Principal, Resource, Scope, Verifier, challenge};

use crate::transport::status;

/// Whom a server lets in.
#[async_trait]
pub trait Gate: Send + Sync {
    /// Whose valid token for this resource the request carries.
    ///
    /// # Errors
    /// The answer that says where a token is to be had (401), or that it cannot be told now (503).
    async fn admit(&self, uri: &Uri, headers: &HeaderMap) -> Result<Principal, Response<Vec<u8>>>;

    /// The answer to a token that lacks what a tool wants (403, `insufficient_scope`), with all the scopes that it takes: those
    /// it has, and this one.
    fn insufficient(&self, principal: &Principal, wanted: Scope) -> Response<Vec<u8>>;
}

/// [`Gate`] by a [`Verifier`].
pub struct VerifiedGate {
    verifier: Verifier,
}

impl VerifiedGate {
    /// By this verifier, for its resource.
    #[must_use]
    pub fn new(verifier: Verifier) -> Self {
        Self { verifier }
    }

    fn resource(&self) -> &Resource {
        self.verifier.resource()
    }
}

#[async_trait]
impl Gate for VerifiedGate {
    async fn admit(&self, uri: &Uri, headers: &HeaderMap) -> Result<Principal, Response<Vec<u8>>> {
        let token = challenge::bearer(uri, headers).map_err(|why| challenge::bad_request(self.resource(), why))?;
        let Some(token) = token else { return Err(challenge::unauthorized(self.resource(), None)) };
        match self.verifier.verify(token).await {
            Ok(principal) => Ok(principal),
            Err(NotVerified::Token(why)) => {
                tracing::warn!(%why, "a token was refused");
                Err(challenge::unauthorized(self.resource(), Some(&why.to_string())))
            }
            Err(NotVerified::Unavailable(failure)) => {
                tracing::error!(error = %failure, "no keys to verify tokens with");
                let mut response = status(StatusCode::SERVICE_UNAVAILABLE);
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
                Err(response)
            }
        }
    }

    fn insufficient(&self, principal: &Principal, wanted: Scope) -> Response<Vec<u8>> {
        challenge::insufficient_scope(self.resource(), principal, &BTreeSet::from([wanted]))
    }
}
