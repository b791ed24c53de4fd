//! What an app asks for, as it goes from `authorize` over consent and login to the code.

use std::collections::BTreeSet;

use http::Response;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use revloops_domain::ErrorClass;
use revloops_identity::Scope;
use revloops_identity::sealing::Sealed;
use revloops_loopkit::{Failure, Outcome};

use crate::clients::Client;
use crate::{Ports, pages, random, redirects, respond};

/// A person takes so long at most to consent, and again to log in.
pub(crate) const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// What is asked for: checked, and proven to be the client's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub(crate) client: Client,
    pub(crate) redirect_uri: String,
    /// The app's own, for the way back.
    pub(crate) state: Option<String>,
    /// PKCE, S256.
    pub(crate) challenge: String,
    /// The URI of the one resource.
    pub(crate) resource: String,
    pub(crate) scopes: BTreeSet<Scope>,
}

impl Asked {
    /// Whether a refresh token is given: to an app that has registered for them, or asks to stay.
    pub(crate) fn refreshes(&self) -> bool {
        self.client.refreshes || self.scopes.contains(&Scope::OfflineAccess)
    }

    /// Back to the app with `parameters`, its state, and who we are (RFC 9207).
    pub(crate) fn back(&self, ports: &Ports, parameters: &[(&str, &str)]) -> Response<Vec<u8>> {
        let mut all = parameters.to_vec();
        if let Some(state) = &self.state {
            all.push(("state", state));
        }
        all.push(("iss", ports.site.public.as_str()));
        match redirects::with(&self.redirect_uri, &all) {
            Some(url) => respond::redirect(&url),
            None => pages::ours(),
        }
    }

    /// Back with an error.
    pub(crate) fn back_with_error(&self, ports: &Ports, error: &str, description: &str) -> Response<Vec<u8>> {
        tracing::warn!(client_id = self.client.id, error, description, "sent back");
        self.back(ports, &[("error", error), ("error_description", description)])
    }
}

/// A request that waits for the person's answer.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AwaitsConsent {
    pub(crate) asked: Asked,
    /// The browser that was shown the page.
    pub(crate) browser: String,
    /// The form's own token, as it is kept.
    pub(crate) csrf: String,
}

/// A request whose person is at the CRM's login.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AwaitsLogin {
    pub(crate) asked: Asked,
    /// The browser that has consented.
    pub(crate) browser: String,
    /// What the CRM's login needs, sealed for its state.
    pub(crate) pending: Sealed,
}

/// Something that waits under a secret, and is taken once.
pub(crate) trait Waits: Serialize + for<'de> Deserialize<'de> {
    const KIND: &'static str;
}

impl Waits for AwaitsConsent {
    const KIND: &'static str = "consent";
}

impl Waits for AwaitsLogin {
    const KIND: &'static str = "login";
}

fn unreadable(error: &serde_json::Error) -> Failure {
    Failure::unreadable(ErrorClass::Bug, "a request under way", error)
}

/// Keeps `waiting` under `secret` for [`PATIENCE`].
pub(crate) async fn keep<W: Waits + Sync>(ports: &Ports, secret: &str, waiting: &W, now: Timestamp) -> Outcome<()> {
    let value = serde_json::to_value(waiting).map_err(|error| unreadable(&error))?;
    if ports.documents.create(W::KIND, &random::kept_as(secret), &value, Some(now + PATIENCE)).await? {
        Ok(())
    } else {
        Err(Failure::new(ErrorClass::Bug, "a fresh secret is taken"))
    }
}

/// What waits under `secret`, left where it is.
pub(crate) async fn look<W: Waits>(ports: &Ports, secret: &str, now: Timestamp) -> Outcome<Option<W>> {
    let stored = ports.documents.read(W::KIND, &random::kept_as(secret), now).await?;
    stored.map(|stored| read(&stored.value)).transpose()
}

/// What waits under `secret`, for this caller alone.
pub(crate) async fn take<W: Waits>(ports: &Ports, secret: &str, now: Timestamp) -> Outcome<Option<W>> {
    let taken = ports.documents.take(W::KIND, &random::kept_as(secret), now).await?;
    taken.map(|value| read(&value)).transpose()
}

fn read<W: Waits>(value: &Value) -> Outcome<W> {
    W::deserialize(value).map_err(|error| unreadable(&error))
}
