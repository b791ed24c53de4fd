use async_trait::async_trait;
use serde_json::Value;

use crate::failure::Outcome;

/// Where each exchange with the AI is kept, for as long as the retention setting says, and nowhere else.
#[async_trait]
pub trait Prompts: Send + Sync {
    /// Keeps one exchange under `key`. The same key again is the same exchange.
    async fn keep(&self, key: &str, exchange: &Value) -> Outcome<()>;
}
