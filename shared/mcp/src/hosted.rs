//! A server as a deployment hosts it: by its settings alone.

use std::sync::Arc;

use revloops_domain::ErrorClass;
use revloops_identity::Hosting;
use revloops_loopkit::ports::Ids;
use revloops_loopkit::{Failure, Outcome};

use crate::audit::{Audit, DocumentAudit};
use crate::endpoint::Endpoint;
use crate::gate::VerifiedGate;
use crate::server::Server;
use crate::transport::Site;

impl Site {
    /// A deployment with this public address, whose HTTP API also answers at `api_endpoint`. Pages of its own and of `origins`
    /// (separated by commas) may call it from a browser; none of others is usual, for clients are no pages.
    ///
    /// # Errors
    /// `ConfigInvalid` where an address is none.
    pub fn new(public_url: &str, api_endpoint: &str, origins: &str) -> Outcome<Self> {
        let origins = origins.split(',').map(str::trim).filter(|origin| !origin.is_empty());
        Ok(Self {
            hosts: vec![authority(public_url)?, authority(api_endpoint)?],
            origins: std::iter::once(public_url.trim()).chain(origins).map(with_port).collect::<Outcome<_>>()?,
        })
    }
}

/// An origin with its port said, as the check wants it.
fn with_port(origin: &str) -> Outcome<String> {
    let authority = authority(origin)?;
    let (scheme, usual) = if origin.starts_with("https:") { ("https", 443) } else { ("http", 80) };
    let said = authority.rsplit_once(':').is_some_and(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    Ok(if said { format!("{scheme}://{authority}") } else { format!("{scheme}://{authority}:{usual}") })
}

/// The name and port of an address: what clients send as `Host`.
fn authority(address: &str) -> Outcome<String> {
    let unusable = || {
        let what = format!("`{address}` is no address of ours: it must be like https://revloops.example.com");
        Failure::new(ErrorClass::ConfigInvalid, what)
    };
    let uri: http::Uri = address.trim().parse().map_err(|_| unusable())?;
    uri.authority().map(ToString::to_string).ok_or_else(unusable)
}

impl<W: Send + Sync + 'static> Endpoint<W> {
    /// The server that `server` makes of its audit log, for people with a token of the deployment's.
    ///
    /// # Errors
    /// `ConfigInvalid` where an address of the deployment is none.
    pub fn hosted(
        hosting: Hosting,
        ids: Arc<dyn Ids>,
        server: impl FnOnce(Arc<dyn Audit>) -> Server<W>,
    ) -> Outcome<Self> {
        let site = Site::new(&hosting.public_url, &hosting.api_endpoint, &hosting.origins)?;
        let server = server(Arc::new(DocumentAudit::new(hosting.audit)));
        Ok(Self::new(server, &site, Arc::new(VerifiedGate::new(hosting.verifier)), ids))
    }
}
