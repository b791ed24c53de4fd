//! The CRM in a person's own name: their session, so that the CRM's permissions hold and its audit fields name them.
//!
//! [`PersonalClient`] is made once; [`PersonalClient::of`] gives a person's [`Personal`] for one session. A session that the CRM
//! no longer takes is [`PersonalError::SessionEnded`]: nothing was done then, so the caller gets a new one and asks again. Reads are
//! tried twice. Writes are sent once, but for those that may be repeated: updates by id, upserts by external id, and deletes.
//!
//! | module | answers |
//! |---|---|
//! | [`describe`] | which objects and fields the person has |
//! | [`query`] | what a query finds, and single records |
//! | [`write`] | creates, updates, upserts and deletes, with a result for each record |
//! | [`refusal`] | what the CRM refused, in its own words |

pub mod describe;
pub mod query;
pub mod refusal;
pub mod write;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cirrus::auth::StaticTokenAuth;
use cirrus::{Cirrus, CirrusError, RetryPolicy};

use revloops_domain::{ErrorClass, Secret};
use revloops_loopkit::{Failure, Outcome};

pub use describe::{Child, Described, FieldShape, ObjectSummary};
pub use query::Found;
pub use refusal::{PersonalError, Problem, Refused};
pub use write::{MOST_RECORDS, Saved, Together};

use crate::client::API_VERSION;
use crate::failures::failure;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const IDLE_CONNECTION: Duration = Duration::from_secs(30);
const MAX_RESPONSE_BYTES: usize = 16 * 1024 * 1024;

/// What came of asking the CRM in a person's name.
pub type Personally<T> = Result<T, PersonalError>;

/// Connections for calls in people's names. It keeps no session.
#[derive(Clone)]
pub struct PersonalClient {
    http: cirrus::reqwest::Client,
}

impl fmt::Debug for PersonalClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersonalClient").finish_non_exhaustive()
    }
}

impl PersonalClient {
    /// A client whose requests take `request_timeout` at most, answer included.
    ///
    /// # Errors
    /// `ConfigInvalid` where this machine cannot make one.
    pub fn new(request_timeout: Duration) -> Outcome<Self> {
        // As for the system's own calls: no redirects and no proxy, for a token rides on every request.
        let http = cirrus::reqwest::Client::builder()
            .user_agent(concat!("revloops/", env!("CARGO_PKG_VERSION")))
            .gzip(true)
            .redirect(cirrus::reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(request_timeout)
            .pool_idle_timeout(IDLE_CONNECTION)
            .build()
            .map_err(|error| failure("setting up the CRM client", &CirrusError::HttpClient(error)))?;
        Ok(Self { http })
    }

    /// The CRM as the person of this session has it.
    ///
    /// # Errors
    /// `ConfigInvalid` where the address cannot be used: a token goes in the clear to this machine alone.
    pub fn of(&self, instance_url: &str, access_token: &Secret) -> Outcome<Personal> {
        let auth = Arc::new(StaticTokenAuth::new(access_token.reveal(), instance_url));
        let client = |max_retries| {
            Cirrus::builder()
                .auth(auth.clone())
                .api_version(API_VERSION)
                .http_client(self.http.clone())
                .max_response_size(MAX_RESPONSE_BYTES)
                .retry_policy(RetryPolicy { max_retries, max_delay: CONNECT_TIMEOUT, ..RetryPolicy::default() })
                .build()
                .map_err(|error| failure("setting up the CRM client", &error))
        };
        Ok(Personal { reads: client(1)?, writes: client(0)? })
    }
}

/// The CRM in one person's name.
pub struct Personal {
    reads: Cirrus,
    writes: Cirrus,
}

impl fmt::Debug for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Personal").field("url", &self.reads.auth().instance_url()).finish_non_exhaustive()
    }
}

impl Personal {
    /// The address of a resource. A name that comes from a client is one segment of it, whatever it contains.
    fn resource(&self, segments: &[&str]) -> Personally<String> {
        self.reads.versioned_url(segments).map_err(|error| {
            PersonalError::Failed(Failure::new(ErrorClass::Bug, "naming a resource of the CRM").caused_by(error))
        })
    }
}
