//! Which browser it is: a cookie with a secret of its own.

use cookie::{Cookie, SameSite};
use http::{HeaderValue, Request, Response, header};

use revloops_identity::PublicUrl;
use revloops_loopkit::Outcome;

use crate::random;

/// With this prefix browsers take the cookie from this very host alone, encrypted, for all paths: no subdomain, and nobody
/// on the network, can plant one. It asks for https, so a deployment without has the bare name.
fn name(public: &PublicUrl) -> &'static str {
    if public.is_https() { "__Host-revloops_browser" } else { "revloops_browser" }
}

/// The browser's secret.
pub(crate) struct Browser(String);

impl Browser {
    /// The browser that the request comes from; `None` for one that we do not know, or that shows several.
    pub(crate) fn of(request: &Request<Vec<u8>>, public: &PublicUrl) -> Option<Self> {
        let headers = request.headers().get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let cookies = headers.flat_map(Cookie::split_parse).filter_map(Result::ok);
        let mut ours = cookies.filter(|cookie| cookie.name() == name(public) && random::is_one(cookie.value()));
        match (ours.next(), ours.next()) {
            (Some(cookie), None) => Some(Self(cookie.value().to_owned())),
            _ => None,
        }
    }

    /// The browser that the request comes from, or a new one where we do not know it.
    pub(crate) fn of_or_fresh(request: &Request<Vec<u8>>, public: &PublicUrl) -> Outcome<Self> {
        Self::of(request, public).map_or_else(|| random::fresh().map(Self), Ok)
    }

    /// What is kept of it.
    pub(crate) fn kept_as(&self) -> String {
        random::kept_as(&self.0)
    }

    /// Whether it is the one that this was kept of.
    pub(crate) fn is(&self, kept: &str) -> bool {
        random::same(&self.kept_as(), kept)
    }

    /// Has the browser keep it until it is closed.
    pub(crate) fn set(&self, response: &mut Response<Vec<u8>>, public: &PublicUrl) {
        let cookie = Cookie::build((name(public), self.0.as_str()))
            .path("/")
            .http_only(true)
            .secure(public.is_https())
            // Lax: it comes along when the CRM sends the browser back to us, and not with another site's form.
            .same_site(SameSite::Lax)
            .build();
        if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
}
