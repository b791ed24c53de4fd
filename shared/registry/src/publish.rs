//! Publishing: config → the next document, signed, stored where the public function reads it.

use jiff::Timestamp;
use serde::Serialize;
use thiserror::Error;

use revloops_config::StoreError;
use revloops_config::store::ReplaceableObjects;

use crate::document::{RegistryDocument, RegistryError, entries};
use crate::envelope::{Envelope, SigningKeys};
use crate::servers::Servers;

/// Where the newest document is in the config bucket.
pub const OBJECT_KEY: &str = "registry/current.json";

/// How often another publisher may come in between.
const ATTEMPTS: u32 = 3;

/// What publishing came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Publication {
    /// The serial number that is published now.
    pub serial: u64,
    /// Whether a new document was stored; else the stored one says the same and is good for long enough.
    pub changed: bool,
    /// Until when it is good.
    pub expires: Timestamp,
    /// The servers' names in the clients.
    pub servers: Vec<String>,
}

/// Why nothing was published.
#[derive(Debug, Error)]
pub enum PublishError {
    /// The bucket.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The public address.
    #[error("the public address `{0}` must be https, or http on this machine")]
    Address(String),
    /// What is stored gives no serial number, and starting at 1 again would be refused by every installer.
    #[error("what is stored as {OBJECT_KEY} is no registry ({0}): bring back the version of the object before it")]
    Stored(RegistryError),
    /// It would not be JSON.
    #[error("writing the registry")]
    Json(#[from] serde_json::Error),
}

/// Publishes the servers if they are not what is published, or the published document is in the second half of its time.
///
/// # Errors
/// See [`PublishError`]; `Store(Conflict)` where others published in between, each time.
pub async fn publish(
    servers: &Servers,
    public_url: &str,
    keys: &SigningKeys,
    now: Timestamp,
    objects: &dyn ReplaceableObjects,
) -> Result<Publication, PublishError> {
    if !crate::document::is_safe_url(public_url) {
        return Err(PublishError::Address(public_url.to_owned()));
    }
    let mut attempt = 0;
    loop {
        attempt += 1;
        match published_once(servers, public_url, keys, now, objects).await {
            Err(PublishError::Store(StoreError::Conflict(_))) if attempt < ATTEMPTS => {}
            result => return result,
        }
    }
}

async fn published_once(
    servers: &Servers,
    public_url: &str,
    keys: &SigningKeys,
    now: Timestamp,
    objects: &dyn ReplaceableObjects,
) -> Result<Publication, PublishError> {
    let read = objects.read(OBJECT_KEY).await?;
    let before = match &read {
        Some(object) => Some(Stored::read(&object.bytes).map_err(PublishError::Stored)?),
        None => None,
    };
    let publication = |document: &RegistryDocument, changed| Publication {
        serial: document.serial,
        changed,
        expires: document.expires,
        servers: servers.entries.iter().map(|entry| entry.client_name.clone()).collect(),
    };
    if let Some(stored) = &before
        && stored.still_good(servers, public_url, keys, now)
    {
        return Ok(publication(&stored.document, false));
    }
    let serial = before.map_or(0, |stored| stored.document.serial).saturating_add(1);
    let document = RegistryDocument::new(servers, public_url, serial, now);
    let envelope = keys.sign(&serde_json::to_vec(&document)?);
    let bytes = serde_json::to_vec(&envelope)?;
    objects.replace(OBJECT_KEY, bytes, read.as_ref().map(|object| object.etag.as_str())).await?;
    Ok(publication(&document, true))
}

/// What is stored. It is our own bucket: the document counts by its number, even where it was signed by a key that is gone.
struct Stored {
    envelope: Envelope,
    document: RegistryDocument,
}

impl Stored {
    fn read(bytes: &[u8]) -> Result<Self, RegistryError> {
        let envelope = Envelope::parse(bytes)?;
        let payload = envelope.payload_unverified()?;
        let document = serde_json::from_slice(&payload).map_err(|error| RegistryError::Unusable(error.to_string()))?;
        Ok(Self { envelope, document })
    }

    fn still_good(&self, servers: &Servers, public_url: &str, keys: &SigningKeys, now: Timestamp) -> bool {
        let document = &self.document;
        let signed = keys.public_keys().iter().all(|key| self.envelope.verified(key).is_ok());
        let (whole, left) = (document.expires.duration_since(document.issued_at), document.expires.duration_since(now));
        signed && document.servers == entries(servers, public_url) && left * 2 >= whole
    }
}

#[cfg(test)]
#[path = "publish_tests.rs"]
mod tests;
