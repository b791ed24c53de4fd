//! How an MCP server comes to the public keys, and takes a token.
//!
//! The keys are **fetched from the authorization server's published set** (`/.well-known/jwks.json`), once a process and
//! again when a token names a key that is not in it, at most every [`REFETCH`]. The other way, public halves in each
//! function's settings, needs a deployment of every server to rotate a key, and a rotation in a hurry is when that hurts.
//! A table that the servers share would let any of them plant a key of its own; so the private halves and the published
//! set belong to the authorization server alone. A set that was fetched is used for [`KEPT`]: what was taken out of it,
//! because it was stolen, is gone from everywhere by then; until [`USED`], an old set stands in where none can be had.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use revloops_domain::ErrorClass;
use revloops_loopkit::ports::Clock;
use revloops_loopkit::{Failure, Outcome};

use crate::keys::VerifyingKeys;
use crate::principal::Principal;
use crate::resource::{PublicUrl, Resource};
use crate::tokens::{self, TokenError};

/// A key that is not known makes us ask again, but no more often than this: anybody can write such a token.
pub const REFETCH: SignedDuration = SignedDuration::from_secs(30);

/// How long a set is used before it is fetched anew.
pub const KEPT: SignedDuration = SignedDuration::from_mins(10);

/// How long a set is used where none can be fetched.
pub const USED: SignedDuration = SignedDuration::from_hours(1);

/// The path of the published set.
pub const KEYS_PATH: &str = "/.well-known/jwks.json";

/// Where the published set comes from.
#[async_trait]
pub trait PublishedKeys: Send + Sync {
    /// The set, as JSON.
    async fn fetch(&self) -> Outcome<Vec<u8>>;
}

/// The published set over HTTP.
#[derive(Debug, Clone)]
pub struct KeysOverHttp {
    http: reqwest::Client,
    url: String,
}

impl KeysOverHttp {
    /// The set of the authorization server at `public`.
    ///
    /// # Errors
    /// `Bug` where no HTTP client can be made.
    pub fn new(public: &PublicUrl) -> Outcome<Self> {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(Duration::from_secs(2))
            .timeout(Duration::from_secs(5))
            .build()
            .map_err(|error| Failure::new(ErrorClass::Bug, "making an HTTP client for keys").caused_by(error))?;
        Ok(Self { http, url: public.at(KEYS_PATH) })
    }
}

#[async_trait]
impl PublishedKeys for KeysOverHttp {
    async fn fetch(&self) -> Outcome<Vec<u8>> {
        let lost = |error| Failure::new(ErrorClass::Transient, format!("fetching {}", self.url)).caused_by(error);
        let mut response = self.http.get(&self.url).send().await.map_err(lost)?.error_for_status().map_err(lost)?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(lost)? {
            body.extend_from_slice(&chunk);
            if body.len() > 64 * 1024 {
                return Err(Failure::new(ErrorClass::Transient, format!("{} is no key set: too long", self.url)));
            }
        }
        Ok(body)
    }
}

/// Why somebody is not let in.
#[derive(Debug)]
pub enum NotVerified {
    /// The token is not to be taken.
    Token(TokenError),
    /// It cannot be told now: no keys are to be had.
    Unavailable(Failure),
}

#[derive(Debug, Default)]
struct Cached {
    keys: Option<(VerifyingKeys, Timestamp)>,
    asked: Option<Timestamp>,
}

/// Verifies tokens for one resource.
pub struct Verifier {
    resource: Resource,
    source: Arc<dyn PublishedKeys>,
    clock: Arc<dyn Clock>,
    cached: Mutex<Cached>,
}

impl Verifier {
    /// For `resource`, by the keys of `source`.
    #[must_use]
    pub fn new(resource: Resource, source: Arc<dyn PublishedKeys>, clock: Arc<dyn Clock>) -> Self {
        Self { resource, source, clock, cached: Mutex::default() }
    }

    /// What tokens must be for.
    #[must_use]
    pub fn resource(&self) -> &Resource {
        &self.resource
    }

    /// The person behind `token`.
    ///
    /// # Errors
    /// [`NotVerified::Token`], the caller's 401; [`NotVerified::Unavailable`], the caller's 503.
    pub async fn verify(&self, token: &str) -> Result<Principal, NotVerified> {
        let now = self.clock.now();
        let mut cached = self.cached.lock().await;
        let old = cached.keys.as_ref().is_none_or(|(_, fetched)| now.duration_since(*fetched) >= KEPT);
        if old {
            self.fetch(&mut cached, now).await.map_err(NotVerified::Unavailable)?;
        }
        match self.with(&cached, token, now) {
            Err(TokenError::UnknownKey) if !old && may_ask(&cached, now) => {
                self.fetch(&mut cached, now).await.map_err(NotVerified::Unavailable)?;
                self.with(&cached, token, now)
            }
            verified => verified,
        }
        .map_err(NotVerified::Token)
    }

    fn with(&self, cached: &Cached, token: &str, now: Timestamp) -> Result<Principal, TokenError> {
        let Some((keys, _)) = &cached.keys else { return Err(TokenError::UnknownKey) };
        tokens::verify(token, keys, self.resource.public().as_str(), &self.resource.uri(), now)
    }

    /// Fetches the set; where that fails, the one at hand stands in while it is young enough.
    async fn fetch(&self, cached: &mut Cached, now: Timestamp) -> Outcome<()> {
        let usable = cached.keys.as_ref().is_some_and(|(_, fetched)| now.duration_since(*fetched) < USED);
        if usable && !may_ask(cached, now) {
            return Ok(());
        }
        cached.asked = Some(now);
        let fetched = self.source.fetch().await.and_then(|published| {
            VerifyingKeys::from_json(&published)
                .map_err(|error| Failure::new(ErrorClass::Transient, "reading the published keys").caused_by(error))
        });
        match fetched {
            Ok(keys) => cached.keys = Some((keys, now)),
            Err(failure) if usable => tracing::warn!("the keys at hand are used on: {failure}"),
            Err(failure) => return Err(failure),
        }
        Ok(())
    }
}

fn may_ask(cached: &Cached, now: Timestamp) -> bool {
    cached.asked.is_none_or(|asked| now.duration_since(asked) >= REFETCH)
}

#[cfg(test)]
mod tests;
