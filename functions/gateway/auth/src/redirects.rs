//! Where apps may have their codes sent.

use url::{Host, Url};

const MAX_BYTES: usize = 1_000;

/// Schemes of apps that run on the person's machine and register them with its system. Others need a dot, as RFC 8252
/// asks for (`com.example.app`).
const APP_SCHEMES: &[&str] = &["cursor", "vscode", "vscode-insiders", "windsurf", "zed"];

/// Why a redirect URI cannot be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadRedirect {
    #[error("a redirect URI must be an absolute URI of at most 1000 characters, in its normal form")]
    NotNormal,
    #[error("a redirect URI must have no fragment and no user")]
    Extra,
    #[error("a redirect URI must be https, http on a loopback address, or have an app's own scheme")]
    Scheme,
}

/// The URI as the library reads it, where that is what it says: otherwise what we check and what a browser does with it
/// could differ.
fn normal(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok().filter(|_| text.len() <= MAX_BYTES && text.is_ascii())?;
    let same = url.as_str() == text || url.as_str().strip_suffix('/') == Some(text);
    same.then_some(url)
}

fn is_loopback(url: &Url) -> bool {
    url.scheme() == "http"
        && match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
}

fn has_extra(url: &Url) -> bool {
    url.fragment().is_some() || !url.username().is_empty() || url.password().is_some()
}

/// Checks a URI that an app wants to register.
pub(crate) fn check(text: &str) -> Result<(), BadRedirect> {
    let url = normal(text).ok_or(BadRedirect::NotNormal)?;
    if has_extra(&url) {
        return Err(BadRedirect::Extra);
    }
    let known = match url.scheme() {
        "https" => url.host_str().is_some(),
        "http" => is_loopback(&url),
        scheme => APP_SCHEMES.contains(&scheme) || scheme.contains('.'),
    };
    if known { Ok(()) } else { Err(BadRedirect::Scheme) }
}

/// Whether `asked` is the registered URI: the same text, the port of a loopback address aside (RFC 8252, 7.3).
pub(crate) fn matches(registered: &str, asked: &str) -> bool {
    if registered == asked {
        return true;
    }
    let (Some(mut registered), Some(mut asked)) = (normal(registered), normal(asked)) else { return false };
    if !is_loopback(&registered) || !is_loopback(&asked) || has_extra(&registered) || has_extra(&asked) {
        return false;
    }
    let without = [&mut registered, &mut asked].map(|url| url.set_port(None));
    without == [Ok(()), Ok(())] && registered == asked
}

/// What a person is shown of a redirect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Destination {
    /// Host, or an app's own scheme.
    pub(crate) shown: String,
    pub(crate) scheme: String,
    /// Whether it is a program on the person's own machine.
    pub(crate) is_here: bool,
}

pub(crate) fn destination(text: &str) -> Destination {
    match Url::parse(text) {
        Ok(url) => {
            let is_web = matches!(url.scheme(), "http" | "https");
            let host = url.host_str().filter(|_| is_web).map(str::to_owned);
            Destination {
                shown: host.unwrap_or_else(|| format!("{}:", url.scheme())),
                scheme: url.scheme().to_owned(),
                is_here: is_loopback(&url) || !is_web,
            }
        }
        Err(_) => Destination { shown: String::new(), scheme: "https".to_owned(), is_here: false },
    }
}

