use async_trait::async_trait;

use crate::failure::Outcome;

/// Signs requests of a service that lets in whoever has credentials, not whoever has a key.
#[async_trait]
pub trait RequestSigner: Send + Sync {
    /// The headers that a request of `method` to `url` with `body` and a content type of JSON has to carry besides. They are
    /// secrets for as long as they hold.
    async fn sign(&self, method: &str, url: &str, body: &[u8]) -> Outcome<Vec<(String, String)>>;
}
