//! The domain of a mail address, as companies are told apart by it.

use std::fmt;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A lower-case mail domain such as `acme.example`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct MailDomain(String);

/// Providers whose domains say nothing about a company: free mail, what comes with an access line, addresses to throw away.
/// One to a line, sorted.
const FREE_MAIL: &str = include_str!("free_mail.txt");

/// The same as a list, split once.
static FREE_MAIL_LIST: LazyLock<Vec<&'static str>> = LazyLock::new(|| FREE_MAIL.lines().collect());

impl MailDomain {
    /// The domain of `address`, or `None` where the address has no single `@` or its domain is no host name.
    #[must_use]
    pub fn of_address(address: &str) -> Option<Self> {
        let (local, domain) = address.trim().split_once('@')?;
        if local.is_empty() { None } else { Self::parse(domain) }
    }

    /// Checks a bare domain; a leading `www.`, a scheme and a path are taken off, as people type them into websites.
    #[must_use]
    pub fn of_website(website: &str) -> Option<Self> {
        let rest = website.trim().split_once("://").map_or(website.trim(), |(_, rest)| rest);
        let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
        Self::parse(host.strip_prefix("www.").unwrap_or(host))
    }

    /// Checks a bare domain: at least two labels of letters, digits and hyphens.
    #[must_use]
    pub fn parse(domain: &str) -> Option<Self> {
        let domain = domain.trim().trim_end_matches('.').to_ascii_lowercase();
        let label_ok = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        };
        let fits = domain.len() <= 253 && domain.contains('.') && domain.split('.').all(label_ok);
        fits.then_some(Self(domain))
    }

    /// Whether the domain belongs to a free-mail provider, and so to no company.
    #[must_use]
    pub fn is_free_mail(&self) -> bool {
        FREE_MAIL_LIST.binary_search(&self.0.as_str()).is_ok()
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for MailDomain {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` is no domain: write it like acme.example"))
    }
}

impl From<MailDomain> for String {
    fn from(domain: MailDomain) -> Self {
        domain.0
    }
}

impl fmt::Display for MailDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_read_from_addresses_and_websites_as_people_type_them() {
        let acme = MailDomain::parse("acme.example").unwrap();
        assert_eq!(MailDomain::of_address(" Ida@ACME.example ").as_ref(), Some(&acme));
        assert_eq!(MailDomain::of_website("https://www.acme.example/about?x=1").as_ref(), Some(&acme));
        assert_eq!(MailDomain::of_website("acme.example.").as_ref(), Some(&acme));
    }

    #[test]
    fn texts_that_are_no_domain_give_none() {
        for text in [
            "",
            "@acme.example",
            "a@b@c.example",
            "a@localhost",
            "a@-x.example",
            "a@acme..example",
            "a@acme.com<!-- -->.evil.com",
        ] {
            assert_eq!(MailDomain::of_address(text), None, "{text}");
        }
    }

    #[test]
    fn the_list_of_free_mail_can_be_searched() {
        assert!(FREE_MAIL_LIST.len() > 300 && FREE_MAIL_LIST.is_sorted());
        for domain in FREE_MAIL_LIST.iter() {
            assert_eq!(MailDomain::parse(domain).unwrap().as_str(), *domain);
            assert!(MailDomain::parse(domain).unwrap().is_free_mail(), "{domain}");
        }
    }

    #[test]
    fn free_mail_is_told_from_a_company() {
        assert!(MailDomain::parse("gmail.com").unwrap().is_free_mail());
        assert!(!MailDomain::parse("acme.example").unwrap().is_free_mail());
    }
}
