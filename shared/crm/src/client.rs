//! The connection to a Salesforce org.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cirrus::auth::{ClientCredentialsAuth, SharedAuth, token_client_builder};
use cirrus::{Cirrus, CirrusError, RetryPolicy};

use revloops_loopkit::Outcome;

use crate::credentials::Credentials;
use crate::directory::Known;
use crate::failures::failure;

/// The version of the REST API that this client speaks (Winter '27).
pub const API_VERSION: &str = "v68.0";

/// The CRM's servers answer a handshake within milliseconds; a connection that takes longer does not come.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Connections that a frozen function has held for longer are likely dead at the other end.
const IDLE_CONNECTION: Duration = Duration::from_secs(30);

/// No answer that we ask for comes near this.
const MAX_RESPONSE_BYTES: usize = 32 * 1024 * 1024;

/// Where the CRM is and how to call it.
#[derive(Debug, Clone)]
pub struct CrmSettings {
    /// The org's My Domain URL. Plain `http` works to this machine alone: anywhere else the library refuses to send
    /// credentials in the clear.
    pub url: String,
    /// The connected app that logs in.
    pub credentials: Credentials,
    /// How long one request may take, answer included.
    pub request_timeout: Duration,
    /// How long a user or queue is taken to be as it was. What was not found is asked for again each time.
    pub directory_ttl: Duration,
}

/// A Salesforce org, by its REST API. Cheap to share; keeps its token and its connections.
///
/// Reads are tried twice. Writes are sent once: whoever applies effects decides about another attempt, after looking.
/// A session that has run out is renewed once by the library, for both.
pub struct Salesforce {
    pub(crate) reads: Cirrus,
    pub(crate) writes: Cirrus,
    pub(crate) known: Known,
}

impl fmt::Debug for Salesforce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Salesforce").field("url", &self.reads.auth().instance_url()).finish_non_exhaustive()
    }
}

impl Salesforce {
    /// A client of the org at `settings.url`. Nothing is sent yet: the first call logs in.
    ///
    /// # Errors
    /// `ConfigInvalid` when the settings cannot be used.
    pub fn new(settings: &CrmSettings) -> Outcome<Self> {
        let unusable = |error: CirrusError| failure("setting up the CRM client", &error);
        let auth: SharedAuth = Arc::new(
            ClientCredentialsAuth::builder()
                .consumer_key(settings.credentials.client_id.reveal())
                .consumer_secret(settings.credentials.client_secret.reveal())
                .login_url(&settings.url)
                .instance_url(&settings.url)
                .http_client(
                    token_client_builder()
                        .connect_timeout(CONNECT_TIMEOUT)
                        .timeout(settings.request_timeout)
                        .build()
                        .map_err(|error| unusable(CirrusError::HttpClient(error)))?,
                )
                .build()
                .map_err(|error| unusable(error.into()))?,
        );
        // As the library's own client, which a supplied one replaces wholesale: no redirects, and no proxy but one
        // named in settings, for a token rides on every request.
        let http = cirrus::reqwest::Client::builder()
            .user_agent(concat!("revloops/", env!("CARGO_PKG_VERSION")))
            .gzip(true)
            .redirect(cirrus::reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(settings.request_timeout)
            .pool_idle_timeout(IDLE_CONNECTION)
            .build()
            .map_err(|error| unusable(CirrusError::HttpClient(error)))?;
        let client = |retries| {
            Cirrus::builder()
                .auth(Arc::clone(&auth))
                .api_version(API_VERSION)
                .http_client(http.clone())
                .max_response_size(MAX_RESPONSE_BYTES)
                .retry_policy(RetryPolicy {
                    max_retries: retries,
                    max_delay: CONNECT_TIMEOUT,
                    ..RetryPolicy::default()
                })
                .build()
                .map_err(unusable)
        };
        Ok(Self { reads: client(1)?, writes: client(0)?, known: Known::new(settings.directory_ttl) })
    }
}
