//! Whose domain is it? The registrable part, by the Public Suffix List.

use revloops_domain::MailDomain;

/// `acme.co.uk` of `mail.emea.acme.co.uk`; `None` for free mail and for what anybody can register under (`github.io`).
pub(crate) fn registrable(domain: &MailDomain) -> Option<&str> {
    let own = psl::domain_str(domain.as_str())?;
    let free = domain.is_free_mail() || MailDomain::parse(own).is_some_and(|own| own.is_free_mail());
    (!free).then_some(own)
}

/// `acme` of `acme.co.uk`: the word that a company is known by.
pub(crate) fn word(registrable: &str) -> &str {
    registrable.split('.').next().unwrap_or_default()
}

/// Endings that are countries' by name alone: anybody takes them.
const EVERYBODYS: &[&str] = &[
    "ac", "ai", "cc", "co", "eu", "fm", "gg", "im", "io", "la", "ly", "me", "nu", "sh", "so", "st", "to", "tv", "vc",
    "ws",
];

/// The country whose ending the domain has, in lower case: what is known of a company without an address.
pub(crate) fn country(registrable: &str) -> Option<String> {
    let ending = registrable.rsplit('.').next().filter(|ending| ending.len() == 2 && !EVERYBODYS.contains(ending))?;
    Some(if ending == "uk" { "gb" } else { ending }.to_owned())
}

/// A domain's word as names are squashed: `blue-sky` → `bluesky`.
pub(crate) fn squashed_word(registrable: &str) -> String {
    word(registrable).chars().filter(|letter| letter.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(domain: &str) -> Option<String> {
        registrable(&MailDomain::parse(domain).unwrap()).map(str::to_owned)
    }

    #[test]
    fn sub_domains_belong_to_who_registered_the_domain() {
        for (domain, expected) in [
            ("emea.acme.com", Some("acme.com")),
            ("mail.acme.co.uk", Some("acme.co.uk")),
            ("northwind.example", Some("northwind.example")),
            ("acme.github.io", Some("acme.github.io")),
            ("github.io", None),
            ("co.uk", None),
            ("gmail.com", None),
            ("mail.gmail.com", None),
        ] {
            assert_eq!(own(domain).as_deref(), expected, "{domain}");
        }
    }
}
