//! The secret that a request is signed with.

use std::fmt;

use reqwest::header::HeaderValue;

use crate::client::SetupError;

/// An API key. It goes into a header and nowhere else: neither `Debug` nor any log shows it.
#[derive(Clone)]
pub struct ApiKey(HeaderValue);

impl ApiKey {
    /// Takes the key as the vendor shows it; blanks around it, as copying leaves them, are taken off.
    ///
    /// # Errors
    /// When it is empty or holds what no header may hold.
    pub fn new(key: &str) -> Result<Self, SetupError> {
        let key = key.trim();
        if key.is_empty() {
            return Err(SetupError::Key);
        }
        let mut value = HeaderValue::from_str(key).map_err(|_| SetupError::Key)?;
        value.set_sensitive(true);
        Ok(Self(value))
    }

    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_never_shown() {
        let key = ApiKey::new(" s3cret\n").unwrap();
        assert!(!format!("{key:?} {:?}", key.header()).contains("s3cret"));
        assert_eq!(key.header().to_str().unwrap(), "s3cret");
    }

    #[test]
    fn a_key_that_no_header_may_hold_is_refused() {
        assert!(ApiKey::new("  ").is_err());
        assert!(ApiKey::new("a\nb").is_err());
    }
}
