//! The key as the header that a request is signed with.

use reqwest::header::HeaderValue;

use revloops_domain::Secret;

use crate::client::SetupError;

/// The header's value, marked sensitive so that no log shows it. Blanks around the key, as copying leaves them, are taken
/// off.
///
/// # Errors
/// [`SetupError::Key`] when the key is empty or holds what no header may hold.
pub(crate) fn header(key: &Secret) -> Result<HeaderValue, SetupError> {
    let text = HeaderValue::from_str(key.reveal().trim()).ok().filter(|text| !text.is_empty());
    let mut value = text.ok_or(SetupError::Key)?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_never_shown() {
        let value = header(&Secret::new(" s3cret\n")).unwrap();
        assert!(!format!("{value:?}").contains("s3cret"));
        assert_eq!(value.to_str().unwrap(), "s3cret");
    }

    #[test]
    fn a_key_that_no_header_may_hold_is_refused() {
        for key in ["", "  ", "a\nb"] {
            assert!(matches!(header(&Secret::new(key)), Err(SetupError::Key)), "{key:?}");
        }
    }
}
