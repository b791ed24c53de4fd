use async_trait::async_trait;

use crate::effect::Effect;
use crate::failure::Outcome;

/// How an effect ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Applied {
    /// It was applied now.
    Now,
    /// An earlier attempt had applied it.
    Before,
}

/// Applies effects.
#[async_trait]
pub trait Effects: Send + Sync {
    /// Applies one effect. `attempted_before` says that an earlier attempt may have got through: look before you write.
    async fn apply(&self, effect: &Effect, attempted_before: bool) -> Outcome<Applied>;
}
