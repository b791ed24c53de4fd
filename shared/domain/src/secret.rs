//! Credentials in a type that cannot be logged.

use std::fmt;

use serde::Deserialize;

/// A text that is never shown: `Debug` withholds it, and there is neither `Display` nor `Serialize`.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for the one place that sends it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The text without the blanks that copying leaves around it; `None` where nothing is left.
    #[must_use]
    pub fn trimmed(&self) -> Option<&str> {
        Some(self.0.trim()).filter(|text| !text.is_empty())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[withheld]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_revealed_when_asked_for_and_never_shown() {
        let secret: Secret = serde_json::from_str(r#""28A2-secret""#).unwrap();
        assert_eq!(secret, Secret::new("28A2-secret"));
        assert_eq!(secret.reveal(), "28A2-secret");
        assert!(!format!("{secret:?} {:?}", Some(&secret)).contains("28A2"));
    }

    #[test]
    fn blanks_around_a_secret_are_taken_off_and_are_none_by_themselves() {
        assert_eq!(Secret::new(" 28A2-secret\n").trimmed(), Some("28A2-secret"));
        assert_eq!((Secret::new("").trimmed(), Secret::new(" \n").trimmed()), (None, None));
    }
}
