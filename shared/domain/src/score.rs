//! A lead's score.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Points from 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "u8", into = "u8")]
pub struct Score(u8);

impl Score {
    /// The score of `points`, held within 0 and 100.
    #[must_use]
    pub fn clamped(points: i64) -> Self {
        Self(u8::try_from(points.clamp(0, 100)).unwrap_or(100))
    }

    /// The points.
    #[must_use]
    pub const fn points(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Score {
    type Error = String;
    fn try_from(points: u8) -> Result<Self, String> {
        if points <= 100 { Ok(Self(points)) } else { Err(format!("score {points} is not within 0 and 100")) }
    }
}

impl From<Score> for u8 {
    fn from(score: Score) -> Self {
        score.0
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