/// `uri` with more parameters.
pub(crate) fn with(uri: &str, parameters: &[(&str, &str)]) -> Option<String> {
    let mut url = Url::parse(uri).ok()?;
    url.query_pairs_mut().extend_pairs(parameters);
    Some(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_uris_that_lead_to_one_known_place_are_registered() {
        for fine in [
            "https://claude.ai/api/mcp/auth_callback",
            "http://localhost:3118/callback",
            "http://127.0.0.1/callback",
            "http://[::1]:9/cb",
            "cursor://anysphere.cursor-mcp/oauth/callback",
            "com.example.app:/oauth",
            "https://app.example/cb?tenant=1",
            "http://localhost:3118",
        ] {
            assert_eq!(check(fine), Ok(()), "{fine}");
        }
        for (wrong, why) in [
            ("http://app.example/cb", BadRedirect::Scheme),
            ("http://localhost.evil.example/cb", BadRedirect::Scheme),
            ("javascript:alert(1)", BadRedirect::Scheme),
            ("data:text/html,x", BadRedirect::Scheme),
            ("file:///etc/passwd", BadRedirect::Scheme),
            ("https://app.example/cb#x", BadRedirect::Extra),
            ("https://user@app.example/cb", BadRedirect::Extra),
            ("http://localhost@evil.example/cb", BadRedirect::Extra),
            ("https://app.example/a/../cb", BadRedirect::NotNormal),
            ("https://APP.example/cb", BadRedirect::NotNormal),
            ("https:\\\\app.example\\cb", BadRedirect::NotNormal),
            ("https://app.example/c b", BadRedirect::NotNormal),
            ("https://äpp.example/cb", BadRedirect::NotNormal),
            ("http://2130706433/cb", BadRedirect::NotNormal),
            ("/cb", BadRedirect::NotNormal),
            ("", BadRedirect::NotNormal),
        ] {
            assert_eq!(check(wrong), Err(why), "{wrong}");
        }
    }

    /// Guard: exact comparison. Each of these would pass one that compares by prefix, by host, or after parsing loosely.
    #[test]
    fn a_redirect_is_the_registered_one_to_the_letter() {
        let registered = "https://app.example/cb";
        assert!(matches(registered, registered));
        for mixed in [
            "https://app.example/cb/evil",
            "https://app.example/cb?next=evil",
            "https://app.example/cb#x",
            "https://app.example:8443/cb",
            "https://app.example:443/cb",
            "https://app.example.evil.example/cb",
            "https://app.example@evil.example/cb",
            "https://evil.example/https://app.example/cb",
            "https://app.example/CB",
            "https://app.example/%63b",
            "https://app.example/x/../cb",
            "http://app.example/cb",
            "https://app.example/cb ",
            "https://evil.example\\@app.example/cb",
        ] {
            assert!(!matches(registered, mixed), "{mixed}");
        }
    }

    #[test]
    fn the_port_of_a_loopback_address_alone_is_free() {
        let registered = "http://localhost:3118/callback";
        for fine in ["http://localhost:49152/callback", "http://localhost/callback"] {
            assert!(matches(registered, fine), "{fine}");
        }
        assert!(matches("http://127.0.0.1/cb", "http://127.0.0.1:5000/cb"));
        for mixed in [
            "http://127.0.0.1:3118/callback",
            "http://localhost:3118/callback/x",
            "http://localhost:3118/callback?x=1",
            "https://localhost:3118/callback",
            "http://localhost:3118@evil.example/callback",
            "http://user@localhost:3118/callback",
            "http://localhost.evil.example:3118/callback",
            "http://localhost:3118/callback#x",
        ] {
            assert!(!matches(registered, mixed), "{mixed}");
        }
        assert!(!matches("https://app.example/cb", "https://app.example:5000/cb"));
    }

    #[test]
    fn a_person_is_shown_where_the_code_goes() {
        assert_eq!(destination("https://claude.ai/api/mcp/auth_callback").shown, "claude.ai");
        assert!(destination("http://localhost:1/cb").is_here && destination("cursor://x/y").is_here);
        assert_eq!(destination("cursor://claude.ai/y").shown, "cursor:");
        assert_eq!(
            with("https://app.example/cb?tenant=1", &[("code", "a b"), ("iss", "https://r.example")]).unwrap(),
            "https://app.example/cb?tenant=1&code=a+b&iss=https%3A%2F%2Fr.example"
        );
    }
}
