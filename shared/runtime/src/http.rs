//! The entry point for functions behind the HTTP API.

use std::future::Future;

use lambda_http::{Body, Error, Request, Response, http, service_fn};

use crate::logs;

/// Serves plain HTTP: bodies come as bytes, whatever the API's encoding was.
///
/// # Errors
/// When the runtime API cannot be had.
pub async fn run<H, F>(handle: H) -> Result<(), Error>
where
    H: Fn(http::Request<Vec<u8>>) -> F + Sync,
    F: Future<Output = http::Response<Vec<u8>>> + Send,
{
    logs::start();
    let handle = &handle;
    lambda_http::run(service_fn(move |request: Request| async move {
        let (parts, body) = request.into_parts();
        let bytes = match body {
            Body::Text(text) => text.into_bytes(),
            Body::Binary(bytes) => bytes,
            Body::Empty => Vec::new(),
            // The enum may grow: what is unknown is an empty body to us, and refused as such.
            _ => Vec::new(),
        };
        let response = handle(http::Request::from_parts(parts, bytes)).await;
        let (parts, bytes) = response.into_parts();
        let body = String::from_utf8(bytes).map_or_else(|error| Body::Binary(error.into_bytes()), Body::Text);
        Ok::<_, Error>(Response::from_parts(parts, body))
    }))
    .await
}
