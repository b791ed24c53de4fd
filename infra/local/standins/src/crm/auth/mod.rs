//! Who may use the API: OAuth, the SOAP login, and the tokens that both give out.

pub(crate) mod authorize;
pub(crate) mod identity;
mod login_page;
pub(crate) mod oauth;
pub(crate) mod passwords;
pub(crate) mod soap;
pub(crate) mod tokens;
