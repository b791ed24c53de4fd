//! Parameters of queries and forms: each at most once, and empty ones are none (RFC 6749, 3.1).

use std::collections::BTreeMap;

use http::{Request, header};

/// No form that we take comes near it.
const MAX_BYTES: usize = 32 * 1024;

/// Why parameters cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadParams {
    #[error("parameter `{0}` is given more than once")]
    Twice(String),
    #[error("the body must be application/x-www-form-urlencoded")]
    NotAForm,
    #[error("the request is too long")]
    TooLong,
}

/// Parameters by name.
#[derive(Debug, Default)]
pub(crate) struct Params(BTreeMap<String, String>);

impl Params {
    pub(crate) fn of_query(request: &Request<Vec<u8>>) -> Result<Self, BadParams> {
        Self::read(request.uri().query().unwrap_or_default().as_bytes())
    }

    pub(crate) fn of_form(request: &Request<Vec<u8>>) -> Result<Self, BadParams> {
        let kind =
            request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(BadParams::NotAForm);
        }
        Self::read(request.body())
    }

    fn read(text: &[u8]) -> Result<Self, BadParams> {
        if text.len() > MAX_BYTES {
            return Err(BadParams::TooLong);
        }
        let mut read = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(text) {
            if read.insert(name.clone().into_owned(), value.into_owned()).is_some() {
                return Err(BadParams::Twice(name.chars().take(60).collect()));
            }
        }
        Ok(Self(read))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}
