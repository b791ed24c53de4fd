//! Keeps the host of an endpoint that was given by address.
//!
//! Some operations go to a host of their own: `StartSyncExecution` to `sync-states.…`. The SDK puts that prefix before a
//! given endpoint too, and `sync-127.0.0.1` is no host. AWS's own endpoints keep the prefix: there it is signed for.

use aws_sdk_sfn::config::interceptors::BeforeTransmitInterceptorContextMut;
use aws_sdk_sfn::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_sfn::error::BoxError;

/// Takes the prefix away again wherever requests go to `authority`'s prefixed form.
#[derive(Debug)]
pub(crate) struct GivenHost {
    prefixed: String,
    given: String,
}

impl GivenHost {
    /// For an endpoint such as `http://127.0.0.1:4566`; `None` where it has no host.
    pub(crate) fn new(prefix: &str, endpoint: &str) -> Option<Self> {
        let (scheme, rest) = endpoint.split_once("://")?;
        let authority = rest.split(['/', '?']).next().filter(|authority| !authority.is_empty())?;
        Some(Self { prefixed: format!("{scheme}://{prefix}{authority}"), given: format!("{scheme}://{authority}") })
    }

    fn without_prefix(&self, uri: &str) -> Option<String> {
        let rest = uri.strip_prefix(&self.prefixed)?;
        (rest.is_empty() || rest.starts_with(['/', '?'])).then(|| format!("{}{rest}", self.given))
    }
}

impl Intercept for GivenHost {
    fn name(&self) -> &'static str {
        "GivenHost"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        if let Some(uri) = self.without_prefix(request.uri()) {
            request.set_uri(uri)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_goes_from_the_given_host_and_stays_on_every_other() {
        let host = GivenHost::new("sync-", "http://127.0.0.1:4566").unwrap();
        assert_eq!(host.without_prefix("http://sync-127.0.0.1:4566/").as_deref(), Some("http://127.0.0.1:4566/"));
        assert_eq!(host.without_prefix("http://sync-127.0.0.1:4566").as_deref(), Some("http://127.0.0.1:4566"));
        assert_eq!(host.without_prefix("http://sync-127.0.0.1:45660/"), None);
        assert_eq!(host.without_prefix("https://sync-states.eu-west-1.amazonaws.com/"), None);
    }

    #[tokio::test]
    async fn a_synchronous_start_reaches_an_endpoint_that_was_given_by_address() {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut seen = vec![0; 4096];
            let read = stream.read(&mut seen).await.unwrap();
            let body = r#"{"executionArn":"a","startDate":1,"stopDate":2,"status":"SUCCEEDED","output":"{}"}"#;
            let answer =
                format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
            stream.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8_lossy(&seen[..read]).into_owned()
        });
        let config = aws_sdk_sfn::Config::builder()
            .behavior_version(aws_sdk_sfn::config::BehaviorVersion::latest())
            .region(aws_sdk_sfn::config::Region::new("us-east-1"))
            .credentials_provider(aws_sdk_sfn::config::Credentials::new("a", "b", None, None, "test"))
            .endpoint_url(&endpoint)
            .interceptor(GivenHost::new("sync-", &endpoint).unwrap())
            .build();
        let client = aws_sdk_sfn::Client::from_conf(config);
        let answer = client.start_sync_execution().state_machine_arn("arn").send().await.unwrap();
        assert_eq!(answer.output(), Some("{}"));
        assert!(server.await.unwrap().contains("AWSStepFunctions.StartSyncExecution"));
    }
}
