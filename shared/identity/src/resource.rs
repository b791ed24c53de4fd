//! What tokens are for: each MCP path is a resource of its own.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use url::Url;

use crate::principal::Scope;

/// The path under which RFC 9728 puts what is said of a resource.
pub const METADATA_PREFIX: &str = "/.well-known/oauth-protected-resource";

/// Why a text is no public URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no public URL: it must be an origin such as https://revloops.example.com, without a path")]
pub struct NotPublic(String);

/// Where the deployment answers: scheme, host and perhaps port. It is the issuer of tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(Url);

impl PublicUrl {
    /// Checks `text`; a slash at its end is left out.
    ///
    /// # Errors
    /// Where it is not an http or https URL without user, path, query and fragment.
    pub fn parse(text: &str) -> Result<Self, NotPublic> {
        let wrong = || NotPublic(text.chars().take(200).collect());
        let url = Url::parse(text.trim()).map_err(|_| wrong())?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        let known = matches!(url.scheme(), "http" | "https") && url.host_str().is_some() && url.password().is_none();
        if bare && known { Ok(Self(url)) } else { Err(wrong()) }
    }

    /// Without a slash at its end: the issuer.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// The URL of a path, which begins with a slash.
    #[must_use]
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.as_str())
    }

    /// Whether browsers come encrypted.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }
}

/// One MCP server, as something that tokens are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    public: PublicUrl,
    path: String,
}

impl Resource {
    /// The resource at `path`, `/mcp/crm` for one: its last part is what the names of its scopes begin with.
    ///
    /// `None` where the path is not one of `/mcp/<name>` with a name that has scopes.
    #[must_use]
    pub fn new(public: PublicUrl, path: &str) -> Option<Self> {
        let resource = Self { public, path: path.to_owned() };
        (path.starts_with("/mcp/") && resource.scopes().next().is_some()).then_some(resource)
    }

    /// Its path, which begins with a slash.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Its URI: the `aud` of its tokens.
    #[must_use]
    pub fn uri(&self) -> String {
        self.public.at(&self.path)
    }

    /// Where it answers, and who issues its tokens.
    #[must_use]
    pub fn public(&self) -> &PublicUrl {
        &self.public
    }

    /// For people.
    #[must_use]
    pub fn title(&self) -> String {
        match self.name() {
            "crm" => "RevLoops CRM".to_owned(),
            "workflow" => "RevLoops Workflow".to_owned(),
            "analytics" => "RevLoops Analytics".to_owned(),
            other => format!("RevLoops {other}"),
        }
    }

    /// The scopes of its tokens; staying logged in is none of them.
    pub fn scopes(&self) -> impl Iterator<Item = Scope> + '_ {
        let name = self.name();
        Scope::ALL.into_iter().filter(move |scope| scope.as_str().split_once('.').is_some_and(|(of, _)| of == name))
    }

    /// What is asked for where a client says nothing: looking, and nothing more.
    #[must_use]
    pub fn least(&self) -> BTreeSet<Scope> {
        self.scopes().filter(|scope| scope.as_str().ends_with(".read")).collect()
    }

    /// The path of what is said of it.
    #[must_use]
    pub fn metadata_path(&self) -> String {
        format!("{METADATA_PREFIX}{}", self.path)
    }

    /// What is said of it (RFC 9728).
    #[must_use]
    pub fn metadata(&self) -> Value {
        let scopes: Vec<&str> = self.scopes().map(Scope::as_str).collect();
        json!({
            "resource": self.uri(),
            "resource_name": self.title(),
            "authorization_servers": [self.public.as_str()],
            "scopes_supported": scopes,
            "bearer_methods_supported": ["header"],
        })
    }

    fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_says_who_issues_its_tokens_and_which_scopes_they_have() {
        let public = PublicUrl::parse("https://revloops.example.com/").unwrap();
        let crm = Resource::new(public.clone(), "/mcp/crm").unwrap();
        assert_eq!(
            crm.metadata(),
            json!({
                "resource": "https://revloops.example.com/mcp/crm",
                "resource_name": "RevLoops CRM",
                "authorization_servers": ["https://revloops.example.com"],
                "scopes_supported": ["crm.read", "crm.write", "crm.delete"],
                "bearer_methods_supported": ["header"],
            })
        );
        assert_eq!(crm.metadata_path(), "/.well-known/oauth-protected-resource/mcp/crm");
        assert_eq!(crm.least(), BTreeSet::from([Scope::CrmRead]));
        for path in ["/mcp/nothing", "/crm", "", "/mcp/"] {
            assert_eq!(Resource::new(public.clone(), path), None, "{path}");
        }
    }

    #[test]
    fn a_public_url_is_an_origin_and_nothing_more() {
        assert_eq!(PublicUrl::parse("http://127.0.0.1:4575").unwrap().as_str(), "http://127.0.0.1:4575");
        for text in [
            "",
            "revloops",
            "ftp://a.example",
            "https://a.example/x",
            "https://u@a.example",
            "https://a.example?x",
            "https://a.example#x",
        ] {
            assert!(PublicUrl::parse(text).is_err(), "{text}");
        }
    }
}
