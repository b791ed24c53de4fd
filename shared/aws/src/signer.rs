//! Signature Version 4 for services whose SDK would be too much for one call.

use std::time::SystemTime;

use async_trait::async_trait;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;

use revloops_domain::ErrorClass;
use revloops_loopkit::ports::{Clock, RequestSigner};
use revloops_loopkit::{Failure, Outcome};

/// Signs for one service in one region.
pub struct Signer {
    pub(crate) credentials: SharedCredentialsProvider,
    pub(crate) region: String,
    pub(crate) service: &'static str,
    pub(crate) clock: std::sync::Arc<dyn Clock>,
}

#[async_trait]
impl RequestSigner for Signer {
    async fn sign(&self, method: &str, url: &str, body: &[u8]) -> Outcome<Vec<(String, String)>> {
        let none = |error| Failure::new(ErrorClass::Transient, "getting credentials of AWS").caused_by(error);
        let identity = self.credentials.provide_credentials().await.map_err(none)?.into();
        let params = SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(self.service)
            .time(SystemTime::from(self.clock.now()))
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| Failure::new(ErrorClass::Bug, "signing a request").caused_by(error))?;
        let headers = [("content-type", "application/json")];
        let request = SignableRequest::new(method, url, headers.into_iter(), SignableBody::Bytes(body));
        let signed = request
            .and_then(|request| sign(request, &params.into()))
            .map_err(|error| Failure::new(ErrorClass::Bug, "signing a request").caused_by(error))?;
        let (instructions, _signature) = signed.into_parts();
        Ok(instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}
