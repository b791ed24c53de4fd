//! Which registry counts: the one just fetched, or the last good one where none can be had.

use std::fs;

use jiff::Timestamp;
use url::Url;

use super::InstallError;
use super::report::{RegistryReport, Source};
use super::state::{Seen, State};
use crate::document::{Registry, RegistryError};
use crate::envelope::{Envelope, PublicKey};

/// The most that is read of a registry, in bytes.
pub(super) const MOST_BYTES: usize = 1 << 20;

/// What came of fetching: the bytes, or why there are none.
pub type Fetched = Result<Vec<u8>, String>;

/// Which registry, and by which key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trusted {
    /// Its address: https, http on this machine, or a file.
    pub url: String,
    /// Who must have signed it.
    pub key: PublicKey,
}

/// Reads a registry at a `file:` address; `None` for any other.
#[must_use]
pub fn read_file_url(url: &str) -> Option<Fetched> {
    let path = Url::parse(url).ok().filter(|url| url.scheme() == "file")?.to_file_path();
    Some(match path {
        Ok(path) => fs::read(&path).map_err(|error| format!("{}: {error}", path.display())),
        Err(()) => Err(format!("{url} names no file")),
    })
}

/// The registry that counts, and how it came to be known.
pub(super) fn accept(
    trusted: &Trusted,
    fetched: Fetched,
    state: &State,
    now: Timestamp,
) -> Result<(Registry, Seen, RegistryReport), InstallError> {
    let refused = |error: RegistryError| InstallError::Refused(error.to_string());
    // By another key it was another registry: its numbers say nothing about this one's.
    let seen = state.registry.as_ref().filter(|seen| seen.key == trusted.key.to_base64());
    let bytes = match fetched {
        Ok(bytes) if bytes.len() > MOST_BYTES => {
            return Err(InstallError::Refused(format!("it is larger than {MOST_BYTES} bytes")));
        }
        Ok(bytes) => bytes,
        Err(why) => {
            let Some(seen) = seen else {
                return Err(InstallError::Refused(format!("it cannot be had ({why}), and none was seen before")));
            };
            let registry = Registry::verified(&seen.envelope, &trusted.key, now).map_err(|error| {
                InstallError::Refused(format!(
                    "it cannot be had ({why}), and the one seen last cannot be used: {error}"
                ))
            })?;
            let note = format!("it cannot be had just now ({why}): the one seen last is used");
            let report = RegistryReport::of(&trusted.url, &registry, Source::LastGood, note);
            return Ok((registry, seen.clone(), report));
        }
    };
    let envelope = Envelope::parse(&bytes).map_err(|error| refused(error.into()))?;
    let registry = Registry::verified(&envelope, &trusted.key, now).map_err(refused)?;
    // What was seen counts for its number after it has expired, too.
    if let Some(before) = seen.and_then(|seen| Registry::verified(&seen.envelope, &trusted.key, Timestamp::MIN).ok()) {
        registry.follows(&before).map_err(refused)?;
    }
    let seen = Seen { url: trusted.url.clone(), key: trusted.key.to_base64(), envelope };
    let report = RegistryReport::of(&trusted.url, &registry, Source::Fetched, String::new());
    Ok((registry, seen, report))
}
